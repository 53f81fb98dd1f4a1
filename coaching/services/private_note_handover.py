"""Private notes that leave their author, to another coach of the cohort, or as a note of a wider class."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import OPEN_STATUSES, Cohort, Membership, Note, NoteClass, PrivateNote, Role
from coaching.policies import Actor, may_sign_in, require
from coaching.private_note_policies import may_edit_private_note, may_keep_private_notes, may_read_private_note
from coaching.services import audit
from coaching.services.note_cipher import Keyring
from coaching.services.notes import write_note
from coaching.services.private_notes import ONLY_READ, check_way, own_notes

# As a note of the other classes may have.
LONGEST_SHARED = 10_000
NOT_A_COACH = "Choose another coach of this cohort: private notes are passed on to nobody else."
CANNOT_BE_READ = "One of these notes cannot be read, and so it cannot be passed on. Leave it out."


def hand_over_private_notes(
    session: Session,
    notes: Sequence[PrivateNote],
    to_membership: Membership,
    *,
    keys: Keyring,
    actor: Actor,
    now: datetime,
) -> int:
    """Makes another coach of the same cohort the author of these notes, and returns how many they are.

    From then on the one who passes them on reads them no more, and stands in each as who it came from. Each is sealed
    anew, because a note is bound to its author. What was decided of it for an export still holds.
    """
    require(all(may_read_private_note(actor, note) for note in notes), seen=False)
    check_way(actor)
    _check_recipient(notes, to_membership, actor)
    for note in notes:
        text = keys.read(note).text
        if text is None:
            raise Conflict(CANNOT_BE_READ)
        note.author_id = to_membership.person_id
        note.handed_over_by_id, note.handed_over_at = actor.person_id, now
        keys.seal(note, text)
        audit.record(session, "private_note.handed_over", note, actor=actor, now=now)
    return len(notes)


def share_private_note(
    session: Session, note: PrivateNote, *, keys: Keyring, actor: Actor, now: datetime, note_class: NoteClass
) -> Note:
    """Makes a note of a wider class out of a private one, which its author keeps and may delete. Nobody else is asked,
    because nobody else has a part in it; who may write which class is for `write_note` to say."""
    require(may_edit_private_note(actor, note), seen=may_read_private_note(actor, note), message=ONLY_READ)
    check_way(actor)
    text = keys.read(note).text
    if text is None:
        raise Conflict("This note cannot be read, and so it cannot be shared.")
    if len(text) > LONGEST_SHARED:
        raise Invalid.field("note_class", f"A shared note has at most {LONGEST_SHARED:,} characters. Shorten this one.")
    shared = write_note(
        session,
        note.cohort,
        actor=actor,
        now=now,
        note_class=note_class,
        body=text,
        membership=note.membership,
        coaching_session=note.session,
    )
    audit.record(session, "private_note.shared", note, actor=actor, now=now)
    return shared


def list_recipients(session: Session, cohort: Cohort, *, actor: Actor) -> list[Membership]:
    """The other coaches of the cohort, to whom the actor may pass notes on, by name."""
    require(may_keep_private_notes(actor, cohort.id), seen=False)
    statement = (
        select(Membership)
        .where(
            Membership.cohort_id == cohort.id,
            Membership.role == Role.COACH,
            Membership.status.in_(OPEN_STATUSES),
            Membership.person_id != actor.person_id,
        )
        .options(joinedload(Membership.person))
    )
    found = [one for one in session.scalars(statement) if may_sign_in(one.person)]
    return sorted(found, key=lambda one: (one.person.name.casefold(), one.id))


def find_recipient(session: Session, cohort: Cohort, public_id: str, *, actor: Actor) -> Membership:
    """The other coach with this membership."""
    found = [one for one in list_recipients(session, cohort, actor=actor) if one.public_id == public_id]
    if not found:
        raise Invalid.field("membership_id", NOT_A_COACH)
    return found[0]


def find_notes(session: Session, cohort: Cohort, public_ids: Sequence[str], *, actor: Actor) -> list[PrivateNote]:
    """The actor's own notes of the cohort with these identifiers. Raises NotFound where one is not."""
    require(may_keep_private_notes(actor, cohort.id), seen=False)
    wanted = set(public_ids)
    statement = own_notes().where(
        PrivateNote.cohort_id == cohort.id,
        PrivateNote.author_id == actor.person_id,
        PrivateNote.public_id.in_(wanted),
    )
    notes = list(session.scalars(statement.order_by(PrivateNote.id)))
    if len(notes) != len(wanted):
        raise NotFound
    return notes


def _check_recipient(notes: Sequence[PrivateNote], to_membership: Membership, actor: Actor) -> None:
    is_coach = to_membership.role == Role.COACH and to_membership.status in OPEN_STATUSES
    is_another = to_membership.person_id != actor.person_id and may_sign_in(to_membership.person)
    is_here = all(note.cohort_id == to_membership.cohort_id for note in notes)
    if not (is_coach and is_another and is_here):
        raise Invalid.field("membership_id", NOT_A_COACH)
