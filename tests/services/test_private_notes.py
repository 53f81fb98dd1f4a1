"""Private notes: sealed where they lie, their author's alone, passed on, decided on, erased, and over in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from coaching.config import Settings, read_notes_keys
from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import (
    AuditEntry,
    Base,
    ExportChoice,
    Membership,
    MembershipStatus,
    PrivateNote,
    Role,
    StatusChange,
)
from coaching.policies import Actor
from coaching.services import note_keys, note_reviews, private_note_handover, private_notes
from coaching.services.held_data import describe_held, preview_for_coach
from coaching.services.note_cipher import ALTERED, KEY_FILE, NO_KEY, Keyring, open_keyring
from coaching.services.privacy import ABOUT_PERSON, erase_person, export_person
from coaching.services.retention import RULES, find_outdated, remove_outdated
from tests.factories import KEYS, NOTES_KEY, actor_of, make_cohort, make_membership, make_private_note, make_session

CANARY = "canary-4711 says nothing to anybody"
OLD = Keyring(read_notes_keys("an-older-key-of-notes-only-tests-0123456789"))
BOTH = Keyring(read_notes_keys(f"{NOTES_KEY}, an-older-key-of-notes-only-tests-0123456789"))


class House:
    """A cohort with two coaches and a participant, and a note of the first coach's about the participant."""

    def __init__(self, session: Session) -> None:
        self.session, self.cohort = session, make_cohort(session, ends_on=date(2026, 5, 4))
        self.coach = make_membership(session, self.cohort, role=Role.COACH)
        self.other = make_membership(session, self.cohort, role=Role.COACH)
        self.member = make_membership(session, self.cohort)
        self.note = make_private_note(session, self.coach, CANARY, about=self.member)

    def actor(self, membership: Membership, **values: Any) -> Actor:
        return replace(actor_of(self.session, membership.person), **values)

    @property
    def by_coach(self) -> Actor:
        return self.actor(self.coach)

    def export(self, **how: Any) -> list[dict[str, Any]]:
        how = {"actor": self.actor(self.member), "keys": KEYS} | how
        return export_person(self.session, self.member.person, **how)[ABOUT_PERSON]


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def test_the_words_are_nowhere_in_the_database(engine: Engine, session: Session, house: House, now: datetime) -> None:
    note = private_notes.write_private_note(
        session, house.cohort, keys=KEYS, actor=house.by_coach, now=now, body=CANARY, membership=house.member
    )
    session.commit()
    rows = [str(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    assert not [row for row in rows if CANARY in row]
    if engine.dialect.name == "sqlite":
        database = Path(engine.url.database or "")
        files = [file.read_bytes() for file in database.parent.glob(f"{database.name}*")]
        assert any(note.sealed in file for file in files), "It looks where the row is."
        assert not any(CANARY.encode() in file for file in files)
    session.expire_all()
    assert KEYS.read(session.get_one(PrivateNote, note.id)).text == CANARY
    acts = session.scalars(select(AuditEntry.act).where(AuditEntry.subject_kind == "private_note")).all()
    assert acts == ["private_note.written"]


@pytest.mark.parametrize("column", ["author_id", "membership_id", "public_id", "cohort_id", "session_id"])
def test_words_put_under_another_row_do_not_open(session: Session, house: House, column: str) -> None:
    elsewhere = make_membership(session, role=Role.COACH)
    other = {
        "author_id": house.other.person_id,
        "membership_id": elsewhere.id,
        "public_id": "0" * 20,
        "cohort_id": elsewhere.cohort_id,
        "session_id": make_session(session, house.cohort).id,
    }
    setattr(house.note, column, other[column])
    assert KEYS.read(house.note).fault == ALTERED


def test_words_that_were_changed_do_not_open_and_whose_key_is_gone_say_so(house: House) -> None:
    whole = house.note.sealed
    for place in (0, 5, len(whole) - 1):
        house.note.sealed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        assert KEYS.read(house.note).fault == ALTERED
    for cut in (b"", whole[:7], whole[:13]):
        house.note.sealed = cut
        assert KEYS.read(house.note) == (None, ALTERED) or KEYS.read(house.note).fault == ALTERED
    house.note.sealed = whole
    assert (OLD.read(house.note).text, OLD.read(house.note).fault) == (None, NO_KEY)
    assert KEYS.read(house.note).text == CANARY


def test_the_same_words_are_sealed_otherwise_each_time(house: House) -> None:
    before = house.note.sealed
    KEYS.seal(house.note, CANARY)
    assert house.note.sealed != before


def test_a_key_is_rotated_in_batches_and_goes_on_where_it_was_interrupted(session: Session, house: House) -> None:
    for number in range(4):
        make_private_note(session, house.coach, f"Note {number}", about=house.member, keys=OLD)
    lost = make_private_note(session, house.coach, "Lost", about=house.member, key_name="x")
    lost.key_name = "a-key-of-nobodys"
    session.flush()
    assert note_keys.describe_unreadable(session, KEYS.names)[0].startswith("5 private notes were written with a key")
    first = note_keys.reseal_batch(session, BOTH, after=0, limit=2)
    session.flush()
    assert (first.resealed, first.unreadable) == (2, 0)
    # Whoever was interrupted starts from the beginning, and what is done is not done again.
    again = note_keys.reseal_batch(session, BOTH, after=0, limit=9)
    session.flush()
    assert (again.resealed, again.unreadable) == (2, 1)
    assert again.last == lost.id
    assert note_keys.reseal_batch(session, BOTH, after=lost.id, limit=9) == (0, 0, None)
    assert note_keys.count_unreadable(session, KEYS.names) == 1
    texts = [KEYS.read(note).text for note in session.scalars(select(PrivateNote).order_by(PrivateNote.id))]
    assert texts == [CANARY, "Note 0", "Note 1", "Note 2", "Note 3", None]


def test_in_development_the_key_is_made_at_the_first_need_for_its_owner_alone(
    tmp_path: Path, session: Session, house: House
) -> None:
    settings = Settings(instance=tmp_path)
    keys, beside = open_keyring(settings), open_keyring(settings)
    assert keys.read(house.note).fault == NO_KEY
    assert list(tmp_path.iterdir()) == [], "To read makes nothing."
    keys.seal(house.note, CANARY)
    file = tmp_path / KEY_FILE
    assert [one.name for one in tmp_path.iterdir()] == [KEY_FILE]
    assert file.stat().st_mode & 0o777 == 0o600
    assert (beside.first, beside.read(house.note).text) == (keys.first, CANARY)
    file.write_text("no key")
    with pytest.raises(Conflict, match="holds no key"):
        _ = open_keyring(settings).first
    with pytest.raises(Conflict, match="no key is set up"):
        _ = Keyring(()).first


def test_only_the_author_reads_and_only_while_they_are_in_the_cohort(session: Session, house: House) -> None:
    def get(membership: Membership, **values: Any) -> PrivateNote:
        return private_notes.get_private_note(session, house.note.public_id, actor=house.actor(membership, **values))

    assert get(house.coach) is house.note
    for other in (house.other, house.member):
        with pytest.raises(NotFound):
            get(other)
        with pytest.raises(NotFound):
            get(other, is_administrator=True, programme_ids=frozenset({house.cohort.programme_id}))
    house.coach.role = Role.OBSERVER
    session.flush()
    assert get(house.coach) is house.note
    with pytest.raises(NotAllowed):
        private_notes.edit_private_note(
            session, house.note, keys=KEYS, actor=house.by_coach, now=house.note.written_at, body="x"
        )
    house.coach.status = MembershipStatus.WITHDRAWN
    session.flush()
    with pytest.raises(NotFound):
        get(house.coach)


def test_a_program_needs_a_token_that_was_made_for_private_notes(session: Session, house: House, now: datetime) -> None:
    by_token = house.actor(house.coach, scopes=frozenset({"read", "write"}))
    acts: list[Any] = [
        lambda who: private_notes.get_private_note(session, house.note.public_id, actor=who),
        lambda who: private_notes.list_private_notes(session, house.cohort, keys=KEYS, actor=who),
        lambda who: private_notes.write_private_note(session, house.cohort, keys=KEYS, actor=who, now=now, body="x"),
        lambda who: private_notes.edit_private_note(session, house.note, keys=KEYS, actor=who, now=now, body="x"),
        lambda who: note_reviews.list_waiting(session, keys=KEYS, actor=who),
        lambda who: preview_for_coach(session, house.member, keys=KEYS, actor=who),
        lambda who: note_reviews.decide_on_export(session, house.note, actor=who, now=now, choice=ExportChoice.INCLUDE),
        lambda who: private_note_handover.hand_over_private_notes(
            session, [house.note], house.other, keys=KEYS, actor=who, now=now
        ),
        lambda who: private_notes.delete_private_note(session, house.note, actor=who, now=now),
    ]
    for act in acts:
        with pytest.raises(NotAllowed, match="private_notes"):
            act(by_token)
    reaching = replace(by_token, scopes=frozenset({"read", "private_notes"}))
    assert private_notes.get_private_note(session, house.note.public_id, actor=reaching) is house.note


def test_a_note_is_about_something_of_its_own_cohort(session: Session, house: House, now: datetime) -> None:
    def write(**about: Any) -> PrivateNote:
        return private_notes.write_private_note(
            session, house.cohort, keys=KEYS, actor=house.by_coach, now=now, body="x", **about
        )

    pair = make_session(session, house.cohort, pair_membership_id=house.member.id)
    assert write(coaching_session=pair).membership_id == house.member.id
    assert write(coaching_session=make_session(session, house.cohort)).membership_id is None
    fellow = make_membership(session, house.cohort)
    for wrong in (
        {"membership": make_membership(session)},
        {"membership": house.other},
        {"coaching_session": make_session(session)},
        {"membership": fellow, "coaching_session": pair},
    ):
        with pytest.raises(NotFound):
            write(**wrong)


def test_a_note_is_passed_on_to_another_coach_of_the_cohort_and_to_nobody_else(
    session: Session, house: House, now: datetime
) -> None:
    def hand_over(to: Membership, by: Membership = house.coach) -> int:
        actor = house.actor(by)
        return private_note_handover.hand_over_private_notes(session, [house.note], to, keys=KEYS, actor=actor, now=now)

    suspended = make_membership(session, house.cohort, role=Role.COACH)
    suspended.person.suspended_at = now
    gone = make_membership(session, house.cohort, role=Role.COACH, status=MembershipStatus.WITHDRAWN)
    elsewhere = make_membership(session, role=Role.COACH)
    for wrong in (house.coach, house.member, suspended, gone, elsewhere):
        with pytest.raises(Invalid, match="another coach"):
            hand_over(wrong)
    with pytest.raises(NotFound):
        hand_over(house.coach, by=house.other)
    assert [one.id for one in private_note_handover.list_recipients(session, house.cohort, actor=house.by_coach)] == [
        house.other.id
    ]
    assert hand_over(house.other) == 1
    session.flush()
    assert KEYS.read(house.note).text == CANARY
    assert (house.note.author_id, house.note.handed_over_by_id) == (house.other.person_id, house.coach.person_id)
    with pytest.raises(NotFound):
        private_notes.get_private_note(session, house.note.public_id, actor=house.by_coach)
    # Who keeps it now did not write it, and the person whom it is about is told so.
    chosen = ExportChoice.INCLUDE
    note_reviews.decide_on_export(session, house.note, actor=house.actor(house.other), now=now, choice=chosen)
    session.flush()
    (line,) = house.export()
    assert (line["kept_by"], line["handed_over_by"]) == (house.other.person.name, house.coach.person.name)
    assert "author" not in line
    # What nobody can read is nobody's to pass on, nor to write other words over.
    house.note.key_name = "x"
    with pytest.raises(Conflict, match="cannot be read"):
        hand_over(house.coach, by=house.other)
    with pytest.raises(Conflict, match="cannot be read"):
        private_notes.edit_private_note(
            session, house.note, keys=KEYS, actor=house.actor(house.other), now=now, body="Other"
        )


def test_who_asks_is_told_how_many_and_gets_what_each_author_includes(
    session: Session, house: House, now: datetime
) -> None:
    person, by_member = house.member.person, house.actor(house.member)
    second = make_private_note(session, house.other, "Of somebody else, too", about=house.member)
    assert [set(line) for line in house.export()] == [{"cohort", "written_at", "decision"}] * 2
    assert note_reviews.count_waiting(session, actor=house.by_coach) == 0
    with pytest.raises(NotFound):
        note_reviews.ask_for_review(session, person, actor=house.by_coach, now=now)
    note_reviews.ask_for_review(session, person, actor=by_member, now=now)
    session.flush()
    with pytest.raises(Conflict, match="already"):
        note_reviews.ask_for_review(session, person, actor=by_member, now=now)
    (waiting,) = note_reviews.list_waiting(session, keys=KEYS, actor=house.by_coach)
    assert (waiting.note.body, waiting.asked_at, waiting.answer_by) == (CANARY, now, now + timedelta(days=28))
    assert note_reviews.count_waiting(session, actor=house.by_coach) == 1

    def decide(note: PrivateNote, by: Membership, choice: ExportChoice, reason: str = "") -> None:
        note_reviews.decide_on_export(session, note, actor=house.actor(by), now=now, choice=choice, reason=reason)
        session.flush()

    with pytest.raises(NotFound):
        decide(second, house.coach, ExportChoice.INCLUDE)
    with pytest.raises(Invalid, match="why"):
        decide(second, house.other, ExportChoice.LEAVE_OUT)
    decide(house.note, house.coach, ExportChoice.INCLUDE)
    decide(second, house.other, ExportChoice.LEAVE_OUT, "It is about a third person")
    included, left_out = house.export()
    assert (included["text"], included["author"]) == (CANARY, house.coach.person.name)
    assert (left_out["reason"], left_out.get("text")) == ("It is about a third person", None)
    held = describe_held(session, person, actor=by_member).private_notes
    assert (held.total, held.included, held.left_out, held.undecided) == (2, 1, 1, 0)
    with pytest.raises(Conflict, match="still to be decided"):
        note_reviews.ask_for_review(session, person, actor=by_member, now=now)
    # Whoever runs the site hands the export out, but an administrator who looks for themselves reads no note.
    administrator = house.actor(house.other, is_administrator=True)
    assert [line.get("text") for line in house.export(actor=administrator)] == [None, None]
    assert house.export(actor=None)[0]["text"] == CANARY
    preview = preview_for_coach(session, house.member, keys=KEYS, actor=house.by_coach)
    assert ([line.body for line in preview.included], preview.left_out, preview.undecided) == ([CANARY], (), ())


def test_an_edit_takes_the_decision_back_and_what_was_asked_for_waits_again(
    session: Session, house: House, now: datetime
) -> None:
    note_reviews.ask_for_review(session, house.member.person, actor=house.actor(house.member), now=now)
    note_reviews.decide_on_export(session, house.note, actor=house.by_coach, now=now, choice=ExportChoice.INCLUDE)
    later = now + timedelta(days=1)
    private_notes.edit_private_note(session, house.note, keys=KEYS, actor=house.by_coach, now=later, body=CANARY)
    assert house.note.in_export == ExportChoice.INCLUDE, "Nothing was edited."
    private_notes.edit_private_note(session, house.note, keys=KEYS, actor=house.by_coach, now=later, body="Other")
    session.flush()
    assert (house.note.in_export, house.note.decided_at, house.note.edited_at) == (None, None, later)
    assert "text" not in house.export()[0]
    assert note_reviews.count_waiting(session, actor=house.by_coach) == 1
    # What is written after somebody asked is not what they asked for.
    make_private_note(session, house.coach, "Later", about=house.member, written_at=later)
    assert note_reviews.count_waiting(session, actor=house.by_coach) == 1
    # Who looks on after a handover still answers for what they wrote; who has left does not even see it.
    house.coach.role = Role.OBSERVER
    session.flush()
    assert len(note_reviews.list_waiting(session, keys=KEYS, actor=house.by_coach)) == 1
    assert note_reviews.count_waiting_in(session, house.cohort, actor=house.by_coach) == 1
    assert note_reviews.count_waiting_in(session, make_cohort(session), actor=house.by_coach) == 0

    def counted() -> tuple[int, int]:
        found = note_reviews.count_about(session, house.member.person, actor=house.actor(house.member))
        return found.waiting, found.abandoned

    assert counted() == (1, 0)
    house.coach.status = MembershipStatus.WITHDRAWN
    session.flush()
    assert note_reviews.list_waiting(session, keys=KEYS, actor=house.by_coach) == []
    assert counted() == (1, 1)


@pytest.mark.parametrize("who", ["member", "coach", "other"])
def test_erasure_of_whom_it_is_about_or_of_the_author_deletes_the_note(
    session: Session, house: House, now: datetime, who: str
) -> None:
    note_reviews.ask_for_review(session, house.member.person, actor=house.actor(house.member), now=now)
    make_private_note(session, house.coach, "About the cohort")
    own = make_private_note(session, house.other, "Another's", about=make_membership(session, house.cohort)).id
    erase_person(session, getattr(house, who).person, actor=None, now=now)
    left = set(session.scalars(select(PrivateNote.id)))
    assert len(left) == {"member": 2, "coach": 1, "other": 2}[who]
    assert (own in left) == (who != "other")


def test_notes_are_over_two_years_after_the_cohort_and_ninety_days_after_their_author_left(
    session: Session, house: House, now: datetime
) -> None:
    rules = [rule for rule in RULES if rule.model is PrivateNote]

    def over(at: datetime) -> list[int]:
        return sorted(key for rule in rules for key in find_outdated(session.connection(), rule, now=at, limit=9))

    ended = datetime(2026, 5, 4, tzinfo=now.tzinfo)
    assert over(ended + timedelta(days=729, hours=23)) == []
    assert over(ended + timedelta(days=730, hours=1)) == [house.note.id]
    other = make_private_note(session, house.other, "Another's", about=house.member)
    session.add(StatusChange(membership_id=house.coach.id, status=MembershipStatus.WITHDRAWN, at=now))
    session.execute(update(Membership).where(Membership.id == house.coach.id).values(status="withdrawn"))
    assert over(now + timedelta(days=90)) == []
    assert over(now + timedelta(days=90, seconds=1)) == [house.note.id]
    session.execute(update(Membership).where(Membership.id == house.coach.id).values(status="active"))
    assert over(now + timedelta(days=91)) == []
    remove_outdated(session, rules[0], [house.note.id])
    assert session.scalars(select(PrivateNote.id)).all() == [other.id]
