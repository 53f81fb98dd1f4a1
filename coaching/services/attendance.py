"""Attendance: who was at a session, as the coach marked it or as an import tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, delete, func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.importers.presence import Thresholds
from coaching.models import (
    OPEN_STATUSES,
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    Cohort,
    Membership,
    Person,
    Role,
    SessionState,
)
from coaching.policies import Actor, may_run_cohort, may_view_session, require, runs_cohort
from coaching.services import audit
from coaching.services.attendance_trail import note_changes


class AttendanceLine(NamedTuple):
    """One member at one session; `status` is None where nothing is recorded yet."""

    membership_id: str
    name: str
    email: str | None
    status: AttendanceStatus | None
    minutes: int | None
    source: AttendanceSource | None


_LINES = (
    select(
        Membership.public_id,
        Person.name,
        Person.email,
        Attendance.status,
        Attendance.minutes,
        Attendance.source,
    )
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(
        Attendance,
        (Attendance.membership_id == Membership.id) & (Attendance.session_id == bindparam("session_id")),
    )
    .where(
        Membership.cohort_id == bindparam("cohort_id"),
        Membership.role == Role.PARTICIPANT,
        Membership.status.in_(OPEN_STATUSES),
    )
    .order_by(Person.name, Membership.id)
)

_HOW_MANY = (
    select(func.count())
    .where(Attendance.session_id.in_(bindparam("numbers", expanding=True)))
    .group_by(Attendance.session_id)
    .order_by(Attendance.session_id)
    .limit(1)
)


def expected_members(coaching_session: CoachingSession) -> Select[Membership, Person]:
    """Who is expected: the participants who are in, or the one of a pair."""
    statement = (
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.cohort_id == coaching_session.cohort_id,
            Membership.role == Role.PARTICIPANT,
            Membership.status.in_(OPEN_STATUSES),
        )
        .order_by(Person.name, Membership.id)
    )
    if coaching_session.pair_membership_id is not None:
        statement = statement.where(Membership.id == coaching_session.pair_membership_id)
    return statement


def list_attendance(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[AttendanceLine]:
    """A line for each expected member. Those who do not run the cohort are given their own line alone."""
    require(may_view_session(actor, coaching_session), seen=False)
    statement, values = _LINES, {"cohort_id": coaching_session.cohort_id, "session_id": coaching_session.id}
    if coaching_session.pair_membership_id is not None:
        statement = statement.where(Membership.id == coaching_session.pair_membership_id)
    if not runs_cohort(actor, coaching_session.cohort):
        statement = statement.where(Membership.person_id == actor.person_id)
    return [AttendanceLine._make(row) for row in session.execute(statement, values).all()]


def mark_attendance(
    session: Session,
    coaching_session: CoachingSession,
    *,
    actor: Actor,
    now: datetime,
    marks: Mapping[str, AttendanceStatus],
) -> int:
    """Records what the coach says of each member (by public identifier). The number of lines that changed.

    A mark that says what is recorded already changes nothing, so that measured minutes survive a saved form.
    """
    require(may_run_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    check_may_record(coaching_session, now=now)
    members = _find_expected(session, coaching_session, marks)
    recorded = recorded_attendance(session, coaching_session)
    changes: list[dict[str, Any]] = []
    for public_id, status in marks.items():
        membership = members[public_id]
        line = recorded.get(membership.id)
        if line is not None and line.status == status:
            continue
        if line is None:
            line = Attendance(session_id=coaching_session.id, membership_id=membership.id)
            session.add(line)
        said = {"status": status, "minutes": None, "source": AttendanceSource.COACH, "batch_id": None}
        for name, value in said.items():
            setattr(line, name, value)
        line.recorded_at, line.recorded_by_id = now, actor.person_id
        changes.append(said | {"membership_id": membership.id})
    if changes:
        note_changes(session, coaching_session, changes, actor=actor, now=now)
        audit.record(session, "attendance.marked", coaching_session, actor=actor, now=now)
    return len(changes)


def _find_expected(
    session: Session, coaching_session: CoachingSession, marks: Mapping[str, AttendanceStatus]
) -> dict[str, Membership]:
    """The expected members by public identifier. Raises Invalid where a mark is of anybody else."""
    members = {
        membership.public_id: membership for membership, _ in session.execute(expected_members(coaching_session))
    }
    if unknown := sorted(set(marks) - set(members)):
        raise Invalid(
            "Somebody on the list is not expected at this session.", {name: ["Not expected."] for name in unknown}
        )
    return members


def thresholds_of(cohort: Cohort) -> Thresholds:
    """What the cohort counts as present, in part and late, from now on."""
    return Thresholds(cohort.present_percent, cohort.partial_percent, cohort.late_minutes)


def recorded_attendance(session: Session, coaching_session: CoachingSession) -> dict[int, Attendance]:
    """What is recorded of a session, by membership number."""
    statement = select(Attendance).where(Attendance.session_id == coaching_session.id)
    return {line.membership_id: line for line in session.scalars(statement)}


def check_may_record(coaching_session: CoachingSession, *, now: datetime) -> None:
    """Refuses attendance of a session that was cancelled or has not begun."""
    if coaching_session.state == SessionState.CANCELLED:
        raise Conflict("This session was cancelled, so nobody attended it.")
    if coaching_session.starts_at > now:
        raise Conflict("This session has not begun yet. Record who came once it has.")


def check_may_be_to_come(
    session: Session, changed: Sequence[CoachingSession], were: Mapping[int, datetime], *, now: datetime
) -> None:
    """Refuses to move what somebody was at to a time that is still to come: the marks would wait there for a day that
    they are not of. `were` has the starts from before, by the sessions' numbers."""
    to_come = [held.id for held in changed if were[held.id] <= now < held.starts_at]
    if people := _people_recorded(session, to_come):
        message = f"Attendance of {people} is recorded, so it cannot be still to come."
        raise Invalid.field("local_start", f"{message} Schedule another session for the new time.")


