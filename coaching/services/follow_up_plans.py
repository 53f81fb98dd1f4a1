"""Follow-up plans: a programme's default, which its cohorts follow, and the plan that a cohort makes its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from coaching.models import Anchor, Cohort, FollowUpPlan, FollowUpQuestion, FollowUpStep, Programme

# What a copy of a step keeps: all but its own number, and the plan that it stands in.
_STEP = (
    "strand", "position", "label", "anchor", "offset", "role", "stages", "question", "asks_enrolments", "channel",
    "window_days", "nudges", "nudge_days", "escalate_days", "is_alumni",
)  # fmt: skip
_QUESTION = (
    "position", "kind", "prompt", "is_required", "lowest", "highest", "lowest_label", "highest_label", "flows_to",
)  # fmt: skip
DEFAULT_STEPS = (
    ("Two weeks on", "P14D", "Have you begun to put what you learned into practice?", False),
    ("Six weeks on", "P42D", "Have you shown your course, or a part of it, to the learners it is for?", False),
    ("Three months on", "P3M", "Have you launched your course, or run one again, since the cohort ended?", False),
    ("Six months on", "P6M", "Is what you learned part of how you and your team build courses now?", True),
    ("A year on", "P12M", "Have you put what you learned into practice in the past six months?", True),
)


def follow_default_plan(session: Session, cohort: Cohort, *, now: datetime) -> FollowUpPlan:
    """Lets a cohort follow its programme's default plan, which is made where there is none yet."""
    # The cohort's programme may be as new as the cohort.
    session.flush()
    statement = select(FollowUpPlan).where(
        FollowUpPlan.programme_id == cohort.programme_id, FollowUpPlan.is_default.is_(True)
    )
    plan = session.scalars(statement).one_or_none() or create_default_plan(session, cohort.programme, now=now)
    # The cohort refers to the plan by its number.
    session.flush()
    cohort.follow_up_plan_id = plan.id
    return plan


def create_default_plan(session: Session, programme: Programme, *, now: datetime) -> FollowUpPlan:
    """Two weeks, six weeks, three, six and twelve months after the cohort's end; the last two for who agrees to it."""
    plan = FollowUpPlan(programme=programme, is_default=True, created_at=now)
    plan.steps = [
        FollowUpStep(
            position=position,
            label=label,
            anchor=Anchor.COHORT_END,
            offset=offset,
            question=question,
            is_alumni=is_alumni,
        )
        for position, (label, offset, question, is_alumni) in enumerate(DEFAULT_STEPS, start=1)
    ]
    session.add(plan)
    return plan


def copy_plan(session: Session, cohort: Cohort, *, now: datetime) -> FollowUpPlan:
    """A plan of the cohort's own, with the steps of the one that it follows. What was asked by those is not asked
    again by these, because a copy keeps its step's strand."""
    followed = session.scalars(
        select(FollowUpPlan)
        .where(FollowUpPlan.id == cohort.follow_up_plan_id)
        .options(selectinload(FollowUpPlan.steps).selectinload(FollowUpStep.questions))
    ).one()
    own = FollowUpPlan(programme_id=followed.programme_id, is_default=False, created_at=now)
    own.steps = [_copy_of(step) for step in followed.steps if step.retired_at is None]
    session.add(own)
    # The cohort refers to the plan by its number.
    session.flush()
    cohort.follow_up_plan_id = own.id
    return own


def _copy_of(step: FollowUpStep) -> FollowUpStep:
    copy = FollowUpStep(**{name: getattr(step, name) for name in _STEP})
    copy.questions = [
        FollowUpQuestion(**{name: getattr(question, name) for name in _QUESTION}) for question in step.questions
    ]
    return copy
