"""Moments, dates, figures and lists as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from markupsafe import Markup

from coaching.blueprints import formatting, wording
from coaching.blueprints.drawing import draw_spark, draw_steps, round_above
from coaching.models import (
    AnswerChoice,
    AttendanceStatus,
    CheckInState,
    CohortKind,
    MembershipStatus,
    MessageState,
    Platform,
    Role,
    RowOutcome,
    SessionState,
    Stage,
)
from tests.blueprints.plain_app import make_plain_app, render

DAY = date(2026, 3, 14)
MOMENT = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
STATUSES = [
    *AnswerChoice, *AttendanceStatus, *CheckInState, *CohortKind, *MembershipStatus, *MessageState, *Role, *RowOutcome,
    *SessionState, *Stage,
]  # fmt: skip


def test_dates() -> None:
    assert formatting.date_text(DAY) == "14 Mar 2026"
    assert formatting.day_text(DAY) == "Sat 14 Mar 2026"
    assert formatting.short_day(DAY) == "14 Mar"
    assert formatting.date_text(date(2026, 12, 1)) == "1 Dec 2026"
    assert formatting.clock_text(time(9, 5)) == "09:05"


@pytest.mark.parametrize(
    ("zone", "text"),
    [
        ("Europe/London", "Sat 14 Mar 2026, 09:00 (Europe/London)"),
        ("Asia/Kathmandu", "Sat 14 Mar 2026, 14:45 (Asia/Kathmandu)"),
        ("Pacific/Kiritimati", "Sat 14 Mar 2026, 23:00 (Pacific/Kiritimati)"),
        ("America/New_York", "Sat 14 Mar 2026, 05:00 (America/New York)"),
        ("Pacific/Pago_Pago", "Fri 13 Mar 2026, 22:00 (Pacific/Pago Pago)"),
    ],
)
def test_a_moment_in_the_viewers_zone_names_the_zone(zone: str, text: str) -> None:
    assert formatting.local_time(MOMENT, zone) == text


def test_short_forms_of_a_moment() -> None:
    assert formatting.local_short(MOMENT, "America/New_York") == "14 Mar 2026, 05:00"
    assert formatting.local_day(MOMENT, "Pacific/Pago_Pago") == "Fri 13 Mar 2026"


def test_a_summer_moment_has_the_summer_clock() -> None:
    assert formatting.local_short(datetime(2026, 7, 1, 8, 0, tzinfo=UTC), "Europe/London") == "1 Jul 2026, 09:00"


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        formatting.local_time(datetime(2026, 3, 14, 9, 0), "UTC")


def test_a_range_names_the_day_again_only_where_it_is_another() -> None:
    end = MOMENT + timedelta(minutes=90)
    assert formatting.local_range(MOMENT, end, "UTC") == "Sat 14 Mar 2026, 09:00 to 10:30 (UTC)"
    text = formatting.local_range(MOMENT, end, "Pacific/Auckland")
    assert text == "Sat 14 Mar 2026, 22:00 to 23:30 (Pacific/Auckland)"
    text = formatting.local_range(MOMENT, end + timedelta(hours=1), "Pacific/Auckland")
    assert text == "Sat 14 Mar 2026, 22:00 to Sun 15 Mar 2026, 00:30 (Pacific/Auckland)"


def test_two_zones_with_the_same_clock_need_saying_once() -> None:
    summer = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
    assert formatting.is_same_clock(MOMENT, "Europe/London", "UTC")
    assert not formatting.is_same_clock(summer, "Europe/London", "UTC")


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (3, "in 3 days"),
        (13, "in 13 days"),
        (-14, "2 weeks ago"),
        (60, "in 8 weeks"),
        (61, "in 2 months"),
        (-365, "12 months ago"),
        (730, "in 2 years"),
    ],
)
def test_relative_days(days: int, text: str) -> None:
    assert formatting.relative(DAY + timedelta(days=days), DAY) == text


def test_relative_moments_are_days_of_the_zone() -> None:
    late = datetime(2026, 3, 14, 23, 30, tzinfo=UTC)
    assert formatting.relative(late, MOMENT) == "today"
    assert formatting.relative(late, MOMENT, "Europe/Paris") == "tomorrow"


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (999, "999"), (30412, "30,412"), (1234567, "1,234,567"), (36.31, "36.31")]
)
def test_numbers(value: float, text: str) -> None:
    assert formatting.number(value) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (93 / 96, 0, "97%"),
        (0.125, 0, "13%"),
        (0.9121, 1, "91.2%"),
        (1, 0, "100%"),
        (0, 0, "0%"),
        (0.9999, 0, ">99%"),
        (0.0001, 0, "<1%"),
        (0.9999, 1, ">99.9%"),
    ],
)
def test_a_percentage_never_says_all_or_none_of_what_is_not(value: float, digits: int, text: str) -> None:
    assert formatting.percent(value, digits) == text


def test_an_interval() -> None:
    assert formatting.interval((0.9121, 0.9893)) == "91% to 99%"
    assert formatting.interval((0.7847, 1), 1) == "78.5% to 100.0%"


def test_counts_and_minutes() -> None:
    assert [formatting.plural(n, "person", "people") for n in (0, 1, 1400)] == ["0 people", "1 person", "1,400 people"]
    assert [formatting.minutes(n) for n in (0, 45, 60, 90)] == ["0 min", "45 min", "1 h", "1 h 30 min"]


def test_lists() -> None:
    assert [formatting.listed(names) for names in ((), ("Ann",), ("Ann", "Bo"), ("Ann", "Bo", "Cy"))] == [
        "",
        "Ann",
        "Ann and Bo",
        "Ann, Bo and Cy",
    ]
    assert formatting.listed(["a", "b"], "or") == "a or b"


def test_lists_escape_what_is_not_markup() -> None:
    assert formatting.listed(["<b>", Markup("<i>x</i>")]) == "&lt;b&gt; and <i>x</i>"


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ann van Beek", "AB"),
        ("Plato", "P"),
        ("  ólafur   þór ", "ÓÞ"),
        ("Ann (Bo)", "A"),
        ("", "?"),
        (None, "?"),
        ("(--)", "?"),
    ],
)
def test_initials(name: str | None, letters: str) -> None:
    assert formatting.initials(name) == letters


def test_nothing_is_written_as_nothing() -> None:
    dated: list[Any] = [formatting.date_text, formatting.day_text, formatting.short_day, formatting.clock_text]
    plain: list[Any] = [formatting.number, formatting.percent, formatting.interval, formatting.minutes, wording.words]
    assert [write(None) for write in dated + plain] == [""] * 9
    zoned: list[Any] = [formatting.local_time, formatting.local_short, formatting.local_day]
    assert [write(None, "UTC") for write in zoned] == [""] * 3
    assert formatting.relative(None, DAY) == ""
    assert formatting.plural(None, "person", "people") == ""
    assert formatting.listed(None) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Stage.RE_RUN, "Re-run"),
        (Platform.NHS_LEARNING_HUB, "NHS Learning Hub"),
        (AnswerChoice.CANNOT_SAY, "Cannot say"),
        ("did_it", "Did it"),
        ("something_else", "Something else"),
    ],
)
def test_words(value: object, text: str) -> None:
    assert wording.words(value) == text


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_look_of_its_own(status: Any) -> None:
    assert str(status.value) in wording.LOOKS


def test_a_tone_that_a_page_gives_wins() -> None:
    assert wording.look("active", "danger") == ("danger", "dot")
    assert wording.look("of my own", "warning") == ("warning", "warning")
    assert wording.look("of my own") == wording.PLAIN


def test_filters_are_registered() -> None:
    app = make_plain_app()
    source = "{{ day|date }} {{ 30412|number }} {{ moment|local_time('UTC') }} {{ names|listed }}"
    text = render(app, source, day=DAY, moment=MOMENT, names=["<Ann>", "Bo"])
    assert text == "14 Mar 2026 30,412 Sat 14 Mar 2026, 09:00 (UTC) &lt;Ann&gt; and Bo"


def test_steps_hold_their_value_until_the_next_date() -> None:
    steps = draw_steps([(date(2026, 1, 1), 0), (date(2026, 1, 6), 20), (date(2026, 1, 11), 40)])
    assert steps is not None
    assert steps.line == "M0 100H50V50H100V0"
    assert steps.area == "M0 100H50V50H100V0V100H0Z"
    assert (steps.top, steps.middle) == (40, 20)
    assert draw_steps([]) is None


def test_one_point_and_one_day_can_be_drawn() -> None:
    alone = draw_steps([(DAY, 7)])
    assert alone is not None
    assert alone.dots == [(0, 12.5)]
    assert draw_steps([(DAY, 0), (DAY, 0)]) is not None


@pytest.mark.parametrize(
    ("value", "top"), [(0, 2), (2, 2), (3, 4), (9, 10), (10, 10), (11, 20), (30412, 40000), (10**8, 10**8)]
)
def test_an_axis_ends_at_a_number_that_reads_well(value: int, top: int) -> None:
    assert round_above(value) == top


def test_a_spark_needs_two_numbers() -> None:
    assert draw_spark([5]) == ""
    assert draw_spark([1, 1]).startswith("M0.0 95.0L100.0")
