"""An import of people taken back: who it brought in is taken out of the cohort, save those who have been touched since.

Who was never there leaves nothing behind, as if the list had not come: they are not among those who withdrew, and the
same list brings them in anew. Whatever somebody did with them since is worth more than that, so then they stay, and it
is said why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, delete, func, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict
from coaching.models import (
    Base,
    BatchState,
    Capability,
    CheckIn,
    CoachingSession,
    Cohort,
    ImportBatch,
    ImportRow,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    Person,
    Purpose,
    RowOutcome,
    StatusChange,
)
from coaching.policies import Actor, may_change_standing, may_run_cohort, may_view_cohort, require
from coaching.services import audit, capabilities, follow_ups, outbox, session_effects
from coaching.services.calendar_lock import lock_calendar

TAKEN_OUT = "Taken out of the cohort again."
LINK_ENDED = (
    "Taken out of the cohort again. They had been written to, so their account stays; its invitation has ended."
)
STAYS = "Stays in the cohort: {}."
LEADS = "they lead a session"
HAS_COME = "they have accepted the invitation"
STANDING = "their standing was changed"
ASKED = "they were asked a check-in"
NOT_YOURS = "a coordinator of the programme takes out a coach"
OVER = "This import was undone already."
# What is said of who has something there; anything else that refers to them is said in general.
_WORDS = {
    "attendance": "their attendance is recorded",
    "goal": "they have a goal",
    "action": "they have an action",
    "project_owner": "they own a course",
    "practice_entry": "they have a practice log",
    "note": "there is a note of them",
    "private_note": "there is a note of them",
    "poll_invitee": "they were asked in a poll",
    "rsvp": "they said whether they come to a session",
}
_ELSE = "something was done with them since"
# What comes with joining itself, and goes with it.
_OWN = frozenset({"status_change", "check_in", "import_row"})


def undo_people(session: Session, batch: ImportBatch, cohort: Cohort, *, actor: Actor, now: datetime) -> ImportBatch:
    """Takes out who the import brought in; each row says whether they went, and if not why."""
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    lock_calendar(session.connection(), cohort.id)
    session.refresh(batch, attribute_names=["state"], with_for_update=True)
    if batch.state != BatchState.APPLIED:
        raise Conflict(OVER)
    rows = {
        row.membership_id: row for row in batch.rows if row.outcome == RowOutcome.NEW and row.membership_id is not None
    }
    statement = select(Membership).where(Membership.id.in_(rows)).options(joinedload(Membership.person))
    members = list(session.scalars(statement.order_by(Membership.id)))
    staying = _find_staying(session, members, rows, actor)
    for member in members:
        if member.id in staying:
            rows[member.id].reason = STAYS.format(staying[member.id])
    _take_out(session, [member for member in members if member.id not in staying], rows, actor=actor, now=now)
    batch.state, batch.undone_at = BatchState.UNDONE, now
    audit.record(session, "people.import_undone", batch, actor=actor, now=now)
    return batch


def _find_staying(
    session: Session, members: Sequence[Membership], rows: Mapping[int, ImportRow], actor: Actor
) -> dict[int, str]:
    """Why each of those who stay does. A statement for each table that can refer to a member, however many they are."""
    numbers = [member.id for member in members]
    staying: dict[int, str] = {}
    for table, column in _references(Membership.__tablename__, beside=_OWN):
        found = session.connection().execute(select(column).distinct().where(column.in_(numbers)))
        staying |= {number: _WORDS.get(table.name, _ELSE) for number in found.scalars() if number not in staying}
    asked = select(CheckIn.membership_id).where(CheckIn.membership_id.in_(numbers), CheckIn.asked_at.is_not(None))
    staying |= dict.fromkeys(session.scalars(asked), ASKED)
    led = select(CoachingSession.led_by_id).where(
        CoachingSession.cohort_id.in_({member.cohort_id for member in members}),
        CoachingSession.led_by_id.in_([member.person_id for member in members]),
    )
    leading = set(session.scalars(led))
    several = (
        select(StatusChange.membership_id)
        .where(StatusChange.membership_id.in_(numbers))
        .group_by(StatusChange.membership_id)
        .having(func.count() > 1)
    )
    staying |= dict.fromkeys(session.scalars(several), STANDING)
    for member in members:
        if member.person_id in leading:
            staying[member.id] = LEADS
        if (rows[member.id].before or {}).get("made_person") and member.person.password_hash is not None:
            staying[member.id] = HAS_COME
        if not may_change_standing(actor, member):
            staying[member.id] = NOT_YOURS
    return staying


def _references(name: str, *, beside: Collection[str]) -> list[tuple[Table, Column[Any]]]:
    """The columns that refer to this table, whichever table a later version adds."""
    tables = (table for table in Base.metadata.sorted_tables if table.name not in beside)
    return [(table, key.parent) for table in tables for key in table.foreign_keys if key.column.table.name == name]


def _take_out(
    session: Session, members: Sequence[Membership], rows: Mapping[int, ImportRow], *, actor: Actor, now: datetime
) -> None:
    """Removes these memberships with what came with joining, and the accounts that nobody has any use for."""
    for member in members:
        # Calendars and what is asked follow from the standing, as for anybody who leaves.
        member.status = MembershipStatus.WITHDRAWN
    # The check-ins and the calendars are read by statements.
    session.flush()
    made: dict[int, ImportRow] = {}
    for member in members:
        session_effects.follow_left(session, member, now=now)
        follow_ups.withdraw_check_ins(session, member, now=now)
        audit.record(session, "membership.taken_out", member, actor=actor, now=now)
        row = rows[member.id]
        row.reason, row.membership_id = TAKEN_OUT, None
        if (row.before or {}).get("made_person"):
            made[member.person_id] = row
    # No row refers to them any more, once what stands in this session is written.
    session.flush()
    numbers = [member.id for member in members]
    for model in (CheckIn, StatusChange):
        session.execute(delete(model).where(model.membership_id.in_(numbers)))
    for member in members:
        session.delete(member)
    # The accounts are looked for by statements.
    session.flush()
    _remove_accounts(session, made, now=now)


def _remove_accounts(session: Session, made: Mapping[int, ImportRow], *, now: datetime) -> None:
    """Removes the accounts that the import made; one that a mail went out to stays, with its link ended."""
    for person_id in made:
        capabilities.end_capabilities(session, Purpose.INVITATION, person_id, now=now)
    outbox.cancel_messages(session, MessageKind.INVITATION, list(made), now=now, reason=TAKEN_OUT)
    told = select(Message.recipient_id).where(Message.recipient_id.in_(made), Message.state != MessageState.CANCELLED)
    kept = set(session.scalars(told))
    for _table, column in _references(Person.__tablename__, beside={Message.__tablename__, Capability.__tablename__}):
        found = session.connection().execute(select(column).distinct().where(column.in_(made)))
        kept |= set(found.scalars())
    for person_id, row in made.items():
        if person_id in kept:
            row.reason = LINK_ENDED
    going = [person_id for person_id in made if person_id not in kept]
    session.execute(delete(Message).where(Message.recipient_id.in_(going)))
    session.execute(delete(Capability).where(Capability.person_id.in_(going)))
    for person in session.scalars(select(Person).where(Person.id.in_(going))):
        session.delete(person)
    session.flush()
