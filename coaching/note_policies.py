"""Who reads a note of which class, who writes and edits one, and who may ask for another class."""

from __future__ import annotations

from coaching.models import CoachingSession, Cohort, Membership, Note, NoteClass, NoteWriter, Role
from coaching.models.note_readers import offered_classes
from coaching.policies import Actor, Answer, is_self, is_writable, may_coach, may_follow


def coordinates(actor: Actor, programme_id: int) -> bool:
    """Appointed as a coordinator of the programme: administrators read no notes by being administrators."""
    return programme_id in actor.programme_ids


def writes_as(actor: Actor, cohort: Cohort, membership: Membership | None = None) -> NoteWriter | None:
    """As what somebody writes here about this member, or about nobody: None where they do not."""
    if may_coach(actor, cohort):
        return NoteWriter.COACH
    standing = actor.standings.get(cohort.id)
    is_participant = standing is not None and standing.is_open and standing.role == Role.PARTICIPANT
    if is_participant and (membership is None or is_self(actor, membership)):
        return NoteWriter.PARTICIPANT
    return NoteWriter.COORDINATOR if coordinates(actor, cohort.programme_id) else None


def may_write_note(
    actor: Actor,
    cohort: Cohort,
    note_class: NoteClass,
    *,
    membership: Membership | None,
    coaching_session: CoachingSession | None,
) -> bool:
    """Each class is written by those who read it and have a part in it."""
    writer = writes_as(actor, cohort, membership)
    return note_class in offered_classes(writer, membership=membership, coaching_session=coaching_session)


def read_classes(actor: Actor, cohort: Cohort, membership: Membership | None = None) -> frozenset[NoteClass]:
    """The classes of which somebody reads every note about this member, or about nobody. Of pairs, a coach reads their
    own beside these."""
    classes: set[NoteClass] = set()
    if may_follow(actor, cohort):
        classes.add(NoteClass.COHORT)
    if may_coach(actor, cohort) or coordinates(actor, cohort.programme_id):
        classes |= {NoteClass.COHORT, NoteClass.COORDINATOR, NoteClass.EVALUATION}
    if membership is not None and is_self(actor, membership):
        classes |= {NoteClass.PAIR, NoteClass.EVALUATION}
    return frozenset(classes)


def pair_coach_of(actor: Actor, cohort: Cohort) -> int:
    """The number by which somebody reads the notes of their pairs: their own, while they are in the cohort; or none."""
    return actor.person_id if may_follow(actor, cohort) else 0


def may_read_note(actor: Actor, note: Note) -> bool:
    """Whoever the class says, for as long as they are what it says."""
    if note.note_class in read_classes(actor, note.cohort, note.membership):
        return True
    return note.pair_coach_id == pair_coach_of(actor, note.cohort)


def may_edit_note(actor: Actor, note: Note) -> Answer:
    """Its author, while they read it: nobody changes the words of others."""
    return note.author_id == actor.person_id and may_read_note(actor, note) and is_writable(note.cohort)


def may_change_class(actor: Actor, note: Note) -> bool:
    """Its author, the participant whom it is about and the coach of the pair may ask, while they read it."""
    sides = {note.author_id, note.pair_coach_id, note.membership.person_id if note.membership is not None else None}
    return actor.person_id in sides and may_read_note(actor, note)
