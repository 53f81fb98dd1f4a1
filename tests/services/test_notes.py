"""Notes: who writes and reads which, what becomes of a class, and what is left when somebody is erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import (
    AuditEntry,
    Cohort,
    Membership,
    MembershipStatus,
    Note,
    NoteChange,
    NoteChangeState,
    NoteClass,
    NoteConsent,
    Person,
    Role,
)
from coaching.policies import Actor
from coaching.services import note_changes, note_list, notes, privacy
from tests.factories import actor_of, make_cohort, make_coordinator, make_membership, make_session

PAIR, ALL, RUNNERS, EVIDENCE = NoteClass.PAIR, NoteClass.COHORT, NoteClass.COORDINATOR, NoteClass.EVALUATION


@dataclass
class House:
    """A cohort with two participants, two coaches and a coordinator; and what they do there."""

    session: Session
    now: datetime
    cohort: Cohort
    ana: Membership
    bo: Membership
    cleo: Membership
    dan: Membership
    coordinator: Person

    def actor(self, who: Membership | Person) -> Actor:
        return actor_of(self.session, who if isinstance(who, Person) else who.person)

    def write(self, who: Membership | Person, note_class: NoteClass, body: str = "words", **values: Any) -> Note:
        values = {"membership": self.ana} | values
        note = notes.write_note(
            self.session, self.cohort, actor=self.actor(who), now=self.now, note_class=note_class, body=body, **values
        )
        self.session.flush()
        return note

    def change(self, who: Membership | Person, note: Note, note_class: NoteClass, **values: Any) -> NoteChange:
        change = note_changes.change_class(
            self.session, note, actor=self.actor(who), now=self.now, note_class=note_class, **values
        )
        self.session.flush()
        return change

    def answer(self, who: Membership | Person, change: NoteChange, agreed: bool) -> None:
        actor = self.actor(who)
        found = note_changes.get_change(self.session, change.public_id, actor=actor)
        note_changes.answer_change(self.session, found, actor=actor, now=self.now, agreed=agreed)
        self.session.flush()

    def reads(self, who: Membership | Person, note: Note) -> bool:
        try:
            notes.get_note(self.session, note.public_id, actor=self.actor(who))
        except NotFound:
            return False
        return True

    @property
    def everybody(self) -> dict[str, Membership | Person]:
        names = ("ana", "bo", "cleo", "dan", "coordinator")
        return {name: getattr(self, name) for name in names}

    def readers(self, note: Note) -> set[str]:
        return {name for name, who in self.everybody.items() if self.reads(who, note)}


@pytest.fixture
def house(session: Session, now: datetime) -> House:
    cohort = make_cohort(session)
    ana, bo = make_membership(session, cohort), make_membership(session, cohort)
    cleo, dan = (make_membership(session, cohort, role=Role.COACH) for _ in range(2))
    coordinator = make_coordinator(session, cohort.programme)
    return House(session, now, cohort, ana, bo, cleo, dan, coordinator)


def test_each_class_is_read_by_whom_it_says(house: House) -> None:
    assert house.readers(house.write(house.cleo, PAIR)) == {"ana", "cleo"}
    assert house.readers(house.write(house.cleo, RUNNERS)) == {"cleo", "dan", "coordinator"}
    assert house.readers(house.write(house.coordinator, EVIDENCE)) == {"ana", "cleo", "dan", "coordinator"}
    assert house.readers(house.write(house.bo, ALL, membership=None)) == {"ana", "bo", "cleo", "dan", "coordinator"}


def test_a_list_holds_what_its_reader_may_open_and_no_more(house: House) -> None:
    held = make_session(house.session, house.cohort)
    written = [house.write(house.cleo, one) for one in NoteClass]
    written += [house.write(house.dan, PAIR), house.write(house.coordinator, RUNNERS)]
    of_session = [house.write(house.cleo, one, membership=None, coaching_session=held) for one in (RUNNERS, ALL)]
    for name, who in house.everybody.items():
        if name != "bo":
            lines = note_list.list_member_notes(house.session, house.ana, actor=house.actor(who))
            assert {line.id for line in lines} == {note.public_id for note in written if house.reads(who, note)}
        lines = note_list.list_session_notes(house.session, held, actor=house.actor(who))
        assert {line.id for line in lines} == {note.public_id for note in of_session if house.reads(who, note)}
        lines = note_list.list_cohort_notes(house.session, house.cohort, actor=house.actor(who))
        assert {line.note_class for line in lines} == {ALL}
        assert len(lines) == 2


def test_who_left_reads_nothing_more(house: House) -> None:
    pair, evidence = house.write(house.cleo, PAIR), house.write(house.cleo, EVIDENCE)
    for member in (house.ana, house.cleo):
        member.status = MembershipStatus.WITHDRAWN
    house.session.flush()
    assert house.readers(pair) == set()
    assert house.readers(evidence) == {"dan", "coordinator"}


@pytest.mark.parametrize(
    ("who", "note_class", "about"),
    [
        ("ana", RUNNERS, {}),
        ("coordinator", PAIR, {}),
        ("coordinator", ALL, {}),
        ("cleo", PAIR, {"membership": None}),
        ("ana", EVIDENCE, {"membership": None}),
    ],
)
def test_nobody_writes_what_is_not_theirs_to_write(
    house: House, who: str, note_class: NoteClass, about: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refused:
        house.write(getattr(house, who), note_class, **about)
    assert set(refused.value.messages) == {"note_class"}


def test_nobody_writes_about_a_fellow(house: House) -> None:
    with pytest.raises(NotFound):
        house.write(house.bo, ALL)


def test_a_note_of_a_one_to_one_is_about_its_participant_and_never_for_all(house: House) -> None:
    held = make_session(house.session, house.cohort, pair_membership_id=house.ana.id)
    assert house.write(house.cleo, PAIR, membership=None, coaching_session=held).membership == house.ana
    with pytest.raises(Invalid):
        house.write(house.cleo, ALL, membership=None, coaching_session=held)


def test_a_participant_chooses_the_coach_where_there_are_several(house: House) -> None:
    with pytest.raises(Invalid) as refused:
        house.write(house.ana, PAIR)
    assert refused.value.messages == {"pair_coach": [notes.CHOOSE_A_COACH]}
    assert house.readers(house.write(house.ana, PAIR, pair_coach=house.dan.public_id)) == {"ana", "dan"}
    house.dan.status = MembershipStatus.WITHDRAWN
    house.session.flush()
    assert house.readers(house.write(house.ana, PAIR)) == {"ana", "cleo"}


def test_only_its_author_edits_and_removes_a_note(house: House) -> None:
    note = house.write(house.cleo, EVIDENCE)
    for who in (house.ana, house.dan, house.coordinator):
        with pytest.raises(NotAllowed):
            notes.edit_note(house.session, note, actor=house.actor(who), now=house.now, body="other words")
        with pytest.raises(NotAllowed):
            notes.remove_note(house.session, note, actor=house.actor(who), now=house.now)
    later = house.now + timedelta(hours=1)
    notes.edit_note(house.session, note, actor=house.actor(house.cleo), now=later, body="other words")
    assert (note.body, note.edited_at) == ("other words", later)
    waiting = house.change(house.cleo, note, ALL)
    notes.remove_note(house.session, note, actor=house.actor(house.cleo), now=later)
    house.session.flush()
    assert house.session.scalars(select(func.count()).select_from(NoteConsent)).one() == 0
    assert house.session.scalars(select(NoteChange.id).where(NoteChange.id == waiting.id)).all() == []
    acts = house.session.scalars(select(AuditEntry.act).where(AuditEntry.subject_kind == "note")).all()
    assert acts == ["note.written", "note.edited", "note.removed"]


def test_its_author_takes_readers_away_at_once(house: House) -> None:
    note = house.write(house.cleo, ALL)
    assert house.change(house.cleo, note, RUNNERS).state == NoteChangeState.MADE
    assert house.readers(note) == {"cleo", "dan", "coordinator"}


def test_a_wider_class_waits_for_everybody_whose_word_it_takes(house: House) -> None:
    note = house.write(house.ana, PAIR, pair_coach=house.cleo.public_id)
    change = house.change(house.ana, note, EVIDENCE)
    assert {consent.person_id for consent in change.consents} == {house.cleo.person_id}
    assert house.readers(note) == {"ana", "cleo"}
    house.answer(house.cleo, change, agreed=True)
    assert house.readers(note) == {"ana", "cleo", "dan", "coordinator"}
    assert change.state == NoteChangeState.MADE


def test_a_refusal_leaves_all_as_it_is(house: House) -> None:
    note = house.write(house.cleo, RUNNERS)
    change = house.change(house.cleo, note, ALL)
    assert [one.public_id for one in note_changes.list_asked(house.session, actor=house.actor(house.ana))] == [
        change.public_id
    ]
    house.answer(house.ana, change, agreed=False)
    assert (note.note_class, change.state) == (RUNNERS, NoteChangeState.REFUSED)
    # Now they are neither asked nor among the readers.
    with pytest.raises(NotFound):
        house.answer(house.ana, change, agreed=True)
    assert note_changes.list_asked(house.session, actor=house.actor(house.ana)) == []


def test_whoever_did_not_write_it_asks_for_fewer_readers_too(house: House) -> None:
    note = house.write(house.cleo, EVIDENCE)
    change = house.change(house.ana, note, RUNNERS)
    assert {consent.person_id for consent in change.consents} == {house.cleo.person_id}
    assert note.note_class == EVIDENCE


def test_one_question_at_a_time_and_never_about_other_words(house: House) -> None:
    note = house.write(house.cleo, PAIR)
    change = house.change(house.cleo, note, EVIDENCE)
    with pytest.raises(Conflict):
        house.change(house.cleo, note, ALL)
    notes.edit_note(house.session, note, actor=house.actor(house.cleo), now=house.now, body="other words")
    house.session.expire_all()
    with pytest.raises(Conflict):
        house.answer(house.ana, change, agreed=True)
    assert (note.note_class, change.state) == (PAIR, NoteChangeState.WITHDRAWN)


def test_who_asked_takes_it_back_and_does_not_answer(house: House) -> None:
    note = house.write(house.cleo, PAIR)
    change = house.change(house.cleo, note, EVIDENCE)
    with pytest.raises(NotAllowed):
        house.answer(house.cleo, change, agreed=True)
    note_changes.withdraw_change(house.session, change, actor=house.actor(house.cleo), now=house.now)
    with pytest.raises(Conflict):
        house.answer(house.ana, change, agreed=True)


def test_no_class_takes_a_note_out_of_its_authors_sight(house: House) -> None:
    note = house.write(house.ana, PAIR, pair_coach=house.cleo.public_id)
    with pytest.raises(Invalid):
        house.change(house.cleo, note, RUNNERS)
    with pytest.raises(Conflict):
        house.change(house.ana, note, PAIR, pair_coach=house.cleo.public_id)


def test_a_handover_asks_the_participant_and_nobody_sees_more_before(house: House) -> None:
    note = house.write(house.cleo, PAIR)
    house.write(house.dan, PAIR)
    asked = note_changes.hand_over_pair_notes(
        house.session, house.cleo, house.dan, actor=house.actor(house.coordinator), now=house.now
    )
    house.session.flush()
    change = house.session.scalars(select(NoteChange)).one()
    assert (asked, house.readers(note)) == (1, {"ana", "cleo"})
    # Whoever hands over for somebody reads nothing by that.
    with pytest.raises(NotFound):
        note_changes.get_change(house.session, change.public_id, actor=house.actor(house.coordinator))
    house.answer(house.ana, change, agreed=True)
    assert house.readers(note) == {"ana", "dan"}
    with pytest.raises(NotAllowed):
        note_changes.hand_over_pair_notes(
            house.session, house.dan, house.cleo, actor=house.actor(house.bo), now=house.now
        )


def test_who_coached_here_and_looks_on_finds_the_notes_of_their_pairs(house: House) -> None:
    note = house.write(house.cleo, PAIR)
    house.write(house.dan, PAIR)

    def found() -> list[str]:
        lines = note_list.list_cohort_notes(house.session, house.cohort, actor=house.actor(house.cleo))
        return [line.id for line in lines]

    assert found() == []
    house.cleo.role = Role.OBSERVER
    house.session.flush()
    assert found() == [note.public_id]


def test_nobody_is_asked_for_a_coach_who_hands_over_themselves(house: House) -> None:
    house.write(house.cleo, PAIR)
    for one, other in ((house.cleo, house.dan), (house.dan, house.cleo)):
        note_changes.hand_over_pair_notes(house.session, one, other, actor=house.actor(one), now=house.now)
        house.session.flush()
    assert house.session.scalars(select(NoteChange.state)).all() == [NoteChangeState.WITHDRAWN]


def test_a_coach_who_left_meanwhile_gets_nothing(house: House) -> None:
    note = house.write(house.cleo, PAIR)
    note_changes.hand_over_pair_notes(
        house.session, house.cleo, house.dan, actor=house.actor(house.cleo), now=house.now
    )
    house.dan.status = MembershipStatus.WITHDRAWN
    house.session.flush()
    change = house.session.scalars(select(NoteChange)).one()
    with pytest.raises(Conflict):
        house.answer(house.ana, change, agreed=True)
    assert note.pair_coach_id == house.cleo.person_id


def test_an_export_holds_what_somebody_wrote_and_what_they_read_about_themselves(house: House) -> None:
    for one in NoteClass:
        house.write(house.cleo, one, f"about-ana-{one}")
    house.write(house.ana, ALL, "by-ana", membership=None)
    house.write(house.ana, EVIDENCE, "by-ana-about-ana")
    held = privacy.export_person(house.session, house.ana.person, actor=None)
    bodies = sorted(line["body"] for line in held["note"])
    assert bodies == ["about-ana-cohort", "about-ana-evaluation", "about-ana-pair", "by-ana", "by-ana-about-ana"]
    written = privacy.export_person(house.session, house.cleo.person, actor=None)["note"]
    assert len(written) == len(NoteClass)
    assert "note" not in privacy.export_person(house.session, house.bo.person, actor=None)


def test_erasure_takes_the_notes_about_somebody_and_their_own_words(house: House) -> None:
    house.write(house.cleo, RUNNERS, "about-ana")
    house.write(house.ana, ALL, "by-ana", membership=None)
    kept = house.write(house.cleo, ALL, "by-cleo", membership=None)
    house.change(house.cleo, kept, RUNNERS)
    for member in (house.ana, house.cleo):
        privacy.erase_person(house.session, member.person, actor=None, now=house.now)
    assert set(house.session.scalars(select(Note.body))) == {"Erased", "by-cleo"}
    assert house.session.get_one(Note, kept.id).author.name == "Erased person"
