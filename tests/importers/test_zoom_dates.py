"""Day first or month first: asked only when the file does not tell and minutes hang on it."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from coaching.errors import Invalid
from coaching.importers.zoom import read_zoom_report
from tests.importers.builders import UNIQUE, join, joins, lines, summary

OPEN = joins(join("Ann", "", "03/04/2024 02:00:00 PM", "03/04/2024 02:30:00 PM", 30))
OPEN_SUMMARY = lines(*summary("03/04/2024 02:00:00 PM", "03/04/2024 03:00:00 PM", 60, 1), UNIQUE, "Ann,,30,")


def test_an_open_date_is_asked_about() -> None:
    with pytest.raises(Invalid, match="03/04/2024 is 4 March 2024 or 3 April 2024") as refusal:
        read_zoom_report(OPEN)
    assert set(refusal.value.messages) == {"date_order"}


@pytest.mark.parametrize(("order", "day"), [("mdy", date(2024, 3, 4)), ("dmy", date(2024, 4, 3))])
def test_the_answer_is_used(order, day: date) -> None:
    report = read_zoom_report(OPEN, date_order=order)
    assert report.date_order == order
    assert report.people[0].intervals[0].start.date() == day


def test_the_session_day_answers_too() -> None:
    assert read_zoom_report(OPEN, expected_day=date(2024, 4, 3)).date_order == "dmy"
    assert read_zoom_report(OPEN, expected_day=date(2024, 3, 4)).date_order == "mdy"


def test_another_row_answers_too() -> None:
    data = joins(
        join("Ann", "", "03/04/2024 11:00:00 PM", "03/04/2024 11:30:00 PM", 30),
        join("Bob", "", "03/04/2024 11:00:00 PM", "04/04/2024 12:30:00 AM", 90),
    )
    assert read_zoom_report(data).date_order == "dmy"


def test_the_summary_answers_too() -> None:
    head = summary("03/31/2024 11:30:00 PM", "04/01/2024 12:30:00 AM", 60, 1)
    rows = joins(join("Ann", "", "04/01/2024 12:00:00 AM", "04/01/2024 12:30:00 AM", 30), encoding="utf-8")
    assert read_zoom_report(lines(*head, *rows.decode().splitlines())).date_order == "mdy"


def test_dates_that_name_the_year_first_are_never_asked_about() -> None:
    data = joins(join("Ann", "", "2024-03-04 14:00:00", "2024-03-04 14:30:00", 30))
    report = read_zoom_report(data)
    assert report.date_order == "ymd"
    assert report.people[0].minutes == 30


def test_a_stated_order_that_cannot_be_is_refused() -> None:
    data = joins(join("Ann", "", "02:00:00 PM", "02:30:00 PM", 30))
    with pytest.raises(Invalid) as refusal:
        read_zoom_report(data, date_order="dmy")
    assert set(refusal.value.messages) == {"date_order"}


def test_an_open_date_that_no_minutes_hang_on_gets_a_warning() -> None:
    report = read_zoom_report(OPEN_SUMMARY, timezone="Europe/London")
    assert report.people[0].minutes == 30
    assert report.meeting is not None
    assert (report.meeting.local_start, report.meeting.starts_at) == (None, None)
    assert report.meeting.duration_minutes == 60
    assert any("can be read two ways" in warning for warning in report.warnings)


def test_the_summary_date_follows_the_session_day() -> None:
    meeting = read_zoom_report(OPEN_SUMMARY, expected_day=date(2024, 4, 3)).meeting
    assert meeting is not None
    assert meeting.local_start == datetime(2024, 4, 3, 14)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        read_zoom_report(OPEN, timezone="Europe/Londn")
    assert set(refusal.value.messages) == {"timezone"}
