"""Who reads a note, in words: the one sentence that stands at each class where it is chosen and where it is read."""

from __future__ import annotations

from coaching.models import NoteClass

PRIVATE = "private"


def who_reads(note_class: NoteClass | str, *, member: str = "", coach: str = "") -> str:
    """One sentence for a class. `member` is whom the note is about, and `coach` the one coach of a pair's note; you are
    called so where one of them is you."""
    sentences = {
        PRIVATE: "You, and nobody else in any role. It is kept encrypted.",
        NoteClass.PAIR: f"{_first(member) or 'The participant'} and {coach or 'the coach'}, and nobody else.",
        NoteClass.COORDINATOR: "The cohort’s coaches and the programme’s coordinators. No participant.",
        NoteClass.EVALUATION: _evaluation(member),
        NoteClass.COHORT: "Everybody in the cohort, and the programme’s coordinators.",
    }
    return sentences[note_class]


def _evaluation(member: str) -> str:
    who = f"{_first(member)}, the cohort’s coaches" if member else "The cohort’s coaches"
    return f"{who} and the programme’s coordinators; and it may be quoted in an evaluation, where others read it."


def _first(name: str) -> str:
    return name[:1].upper() + name[1:]
