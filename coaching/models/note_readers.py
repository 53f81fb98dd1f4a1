"""Which readers each class of notes has, and which change of a class takes readers away and adds none."""

from enum import StrEnum

from coaching.models.coaching_session import CoachingSession
from coaching.models.cohort import Membership
from coaching.models.note import NoteClass, NoteWriter


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
