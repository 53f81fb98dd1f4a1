"""The steps of a plan: added, changed, removed, and looked at before that in numbers.

What somebody was asked is not rewritten, because their answer is an answer to its words: other words are a new row of
the same strand, and the old one is retired. When, how long and how often are changed where they stand. Whatever was
not asked yet goes by the changed step in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Required, TypedDict, Unpack

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    Anchor,
    AnswerFlow,
    CheckIn,
    CheckInState,
    Cohort,
    FollowUpPlan,
    FollowUpQuestion,
    FollowUpStep,
    QuestionKind,
    Role,
    Stage,
)
from coaching.policies import Actor, may_edit_plan, may_view_plan, require
from coaching.services import audit
from coaching.services.due_moments import check_offset
from coaching.services.follow_up_changes import Effect
from coaching.services.follow_up_plans import QUESTION, copy_step, standing_steps
from coaching.services.follow_ups import follow_plan

MOST_STEPS = 30
STAYS = "This stays as it is, because it is another step then. Remove this step, and add another."
FULL = f"A plan has at most {MOST_STEPS} steps. Remove one first."
RETIRED = "This step was changed or removed in the meantime. Load the plan again."
CHANGED_MEANWHILE = "Somebody changed this plan in the meantime. Load it again, and make your change once more."
# What an answer is an answer to.
WORDS = ("label", "question", "asks_enrolments")


class QuestionShape(TypedDict, total=False):
    """A further question as it is written; its place is that in the list."""

    kind: Required[QuestionKind]
    prompt: Required[str]
    is_required: bool
    lowest: int
    highest: int
    lowest_label: str
    highest_label: str
    flows_to: AnswerFlow
    metric_name: str


class StepShape(TypedDict, total=False):
    """What can be written of a step. The models say what each is; what is left out has its usual value."""

    label: Required[str]
    anchor: Required[Anchor]
    offset: Required[str]
    question: Required[str]
    role: Role
    stages: Sequence[Stage]
    questions: Sequence[QuestionShape]
    asks_enrolments: bool
    channel: str
    window_days: int
    nudges: int
    nudge_days: int
    escalate_days: int | None
    is_alumni: bool


class StandingStep(NamedTuple):
    """A step with the cohort whose own plan it stands in; the programme's plan has none."""

    step: FollowUpStep
    cohort: Cohort | None


def get_plan(session: Session, public_id: str, *, actor: Actor) -> tuple[FollowUpPlan, Cohort | None]:
    """A plan that the actor may look at step by step, with the cohort whose own it is."""
    statement = (
        select(FollowUpPlan)
        .where(FollowUpPlan.public_id == public_id)
        .options(joinedload(FollowUpPlan.programme), selectinload(FollowUpPlan.steps))
    )
    plan = session.scalars(statement).one_or_none()
    cohort = _cohort_of(session, plan) if plan is not None else None
    if plan is None or not may_view_plan(actor, plan, cohort):
        raise NotFound
    return plan, cohort


def get_step(session: Session, public_id: str, *, actor: Actor) -> StandingStep:
    """A step that holds, of a plan that the actor may look at."""
    statement = (
        select(FollowUpStep)
        .where(FollowUpStep.public_id == public_id, FollowUpStep.retired_at.is_(None))
        .options(joinedload(FollowUpStep.plan).joinedload(FollowUpPlan.programme), selectinload(FollowUpStep.questions))
    )
    step = session.scalars(statement).one_or_none()
    cohort = _cohort_of(session, step.plan) if step is not None else None
    if step is None or not may_view_plan(actor, step.plan, cohort):
        raise NotFound
    return StandingStep(step, cohort)


def add_step(
    session: Session, plan: FollowUpPlan, *, actor: Actor, now: datetime, **shape: Unpack[StepShape]
) -> tuple[FollowUpStep, Effect]:
    """One more step. Who is in is asked by it too, where its moment is recent enough or to come."""
    _require_editing(session, plan, actor)
    # Two who add at once come one by one; neither overwrites anything of the other.
    session.refresh(plan, attribute_names=["version", "steps"], with_for_update=True)
    standing = standing_steps(plan)
    if len(standing) >= MOST_STEPS:
        raise Conflict(FULL)
    step = FollowUpStep(position=max([each.position for each in standing], default=0) + 1)
    plan.steps.append(step)
    _put(step, shape)
    _put_questions(step, shape.get("questions", ()))
    _touch(plan)
    # The strand is given with the row.
    session.flush()
    effect = follow_plan(session, plan, [step.strand], now=now)
    audit.record(session, "follow_up_step.added", step, actor=actor, now=now)
    return step, effect


