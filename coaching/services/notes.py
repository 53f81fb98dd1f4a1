"""Notes of the four classes that others read too: found, written, edited and removed by their author."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Cohort,
    Membership,
    Note,
    NoteChange,
    NoteChangeState,
    NoteClass,
    NoteWriter,
    Person,
    Role,
)
from coaching.note_policies import may_edit_note, may_read_note, may_write_note, writes_as
from coaching.policies import Actor, is_writable, may_follow, may_view_cohort, may_view_member, require
from coaching.services import audit
from coaching.services.coaching_sessions import Coach

YOU_DO_NOT_WRITE = "Those who take part, who coach and who coordinate write notes here."
NOT_THIS_CLASS = "You do not write notes of this kind here. Choose another."
ONLY_ITS_AUTHOR = "Only who wrote a note changes its words. Write one of your own."
CHOOSE_A_COACH = "Choose the coach who reads it with you."
FOR_PARTICIPANTS = "Notes are about participants. Write this one about the cohort."


def get_note(session: Session, public_id: str, *, actor: Actor) -> Note:
    """A note, for those who read its class."""
    note = session.scalars(notes_in_full().where(Note.public_id == public_id)).one_or_none()
    if note is None or not may_read_note(actor, note):
        raise NotFound
    return note


def notes_in_full() -> Select[Note]:
    """Notes with all that policies and pages ask of them, in one statement."""
    return select(Note).options(
        joinedload(Note.cohort).joinedload(Cohort.programme),
        joinedload(Note.membership).joinedload(Membership.person),
        joinedload(Note.membership).joinedload(Membership.cohort),
        joinedload(Note.session),
        joinedload(Note.author),
        joinedload(Note.pair_coach),
    )


def write_note(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    note_class: NoteClass,
    body: str,
    membership: Membership | None = None,
    coaching_session: CoachingSession | None = None,
    pair_coach: str | None = None,
) -> Note:
    """A note about a participant, a session, or the cohort where neither is named. One about a one-to-one is about its
    participant too.

    A participant who writes to one coach names them by their membership in `pair_coach`, where there are several.
    """
    if membership is None and coaching_session is not None:
        membership = coaching_session.pair_membership
    writer = _writer(actor, cohort, note_class, membership, coaching_session)
    _check_place(cohort, membership, coaching_session)
    note = Note(
        cohort=cohort,
        membership=membership,
        session=coaching_session,
        author_id=actor.person_id,
        written_as=writer,
        note_class=note_class,
        pair_coach_id=None,
        body=body,
        written_at=now,
    )
    if note_class == NoteClass.PAIR:
        note.pair_coach_id = (
            actor.person_id if writer == NoteWriter.COACH else find_pair_coach(session, cohort, pair_coach)
        )
    session.add(note)
    audit.record(session, "note.written", note, actor=actor, now=now)
    return note


def edit_note(session: Session, note: Note, *, actor: Actor, now: datetime, body: str) -> Note:
    """Puts these words in place of the note's. What was asked about the old ones is taken back."""
    require(may_edit_note(actor, note), seen=may_read_note(actor, note), message=ONLY_ITS_AUTHOR)
    if body == note.body:
        return note
    note.body, note.edited_at = body, now
    take_back_question(session, note, now=now)
    audit.record(session, "note.edited", note, actor=actor, now=now)
    return note


def remove_note(session: Session, note: Note, *, actor: Actor, now: datetime) -> None:
    """Deletes a note for good, with what was asked about it. The audit trail keeps that there was one."""
    require(may_edit_note(actor, note), seen=may_read_note(actor, note), message=ONLY_ITS_AUTHOR)
    audit.record(session, "note.removed", note, actor=actor, now=now)
    session.delete(note)


def take_back_question(session: Session, note: Note, *, now: datetime) -> None:
    """Ends the change of class that waits for an answer, if one does."""
    waiting = (NoteChange.note_id == note.id) & (NoteChange.state == NoteChangeState.PENDING)
    session.execute(update(NoteChange).where(waiting).values(state=NoteChangeState.WITHDRAWN, decided_at=now))


def list_pair_coaches(session: Session, cohort: Cohort, *, actor: Actor) -> list[Coach]:
    """The coaches with whom a participant can share a note, the longest there first."""
    require(may_follow(actor, cohort), seen=may_view_cohort(actor, cohort))
    return [Coach(*row) for row in session.execute(_coaches(cohort))]


def find_pair_coach(session: Session, cohort: Cohort, public_id: str | None) -> int:
    """The coach of a pair, as a person's number: the one who is named, or the only one whom the cohort has."""
    coaches = session.execute(_coaches(cohort))
    named = [person_id for membership_id, _name, person_id in coaches if public_id in {None, membership_id}]
    if len(named) != 1:
        raise Invalid.field("pair_coach", CHOOSE_A_COACH)
    return int(named[0])


def _writer(
    actor: Actor,
    cohort: Cohort,
    note_class: NoteClass,
    membership: Membership | None,
    coaching_session: CoachingSession | None,
) -> NoteWriter:
    """As what the actor writes here; refuses who does not write here at all, and who writes, but not this class."""
    writer = writes_as(actor, cohort, membership)
    seen = may_view_cohort(actor, cohort) if membership is None else may_view_member(actor, membership)
    require(writer is not None and is_writable(cohort), seen=seen, message=YOU_DO_NOT_WRITE)
    about: Any = {"membership": membership, "coaching_session": coaching_session}
    if writer is None or not may_write_note(actor, cohort, note_class, **about):
        raise Invalid.field("note_class", NOT_THIS_CLASS)
    return writer


def _coaches(cohort: Cohort) -> Select[str, str, int]:
    return (
        select(Membership.public_id, Person.name, Membership.person_id)
        .join_from(Membership, Person, Person.id == Membership.person_id)
        .where(
            Membership.cohort_id == cohort.id,
            Membership.role == Role.COACH,
            Membership.status.in_(OPEN_STATUSES),
        )
        .order_by(Membership.joined_at, Membership.id)
    )


def _check_place(cohort: Cohort, membership: Membership | None, coaching_session: CoachingSession | None) -> None:
    """Whom and what a note is about belongs together."""
    if membership is not None and membership.role != Role.PARTICIPANT:
        raise Conflict(FOR_PARTICIPANTS)
    if membership is not None and membership.cohort_id != cohort.id:
        raise NotFound
    if coaching_session is None:
        return
    if coaching_session.cohort_id != cohort.id:
        raise NotFound
    pair = coaching_session.pair_membership_id
    if pair is not None and membership is not None and pair != membership.id:
        raise NotFound
