"""Rows for the tests of who needs their coach: a coach, a cohort that runs, and what makes each signal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from coaching.models import (
    AttendanceStatus,
    CheckIn,
    CheckInState,
    Cohort,
    Goal,
    GoalState,
    Membership,
    Person,
    PracticeEntry,
    PracticeKind,
    Role,
    Signal,
)
from coaching.policies import Actor
from coaching.services.needs import Need, list_needs
from tests.factories import (
    NOW,
    actor_of,
    make_action,
    make_check_in,
    make_cohort,
    make_goal,
    make_membership,
    make_session,
    make_step,
)
from tests.services.progress_rows import attend

TODAY = NOW.date()


def make_running(session: Session, coach: Person, **values: Any) -> Cohort:
    """A cohort that began a month ago and goes on for another, with this coach and nothing to worry about."""
    usual = {"starts_on": TODAY - timedelta(days=30), "ends_on": TODAY + timedelta(days=30)}
    cohort = make_cohort(session, **(usual | values))
    make_membership(session, cohort, coach, role=Role.COACH)
    make_session(session, cohort, starts_at=NOW + timedelta(days=2))
    return cohort


def miss(session: Session, member: Membership, *days_ago: int) -> None:
    for days in days_ago:
        attend(session, make_session(session, member.cohort, starts_at=NOW - timedelta(days=days)), member,
               AttendanceStatus.ABSENT)  # fmt: skip


def make_silent(session: Session, member: Membership, **values: Any) -> CheckIn:
    usual = {
        "state": CheckInState.ASKED, "due_at": NOW - timedelta(days=9), "asked_at": NOW - timedelta(days=9),
        "closes_at": NOW + timedelta(days=9), "escalated_at": NOW - timedelta(days=1), "nudged": 1,
    }  # fmt: skip
    step = values.pop("step", None) or make_step(session, member.cohort)
    return make_check_in(session, step, member, **(usual | values))


def make_agreed(session: Session, member: Membership, *, days_ago: int, **values: Any) -> Goal:
    """A goal that was set and agreed so many days ago."""
    return make_goal(session, member, created_at=NOW - timedelta(days=days_ago), state=GoalState.AGREED, **values)


def practise(session: Session, member: Membership, on: date = TODAY, kind: PracticeKind = PracticeKind.LAUNCH) -> None:
    session.add(PracticeEntry(membership_id=member.id, kind=kind, on=on, created_at=NOW))
    session.flush()


def trouble(session: Session, member: Membership) -> None:
    """A member with every signal that a cohort that runs can have."""
    miss(session, member, 9, 2)
    make_silent(session, member)
    make_action(session, member, due_on=TODAY - timedelta(days=1))
    make_agreed(session, member, days_ago=42)


def needs_of(session: Session, coach: Person | Actor) -> list[Need]:
    """All that a coach is told, person after person."""
    actor = coach if isinstance(coach, Actor) else actor_of(session, coach)
    return [need for one in list_needs(session, actor=actor, now=NOW).people for need in one.needs]


def signals_of(session: Session, coach: Person | Actor) -> list[Signal]:
    return [need.signal for need in needs_of(session, coach)]
