"""Nobody is asked outside their hours or more often than their limit, in any zone and across its clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.services.asking_hours import WEEK, Hours, days_later, end_of_day, next_allowed, next_open
from tests.services.test_due_moments import ZONES

MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
LONDON = Hours("Europe/London", 8, 18, weekends=False)


@st.composite
def some_hours(draw: st.DrawFn) -> Hours:
    first = draw(st.integers(0, 23))
    last = draw(st.integers(first + 1, 24))
    return Hours(draw(st.sampled_from(ZONES)), first, last, weekends=draw(st.booleans()))


@settings(deadline=None, max_examples=40)
@given(wanted=MOMENTS, hours=some_hours())
def test_the_next_opening_is_within_the_hours_and_the_first_that_is(wanted: datetime, hours: Hours) -> None:
    opening = next_open(wanted, hours)
    local = opening.astimezone(ZoneInfo(hours.zone))
    assert opening >= wanted
    assert hours.from_hour <= local.hour < hours.until_hour
    assert hours.weekends or local.isoweekday() <= 5
    # No quarter of an hour between the two is open: clocks change at such moments, and hours begin there.
    gap = int((opening - wanted) / timedelta(minutes=15))
    assert gap <= 8 * 24 * 4
    assert not any(hours.are_open(wanted + number * timedelta(minutes=15)) for number in range(gap))


@settings(deadline=None, max_examples=40)
@given(
    start=MOMENTS,
    hours=some_hours(),
    limit=st.integers(1, 7),
    waits=st.lists(st.timedeltas(timedelta(0), timedelta(days=9)), min_size=1, max_size=12),
)
def test_in_any_seven_days_there_are_no_more_than_the_limit(
    start: datetime, hours: Hours, limit: int, waits: list[timedelta]
) -> None:
    """Somebody is to be asked again and again, at moments of chance: each time it is done when it is allowed."""
    used: list[datetime] = []
    wanted = start
    for wait in waits:
        wanted += wait
        allowed = next_allowed(wanted, hours, limit=limit, used=used)
        assert allowed.moment >= wanted
        assert hours.are_open(allowed.moment)
        assert (allowed.moment > wanted) == (allowed.is_quiet or allowed.is_over_limit)
        wanted = allowed.moment
        used.append(wanted)
    for moment in used:
        assert sum(moment - WEEK < other <= moment for other in used) <= limit


@settings(deadline=None, max_examples=40)
@given(moment=MOMENTS, zone=st.sampled_from(ZONES), days=st.integers(1, 60))
def test_days_later_it_is_the_same_time_of_the_clock(moment: datetime, zone: str, days: int) -> None:
    then = days_later(moment, days, zone)
    before, after = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in (moment, then))
    # Later by what the clocks skip, and by a day where a zone left one out.
    assert timedelta(0) <= after - before - timedelta(days=days) <= timedelta(days=1)
    assert moment < then


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("2026-06-15T07:00", "2026-06-15T07:00"),  # Monday, eight in London
        ("2026-06-15T06:59", "2026-06-15T07:00"),
        ("2026-06-15T17:00", "2026-06-16T07:00"),  # six in the evening
        ("2026-06-19T17:00", "2026-06-22T07:00"),  # Friday
        ("2026-03-27T20:00", "2026-03-30T07:00"),  # the clocks go forward on the Sunday
        ("2026-10-23T20:00", "2026-10-26T08:00"),  # and back
    ],
)
def test_the_hours_of_who_has_said_nothing(wanted: str, expected: str) -> None:
    asked, moment = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (wanted, expected))
    assert next_open(asked, LONDON) == moment


def test_what_the_limit_frees_at_night_waits_for_the_morning() -> None:
    used = [datetime(2026, 6, 8, 16, tzinfo=UTC), datetime(2026, 6, 9, 22, tzinfo=UTC)]
    now = datetime(2026, 6, 10, 9, tzinfo=UTC)
    assert next_allowed(now, LONDON, limit=1, used=used).moment == datetime(2026, 6, 17, 7, tzinfo=UTC)
    allowed = next_allowed(now, LONDON, limit=2, used=used)
    assert (allowed.moment, allowed.is_over_limit) == (datetime(2026, 6, 15, 16, tzinfo=UTC), True)
    assert next_allowed(now, LONDON, limit=3, used=used).moment == now


def test_a_day_ends_where_the_person_lives() -> None:
    noon = datetime(2026, 6, 15, 12, tzinfo=UTC)
    assert end_of_day(noon, "Asia/Tokyo") == datetime(2026, 6, 15, 15, tzinfo=UTC)
    assert end_of_day(noon, "America/Los_Angeles") == datetime(2026, 6, 16, 7, tzinfo=UTC)
