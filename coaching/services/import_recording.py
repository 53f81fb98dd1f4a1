"""What an import does to attendance, and takes back: recorded per member from all of their rows in the batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from coaching.importers.presence import Interval, attendance_status, total_minutes, unite_intervals
from coaching.models import (
    Attendance,
    AttendanceInterval,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    ImportBatch,
    ImportRow,
    Membership,
    Role,
    RowOutcome,
)
from coaching.policies import Actor
from coaching.services.attendance import recorded_attendance, thresholds_of
from coaching.services.attendance_trail import is_said, note_changes

NOTHING: dict[str, Any] = {"status": None}
COACH_STANDS = "The coach’s own mark stands."


def is_expected(member: Membership, coaching_session: CoachingSession) -> bool:
    """Whether the member's attendance at this session is kept: participants, or the one of a pair."""
    pair = coaching_session.pair_membership_id
    return member.role == Role.PARTICIPANT and (pair is None or pair == member.id)


def counts_if_absent(member: Membership, coaching_session: CoachingSession) -> bool:
    """Whether the member is absent where the report has not got them: sessions before joining do not count."""
    return member.joined_at < coaching_session.ends_at and is_expected(member, coaching_session)


def record_batch(
    session: Session,
    batch: ImportBatch,
    coaching_session: CoachingSession,
    members: Iterable[Membership],
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Records every matched member; and the absence of the others, once no row is in doubt."""
    recorded = recorded_attendance(session, coaching_session)
    rows_by_member = _by_member(batch)
    said = {"batch_id": batch.id, "source": AttendanceSource(batch.kind)}
    recording = {"session_id": coaching_session.id, "recorded_at": now, "recorded_by_id": actor and actor.person_id}
    presence: dict[int, tuple[Interval, ...]] = {}
    new, changes = list[dict[str, Any]](), list[dict[str, Any]]()
    for membership_id, rows in rows_by_member.items():
        line = recorded.get(membership_id)
        if line is not None and line.source == AttendanceSource.COACH:
            # The coach was there and said so by hand: a report does not overrule that.
            for row in rows:
                row.reason = COACH_STANDS
            continue
        if line is None or line.batch_id != batch.id:
            rows[0].before = _remember(line)
        presence[membership_id], found = _presence(rows, coaching_session)
        found |= said | {"membership_id": membership_id}
        if line is None:
            new.append(recording | found)
        elif not is_said(line, found):
            changes.append(found)
            for name, value in (recording | found).items():
                setattr(line, name, value)
    absent = recording | said | {"status": AttendanceStatus.ABSENT, "minutes": 0}
    missing = _missing(batch, coaching_session, members, {*rows_by_member, *recorded})
    new += [absent | {"membership_id": key} for key in missing]
    _insert_new(session, new)
    note_changes(session, coaching_session, new + changes, actor=actor, now=now)
    lines = recorded_attendance(session, coaching_session)
    _replace_intervals(session, {lines[key].id: intervals for key, intervals in presence.items()})


def _insert_new(session: Session, new: Sequence[Mapping[str, Any]]) -> None:
    """One statement for all of them: the ORM would send one for each on SQLite."""
    if new:
        session.execute(insert(Attendance), new)


def _missing(
    batch: ImportBatch, coaching_session: CoachingSession, members: Iterable[Membership], known: Collection[int]
) -> list[int]:
    """Who is absent for not being in the report: nobody while a row is in doubt, which may be them.

    Who was entered after the session is recorded as absent by nobody but a coach.
    """
    if any(row.outcome == RowOutcome.REVIEW for row in batch.rows):
        return []
    return [m.id for m in members if m.id not in known and counts_if_absent(m, coaching_session)]


def _by_member(batch: ImportBatch) -> dict[int, list[ImportRow]]:
    rows_by_member: dict[int, list[ImportRow]] = {}
    for row in batch.rows:
        if row.membership_id is not None:
            rows_by_member.setdefault(row.membership_id, []).append(row)
    return rows_by_member


def _presence(rows: list[ImportRow], coaching_session: CoachingSession) -> tuple[tuple[Interval, ...], dict[str, Any]]:
    """What a member's rows come to, all together: their intervals, and what attendance says of them."""
    intervals = unite_intervals(interval for row in rows for interval in _intervals(row))
    # Two devices without join times were there at once: their minutes overlap, and the longer one counts.
    minutes = max([total_minutes(intervals), *(row.minutes for row in rows if not row.intervals)])
    return intervals, {"status": status_of(minutes, intervals, coaching_session), "minutes": minutes}


def status_of(minutes: int, intervals: Sequence[Interval], coaching_session: CoachingSession) -> AttendanceStatus:
    """What so many minutes are worth in this session's cohort; late is who is seen to have come late.

    Where there are more minutes than the known times hold, somebody may have come before the first of these. And a
    meeting that was at another time than the session says nothing of who was late.
    """
    is_timed = bool(intervals) and total_minutes(intervals) >= minutes
    came_within = is_timed and intervals[0].start < coaching_session.ends_at
    late_by = intervals[0].start - coaching_session.starts_at if came_within else None
    thresholds = thresholds_of(coaching_session.cohort)
    found = attendance_status(minutes, coaching_session.duration_minutes, late_by=late_by, thresholds=thresholds)
    return AttendanceStatus(found)


def _replace_intervals(session: Session, presence: Mapping[int, tuple[Interval, ...]]) -> None:
    """Sets the intervals of each line, by its number."""
    session.execute(delete(AttendanceInterval).where(AttendanceInterval.attendance_id.in_(presence)))
    rows = [
        {"attendance_id": number, "joined_at": interval.start, "left_at": interval.end}
        for number, intervals in presence.items()
        for interval in intervals
    ]
    if rows:
        session.execute(insert(AttendanceInterval), rows)


def put_back(
    session: Session,
    batch: ImportBatch,
    coaching_session: CoachingSession,
    members: Collection[int],
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Undoes what this batch recorded of these members, save where somebody changed it since. Constant statements."""
    rows_by_member = _by_member(batch)
    recorded = recorded_attendance(session, coaching_session)
    gone: list[Attendance] = []
    restored: list[Attendance] = []
    changes: list[dict[str, Any]] = []
    for membership_id in members:
        rows = rows_by_member.get(membership_id, [])
        before = next((row.before for row in rows if row.before is not None), None) or NOTHING
        for row in rows:
            row.before = None
        line = recorded.get(membership_id)
        if line is None or line.batch_id != batch.id:
            continue
        about = {"membership_id": membership_id, "source": line.source, "batch_id": batch.id}
        if before["status"] is None:
            gone.append(line)
            changes.append(about | {"status": None, "minutes": None})
        else:
            restored.append(line)
            line.status, line.minutes = AttendanceStatus(before["status"]), before["minutes"]
            line.source, line.batch_id = AttendanceSource(before["source"]), before["batch_id"]
            said = {"status": line.status, "minutes": line.minutes, "source": line.source}
            changes.append(about | said | {"batch_id": line.batch_id or batch.id})
    note_changes(session, coaching_session, changes, actor=actor, now=now)
    _replace_intervals(session, dict.fromkeys((line.id for line in gone), ()) | _earlier_intervals(session, restored))
    if gone:
        session.execute(delete(Attendance).where(Attendance.id.in_([line.id for line in gone])))


def _earlier_intervals(session: Session, lines: Collection[Attendance]) -> dict[int, tuple[Interval, ...]]:
    """The intervals of lines that are of an earlier import again, as that one told them; by the line's number."""
    told: dict[tuple[int | None, int | None], list[Interval]] = {}
    if batches := {line.batch_id for line in lines if line.batch_id is not None}:
        for row in session.scalars(select(ImportRow).where(ImportRow.batch_id.in_(batches))):
            told.setdefault((row.batch_id, row.membership_id), []).extend(_intervals(row))
    return {line.id: unite_intervals(told.get((line.batch_id, line.membership_id), ())) for line in lines}


def _remember(line: Attendance | None) -> dict[str, Any]:
    if line is None:
        return dict(NOTHING)
    return {"status": line.status, "minutes": line.minutes, "source": line.source, "batch_id": line.batch_id}


def _intervals(row: ImportRow) -> list[Interval]:
    return [Interval(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row.intervals]
