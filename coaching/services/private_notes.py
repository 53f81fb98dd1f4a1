"""Coach-private notes: written, read, edited and deleted by their author alone. No other service reads their table but
those that hand them over, review them for an export, and look after their keys."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, NotAllowed, NotFound
from coaching.models import CoachingSession, Cohort, ExportChoice, Membership, PrivateNote, Role
from coaching.policies import Actor, may_coach, require
from coaching.private_note_policies import (
    PRIVATE_NOTES,
    may_edit_private_note,
    may_keep_private_notes,
    may_read_private_note,
    may_write_private_notes,
    reaches_private_notes,
)
from coaching.services import audit
from coaching.services.note_cipher import Keyring
from coaching.tokens import new_public_id

NOT_BY_TOKEN = f"This token may not reach private notes. Make one with the scope {PRIVATE_NOTES!r}."
CANNOT_BE_EDITED = "This note cannot be read as long as its key is missing, and other words in its place would end it."
ONLY_READ = "Only coaches of the cohort change private notes. You can still read, pass on and delete your own."


class PrivateNoteLine(NamedTuple):
    """A note as its author sees it. `body` is null where it cannot be read, and `fault` says why."""

    id: str
    cohort_id: str
    membership_id: str | None
    participant: str | None
    session_id: str | None
    session_title: str | None
    body: str | None
    fault: str
    written_at: datetime
    edited_at: datetime | None
    handed_over_by: str | None
    handed_over_at: datetime | None
    in_export: ExportChoice | None
    left_out_reason: str
    decided_at: datetime | None
    version: int


def own_notes() -> Select[PrivateNote]:
    """Notes with all that a line says of them, in one statement."""
    return select(PrivateNote).options(
        joinedload(PrivateNote.cohort),
        joinedload(PrivateNote.membership).joinedload(Membership.person),
        joinedload(PrivateNote.session),
        joinedload(PrivateNote.handed_over_by),
    )


def list_private_notes(
    session: Session,
    cohort: Cohort,
    *,
    keys: Keyring,
    actor: Actor,
    membership: Membership | None = None,
    coaching_session: CoachingSession | None = None,
) -> list[PrivateNoteLine]:
    """The actor's own notes in a cohort, the newest first: those about this participant or this session where one is
    named, or else all."""
    require(may_keep_private_notes(actor, cohort.id), seen=False)
    require(may_coach(actor, cohort) or has_private_notes(session, cohort, actor=actor), seen=False)
    check_way(actor)
    check_place(cohort, membership, coaching_session)
    statement = own_notes().where(PrivateNote.cohort_id == cohort.id, PrivateNote.author_id == actor.person_id)
    if membership is not None:
        statement = statement.where(PrivateNote.membership_id == membership.id)
    if coaching_session is not None:
        statement = statement.where(PrivateNote.session_id == coaching_session.id)
    return [line_of(note, keys) for note in session.scalars(statement.order_by(PrivateNote.id.desc()))]


def get_private_note(session: Session, public_id: str, *, actor: Actor) -> PrivateNote:
    """A note of the actor's own, for as long as they are in its cohort."""
    note = session.scalars(own_notes().where(PrivateNote.public_id == public_id)).one_or_none()
    if note is None or not may_read_private_note(actor, note):
        raise NotFound
    check_way(actor)
    return note


def write_private_note(
    session: Session,
    cohort: Cohort,
    *,
    keys: Keyring,
    actor: Actor,
    now: datetime,
    body: str,
    membership: Membership | None = None,
    coaching_session: CoachingSession | None = None,
) -> PrivateNote:
    """A note about a participant, a session, or the cohort. One about a one-to-one is about its participant too."""
    require(may_write_private_notes(actor, cohort), seen=False)
    check_way(actor)
    check_place(cohort, membership, coaching_session)
    if membership is None and coaching_session is not None:
        membership = coaching_session.pair_membership
    note = PrivateNote(
        public_id=new_public_id(),
        cohort_id=cohort.id,
        membership_id=membership.id if membership is not None else None,
        session_id=coaching_session.id if coaching_session is not None else None,
        author_id=actor.person_id,
        written_at=now,
    )
    keys.seal(note, body)
    session.add(note)
    audit.record(session, "private_note.written", note, actor=actor, now=now)
    return note


def edit_private_note(
    session: Session, note: PrivateNote, *, keys: Keyring, actor: Actor, now: datetime, body: str
) -> PrivateNote:
    """Puts other words in the place of those that are there. What was decided of these for an export is open again."""
    require(may_edit_private_note(actor, note), seen=may_read_private_note(actor, note), message=ONLY_READ)
    check_way(actor)
    standing = keys.read(note).text
    if standing is None:
        raise Conflict(CANNOT_BE_EDITED)
    if standing == body:
        return note
    keys.seal(note, body)
    note.edited_at = now
    note.in_export, note.left_out_reason, note.decided_at = None, "", None
    audit.record(session, "private_note.edited", note, actor=actor, now=now)
    return note


def delete_private_note(session: Session, note: PrivateNote, *, actor: Actor, now: datetime) -> None:
    """Removes the note for good. That there was one stays in the audit trail, without a word of it."""
    require(may_read_private_note(actor, note), seen=False)
    check_way(actor)
    audit.record(session, "private_note.deleted", note, actor=actor, now=now)
    session.delete(note)


def line_of(note: PrivateNote, keys: Keyring) -> PrivateNoteLine:
    reading = keys.read(note)
    return PrivateNoteLine(
        id=note.public_id,
        cohort_id=note.cohort.public_id,
        membership_id=note.membership.public_id if note.membership else None,
        participant=note.membership.person.name if note.membership else None,
        session_id=note.session.public_id if note.session else None,
        session_title=note.session.title if note.session else None,
        body=reading.text,
        fault=reading.fault,
        written_at=note.written_at,
        edited_at=note.edited_at,
        handed_over_by=note.handed_over_by.name if note.handed_over_by else None,
        handed_over_at=note.handed_over_at,
        in_export=note.in_export,
        left_out_reason=note.left_out_reason,
        decided_at=note.decided_at,
        version=note.version,
    )


def check_way(actor: Actor) -> None:
    """Lets programs through only by a token that was made for private notes."""
    if not reaches_private_notes(actor):
        raise NotAllowed(NOT_BY_TOKEN, code="scope")


def has_private_notes(session: Session, cohort: Cohort, *, actor: Actor) -> bool:
    """Whether somebody has notes of their own here, also who no longer coaches and has them from when they did."""
    if not may_keep_private_notes(actor, cohort.id):
        return False
    own = PrivateNote.cohort_id == cohort.id, PrivateNote.author_id == actor.person_id
    return session.scalars(select(PrivateNote.id).where(*own).limit(1)).first() is not None


def check_place(cohort: Cohort, membership: Membership | None, coaching_session: CoachingSession | None) -> None:
    """What a note is about belongs to the cohort, is a participant, and where it is both, they are each other's."""
    pair = coaching_session.pair_membership_id if coaching_session is not None else None
    is_here = all(row is None or row.cohort_id == cohort.id for row in (membership, coaching_session))
    is_participant = membership is None or membership.role == Role.PARTICIPANT
    is_pair = membership is None or pair in {None, membership.id}
    if not (is_here and is_participant and is_pair):
        raise NotFound
