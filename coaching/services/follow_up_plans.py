"""Follow-up plans: a programme's default, which its cohorts follow, and the plan that a cohort makes its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from coaching.errors import NotFound
from coaching.models import Cohort, Followed, FollowUpPlan, FollowUpQuestion, FollowUpStep, Programme, Role
from coaching.policies import Actor, may_open_cohort, may_run_cohort, may_view_cohort, require, runs_cohort
from coaching.services import audit
from coaching.services.calendar_lock import lock_calendar
from coaching.services.follow_up_changes import Effect
from coaching.services.follow_up_templates import DEFAULT_STEPS
from coaching.services.follow_ups import follow_other_plan

# What a copy of a step keeps: all but its own number, and the plan that it stands in.
STEP = (
    "strand", "position", "label", "anchor", "offset", "role", "stages", "question", "asks_enrolments", "channel",
    "window_days", "nudges", "nudge_days", "escalate_days", "is_alumni",
)  # fmt: skip
QUESTION = (
    "position", "kind", "prompt", "is_required", "lowest", "highest", "lowest_label", "highest_label", "flows_to",
    "metric_name",
)  # fmt: skip
_WITH_STEPS = selectinload(FollowUpPlan.steps).selectinload(FollowUpStep.questions)


class CohortPlan(NamedTuple):
    """What a cohort follows, as somebody may read it: who runs it reads every step, the others those of their role."""

    cohort: Cohort
    follows: Followed
    plan: FollowUpPlan | None
    steps: list[FollowUpStep]


def get_default_plan(session: Session, programme: Programme, *, actor: Actor) -> FollowUpPlan:
    """The programme's plan with its steps, for its coordinators and those who coach in it."""
    require(may_open_cohort(actor, programme.id), seen=False)
    plan = find_default_plan(session, programme.id)
    if plan is None:
        raise NotFound("This programme has no plan yet. It gets one with its first cohort.")
    return plan


def read_cohort_plan(session: Session, cohort: Cohort, *, actor: Actor) -> CohortPlan:
    """What the cohort follows; a participant reads the steps that ask participants."""
    require(may_view_cohort(actor, cohort), seen=False)
    statement = select(FollowUpPlan).where(FollowUpPlan.id == cohort.follow_up_plan_id).options(_WITH_STEPS)
    plan = session.scalars(statement).one_or_none()
    if plan is None:
        return CohortPlan(cohort, Followed.NONE, None, [])
    steps = standing_steps(plan)
    if not runs_cohort(actor, cohort):
        steps = [step for step in steps if step.role == Role.PARTICIPANT]
    return CohortPlan(cohort, Followed.DEFAULT if plan.is_default else Followed.OWN, plan, steps)


def standing_steps(plan: FollowUpPlan) -> list[FollowUpStep]:
    """The steps that hold, in their order; those that were retired are kept for what was asked by them."""
    return [step for step in plan.steps if step.retired_at is None]


def choose_plan(session: Session, cohort: Cohort, *, actor: Actor, now: datetime, follows: Followed) -> Effect:
    """Lets the cohort follow the programme's plan, a copy of it that is its own, or none.

    What was asked is not asked again, because a copy keeps each step's strand; what was not asked yet goes by the other
    plan from now on, or is called off. Said twice, it is said once: what the cohort follows already changes nothing.
    """
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    # First of all, as everybody who changes what a cohort's check-ins count from, or who is in it.
    lock_calendar(session.connection(), cohort.id)
    session.refresh(cohort, attribute_names=["follow_up_plan_id", "version"])
    default = session.scalar(_default_of(cohort.programme_id).with_only_columns(FollowUpPlan.id))
    lock_plan_rows(session, (number for number in (cohort.follow_up_plan_id, default) if number is not None))
    if read_cohort_plan(session, cohort, actor=actor).follows == follows:
        return Effect()
    if follows == Followed.DEFAULT:
        follow_default_plan(session, cohort, now=now)
    elif follows == Followed.OWN:
        if cohort.follow_up_plan_id is None:
            follow_default_plan(session, cohort, now=now)
        copy_plan(session, cohort, now=now)
    else:
        cohort.follow_up_plan_id = None
    effect = follow_other_plan(session, cohort, now=now)
    audit.record(session, f"follow_up_plan.{follows}", cohort, actor=actor, now=now)
    return effect


def lock_plan_rows(session: Session, plan_ids: Iterable[int]) -> None:
    """Locks plans for a change of them or of who follows them, in one order for everybody."""
    numbers = sorted(set(plan_ids))
    session.execute(
        select(FollowUpPlan.id).where(FollowUpPlan.id.in_(numbers)).order_by(FollowUpPlan.id).with_for_update()
    )


def find_default_plan(session: Session, programme_id: int) -> FollowUpPlan | None:
    return session.scalars(_default_of(programme_id).options(_WITH_STEPS)).one_or_none()


def follow_default_plan(session: Session, cohort: Cohort, *, now: datetime) -> FollowUpPlan:
    """Lets a cohort follow its programme's default plan, which is made where there is none yet."""
    # The cohort's programme may be as new as the cohort.
    session.flush()
    plan = find_default_plan(session, cohort.programme_id) or create_default_plan(session, cohort.programme, now=now)
    # The cohort refers to the plan by its number.
    session.flush()
    cohort.follow_up_plan_id = plan.id
    return plan


def create_default_plan(session: Session, programme: Programme, *, now: datetime) -> FollowUpPlan:
    """Two weeks, six weeks, three, six and twelve months after the cohort's end; the last two for who agrees to it."""
    plan = FollowUpPlan(programme=programme, is_default=True, created_at=now)
    plan.steps = [
        FollowUpStep(position=position, **template.shape()) for position, template in enumerate(DEFAULT_STEPS, start=1)
    ]
    session.add(plan)
    return plan


def copy_plan(session: Session, cohort: Cohort, *, now: datetime) -> FollowUpPlan:
    """A plan of the cohort's own, with the steps of the one that it follows. What was asked by those is not asked
    again by these, because a copy keeps its step's strand."""
    followed = session.scalars(
        select(FollowUpPlan).where(FollowUpPlan.id == cohort.follow_up_plan_id).options(_WITH_STEPS)
    ).one()
    own = FollowUpPlan(programme_id=followed.programme_id, is_default=False, created_at=now)
    own.steps = [copy_step(step) for step in standing_steps(followed)]
    session.add(own)
    # The cohort refers to the plan by its number.
    session.flush()
    cohort.follow_up_plan_id = own.id
    return own


def copy_step(step: FollowUpStep) -> FollowUpStep:
    """A step with the same words and days, of the same strand."""
    copy = FollowUpStep(**{name: getattr(step, name) for name in STEP})
    copy.questions = [
        FollowUpQuestion(**{name: getattr(question, name) for name in QUESTION}) for question in step.questions
    ]
    return copy


def _default_of(programme_id: int) -> Select[FollowUpPlan]:
    return select(FollowUpPlan).where(FollowUpPlan.programme_id == programme_id, FollowUpPlan.is_default.is_(True))
