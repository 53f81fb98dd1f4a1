"""What the demo's cohort that is under way is asked after each session and each launch, by a plan of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    AnswerChoice,
    CheckIn,
    CheckInState,
    FollowUpStep,
)
from coaching.services import follow_ups
from coaching.services.demo.answers import keep_answer
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.follow_up_plans import copy_plan
from coaching.services.follow_up_templates import AFTER_LAUNCH, AFTER_SESSION

# In turn, so that nothing is drawn by chance here: what the demo draws elsewhere stays what it was.
SAID = (AnswerChoice.DID_IT, AnswerChoice.NOT_YET, None, AnswerChoice.DID_IT, AnswerChoice.CANNOT_SAY)
NOTE = "Tried it with my own team."


def ask_after_sessions_and_launches(session: Session, cohort: DemoCohort, *, now: datetime) -> None:
    """Adds the two steps, and answers what they asked so far; who said nothing to what has closed was silent."""
    plan = copy_plan(session, cohort.row, now=cohort.row.created_at)
    added = [
        FollowUpStep(position=position, **template.shape())
        for position, template in enumerate((AFTER_SESSION, AFTER_LAUNCH[0]), start=len(plan.steps) + 1)
    ]
    plan.steps += added
    follow_ups.plan_check_ins(session, cohort.row, now=now)
    strands = [step.strand for step in added]
    asked = select(CheckIn).where(CheckIn.strand.in_(strands), CheckIn.due_at <= now).order_by(CheckIn.id)
    for number, check_in in enumerate(session.scalars(asked)):
        check_in.asked_at, check_in.wake_at = check_in.due_at, None
        said = SAID[number % len(SAID)]
        if said is None and check_in.closes_at <= now:
            check_in.state = CheckInState.EXPIRED
        else:
            note = NOTE if said == AnswerChoice.DID_IT else ""
            keep_answer(session, check_in, said or AnswerChoice.NOT_YET, note, check_in.due_at)
