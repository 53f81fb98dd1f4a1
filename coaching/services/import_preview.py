"""What applying a participants report would do, row by row, before anything is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from coaching.importers.matching import Match
from coaching.importers.presence import PresencePerson, PresenceReport
from coaching.models import Attendance, AttendanceSource, CoachingSession, Membership, RowOutcome
from coaching.policies import Actor
from coaching.services.attendance import check_may_record, recorded_attendance
from coaching.services.attendance_imports import (
    decide_outcome,
    find_applied,
    key_of,
    match_report,
    member_of,
    open_members,
    read_session_report,
    require_runner,
)
from coaching.services.import_recording import COACH_STANDS, counts_if_absent, status_of
from coaching.services.report_description import Reading, describe
from coaching.services.report_fit import find_problems


@dataclass(frozen=True)
class PreviewRow:
    """A person of the report and what would become of them. `membership_id` is public; `status` is for matched ones."""

    number: int
    name: str
    email: str
    minutes: int
    outcome: RowOutcome
    reason: str
    membership_id: str | None
    member_name: str | None
    status: str | None
    suggestions: tuple[str, ...]


@dataclass(frozen=True)
class ImportPreview:
    """What a report says and what applying it would do. With `problems` it cannot be applied as it is.

    Of those who are `missing` from the report, who is `recorded` already stays as they are, and the others become
    `absent` once no row is in doubt.
    """

    report: PresenceReport
    rows: tuple[PreviewRow, ...]
    missing: tuple[str, ...]
    recorded: tuple[str, ...]
    absent: tuple[str, ...]
    problems: dict[str, list[str]]
    already: str | None

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the report as it was understood, each row's outcome, and what stands in the way."""
        return describe(self.report) | {
            "rows": [
                {
                    "number": row.number,
                    "name": row.name,
                    "email": row.email,
                    "minutes": row.minutes,
                    "outcome": row.outcome,
                    "reason": row.reason,
                    "membership_id": row.membership_id,
                    "status": row.status,
                }
                for row in self.rows
            ],
            "not_in_report": list(self.missing),
            "recorded_already": list(self.recorded),
            "problems": self.problems,
            "already_imported_as": self.already,
        }


def preview_import(
    session: Session,
    coaching_session: CoachingSession,
    data: bytes,
    reading: Reading,
    *,
    actor: Actor | None,
    now: datetime,
) -> ImportPreview:
    """What applying the report would do. Changes nothing. `actor` is None for the command line."""
    require_runner(actor, coaching_session)
    check_may_record(coaching_session, now=now)
    report = read_session_report(coaching_session, data, reading)
    members = open_members(session, coaching_session)
    recorded = recorded_attendance(session, coaching_session)
    matches = zip(report.people, match_report(session, coaching_session, report, members), strict=True)
    rows = [_preview_row(person, match, members, recorded, coaching_session) for person, match in matches]
    seen = {row.membership_id for row in rows}
    expected = [member for member in members.values() if counts_if_absent(member, coaching_session)]
    missing = [member for member in expected if member.public_id not in seen]
    already = find_applied(session, coaching_session, report.sha256)
    return ImportPreview(
        report=report,
        rows=tuple(rows),
        missing=tuple(member.person.name for member in missing),
        recorded=tuple(member.person.name for member in missing if member.id in recorded),
        absent=tuple(member.person.name for member in missing if member.id not in recorded),
        problems=find_problems(session, report, coaching_session, reading),
        already=already.public_id if already else None,
    )


def _preview_row(
    person: PresencePerson,
    match: Match,
    members: dict[int, Membership],
    recorded: Mapping[int, Attendance],
    coaching_session: CoachingSession,
) -> PreviewRow:
    member = member_of(match, members)
    outcome, reason = decide_outcome(match, member, coaching_session)
    is_matched = outcome == RowOutcome.MATCHED and member is not None
    status = status_of(person.minutes, person.utc_intervals, coaching_session) if is_matched else None
    line = recorded.get(member.id) if is_matched and member else None
    if line is not None and line.source == AttendanceSource.COACH:
        status, reason = line.status, COACH_STANDS
    return PreviewRow(
        number=person.rows[0],
        name=person.name,
        email=person.email,
        minutes=person.minutes,
        outcome=outcome,
        reason=reason,
        membership_id=member.public_id if is_matched and member else None,
        member_name=member.person.name if member else None,
        status=status,
        suggestions=tuple(members[key_of(found.member_key)].public_id for found in match.suggestions),
    )
