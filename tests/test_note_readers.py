"""Who reads notes of which class, and which changes of a class take readers away alone: every pair of classes."""

from __future__ import annotations

from itertools import product

import pytest

from coaching.models import NoteClass, NoteWriter
from coaching.models.note_readers import Reader, offered_classes, only_narrows, readers_of

# What the product promises, in words of its own: whoever reads an evaluation reads what is quoted there.
TABLE = {
    NoteClass.PAIR: "subject pair_coach",
    NoteClass.COHORT: "subject pair_coach other_coaches coordinators others",
    NoteClass.COORDINATOR: "pair_coach other_coaches coordinators",
    NoteClass.EVALUATION: "subject pair_coach other_coaches coordinators evaluation",
}
NARROWS = {
    (NoteClass.COHORT, NoteClass.PAIR),
    (NoteClass.COHORT, NoteClass.COORDINATOR),
    (NoteClass.EVALUATION, NoteClass.PAIR),
    (NoteClass.EVALUATION, NoteClass.COORDINATOR),
}


@pytest.mark.parametrize("note_class", NoteClass)
def test_each_class_has_the_readers_that_are_promised(note_class: NoteClass) -> None:
    assert readers_of(note_class) == {Reader(word) for word in TABLE[note_class].split()}


def test_a_change_narrows_only_where_every_new_reader_is_an_old_one() -> None:
    for old, new in product(NoteClass, repeat=2):
        assert only_narrows(old, new) == (old == new or (old, new) in NARROWS), (old, new)
        assert only_narrows(old, new) == (set(TABLE[new].split()) <= set(TABLE[old].split()))


def test_another_coach_is_another_reader() -> None:
    assert not only_narrows(NoteClass.PAIR, NoteClass.PAIR, is_same_coach=False)
    assert only_narrows(NoteClass.COHORT, NoteClass.PAIR, is_same_coach=False)


def test_narrowing_twice_is_narrowing() -> None:
    for first, second, third in product(NoteClass, repeat=3):
        if only_narrows(first, second) and only_narrows(second, third):
            assert only_narrows(first, third)


@pytest.mark.parametrize("writer", NoteWriter)
def test_without_a_participant_there_is_no_pair(writer: NoteWriter) -> None:
    offered = offered_classes(writer, membership=None, coaching_session=None)
    assert NoteClass.PAIR not in offered
    assert (NoteClass.EVALUATION in offered) == (writer != NoteWriter.PARTICIPANT)


def test_who_does_not_write_is_offered_nothing() -> None:
    assert offered_classes(None, membership=None, coaching_session=None) == ()
