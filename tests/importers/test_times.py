"""Dates as written, the order of day and month, and what a clock change does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.errors import Invalid
from coaching.importers.times import Moment, decide_order, find_zone, local_time, read_moment, utc_stretch

LONDON = find_zone("Europe/London")


@pytest.mark.parametrize(
    "text",
    [
        "03/14/2024 02:05:00 PM",
        "3/14/2024 2:05 PM",
        "03/14/2024 14:05:00",
        "3/14/24 14:05",
        "03/14/2024, 2:05:00 pm",
        "03/14/2024 2:05:00\u202fPM",
        "03/14/2024\xa002:05:00 p.m.",
        "03-14-2024 14.05.00",
        "2024-03-14 14:05:00",
        "2024-03-14T14:05:00",
        "2024/03/14 14:05",
        "Mar 14, 2024 2:05 PM",
        "March 14, 2024 02:05:00 PM",
        "14 Mar 2024 14:05",
        "14-Mar-2024 14:05:00",
    ],
)
def test_the_ways_to_write_one_time(text: str) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert moment.under("mdy") == datetime(2024, 3, 14, 14, 5)


@pytest.mark.parametrize(("text", "hour"), [("12:00 AM", 0), ("12:30 PM", 12), ("1:00 AM", 1), ("13:00 PM", 13)])
def test_noon_and_midnight(text: str, hour: int) -> None:
    moment = read_moment(f"03/14/2024 {text}")
    assert moment is not None
    assert moment.hour == hour


@pytest.mark.parametrize(
    "text",
    ["", "14:05", "03/14/2024", "yesterday", "03/14/2024 25:00", "03/14/2024 14:65", "Foo 14, 2024 14:05",
     "3/14/202 14:05", "123/14/2024 14:05", "٠٣/١٤/٢٠٢٤ ١٤:٠٥", "45365.58"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize("text", ["02/30/2024 14:05", "13/32/2024 14:05", "00/10/2024 14:05", "03/14/1024 14:05"])
def test_days_that_never_were(text: str) -> None:
    moment = read_moment(text)
    assert moment is not None
    assert moment.under("mdy") is None
    assert moment.under("dmy") is None


def test_an_unsaid_order_gives_no_day() -> None:
    assert Moment(2024, 3, 4, 14, 0, 0).under(None) is None
    assert Moment(2024, 3, 4, 14, 0, 0, "ymd").under(None) == datetime(2024, 3, 4, 14)


def order(*days: str, **known: object) -> str | None:
    moments = [moment for day in days if (moment := read_moment(f"{day} 10:00")) is not None]
    return decide_order(moments, **known)  # type: ignore[arg-type]


def test_a_number_above_twelve_tells_the_order() -> None:
    assert order("03/04/2024", "03/14/2024") == "mdy"
    assert order("03/04/2024", "14/04/2024") == "dmy"


def test_dates_that_say_their_order() -> None:
    assert order("2024-03-04") == "ymd"
    assert order("Mar 4, 2024") == "named"
    assert order() is None


def test_day_and_month_alike_need_no_order() -> None:
    assert order("05/05/2024") == "mdy"


def test_two_dates_of_one_meeting_are_never_a_month_apart() -> None:
    assert order("04/05/2024", "05/05/2024") == "dmy"
    assert order("05/04/2024", "05/05/2024") == "mdy"


def test_one_date_of_two_readings_stays_open() -> None:
    assert order("03/04/2024", "03/04/2024") is None


def test_one_impossible_date_does_not_outvote_the_others() -> None:
    assert order("03/14/2024", "03/15/2024", "14/03/2024") == "mdy"


def test_what_was_stated_holds_unless_it_is_impossible() -> None:
    assert order("03/04/2024", stated="dmy") == "dmy"
    with pytest.raises(Invalid, match="day first") as refusal:
        order("03/14/2024", stated="dmy")
    assert set(refusal.value.messages) == {"date_order"}


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2024, 3, 4), "mdy"), (date(2024, 4, 3), "dmy"), (date(2024, 4, 4), "dmy"), (date(2024, 9, 9), "mdy")],
)
def test_the_session_day_settles_it(day: date, expected: str) -> None:
    assert order("03/04/2024", expected_day=day) == expected


@pytest.mark.parametrize("name", ["", "Mars/Base", "../etc/passwd", "/etc/passwd", "Europe", "x\x00y", "é"])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        find_zone(name)
    assert set(refusal.value.messages) == {"timezone"}


def local(*parts: int) -> datetime:
    return datetime(2024, *parts)  # type: ignore[arg-type]


def test_a_plain_stretch() -> None:
    stretch = utc_stretch(local(7, 1, 10), local(7, 1, 11), LONDON, 60)
    assert stretch is not None
    assert (stretch.start, stretch.end) == (datetime(2024, 7, 1, 9, tzinfo=UTC), datetime(2024, 7, 1, 10, tzinfo=UTC))
    assert not stretch.repeated
    assert not stretch.skipped


def test_the_repeated_hour_takes_what_fits_the_duration() -> None:
    short = utc_stretch(local(10, 27, 0, 30), local(10, 27, 1, 30), LONDON, 60)
    long = utc_stretch(local(10, 27, 0, 30), local(10, 27, 1, 30), LONDON, 120)
    assert short is not None
    assert long is not None
    assert short.repeated
    assert short.end - short.start == timedelta(hours=1)
    assert long.end - long.start == timedelta(hours=2)


def test_the_repeated_hour_is_its_first_when_nothing_else_is_known() -> None:
    stretch = utc_stretch(local(10, 27, 1, 10), local(10, 27, 1, 50), LONDON, None)
    assert stretch is not None
    assert stretch.start == datetime(2024, 10, 27, 0, 10, tzinfo=UTC)


def test_leaving_by_the_clock_before_joining_in_the_repeated_hour() -> None:
    stretch = utc_stretch(local(10, 27, 1, 50), local(10, 27, 1, 10), LONDON, None)
    assert stretch is not None
    assert stretch.end - stretch.start == timedelta(minutes=20)


def test_a_skipped_time_is_said() -> None:
    stretch = utc_stretch(local(3, 31, 0, 30), local(3, 31, 1, 30), LONDON, None)
    assert stretch is not None
    assert stretch.skipped
    assert stretch.end - stretch.start == timedelta(hours=1)


def test_an_end_before_the_start_is_none() -> None:
    assert utc_stretch(local(7, 1, 11), local(7, 1, 10), LONDON, 60) is None


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)),
    st.sampled_from(["Europe/London", "America/Sao_Paulo", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_local_times_come_back_unless_they_were_skipped(moment: datetime, name: str) -> None:
    zone = find_zone(name)
    stretch = utc_stretch(moment, moment, zone, 0)
    assert stretch is not None
    assert (local_time(stretch.start, zone) == moment) is not stretch.skipped
