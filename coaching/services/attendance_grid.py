"""Attendance as a picture and as a person's record: who was where, in one statement each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import String, and_, bindparam, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    THERE,
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    Cohort,
    Membership,
    MembershipStatus,
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
_ONE = Membership.id == bindparam("membership_id")
# The marks, what is counted, and the absences in a row: of everybody, and of the one who asks.
_EVERYBODY = (_MARKS, MEMBERS, _MISSED)
_OWN = tuple(statement.where(_ONE) for statement in _EVERYBODY)
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


class _Row(NamedTuple):
    """A row of MEMBERS."""

    number: int
    id: str
    name: str
    role: Role
    status: MembershipStatus
    joined_at: datetime
    attended: int
    counted: int
    excused: int
    unrecorded: int
    last_attended_at: datetime | None


class Mark(NamedTuple):
    """What is recorded of one member at one session: a word of AttendanceStatus, and `minutes` where measured."""

    status: str
    minutes: int | None


Cells = dict[tuple[str, str], Mark | str]


class GridSession(NamedTuple):
    """A column of the grid: `came` of the `counted` members whom it counts for; nothing is said of `unrecorded`."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    came: int
    counted: int
    unrecorded: int


class GridMember(NamedTuple):
    """A row of the grid: a cell for each session, in the order of the columns.

    A cell is a status, "before" where the session ended before they joined, and None where nobody recorded it.
    `attended` of `counted` sessions. Of these `one_to_ones` have no column, `excused` ones were missed with notice, and
    of `unrecorded` ones nobody has said anything.
    """

    id: str
    name: str
    joined_at: datetime
    attended: int
    counted: int
    excused: int
    unrecorded: int
    one_to_ones: int
    absences_in_a_row: int
    absent_since: datetime | None
    cells: tuple[str | None, ...]
    minutes: tuple[int | None, ...]


class AttendanceGrid(NamedTuple):
    """Members by sessions: who came to which. Whoever does not see everybody's progress has their own row alone."""

    sessions: tuple[GridSession, ...]
    members: tuple[GridMember, ...]
    is_whole: bool

    @property
    def attended(self) -> int:
        return sum(member.attended for member in self.members)

    @property
    def counted(self) -> int:
        """The places of all: every member at every session that counts for them."""
        return sum(member.counted for member in self.members)

    @property
    def unrecorded(self) -> int:
        return sum(member.unrecorded for member in self.members)


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


class RecordCounts(NamedTuple):
    """A record in figures: of the `counted` sessions some are `excused` and some `unrecorded`, which is no absence."""

    attended: int
    counted: int
    excused: int
    unrecorded: int


class Joiner(Protocol):
    """A member as far as the grid asks: who they are, and from when on sessions count for them."""

    @property
    def id(self) -> str: ...

    @property
    def joined_at(self) -> datetime: ...


def read_marks(session: Session, cohort: Cohort, *, actor: Actor) -> dict[tuple[str, str], Mark]:
    """Every attendance of the cohort by (membership, session)."""
    require(may_view_cohort_progress(actor, cohort), seen=may_view_cohort(actor, cohort))
    return _by_place(session.connection().execute(_MARKS, {"cohort_id": cohort.id}).all())


def read_grid(session: Session, cohort: Cohort, *, actor: Actor, now: datetime) -> AttendanceGrid:
    """Who came to which session. Four statements, for however many members.

    Everybody's row is for those who see everybody's progress. A participant is given their own, in which the columns
    count nobody else: in a small cohort a count is a name.
    """
    require(may_view_cohort(actor, cohort), seen=False)
    is_whole = may_view_cohort_progress(actor, cohort)
    connection, values = session.connection(), {"cohort_id": cohort.id, "now": now}
    if not is_whole:
        values["membership_id"] = actor.standings[cohort.id].membership_id
    marking, counting, missing = _EVERYBODY if is_whole else _OWN
    marks = _by_place(connection.execute(marking, values).all())
    lines = held_sessions(read_sessions(connection, cohort, actor=actor), now=now)
    missed = {row[0]: (row[1], row[2]) for row in connection.execute(missing, values).all()}
    members = [_Row(*row) for row in connection.execute(counting, values).all()]
    learning = [row for row in members if row.role == Role.PARTICIPANT and row.status in OPEN_STATUSES]
    cells = fill_cells(learning, lines, marks)
    rows = tuple(_row(row, lines, cells, *missed.get(row.id, (0, None))) for row in learning)
    columns = tuple(_column(line, [row.cells[place] for row in rows]) for place, line in enumerate(lines))
    return AttendanceGrid(sessions=columns, members=rows, is_whole=is_whole)


def held_sessions(lines: Iterable[SessionLine], *, now: datetime) -> tuple[SessionLine, ...]:
    """The meetings of the whole cohort that were held. One-to-ones have no column: they are their pair's."""
    return tuple(
        line for line in lines if line.state == SessionState.SCHEDULED and not line.is_pair and line.ends_at <= now
    )


def fill_cells(
    members: Iterable[Joiner], sessions: Iterable[SessionLine], marks: Mapping[tuple[str, str], Mark]
) -> Cells:
    """What stands at each member and session: a mark, "before", or nothing where nobody recorded it."""
    cells: Cells = {**marks}
    held = tuple(sessions)
    for member in members:
        for line in held:
            if line.ends_at <= member.joined_at:
                cells.setdefault((member.id, line.id), BEFORE)
    return cells


def _by_place(rows: Iterable[Any]) -> dict[tuple[str, str], Mark]:
    return {(member, held): Mark(status, minutes) for member, held, status, minutes in rows}


def _row(row: _Row, lines: Iterable[SessionLine], cells: Cells, absences: int, since: datetime | None) -> GridMember:
    found = [cells.get((row.id, line.id)) for line in lines]
    words = tuple(cell.status if isinstance(cell, Mark) else cell for cell in found)
    return GridMember(
        id=row.id, name=row.name, joined_at=row.joined_at, attended=row.attended, counted=row.counted,
        excused=row.excused, unrecorded=row.unrecorded,
        one_to_ones=row.counted - sum(word != BEFORE for word in words),
        absences_in_a_row=absences, absent_since=since, cells=words,
        minutes=tuple(cell.minutes if isinstance(cell, Mark) else None for cell in found),
    )  # fmt: skip


def _column(line: SessionLine, words: Sequence[str | None]) -> GridSession:
    counted = [word for word in words if word != BEFORE]
    return GridSession(
        line.id, line.title, line.starts_at, line.ends_at, line.timezone,
        came=sum(word in THERE for word in counted), counted=len(counted), unrecorded=counted.count(None),
    )  # fmt: skip


def read_record(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> list[HeldSession]:
    """The sessions held since the member joined, the newest first."""
    require(may_view_member(actor, membership), seen=False)
    values = {"membership_id": membership.id, "now": now}
    return [HeldSession(*row) for row in session.connection().execute(_RECORD, values).all()]


def count_record(record: Iterable[HeldSession]) -> RecordCounts:
    statuses = [held.status for held in record]
    return RecordCounts(
        attended=sum(status in THERE for status in statuses),
        counted=len(statuses),
        excused=statuses.count(AttendanceStatus.EXCUSED),
        unrecorded=statuses.count(None),
    )
