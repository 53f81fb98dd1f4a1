"""Whether a report is of the session that it is imported into: what is asked before anything counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import BatchState
from coaching.services.report_description import Reading
from tests.factories import make_session
from tests.services.meeting_house import BAND, MEETING, ZONE, House, own_report

ROW = "John Lennon,,DAY 11:35:00 AM,DAY 12:35:00 PM,60,No"
WITHOUT_HEAD = (
    b"Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\r\n"
    b"John Lennon,,09/24/2020 11:35:00 AM,09/24/2020 12:35:00 PM,60,No\r\n"
)


@pytest.fixture
def house(session: Session) -> House:
    return House(session, *BAND)


def hold(house: House, minutes: int) -> None:
    """The session so many minutes after the meeting of the report, which lasts 75."""
    held = house.meeting
    held.starts_at = MEETING + timedelta(minutes=minutes)
    held.ends_at = held.starts_at + timedelta(minutes=75)
    held.local_start = datetime(2020, 9, 24, 11, 35) + timedelta(minutes=minutes)
    house.db.flush()


def refusal(house: House, now: datetime, data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        house.apply(data, now)
    assert house.status("John Lennon") is None
    return " ".join(caught.value.messages["file"])


@pytest.mark.parametrize("minutes", [-74, 0, 74])
def test_a_meeting_that_the_session_overlaps_is_taken_for_it(house: House, now: datetime, minutes: int) -> None:
    hold(house, minutes)
    house.apply(own_report(ROW), now)
    assert house.status("John Lennon") is not None


@pytest.mark.parametrize("minutes", [-75, 75, 500])
def test_a_meeting_at_another_hour_of_the_day_is_asked_about(house: House, now: datetime, minutes: int) -> None:
    hold(house, minutes)
    said = refusal(house, now, own_report(ROW))
    assert "of a meeting from 11:35 to 12:50; the session was from" in said
    assert f"read as those of {ZONE}" in said
    house.apply(own_report(ROW), now, Reading(anyway=True))
    assert house.status("John Lennon") is not None


def test_without_a_head_the_people_tell_when_it_was(house: House, now: datetime) -> None:
    hold(house, 300)
    assert "from 11:35 to 12:35" in refusal(house, now, WITHOUT_HEAD)


def test_the_right_zone_answers_the_question(house: House, now: datetime) -> None:
    """New York's 11:35 is 16:35 in London: the account that exported the report may be anywhere."""
    hold(house, -300)
    refusal(house, now, own_report(ROW))
    house.apply(own_report(ROW), now, Reading(timezone="Europe/London"))
    assert house.status("John Lennon") is not None


def test_a_report_that_another_session_has_already_is_asked_about(house: House, now: datetime) -> None:
    first = house.meeting
    done = house.apply(own_report(ROW), now)
    house.meeting = make_session(
        house.db, house.cohort, starts_at=MEETING, timezone=ZONE, local_start=first.local_start, duration_minutes=75
    )
    assert f"recorded for another session already: {first.title}, 24 September 2020" in refusal(
        house, now, own_report(ROW)
    )
    done.state = BatchState.UNDONE
    house.apply(own_report(ROW), now)
    assert house.status("John Lennon") is not None
