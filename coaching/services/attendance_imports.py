"""A participants report applied to a session, all of it or nothing; the same one again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Invalid
from coaching.importers.matching import Match, Member, MemberKey, match_people
from coaching.importers.presence import PresencePerson, PresenceReport
from coaching.importers.remembered import apply_memory
from coaching.models import (
    OPEN_STATUSES,
    BatchState,
    CoachingSession,
    ImportBatch,
    ImportRow,
    Membership,
    Person,
    Role,
    RowOutcome,
)
from coaching.policies import Actor, may_run_cohort, may_view_session, require
from coaching.services import audit, import_recording
from coaching.services.attendance import check_may_record
from coaching.services.remembered_matches import read_memory
from coaching.services.report_description import Reading, describe, read_for
from coaching.services.report_fit import find_problems
from coaching.tokens import new_public_id

# The largest room that Zoom and Teams let people speak in. Nobody goes through a longer review by hand.
MOST_PEOPLE = 1000
UNCONFIRMED = "unconfirmed"


def apply_import(
    session: Session,
    coaching_session: CoachingSession,
    data: bytes,
    reading: Reading,
    *,
    file_name: str,
    actor: Actor | None,
    now: datetime,
) -> ImportBatch:
    """Records attendance from the report, all of it or nothing. The same report again gives the batch it made before.

    Rows in doubt wait for `resolve_row`. Raises Invalid where `find_problems` finds what nobody said is meant.
    """
    require_runner(actor, coaching_session)
    check_may_record(coaching_session, now=now)
    # Two imports into one session take turns, so that the second sees what the first did.
    session.refresh(coaching_session, attribute_names=["state", "starts_at", "version"], with_for_update=True)
    report = read_session_report(coaching_session, data, reading)
    already = find_applied(session, coaching_session, report.sha256)
    if already is not None:
        return already
    if problems := find_problems(session, report, coaching_session, reading):
        raise Invalid("The report cannot be recorded as it is. Each line says why.", problems, code=UNCONFIRMED)
    batch = _new_batch(coaching_session, report, file_name=file_name, actor=actor, now=now)
    session.add(batch)
    # The rows refer to the batch by its number.
    session.flush()
    members = open_members(session, coaching_session)
    rows = [
        _row(person, *decide_outcome(match, member_of(match, members), coaching_session), member_of(match, members))
        for person, match in zip(report.people, match_report(session, coaching_session, report, members), strict=True)
    ]
    if rows:
        # One statement for all of them: the ORM would send one for each on SQLite.
        session.execute(insert(ImportRow), [row | {"batch_id": batch.id} for row in rows])
    session.refresh(batch, ["rows"])
    import_recording.record_batch(session, batch, coaching_session, list(members.values()), actor=actor, now=now)
    audit.record(session, "attendance.imported", batch, actor=actor, now=now)
    return batch


def require_runner(actor: Actor | None, coaching_session: CoachingSession) -> None:
    require(
        actor is None or may_run_cohort(actor, coaching_session.cohort),
        seen=actor is not None and may_view_session(actor, coaching_session),
    )


def read_session_report(coaching_session: CoachingSession, data: bytes, reading: Reading) -> PresenceReport:
    """The report as this session's: in its zone unless another was named, its dates read by the session's day."""
    day = coaching_session.local_start.date()
    report = read_for(data, reading, timezone=coaching_session.timezone, expected_day=day)
    if len(report.people) > MOST_PEOPLE:
        text = f"This report has {len(report.people):,} people, and a session takes {MOST_PEOPLE:,} at most. "
        raise Invalid.field("file", text + "Check that it is the report of one meeting, and of this one.")
    return report


def open_members(session: Session, coaching_session: CoachingSession) -> dict[int, Membership]:
    statement = (
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.cohort_id == coaching_session.cohort_id, Membership.status.in_(OPEN_STATUSES))
        .options(joinedload(Membership.person))
        .order_by(Membership.id)
    )
    return {member.id: member for member in session.scalars(statement)}


def match_report(
    session: Session, coaching_session: CoachingSession, report: PresenceReport, members: dict[int, Membership]
) -> Sequence[Match]:
    """Who is who: by the report, and by what somebody said of the same names before."""
    known = [Member(key, member.person.name, member.person.email or "") for key, member in members.items()]
    memory = read_memory(session, coaching_session.cohort_id)
    return apply_memory(match_people(report.people, known), known, memory)


def decide_outcome(
    match: Match, member: Membership | None, coaching_session: CoachingSession
) -> tuple[RowOutcome, str]:
    if member is None:
        return (RowOutcome.IGNORED if match.how == "remembered" else RowOutcome.REVIEW), match.why
    if member.role != Role.PARTICIPANT:
        return RowOutcome.IGNORED, f"{member.person.name} is {member.role} here: only participants' attendance is kept."
    if not import_recording.is_expected(member, coaching_session):
        return RowOutcome.IGNORED, f"{member.person.name} is not expected at this one-to-one."
    return RowOutcome.MATCHED, match.why


def find_applied(session: Session, coaching_session: CoachingSession, sha256: str) -> ImportBatch | None:
    statement = select(ImportBatch).where(
        ImportBatch.session_id == coaching_session.id,
        ImportBatch.sha256 == sha256,
        ImportBatch.state == BatchState.APPLIED,
    )
    return session.scalars(statement).first()


def _detected(report: PresenceReport) -> dict[str, Any]:
    """What is kept of how the file was understood: all but its people, who are the rows."""
    return {name: value for name, value in describe(report).items() if name not in {"people", "meeting", "sha256"}}


def member_of(match: Match, members: dict[int, Membership]) -> Membership | None:
    return None if match.member_key is None else members[key_of(match.member_key)]


def key_of(key: MemberKey) -> int:
    """The matcher takes any key; ours are the memberships' numbers."""
    return int(key)


def _row(person: PresencePerson, outcome: RowOutcome, reason: str, member: Membership | None) -> dict[str, Any]:
    """A person of the report as a row of the batch."""
    return {
        "public_id": new_public_id(),
        "number": person.rows[0],
        "name": person.name,
        "email": person.email[:254],
        "minutes": person.minutes,
        "intervals": [[i.start.isoformat(), i.end.isoformat()] for i in person.utc_intervals],
        "outcome": outcome,
        "reason": reason[:300],
        "membership_id": member.id if member and outcome == RowOutcome.MATCHED else None,
    }


def _new_batch(
    coaching_session: CoachingSession, report: PresenceReport, *, file_name: str, actor: Actor | None, now: datetime
) -> ImportBatch:
    return ImportBatch(
        cohort_id=coaching_session.cohort_id,
        session_id=coaching_session.id,
        kind=report.format,
        file_name=file_name.replace("\\", "/").rsplit("/", 1)[-1][:200] or "report.csv",
        sha256=report.sha256,
        detected=_detected(report),
        state=BatchState.APPLIED,
        imported_at=now,
        imported_by_id=actor.person_id if actor else None,
    )