def check_may_be_cancelled(session: Session, cancelled: Sequence[CoachingSession], *, now: datetime) -> None:
    """Refuses to cancel what somebody was at: their attendance would be out of every figure without a word."""
    if people := _people_recorded(session, [held.id for held in cancelled if held.starts_at <= now]):
        message = f"Attendance of {people} is recorded, so this session cannot be cancelled."
        raise Conflict(f"{message} If it is wrong, correct who came.")


def take_back_early_marks(
    session: Session,
    changed: Sequence[CoachingSession],
    were: Mapping[int, datetime] | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Takes back what was recorded of sessions that had not begun, by the code in the room: they are held at another
    time than `were`, or not at all where it is left out. The trail keeps it."""
    early = {held.id: held for held in changed if were is None and held.starts_at > now}
    if were is not None:
        early = {held.id: held for held in changed if were[held.id] > now and held.starts_at != were[held.id]}
    if not early:
        return
    lines = session.scalars(select(Attendance).where(Attendance.session_id.in_(early))).all()
    for number in {line.session_id for line in lines}:
        said = [
            {"membership_id": line.membership_id, "status": None, "minutes": None, "source": line.source,
             "batch_id": line.batch_id}
            for line in lines if line.session_id == number
        ]  # fmt: skip
        note_changes(session, early[number], said, actor=actor, now=now)
    if lines:
        session.execute(delete(Attendance).where(Attendance.id.in_([line.id for line in lines])))


def _people_recorded(session: Session, numbers: Sequence[int]) -> str:
    """How many people are recorded at the first of these sessions at which anybody is, in words; blank if at none."""
    if not numbers:
        return ""
    found = session.connection().execute(_HOW_MANY, {"numbers": list(numbers)}).scalar()
    return f"{found} {'person' if found == 1 else 'people'}" if found else ""
