"""Who somebody in a report is, remembered from one report to the next, until the evidence says otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotAllowed, NotFound
from coaching.models import CoachingSession, ImportBatch, ImportRow, RowOutcome
from coaching.services import attendance_imports, import_batches, remembered_matches
from tests.factories import actor_of, make_membership, make_person, make_session
from tests.services.meeting_house import BAND, MEETING, READ, House, own_report

TABLET = "Sgt Peppers tablet,,DAY 11:35:00 AM,DAY 12:50:00 PM,75,No"
GUEST = "Yoko Ono,yoko@example.org,DAY 11:35:00 AM,DAY 12:50:00 PM,75,No"
WEEK = timedelta(days=7)


@pytest.fixture
def house(session: Session) -> House:
    return House(session, *BAND)


def row_of(batch: ImportBatch, name: str) -> ImportRow:
    return next(row for row in batch.rows if row.name == name)


def settle(house: House, batch: ImportBatch, name: str, member: str | None, now: datetime) -> None:
    who = house.members[member].public_id if member else None
    held = house.db.get_one(CoachingSession, batch.session_id)
    row = row_of(batch, name)
    import_batches.resolve_row(house.db, batch, held, row.public_id, who, actor=house.actor, now=now)
    house.db.flush()


def apply_next(house: House, now: datetime, *rows: str) -> ImportBatch:
    """The report of the session a week later."""
    held = make_session(house.db, house.cohort, starts_at=MEETING + WEEK, timezone=house.meeting.timezone)
    data = own_report(*rows, day="10/01/2020")
    return attendance_imports.apply_import(house.db, held, data, READ, file_name="next.csv", actor=house.actor, now=now)


def test_what_was_settled_is_known_to_the_next_report(house: House, now: datetime) -> None:
    batch = house.apply(own_report(TABLET, GUEST), now)
    settle(house, batch, "Sgt Peppers tablet", "Ringo Starr", now)
    settle(house, batch, "Yoko Ono", None, now)
    following = apply_next(house, now, TABLET.replace("Sgt Peppers", "SGT PEPPER'S"), GUEST)
    tablet, guest = row_of(following, "SGT PEPPER'S tablet"), row_of(following, "Yoko Ono")
    assert (tablet.outcome, tablet.membership_id) == (RowOutcome.MATCHED, house.members["Ringo Starr"].id)
    assert tablet.reason == "Remembered: you said that this is Ringo Starr."
    assert (guest.outcome, guest.reason) == (
        RowOutcome.IGNORED,
        "Remembered: you said that this is nobody of this cohort.",
    )


def test_the_last_word_is_remembered_and_what_is_taken_back_is_forgotten(house: House, now: datetime) -> None:
    batch = house.apply(own_report(TABLET), now)
    settle(house, batch, "Sgt Peppers tablet", "Ringo Starr", now)
    settle(house, batch, "Sgt Peppers tablet", "Eric Clapton", now)
    (known,) = remembered_matches.list_remembered(house.db, house.cohort, actor=house.actor)
    assert (known.name, known.member_name) == ("sgt peppers tablet", "Eric Clapton")
    assert house.status("Billy Preston") == ("absent", 0)
    row = row_of(batch, "Sgt Peppers tablet")
    import_batches.reopen_row(house.db, batch, house.meeting, row.public_id, actor=house.actor, now=now)
    assert row.outcome == RowOutcome.REVIEW
    assert remembered_matches.list_remembered(house.db, house.cohort, actor=house.actor) == []
    # The row may be any of them.
    assert house.status("Eric Clapton") is None
    assert house.status("Billy Preston") is None


def test_an_address_that_is_a_members_by_now_beats_what_was_said(house: House, now: datetime) -> None:
    batch = house.apply(own_report(GUEST), now)
    settle(house, batch, "Yoko Ono", "Ringo Starr", now)
    yoko = make_membership(house.db, house.cohort, make_person(house.db, name="Y. O.", email="yoko@example.org"))
    following = apply_next(house, now, GUEST)
    assert row_of(following, "Yoko Ono").membership_id == yoko.id


def test_a_name_that_is_a_members_by_now_is_asked_about(house: House, now: datetime) -> None:
    batch = house.apply(own_report(GUEST.replace("yoko@example.org", "")), now)
    settle(house, batch, "Yoko Ono", None, now)
    make_membership(house.db, house.cohort, make_person(house.db, name="Yoko Ono"))
    row = row_of(apply_next(house, now, GUEST.replace("yoko@example.org", "")), "Yoko Ono")
    assert row.outcome == RowOutcome.REVIEW
    assert row.reason == "You said before that this is nobody of this cohort, but it is the name of Yoko Ono."


def test_a_name_is_forgotten_by_those_who_run_the_cohort(house: House, now: datetime) -> None:
    batch = house.apply(own_report(GUEST), now)
    settle(house, batch, "Yoko Ono", None, now)
    (known,) = remembered_matches.list_remembered(house.db, house.cohort, actor=house.actor)
    ringo = actor_of(house.db, house.members["Ringo Starr"].person)
    with pytest.raises(NotAllowed):
        remembered_matches.forget_name(house.db, house.cohort, known.id, actor=ringo, now=now)
    remembered_matches.forget_name(house.db, house.cohort, known.id, actor=house.actor, now=now)
    with pytest.raises(NotFound):
        remembered_matches.forget_name(house.db, house.cohort, known.id, actor=house.actor, now=now)
    assert row_of(apply_next(house, now, GUEST), "Yoko Ono").outcome == RowOutcome.REVIEW
