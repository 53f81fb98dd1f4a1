"""Attendance as a picture and as a person's record: who was where, in one statement each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, and_, bindparam, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    Cohort,
    Membership,
    Role,
    SessionState,
)
from coaching.policies import Actor, may_view_cohort, may_view_cohort_progress, may_view_member, require
from coaching.services.cohort_progress import MEMBERS
from coaching.services.counted_sessions import COUNTS, IS_OPEN, MISSED_IN_A_ROW
from coaching.services.session_list import SessionLine, read_sessions

# In a cell: the session ended before the member joined.
BEFORE = "before"

# The words stay words here: a grid has hundreds of them.
_MARKS = (
    select(Membership.public_id, CoachingSession.public_id, type_coerce(Attendance.status, String), Attendance.minutes)
    .join_from(CoachingSession, Attendance, Attendance.session_id == CoachingSession.id)
    .join(Membership, Membership.id == Attendance.membership_id)
    .where(CoachingSession.cohort_id == bindparam("cohort_id"))
)
_MISSED = (
    select(Membership.public_id, func.count(), func.min(CoachingSession.starts_at))
    .join_from(Membership, Attendance, Attendance.membership_id == Membership.id)
    .join(CoachingSession, CoachingSession.id == Attendance.session_id)
    .where(Membership.cohort_id == bindparam("cohort_id"), IS_OPEN, MISSED_IN_A_ROW)
    .group_by(Membership.id)
)
_RECORD = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        CoachingSession.timezone,
        CoachingSession.pair_membership_id.is_not(None),
        Attendance.status,
        Attendance.minutes,
        Attendance.source,
    )
    .join_from(Membership, CoachingSession, CoachingSession.cohort_id == Membership.cohort_id)
    .outerjoin(Attendance, and_(Attendance.session_id == CoachingSession.id, Attendance.membership_id == Membership.id))
    .where(
        Membership.id == bindparam("membership_id"),
        CoachingSession.state == SessionState.SCHEDULED,
        CoachingSession.ends_at <= bindparam("now"),
        or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == Membership.id),
        COUNTS,
    )
    .order_by(CoachingSession.starts_at.desc(), CoachingSession.id.desc())
)


class Mark(NamedTuple):
    """What is recorded of one member at one session: a word of AttendanceStatus, and `minutes` where measured."""

    status: str
    minutes: int | None


class GridMember(NamedTuple):
    """A row of the grid: a cell for each session, in the order of the columns.

    A cell is a status, "before" where the session ended before they joined, and None where nobody recorded it.
    `attended` of `counted` sessions, one-to-ones included; of `unrecorded` of these nobody has said anything.
    """

    id: str
    name: str
    joined_at: datetime
    attended: int
    counted: int
    unrecorded: int
    absences_in_a_row: int
    absent_since: datetime | None
    cells: tuple[str | None, ...]
    minutes: tuple[int | None, ...]


class AttendanceGrid(NamedTuple):
    """Members by sessions: who came to which."""

    sessions: tuple[SessionLine, ...]
    members: tuple[GridMember, ...]


class HeldSession(NamedTuple):
    """A session that counts for a member, and whether they were there; `status` is None where nobody recorded it."""

    id: str
    title: str
    starts_at: datetime
    timezone: str
    is_pair: bool
    status: AttendanceStatus | None
    minutes: int | None
    source: AttendanceSource | None


def read_marks(session: Session, cohort: Cohort, *, actor: Actor) -> dict[tuple[str, str], Mark]:
    """Every attendance of the cohort by (membership, session)."""
    require(may_view_cohort_progress(actor, cohort), seen=may_view_cohort(actor, cohort))
    rows = session.connection().execute(_MARKS, {"cohort_id": cohort.id}).all()
    return {(member, held): Mark(status, minutes) for member, held, status, minutes in rows}


def read_grid(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> AttendanceGrid:
    """Who came to which session, for those who see everybody's progress. Four statements, for however many members."""
    marks = read_marks(session, cohort, actor=actor)
    connection, values = session.connection(), {"cohort_id": cohort.id, "now": now}
    sessions = held_sessions(read_sessions(connection, cohort, actor=actor), now=now)
    missed = {row[0]: (row[1], row[2]) for row in connection.execute(_MISSED, values).all()}
    members = []
    for _, public_id, name, role, status, joined_at, counted, unrecorded, attended, _ in connection.execute(
        MEMBERS, values
    ).all():
        if role != Role.PARTICIPANT or status not in OPEN_STATUSES:
            continue
        row = [marks.get((public_id, held.id)) for held in sessions]
        words = [
            mark.status if mark else BEFORE if held.ends_at <= joined_at else None
            for held, mark in zip(sessions, row, strict=True)
        ]
        absences, since = missed.get(public_id, (0, None))
        members.append(
            GridMember(
                id=public_id, name=name, joined_at=joined_at, attended=attended, counted=counted,
                unrecorded=unrecorded, absences_in_a_row=absences, absent_since=since, cells=tuple(words),
                minutes=tuple(mark.minutes if mark else None for mark in row),
            )
        )  # fmt: skip
    return AttendanceGrid(sessions=sessions, members=tuple(members))


def held_sessions(lines: Iterable[SessionLine], *, now: datetime) -> tuple[SessionLine, ...]:
    """The meetings of the whole cohort that were held. One-to-ones have no column: they are their pair's."""
    return tuple(
        line for line in lines if line.state == SessionState.SCHEDULED and not line.is_pair and line.ends_at <= now
    )


def read_record(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> list[HeldSession]:
    """The sessions held since the member joined, the newest first."""
    require(may_view_member(actor, membership), seen=False)
    values = {"membership_id": membership.id, "now": now}
    return [HeldSession(*row) for row in session.connection().execute(_RECORD, values).all()]
