"""Rows for the tests of follow-ups: a cohort with its plan, and ways to look at what became of its check-ins."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Asking, CheckIn, Cohort, ContactPreference, Delivery, Membership, Message, MessageState
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.follow_up_plans import follow_default_plan
from coaching.services.follow_ups import plan_check_ins
from tests.factories import NOW, make_cohort, make_membership, make_person

# Two weeks before NOW, so that the first step of the default plan is due this morning.
ENDED = date(2026, 6, 1)
LIMIT = 100


def make_planned_cohort(session: Session, **values: Any) -> Cohort:
    """A cohort that has ended, with the default plan, and nobody in it yet."""
    cohort = make_cohort(session, **({"ends_on": ENDED} | values))
    follow_default_plan(session, cohort, now=NOW)
    session.flush()
    return cohort


def make_planned_member(session: Session, cohort: Cohort | None = None, **values: Any) -> Membership:
    """A participant with their check-ins. `person` holds values of the person."""
    cohort = cohort or make_planned_cohort(session)
    person = make_person(session, **values.pop("person", {}))
    membership = make_membership(session, cohort, person, **values)
    plan_check_ins(session, cohort, now=NOW)
    return membership


def wake_earlier(session: Session, member: Membership) -> None:
    """Lets the first check-in wake when it falls due, as where it was planned before that and not just now."""
    first = check_ins_of(session, member)[0]
    first.wake_at = first.due_at
    session.flush()


def make_wakeful_member(session: Session, cohort: Cohort) -> Membership:
    """One who may be asked at any hour of any day: for tests that go by the real clock, whenever they run."""
    membership = make_planned_member(session, cohort)
    session.add(ContactPreference(person_id=membership.person_id, from_hour=0, until_hour=24, weekends=True))
    return membership


def post(session: Session, now: datetime = NOW) -> int:
    session.flush()
    return post_due_check_ins(session, now=now, limit=LIMIT)


def check_ins_of(session: Session, membership: Membership) -> list[CheckIn]:
    """In the order of their steps, as the database has them now."""
    session.flush()
    session.expire_all()
    statement = select(CheckIn).where(CheckIn.membership_id == membership.id).order_by(CheckIn.step_id)
    return list(session.scalars(statement))


def check_in_states(session: Session, membership: Membership) -> list[str]:
    return [check_in.state.value for check_in in check_ins_of(session, membership)]


def messages_about(session: Session, check_in: CheckIn) -> list[Message]:
    session.flush()
    session.expire_all()
    statement = (
        select(Message)
        .join(Asking, Asking.message_id == Message.id)
        .where(Asking.check_in_id == check_in.id)
        .order_by(Asking.number)
    )
    return list(session.scalars(statement))


def reasons(session: Session) -> Counter[str]:
    """Why messages were called off."""
    statement = select(Delivery.detail).where(Delivery.outcome == MessageState.CANCELLED)
    return Counter(session.scalars(statement))
