"""Nine in the morning, so long after the last day, where the person lives."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.errors import Invalid
from coaching.services.due_moments import ANSWER_DAYS, LATEST, parse_offset, window_of
from coaching.services.follow_up_templates import DEFAULT_STEPS

LONDON = "Europe/London"
ZONES = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("posix/", "right/")))


def local_day(anchor: date, offset: str, zone: str = LONDON) -> date:
    return window_of(anchor, offset, zone).due_at.astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("anchor", "offset", "day"),
    [
        (date(2026, 6, 1), "P14D", date(2026, 6, 15)),
        (date(2026, 6, 1), "P42D", date(2026, 7, 13)),
        (date(2026, 6, 1), "P6W", date(2026, 7, 13)),
        (date(2025, 11, 30), "P3M", date(2026, 2, 28)),
        (date(2027, 11, 30), "P3M", date(2028, 2, 29)),
        (date(2026, 8, 31), "P6M", date(2027, 2, 28)),
        (date(2028, 2, 29), "P12M", date(2029, 2, 28)),
        (date(2028, 2, 29), "P1Y", date(2029, 2, 28)),
        (date(2026, 1, 31), "P1M1D", date(2026, 3, 1)),
    ],
)
def test_months_are_calendar_months_and_end_where_the_month_ends(anchor: date, offset: str, day: date) -> None:
    assert local_day(anchor, offset) == day


def test_nine_o_clock_stays_nine_o_clock_across_a_clock_change() -> None:
    winter, summer = window_of(date(2026, 3, 1), "P14D", LONDON), window_of(date(2026, 3, 1), "P42D", LONDON)
    assert winter.due_at == datetime(2026, 3, 15, 9, tzinfo=UTC)
    assert summer.due_at == datetime(2026, 4, 12, 8, tzinfo=UTC)
    # Opened in winter, closed in summer: still nine on the clock.
    assert winter.closes_at == datetime(2026, 4, 12, 8, tzinfo=UTC)


def test_where_the_clocks_skip_the_morning_it_is_as_much_later_as_they_skip() -> None:
    """Samoa left out 30 December 2011, so that day's nine o'clock is the next day's on the clock."""
    due_at = window_of(date(2011, 12, 16), "P14D", "Pacific/Apia").due_at
    assert due_at.astimezone(ZoneInfo("Pacific/Apia")) == datetime(2011, 12, 31, 9, tzinfo=ZoneInfo("Pacific/Apia"))


@settings(deadline=None)
@given(
    anchor=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    zone=st.sampled_from(ZONES),
    offset=st.sampled_from([step.offset for step in DEFAULT_STEPS]),
)
def test_in_every_zone_it_is_nine_in_the_morning(anchor: date, zone: str, offset: str) -> None:
    window = window_of(anchor, offset, zone)
    assert window.due_at.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "09:00"
    assert window.closes_at.astimezone(ZoneInfo(zone)).strftime("%H:%M") == "09:00"
    assert timedelta(days=27, hours=20) < window.closes_at - window.due_at < timedelta(days=28, hours=4)


@pytest.mark.parametrize("anchor", [date(2026, month, day) for month in range(1, 13) for day in (1, 15, 28)])
def test_no_two_windows_of_the_default_plan_are_open_at_once(anchor: date) -> None:
    windows = [window_of(anchor, step.offset, LONDON) for step in DEFAULT_STEPS]
    for earlier, later in pairwise(windows):
        assert earlier.closes_at <= later.due_at


def test_who_is_asked_late_still_has_half_of_the_window() -> None:
    assert timedelta(days=ANSWER_DAYS) == 2 * LATEST
    window = window_of(date(2026, 6, 1), "P14D", LONDON)
    assert not window.is_too_late(window.due_at + LATEST)
    assert window.is_too_late(window.due_at + LATEST + timedelta(seconds=1))


@pytest.mark.parametrize("offset", ["", "P", "14D", "P14", "P-3M", "PT5H", "P3M2Y", "P1.5M", "p3m", "P99999D"])
def test_an_offset_that_is_none_is_refused(offset: str) -> None:
    with pytest.raises(Invalid):
        parse_offset(offset)
