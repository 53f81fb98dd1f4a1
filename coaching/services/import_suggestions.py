"""Who a row in doubt may be: asked anew each time, because somebody may have joined since the report came in."""

from __future__ import annotations

from sqlalchemy.orm import Session

from coaching.importers.matching import Member, match_people
from coaching.importers.presence import PresencePerson
from coaching.models import CoachingSession, ImportBatch, ImportRow, Membership
from coaching.policies import Actor, may_view_session, require, runs_cohort
from coaching.services.attendance_imports import open_members
from coaching.services.import_recording import is_expected


def suggest_members(
    session: Session, batch: ImportBatch, coaching_session: CoachingSession, *, actor: Actor
) -> dict[str, tuple[Membership, ...]]:
    """The members that each row in doubt may be, by the row's public id, the likeliest first; none for no likeness."""
    require(runs_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    rows = [row for row in batch.rows if row.is_in_doubt]
    members = open_members(session, coaching_session)
    known = [
        Member(number, member.person.name, member.person.email or "")
        for number, member in members.items()
        if is_expected(member, coaching_session)
    ]
    likely: dict[str, tuple[Membership, ...]] = {}
    for row, match in zip(rows, match_people([_person(row) for row in rows], known), strict=True):
        keys = [one.member_key for one in match.suggestions] if match.member_key is None else [match.member_key]
        likely[row.public_id] = tuple(members[int(key)] for key in keys)
    return likely


def _person(row: ImportRow) -> PresencePerson:
    """The row as the matcher knows people, with what is kept of it."""
    return PresencePerson(
        rows=(row.number,), name=row.name, original_name="", email=row.email, minutes=row.minutes, intervals=()
    )