def edit_step(
    session: Session, step: FollowUpStep, *, actor: Actor, now: datetime, **shape: Unpack[StepShape]
) -> tuple[FollowUpStep, Effect]:
    """Puts these values in place of the step's. The answer is the step that holds from now on: a new one, where the
    words changed by which somebody was asked."""
    plan = step.plan
    _require_editing(session, plan, actor)
    _hold_unchanged(session, plan, step)
    for name in ("anchor", "role"):
        if name in shape and shape[name] != getattr(step, name):
            raise Invalid.field(name, STAYS)
    if _is_reworded(step, shape) and _was_asked(session, step):
        step.retired_at = now
        step = copy_step(step)
        plan.steps.append(step)
    _put(step, shape)
    if _described(shape.get("questions", ())) != _kept(step):
        _put_questions(step, shape.get("questions", ()))
    _touch(plan)
    # As in `add_step`.
    session.flush()
    effect = follow_plan(session, plan, [step.strand], now=now)
    audit.record(session, "follow_up_step.edited", step, actor=actor, now=now)
    return step, effect


def remove_step(session: Session, step: FollowUpStep, *, actor: Actor, now: datetime) -> Effect:
    """Asks nobody by this step any more. What was asked and answered stays, and the step is kept for it."""
    plan = step.plan
    _require_editing(session, plan, actor)
    _hold_unchanged(session, plan, step)
    step.retired_at = now
    _touch(plan)
    effect = follow_plan(session, plan, [step.strand], now=now)
    audit.record(session, "follow_up_step.removed", step, actor=actor, now=now)
    return effect


def preview(session: Session, act: Callable[[], Effect]) -> Effect:
    """What a change of a plan would do: it is made, counted and undone, so that the numbers are those of the change."""
    with session.begin_nested() as undone:
        effect = act()
        undone.rollback()
    return effect


def _cohort_of(session: Session, plan: FollowUpPlan) -> Cohort | None:
    if plan.is_default:
        return None
    statement = select(Cohort).where(Cohort.follow_up_plan_id == plan.id).options(joinedload(Cohort.programme))
    return session.scalars(statement).one_or_none()


def _require_editing(session: Session, plan: FollowUpPlan, actor: Actor) -> None:
    cohort = _cohort_of(session, plan)
    require(may_edit_plan(actor, plan, cohort), seen=may_view_plan(actor, plan, cohort))


def _hold_unchanged(session: Session, plan: FollowUpPlan, step: FollowUpStep) -> None:
    """Locks the plan, and refuses a change of what somebody else has changed since it was read."""
    version = session.scalars(select(FollowUpPlan.version).where(FollowUpPlan.id == plan.id).with_for_update()).one()
    if version != plan.version:
        raise Conflict(CHANGED_MEANWHILE, code="changed-meanwhile")
    if step.retired_at is not None:
        raise Conflict(RETIRED)


def _touch(plan: FollowUpPlan) -> None:
    """Raises the plan's version: it is that of all of its steps."""
    flag_modified(plan, "is_default")


def _put(step: FollowUpStep, shape: StepShape) -> None:
    check_offset(shape["offset"])
    for name, value in shape.items():
        if name != "questions":
            setattr(step, name, [str(stage) for stage in shape["stages"]] if name == "stages" else value)


def _put_questions(step: FollowUpStep, questions: Sequence[QuestionShape]) -> None:
    step.questions = [FollowUpQuestion(**described) for described in _described(questions)]


_USUAL: dict[str, Any] = {
    "is_required": False,
    "lowest": 1,
    "highest": 5,
    "lowest_label": "",
    "highest_label": "",
    "flows_to": AnswerFlow.NOWHERE,
    "metric_name": "",
}


def _described(questions: Sequence[QuestionShape]) -> list[dict[str, Any]]:
    return [_USUAL | question | {"position": place} for place, question in enumerate(questions, start=1)]


def _kept(step: FollowUpStep) -> list[dict[str, Any]]:
    return [
        {name: getattr(question, name) for name in QUESTION} | {"position": place}
        for place, question in enumerate(step.questions, start=1)
    ]


def _is_reworded(step: FollowUpStep, shape: StepShape) -> bool:
    words = {name: value for name, value in shape.items() if name in WORDS}
    return _described(shape.get("questions", ())) != _kept(step) or any(
        getattr(step, name) != value for name, value in words.items()
    )


def _was_asked(session: Session, step: FollowUpStep) -> bool:
    statement = select(CheckIn.id).where(
        CheckIn.step_id == step.id, or_(CheckIn.asked_at.is_not(None), CheckIn.state == CheckInState.ANSWERED)
    )
    return session.scalars(statement.limit(1)).first() is not None
