"""A cohort's sessions as lines of a page: one statement, with how many members were recorded and there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from coaching.models import Attendance, AttendanceStatus, CoachingSession, Cohort, SessionState
from coaching.policies import Actor, may_run_cohort
from coaching.services.words import is_one_of

WAS_THERE = is_one_of(Attendance.status, (AttendanceStatus.PRESENT, AttendanceStatus.PARTIAL))

_SESSIONS = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        CoachingSession.ends_at,
        CoachingSession.timezone,
        CoachingSession.location,
        CoachingSession.state,
        CoachingSession.pair_membership_id,
        func.count(Attendance.id),
        func.count(Attendance.id).filter(WAS_THERE),
    )
    .outerjoin(Attendance, Attendance.session_id == CoachingSession.id)
    .where(CoachingSession.cohort_id == bindparam("cohort_id"))
    .group_by(CoachingSession.id)
    .order_by(CoachingSession.starts_at, CoachingSession.id)
)


class SessionLine(NamedTuple):
    """A session; `recorded` members have an attendance, `present` of them were there, wholly or partly."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    location: str
    state: SessionState
    is_pair: bool
    recorded: int
    present: int


def read_sessions(connection: Connection, cohort: Cohort, *, actor: Actor) -> tuple[SessionLine, ...]:
    """The cohort's sessions by time. A one-to-one is for its pair and for those who run the cohort."""
    runs = may_run_cohort(actor, cohort)
    standing = actor.standings.get(cohort.id)
    own = standing.membership_id if standing is not None else None
    rows = connection.execute(_SESSIONS, {"cohort_id": cohort.id}).all()
    return tuple(
        SessionLine(public_id, title, starts_at, ends_at, zone, place, state, pair is not None, recorded, present)
        for public_id, title, starts_at, ends_at, zone, place, state, pair, recorded, present in rows
        if runs or pair is None or pair == own
    )


def next_session(lines: Iterable[SessionLine], *, now: datetime) -> SessionLine | None:
    """The first session that has not ended, one that goes on just now included."""
    return next((line for line in lines if line.state == SessionState.SCHEDULED and line.ends_at > now), None)


def last_session(lines: Sequence[SessionLine], *, now: datetime) -> SessionLine | None:
    """The latest session that was held."""
    return next(
        (line for line in reversed(lines) if line.state == SessionState.SCHEDULED and line.ends_at <= now), None
    )
