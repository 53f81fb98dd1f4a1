"""Events of a line: that there are notes about the member, of the classes that the one who asks reads. Not their words.

What only a coach reads is kept apart from these (ADR 33), and no part of any line.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, and_, bindparam, or_, select, type_coerce

from coaching.models import Membership, Note, NoteClass
from coaching.note_policies import pair_coach_of, read_classes
from coaching.policies import Actor
from coaching.services.line_events import Fact, LineKind, Reader, make_source
from coaching.services.words import is_word

# The rule of `may_read_note`, as a condition whose values `who_reads` gives.
_IS_READ = or_(
    type_coerce(Note.note_class, String).in_(bindparam("note_classes", expanding=True)),
    and_(is_word(Note.note_class, NoteClass.PAIR), Note.pair_coach_id == bindparam("my_pairs")),
)
_NOTES = (
    select(Note.public_id, Note.note_class)
    .join_from(Membership, Note, Note.membership_id == Membership.id)
    .where(_IS_READ)
)


def who_reads(actor: Actor, membership: Membership) -> dict[str, Any]:
    """What tells the statement which notes about this member the actor reads."""
    classes = read_classes(actor, membership.cohort, membership)
    return {"note_classes": sorted(classes), "my_pairs": pair_coach_of(actor, membership.cohort)}


def who_reads_own() -> dict[str, Any]:
    """The classes that everybody reads about themselves, in whichever cohort."""
    return {"note_classes": [NoteClass.COHORT, NoteClass.EVALUATION, NoteClass.PAIR], "my_pairs": 0}


def _tell_note(row: Any, _reader: Reader) -> Fact:
    public_id, note_class = row
    return Fact(public_id, f"note_{note_class.value}", public_id)


NOTES = make_source(LineKind.NOTE, "note", _NOTES, Note.written_at, _tell_note)
