"""Who reads a note of which class, who writes one, and which change of a class takes readers away and adds none."""

from __future__ import annotations

from enum import StrEnum

from coaching.models import CoachingSession, Cohort, Membership, Note, NoteClass, NoteWriter, Role
from coaching.policies import Actor, Answer, is_self, is_writable, may_coach, may_follow, may_view_session


class Reader(StrEnum):
    """A kind of reader. Whoever reads an evaluation is one too: being quoted is being read by others."""

    SUBJECT = "subject"
    PAIR_COACH = "pair_coach"
    OTHER_COACHES = "other_coaches"
    COORDINATORS = "coordinators"
    OTHERS = "others"
    EVALUATION = "evaluation"


_RUNNERS = frozenset({Reader.PAIR_COACH, Reader.OTHER_COACHES, Reader.COORDINATORS})
_READERS: dict[NoteClass, frozenset[Reader]] = {
    NoteClass.PAIR: frozenset({Reader.SUBJECT, Reader.PAIR_COACH}),
    NoteClass.COORDINATOR: _RUNNERS,
    NoteClass.EVALUATION: _RUNNERS | {Reader.SUBJECT, Reader.EVALUATION},
    NoteClass.COHORT: _RUNNERS | {Reader.SUBJECT, Reader.OTHERS},
}
# The most private first: it is what a new note is, unless its writer chooses another.
_WRITTEN_BY: dict[NoteWriter, tuple[NoteClass, ...]] = {
    NoteWriter.PARTICIPANT: (NoteClass.PAIR, NoteClass.EVALUATION, NoteClass.COHORT),
    NoteWriter.COACH: (NoteClass.PAIR, NoteClass.COORDINATOR, NoteClass.EVALUATION, NoteClass.COHORT),
    NoteWriter.COORDINATOR: (NoteClass.COORDINATOR, NoteClass.EVALUATION),
}


def readers_of(note_class: NoteClass) -> frozenset[Reader]:
    """Who reads a note of this class."""
    return _READERS[note_class]


def only_narrows(old: NoteClass, new: NoteClass, *, is_same_coach: bool = True) -> bool:
    """Whether everybody who would read the note reads it already. A pair with another coach has a new reader."""
    if old == new:
        return is_same_coach
    return readers_of(new) <= readers_of(old)


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


def offered_classes(
    writer: NoteWriter | None, *, membership: Membership | None, coaching_session: CoachingSession | None
) -> tuple[NoteClass, ...]:
    """The classes that a writer can choose from, the most private first.

    A pair needs its participant; participants give evidence about themselves; what was said between two is not for the
    whole cohort.
    """
    classes = _WRITTEN_BY[writer] if writer is not None else ()
    if membership is None:
        theirs = NoteClass.EVALUATION if writer == NoteWriter.PARTICIPANT else None
        classes = tuple(one for one in classes if one not in {NoteClass.PAIR, theirs})
    if coaching_session is not None and coaching_session.pair_membership_id is not None:
        classes = tuple(one for one in classes if one != NoteClass.COHORT)
    return classes


def may_write_note(
    actor: Actor,
    cohort: Cohort,
    note_class: NoteClass,
    *,
    membership: Membership | None,
    coaching_session: CoachingSession | None,
) -> bool:
    """Each class is written by those who read it and have a part in it, about what they see."""
    if coaching_session is not None and not may_view_session(actor, coaching_session):
        return False
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
    return note.note_class == NoteClass.PAIR and note.pair_coach_id == pair_coach_of(actor, note.cohort)


def may_edit_note(actor: Actor, note: Note) -> Answer:
    """Its author, while they read it: nobody changes the words of others."""
    return note.author_id == actor.person_id and may_read_note(actor, note) and is_writable(note.cohort)


def may_change_class(actor: Actor, note: Note) -> bool:
    """Its author, the participant whom it is about and the coach of the pair may ask, while they read it."""
    sides = {note.author_id, note.pair_coach_id, note.membership.person_id if note.membership is not None else None}
    return actor.person_id in sides and may_read_note(actor, note)
