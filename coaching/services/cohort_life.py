"""A cohort's life: paused and resumed, archived and opened again. Each is a dated change with a reason; none deletes.

What a change does is told before it is done (`foresee_change`), in numbers, from the same rows that it will touch.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, select
from sqlalchemy.orm import Session

from coaching.cohort_life_policies import may_archive_cohort, may_pause_cohort
from coaching.errors import Conflict
from coaching.models import (
    CheckIn,
    CheckInState,
    CoachingSession,
    Cohort,
    CohortChange,
    CohortState,
    Membership,
    Poll,
    PollState,
    SessionState,
)
from coaching.policies import Actor, may_view_cohort, require
from coaching.services import audit, follow_ups, held_check_ins, reminders
from coaching.services.calendar_lock import lock_calendar
from coaching.services.coaching_sessions import call_off
from coaching.services.polls import end_poll
from coaching.services.reasons import COHORT_ARCHIVED, COHORT_PAUSED

FOR_COORDINATORS = "A coordinator of the programme archives a cohort and opens it again."
_ALREADY = {
    CohortState.RUNNING: "This cohort is running. Load the page again to see where it stands.",
    CohortState.PAUSED: "This cohort is paused already.",
    CohortState.ARCHIVED: "This cohort is archived already.",
}


class AtStake(NamedTuple):
    """What a change of a cohort's state is about to touch, in numbers.

    `to_ask` are check-ins that wait for their moment or for the end of a pause, and `unanswered` those that were asked
    and can still be answered.
    """

    to_ask: int
    unanswered: int
    sessions: int
    reminded: int
    polls: int


def _count(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(*conditions).scalar_subquery()


_of_cohort = Membership.cohort_id == bindparam("cohort_id")
_to_come = (
    CoachingSession.cohort_id == bindparam("cohort_id"),
    CoachingSession.state == SessionState.SCHEDULED,
    CoachingSession.starts_at > bindparam("now"),
)
_AT_STAKE = select(
    _count(CheckIn.membership_id == Membership.id, _of_cohort, CheckIn.state == CheckInState.DUE),
    _count(
        CheckIn.membership_id == Membership.id,
        _of_cohort,
        CheckIn.state == CheckInState.ASKED,
        CheckIn.closes_at > bindparam("now"),
    ),
    _count(*_to_come),
    _count(*_to_come, CoachingSession.next_reminder_at.is_not(None)),
    _count(Poll.cohort_id == bindparam("cohort_id"), Poll.state == PollState.OPEN),
)


def foresee_change(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> AtStake:
    """What pausing, resuming or archiving the cohort would touch now: for those who may do either. One statement."""
    may = may_pause_cohort(actor, cohort) or may_archive_cohort(actor, cohort)
    require(may, seen=may_view_cohort(actor, cohort))
    row: Any = session.connection().execute(_AT_STAKE, {"cohort_id": cohort.id, "now": now}).one()
    return AtStake(*row)


def change_cohort(
    session: Session, cohort: Cohort, *, actor: Actor, now: datetime, state: CohortState, reason: str = ""
) -> CohortChange:
    """Brings the cohort into another state, each by its own rules."""
    if state == CohortState.PAUSED:
        return pause_cohort(session, cohort, actor=actor, now=now, reason=reason)
    if state == CohortState.ARCHIVED:
        return archive_cohort(session, cohort, actor=actor, now=now, reason=reason)
    act = reopen_cohort if cohort.state == CohortState.ARCHIVED else resume_cohort
    return act(session, cohort, actor=actor, now=now, reason=reason)


def pause_cohort(session: Session, cohort: Cohort, *, actor: Actor, now: datetime, reason: str = "") -> CohortChange:
    """Nobody is asked or reminded until it is resumed. Sessions stay in the calendar, and everything can be written."""
    require(may_pause_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    change = _change(session, cohort, CohortState.PAUSED, CohortState.RUNNING, actor=actor, now=now, reason=reason)
    held_check_ins.pause_cohort(session, cohort, now=now)
    reminders.call_off_in(session, cohort, COHORT_PAUSED, now=now)
    return change


def resume_cohort(session: Session, cohort: Cohort, *, actor: Actor, now: datetime, reason: str = "") -> CohortChange:
    """What waited is looked at anew, by the rules for somebody who comes back: what lies too far back is not asked."""
    require(may_pause_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    change = _change(session, cohort, CohortState.RUNNING, CohortState.PAUSED, actor=actor, now=now, reason=reason)
    held_check_ins.resume_cohort(session, cohort, now=now)
    follow_ups.resume_cohort_check_ins(session, cohort, now=now)
    reminders.plan_cohort_reminders(session, cohort, now=now)
    return change


def archive_cohort(session: Session, cohort: Cohort, *, actor: Actor, now: datetime, reason: str = "") -> CohortChange:
    """Ends what is planned: check-ins, reminders, polls, sessions to come. From then on it is there to be read."""
    require(may_archive_cohort(actor, cohort), seen=may_view_cohort(actor, cohort), message=FOR_COORDINATORS)
    _lock(session, cohort)
    if cohort.state == CohortState.ARCHIVED:
        raise Conflict(_ALREADY[cohort.state], code="cohort-archived")
    _call_off_sessions(session, cohort, actor=actor, now=now)
    _end_polls(session, cohort, actor=actor, now=now)
    follow_ups.withdraw_cohort_check_ins(session, cohort, now=now)
    reminders.call_off_in(session, cohort, COHORT_ARCHIVED, now=now)
    return _write(session, cohort, CohortState.ARCHIVED, actor=actor, now=now, reason=reason)


def reopen_cohort(session: Session, cohort: Cohort, *, actor: Actor, now: datetime, reason: str = "") -> CohortChange:
    """Lets people write in an archived cohort again. What had ended does not come back by itself."""
    require(may_archive_cohort(actor, cohort), seen=may_view_cohort(actor, cohort), message=FOR_COORDINATORS)
    return _change(session, cohort, CohortState.RUNNING, CohortState.ARCHIVED, actor=actor, now=now, reason=reason)


def _change(
    session: Session,
    cohort: Cohort,
    to: CohortState,
    only_from: CohortState,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> CohortChange:
    _lock(session, cohort)
    if cohort.state != only_from:
        raise Conflict(_ALREADY[cohort.state], code=f"cohort-{cohort.state}")
    return _write(session, cohort, to, actor=actor, now=now, reason=reason)


def _lock(session: Session, cohort: Cohort) -> None:
    """Of two who change it at once the second finds what the first made of it."""
    lock_calendar(session.connection(), cohort.id)
    session.refresh(cohort, attribute_names=["state", "version"], with_for_update=True)


def _write(
    session: Session, cohort: Cohort, state: CohortState, *, actor: Actor, now: datetime, reason: str
) -> CohortChange:
    act = {
        CohortState.PAUSED: "paused",
        CohortState.ARCHIVED: "archived",
        CohortState.RUNNING: "resumed" if cohort.state == CohortState.PAUSED else "reopened",
    }[state]
    cohort.state = state
    change = CohortChange(cohort_id=cohort.id, state=state, at=now, reason=reason, actor_id=actor.person_id)
    session.add(change)
    # What follows is done by statements that read the cohort's row.
    session.flush()
    audit.record(session, f"cohort.{act}", cohort, actor=actor, now=now)
    return change


def _call_off_sessions(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> None:
    statement = (
        select(CoachingSession)
        .where(
            CoachingSession.cohort_id == cohort.id,
            CoachingSession.state == SessionState.SCHEDULED,
            CoachingSession.starts_at > now,
        )
        .order_by(CoachingSession.id)
        .with_for_update(of=CoachingSession)
        .execution_options(populate_existing=True)
    )
    if to_come := list(session.scalars(statement)):
        call_off(session, to_come, reason=COHORT_ARCHIVED, actor=actor, now=now)


def _end_polls(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> None:
    statement = (
        select(Poll)
        .where(Poll.cohort_id == cohort.id, Poll.state == PollState.OPEN)
        .order_by(Poll.id)
        .with_for_update(of=Poll)
        .execution_options(populate_existing=True)
    )
    for poll in session.scalars(statement).all():
        end_poll(session, poll, actor=actor, now=now, reason=COHORT_ARCHIVED)
