"""When people are to be reminded of a session next, and reminders that do not hold any more.

A reminder is written when it is due, from the session as it is then (`reminder_posting`). What is planned ahead is one
moment a session, so that a change has one thing to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from coaching.models import (
    CoachingSession,
    Cohort,
    Membership,
    Message,
    MessageKind,
    MessageState,
    SessionState,
)
from coaching.services.outbox import CANCELLABLE, EMPTIED, log_deliveries

MOVED = "The session has another time, or was cancelled."
OUT = "They are out of the cohort, or paused."
_AT_ONCE = 500

_session = cast(Table, CoachingSession.__table__)
_STANDING = (
    select(_session.c.id, _session.c.starts_at, _session.c.state, _session.c.next_reminder_at, Cohort.reminder_minutes)
    .join(Cohort, Cohort.id == _session.c.cohort_id)
    .where(_session.c.id.in_(bindparam("numbers", expanding=True)))
    .order_by(_session.c.id)
    # Whoever posts the reminders of one at this moment has moved it on to the next before it is planned here.
    .with_for_update(of=_session)
)
_TO_COME = (
    select(_session.c.id)
    .where(_session.c.cohort_id == bindparam("cohort_id"), _session.c.starts_at > bindparam("now"))
    .order_by(_session.c.id)
)
# Not by the class: when somebody is reminded is no version of a session.
_PLAN = update(_session).where(_session.c.id == bindparam("number")).values(next_reminder_at=bindparam("at"))
_WAITING = select(Message.id, Message.subject_id, Message.occurrence).where(
    Message.kind == MessageKind.SESSION_REMINDER,
    Message.subject_id.in_(bindparam("numbers", expanding=True)),
    Message.state.in_(CANCELLABLE),
)
_OF_PERSON = select(Message.id).where(
    Message.kind == MessageKind.SESSION_REMINDER,
    Message.recipient_id == bindparam("person_id"),
    Message.state.in_(CANCELLABLE),
    Message.subject_id.in_(select(_session.c.id).where(_session.c.cohort_id == bindparam("cohort_id"))),
)

_OF_COHORT = select(Message.id).where(
    Message.kind == MessageKind.SESSION_REMINDER,
    Message.cohort_id == bindparam("cohort_id"),
    Message.state.in_(CANCELLABLE),
)


def occurrence_of(minutes: int, starts_at: datetime) -> str:
    """Which reminder this is of a session: so long before that start. A session that moves is reminded of anew."""
    return f"{minutes} {starts_at.isoformat()}"


def next_reminder(
    starts_at: datetime, offsets: Iterable[int], *, now: datetime, pending: datetime | None = None
) -> datetime | None:
    """The next moment at which somebody is to be reminded of a session at this start.

    One that has passed is over, unless it is `pending`: its reminder was planned and not written yet.
    """
    moments = (starts_at - timedelta(minutes=minutes) for minutes in offsets)
    return min((moment for moment in moments if moment > now or moment == pending), default=None)


def plan_reminders(session: Session, numbers: Sequence[int], *, now: datetime) -> None:
    """Sets when people are reminded of these sessions next, and calls off what waits for a time that has changed."""
    connection = session.connection()
    for start in range(0, len(numbers), _AT_ONCE):
        some = list(numbers[start : start + _AT_ONCE])
        standing = {row.id: row for row in connection.execute(_STANDING, {"numbers": some})}
        connection.execute(_PLAN, [{"number": row.id, "at": _next(row, now=now)} for row in standing.values()])
        waiting = connection.execute(_WAITING, {"numbers": some}).all()
        stale = [message for message, held, which in waiting if not _holds(standing[held], which)]
        _call_off(session, stale, MOVED, now=now)


def plan_cohort_reminders(session: Session, cohort: Cohort, *, now: datetime) -> None:
    """After another choice of reminders: every session that is still to come follows it."""
    found = session.connection().execute(_TO_COME, {"cohort_id": cohort.id, "now": now})
    plan_reminders(session, list(found.scalars()), now=now)


def call_off_for(session: Session, membership: Membership, *, now: datetime) -> None:
    """Calls off what waits for somebody who is not expected any more."""
    values = {"person_id": membership.person_id, "cohort_id": membership.cohort_id}
    _call_off(session, list(session.connection().execute(_OF_PERSON, values).scalars()), OUT, now=now)


def call_off_in(session: Session, cohort: Cohort, reason: str, *, now: datetime) -> None:
    """Calls off what waits for anybody in a cohort that is paused or archived."""
    found = session.connection().execute(_OF_COHORT, {"cohort_id": cohort.id})
    _call_off(session, list(found.scalars()), reason, now=now)


def _next(row: Any, *, now: datetime) -> datetime | None:
    if row.state != SessionState.SCHEDULED:
        return None
    return next_reminder(row.starts_at, row.reminder_minutes, now=now, pending=row.next_reminder_at)


def _holds(row: Any, occurrence: str) -> bool:
    start: datetime = row.starts_at
    return row.state == SessionState.SCHEDULED and occurrence.partition(" ")[2] == start.isoformat()


def _call_off(session: Session, numbers: Sequence[int], reason: str, *, now: datetime) -> None:
    if not numbers:
        return
    statement = (
        update(Message)
        .where(Message.id.in_(numbers), Message.state.in_(CANCELLABLE))
        .values(state=MessageState.CANCELLED, settled_at=now, **EMPTIED)
        .returning(Message.id)
    )
    stopped = session.execute(statement).scalars().all()
    log_deliveries(session, [(number, reason) for number in stopped], MessageState.CANCELLED, now=now)
