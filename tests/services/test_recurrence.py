"""How sessions repeat: the rules that can be asked for, what they give, and what is refused at which field."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.errors import Invalid
from coaching.models import Frequency
from coaching.services.recurrence import Repeat, list_starts, make_rule, plan_series, read_rule

ZONE = "Europe/London"
TUESDAY = datetime(2026, 10, 13, 10)
STARTS = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2080, 1, 1)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


def _repeat(**values: Any) -> Repeat:
    return Repeat(**{"frequency": Frequency.WEEKLY, "count": 4} | values)


def _nth(year: int, month: int, weekday: int, place: int) -> date:
    days = [day for day in calendar.Calendar().itermonthdates(year, month) if day.month == month]
    return [day for day in days if day.weekday() == weekday][place - 1 if place > 0 else place]


def _by_hand(frequency: Frequency, start: datetime, count: int) -> list[datetime]:
    """The same, counted without a library for it."""
    if frequency in {Frequency.WEEKLY, Frequency.FORTNIGHTLY}:
        weeks = 1 if frequency == Frequency.WEEKLY else 2
        return [start + timedelta(weeks=weeks * number) for number in range(count)]
    place = (start.day + 6) // 7
    place = -1 if place == 5 or frequency == Frequency.MONTHLY_LAST_WEEKDAY else place
    months = [divmod(start.year * 12 + start.month - 1 + number, 12) for number in range(count)]
    return [datetime.combine(_nth(year, month + 1, start.weekday(), place), start.time()) for year, month in months]


@settings(max_examples=60, deadline=None)
@given(frequency=st.sampled_from(Frequency), start=STARTS, count=st.integers(2, 40))
def test_a_rule_gives_what_is_counted_by_hand_and_what_its_text_gives_a_calendar(
    frequency: Frequency, start: datetime, count: int
) -> None:
    if frequency == Frequency.MONTHLY_LAST_WEEKDAY:
        start = datetime.combine(_nth(start.year, start.month, start.weekday(), -1), start.time())
    rule = make_rule(start, ZONE, Repeat(frequency, count=count))
    given_starts = list_starts(rule, start)
    assert given_starts == _by_hand(frequency, start, count)
    assert given_starts == list(rrulestr(rule.text, dtstart=start))
    assert list_starts(read_rule(rule.text, start), start) == given_starts
    # An end by day gives the same rule: the day of the last session, and none later.
    assert make_rule(start, ZONE, Repeat(frequency, until=given_starts[-1].date())) == rule


@pytest.mark.parametrize(
    ("text", "kept", "sentence"),
    [
        ("FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=3", "Every Tuesday"),
        ("rrule:freq=weekly;interval=2;wkst=MO;byday=TU;count=3;", "FREQ=WEEKLY;INTERVAL=2;COUNT=3", "Every second T"),
        ("FREQ=MONTHLY;BYDAY=+2TU;COUNT=3", "FREQ=MONTHLY;BYDAY=2TU;COUNT=3", "Every month on the second Tuesday"),
        # A day is meant as a whole; a moment in UTC is one on the clocks of the series, which have gone back by then.
        ("FREQ=WEEKLY;UNTIL=20261027", "FREQ=WEEKLY;COUNT=3", "Every Tuesday"),
        ("FREQ=WEEKLY;UNTIL=20261027T100000Z", "FREQ=WEEKLY;COUNT=3", "Every Tuesday"),
        ("FREQ=WEEKLY;UNTIL=20261027T095959Z", "FREQ=WEEKLY;COUNT=2", "Every Tuesday"),
        ("FREQ=WEEKLY;UNTIL=20261027T095959", "FREQ=WEEKLY;COUNT=2", "Every Tuesday"),
    ],
)
def test_the_text_of_a_rule_is_taken_and_kept_with_a_count(text: str, kept: str, sentence: str) -> None:
    rule = make_rule(TUESDAY, ZONE, Repeat(rrule=text))
    assert rule.text == kept
    assert rule.sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("repeat", "field", "said"),
    [
        (_repeat(count=10_000), "count", "A series has 2 to 200 sessions."),
        (_repeat(count=1), "count", "2 to 200"),
        (_repeat(count=None), "count", "Say how many sessions there are"),
        (_repeat(until=date(2026, 12, 1)), "until", "not both"),
        (_repeat(count=None, until=date(2026, 10, 12)), "until", "end before its first session"),
        (_repeat(count=None, until=date(2026, 10, 19)), "until", "Nothing repeats by then"),
        (_repeat(count=None, until=date(2031, 10, 12)), "until", "more than 200 sessions"),
        (Repeat(count=4), "frequency", "Choose how often"),
        (_repeat(exceptions=[date(2026, 10, 14)]), "exceptions", "no session on 2026-10-14"),
        (_repeat(exceptions=[TUESDAY.date() + timedelta(weeks=week) for week in range(4)]), "exceptions", "Keep at"),
        (_repeat(frequency=Frequency.MONTHLY_LAST_WEEKDAY), "local_start", "Begin on 2026-10-27."),
        (_repeat(rrule="FREQ=WEEKLY;COUNT=4"), "rrule", "but not both"),
        (Repeat(rrule="FREQ=WEEKLY"), "rrule", "Say how many"),
        (Repeat(rrule="FREQ=WEEKLY;COUNT=10000"), "rrule", "2 to 200"),
        (Repeat(rrule="FREQ=WEEKLY;COUNT=9999999"), "rrule", "COUNT is a whole number"),
        (Repeat(rrule="FREQ=WEEKLY;COUNT=-3"), "rrule", "COUNT is a whole number"),
        (Repeat(rrule="FREQ=WEEKLY;COUNT=4;COUNT=5"), "rrule", "each once"),
        (Repeat(rrule="FREQ=WEEKLY;COUNT=4;UNTIL=20270101"), "rrule", "not both"),
        (Repeat(rrule="FREQ=SECONDLY;COUNT=4"), "rrule", "FREQ=WEEKLY"),
        (Repeat(rrule="FREQ=WEEKLY;INTERVAL=0;COUNT=4"), "rrule", "FREQ=WEEKLY"),
        (Repeat(rrule="FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4"), "rrule", "BYDAY=TU"),
        (Repeat(rrule="FREQ=WEEKLY;BYHOUR=9;COUNT=4"), "rrule", "'BYHOUR=9' cannot be used here"),
        (Repeat(rrule="FREQ=MONTHLY;COUNT=4"), "rrule", "BYDAY=2TU"),
        (Repeat(rrule="FREQ=MONTHLY;BYDAY=3TU;COUNT=4"), "rrule", "BYDAY=2TU"),
        (Repeat(rrule="FREQ=MONTHLY;BYDAY=-1TU;COUNT=4"), "local_start", "Begin on 2026-10-27."),
        (Repeat(rrule="FREQ=WEEKLY;UNTIL=20260230"), "rrule", "UNTIL is a day"),
        (Repeat(rrule="FREQ=WEEKLY;UNTIL=00010101T000000"), "rrule", "end before"),
        (Repeat(rrule="FREQ=WEEKLY;UNTIL=99991231T235959Z"), "rrule", "more than 200"),
        (Repeat(rrule=";;"), "rrule", "cannot be used here"),
    ],
)
def test_what_cannot_be_a_series_is_refused_at_the_field_that_can_mend_it(
    repeat: Repeat, field: str, said: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        plan_series(TUESDAY, ZONE, repeat)
    assert said in refusal.value.messages[field][0]


@pytest.mark.parametrize(
    ("start", "zone", "repeat", "field"),
    [
        (TUESDAY, "Mars/Olympus", _repeat(), "timezone"),
        (TUESDAY.replace(year=1999), ZONE, _repeat(), "local_start"),
        (TUESDAY.replace(year=2100), ZONE, _repeat(count=30), "count"),
        (TUESDAY.replace(year=2100), ZONE, _repeat(count=None, until=date(2101, 3, 1)), "until"),
        # A moment at the edge of what can be written has no time in a zone that is behind.
        (TUESDAY, "America/New_York", Repeat(rrule="FREQ=WEEKLY;UNTIL=00010101T000000Z"), "rrule"),
    ],
)
def test_a_zone_or_a_year_that_is_none_is_refused(start: datetime, zone: str, repeat: Repeat, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        plan_series(start, zone, repeat)
    assert list(refusal.value.messages) == [field]


def test_days_are_left_out_and_stay_in_the_count() -> None:
    plan = plan_series(TUESDAY, ZONE, _repeat(exceptions=[date(2026, 10, 20)]))
    assert plan.rule.count == 4
    assert plan.exceptions == ["2026-10-20T10:00"]
    assert [one.recurrence_start.day for one in plan.kept] == [13, 27, 3]
