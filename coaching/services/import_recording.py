"""What an import does to attendance, and takes back: recorded per member from all of their rows in the batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
from coaching.services.attendance import recorded_attendance

NOTHING = {"status": None}


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
    recording = {"batch_id": batch.id, "recorded_at": now, "recorded_by_id": actor.person_id if actor else None}
    recording |= {"session_id": coaching_session.id, "source": AttendanceSource(batch.kind)}
    presence: dict[int, tuple[Interval, ...]] = {}
    new: list[dict[str, Any]] = []
    for membership_id, rows in rows_by_member.items():
        line = recorded.get(membership_id)
        if line is not None and line.source == AttendanceSource.COACH:
            # The coach was there and said so by hand: a report does not overrule that.
            for row in rows:
                row.reason = "The coach's own mark stands."
            continue
        if line is None or line.batch_id != batch.id:
            rows[0].before = _remember(line)
        presence[membership_id], found = _presence(rows, coaching_session.duration_minutes)
        if line is None:
            new.append(recording | found | {"membership_id": membership_id})
        for name, value in (recording | found).items() if line is not None else ():
            setattr(line, name, value)
    if all(row.outcome != RowOutcome.REVIEW for row in batch.rows):
        # Who was entered after the session is recorded as absent by nobody but a coach.
        others = (m.id for m in members if counts_if_absent(m, coaching_session))
        absent = recording | {"status": AttendanceStatus.ABSENT, "minutes": 0}
        new += [absent | {"membership_id": key} for key in others if key not in rows_by_member and key not in recorded]
    if new:
        # One statement for all of them: the ORM would send one for each on SQLite.
        session.execute(insert(Attendance), new)
    lines = recorded_attendance(session, coaching_session)
    _replace_intervals(session, {lines[key].id: intervals for key, intervals in presence.items()})


def _by_member(batch: ImportBatch) -> dict[int, list[ImportRow]]:
    rows_by_member: dict[int, list[ImportRow]] = {}
    for row in batch.rows:
        if row.membership_id is not None:
            rows_by_member.setdefault(row.membership_id, []).append(row)
    return rows_by_member


def _presence(rows: list[ImportRow], duration_minutes: int) -> tuple[tuple[Interval, ...], dict[str, Any]]:
    """What a member's rows come to, all together: their intervals, and what attendance says of them."""
    intervals = unite_intervals(interval for row in rows for interval in _intervals(row))
    # Two devices without join times were there at once: their minutes overlap, and the longer one counts.
    minutes = max([total_minutes(intervals), *(row.minutes for row in rows if not row.intervals)])
    status = AttendanceStatus(attendance_status(minutes, duration_minutes))
    return intervals, {"status": status, "minutes": minutes}


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


def put_back(session: Session, batch: ImportBatch, coaching_session: CoachingSession, membership_id: int) -> None:
    """Undoes what this batch recorded of a member."""
    rows = [row for row in batch.rows if row.membership_id == membership_id]
    before = next((row.before for row in rows if row.before is not None), None)
    for row in rows:
        row.before = None
    line = recorded_attendance(session, coaching_session).get(membership_id)
    if line is None or line.batch_id != batch.id:
        return
    if before is None or before["status"] is None:
        session.execute(delete(AttendanceInterval).where(AttendanceInterval.attendance_id == line.id))
        session.delete(line)
    else:
        line.status, line.minutes = AttendanceStatus(before["status"]), before["minutes"]
        line.source, line.batch_id = AttendanceSource(before["source"]), before["batch_id"]
        _replace_intervals(session, {line.id: _earlier_intervals(session, line)})
    # The next member's line is read by a statement.
    session.flush()


def _earlier_intervals(session: Session, line: Attendance) -> tuple[Interval, ...]:
    """The intervals as the earlier import, which the line is of again, told them."""
    rows = session.scalars(
        select(ImportRow).where(ImportRow.batch_id == line.batch_id, ImportRow.membership_id == line.membership_id)
    )
    return unite_intervals(interval for row in rows for interval in _intervals(row))


def _remember(line: Attendance | None) -> dict[str, Any]:
    if line is None:
        return dict(NOTHING)
    return {"status": line.status, "minutes": line.minutes, "source": line.source, "batch_id": line.batch_id}


def _intervals(row: ImportRow) -> list[Interval]:
    return [Interval(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in row.intervals]
