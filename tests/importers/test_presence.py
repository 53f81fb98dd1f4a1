"""The union of stretches of presence, and the status that follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.importers.presence import (
    Interval,
    Thresholds,
    attendance_status,
    total_minutes,
    unite_intervals,
    whole_minutes,
)

START = datetime(2024, 3, 14, 14, 0)


def at(*ends: int) -> Interval:
    first, last = ends
    return Interval(START + timedelta(seconds=first), START + timedelta(seconds=last))


spans = st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)).map(lambda ends: at(*sorted(ends)))
many = st.lists(spans, min_size=1, max_size=12)


def test_overlaps_count_once_and_gaps_stay() -> None:
    assert unite_intervals([at(600, 900), at(0, 300), at(200, 400)]) == (at(0, 400), at(600, 900))


def test_a_stretch_inside_another_adds_nothing() -> None:
    assert unite_intervals([at(0, 1000), at(100, 200)]) == (at(0, 1000),)


def test_stretches_that_touch_are_one() -> None:
    assert unite_intervals([at(0, 300), at(300, 600)]) == (at(0, 600),)


@given(many)
def test_the_union_is_between_the_longest_and_the_span(intervals: list[Interval]) -> None:
    length = sum((one.length for one in unite_intervals(intervals)), timedelta())
    span = max(one.end for one in intervals) - min(one.start for one in intervals)
    assert max(one.length for one in intervals) <= length <= span


@given(many, st.randoms())
def test_the_union_does_not_depend_on_the_order_and_is_its_own_union(intervals: list[Interval], chance) -> None:
    united = unite_intervals(intervals)
    shuffled = list(intervals)
    chance.shuffle(shuffled)
    assert unite_intervals(shuffled) == united == unite_intervals(united)


@given(spans, st.lists(st.floats(0, 1), max_size=6))
def test_splitting_a_stretch_keeps_its_length(interval: Interval, shares: list[float]) -> None:
    cuts = sorted({interval.start, interval.end, *(interval.start + interval.length * share for share in shares)})
    pieces = [Interval(one, other) for one, other in pairwise(cuts)] or [interval]
    assert unite_intervals(pieces) == (interval,)


@pytest.mark.parametrize(("seconds", "minutes"), [(0, 0), (1, 1), (60, 1), (61, 2), (4444, 75)])
def test_a_started_minute_counts_as_a_whole_one(seconds: int, minutes: int) -> None:
    assert whole_minutes(timedelta(seconds=seconds)) == minutes
    assert total_minutes([at(0, seconds)]) == minutes


@pytest.mark.parametrize(
    ("minutes", "duration", "status"),
    [
        (0, 60, "absent"),
        (0, 0, "absent"),
        (1, 60, "partial"),
        (44, 60, "partial"),
        (45, 60, "present"),
        (60, 60, "present"),
        (90, 60, "present"),
        (57, 76, "present"),
        (56, 76, "partial"),
    ],
)
def test_status_from_minutes(minutes: int, duration: int, status: str) -> None:
    assert attendance_status(minutes, duration) == status


def test_shares_can_be_set() -> None:
    assert attendance_status(30, 60, thresholds=Thresholds(present_percent=50)) == "present"
    assert attendance_status(6, 60, thresholds=Thresholds(partial_percent=10)) == "absent"
    assert attendance_status(7, 60, thresholds=Thresholds(partial_percent=10)) == "partial"
    assert attendance_status(44, 55, thresholds=Thresholds(present_percent=80)) == "present"


@pytest.mark.parametrize(
    ("minutes", "late_by", "status"),
    [
        (50, timedelta(minutes=10), "present"),
        (50, timedelta(minutes=10, seconds=1), "late"),
        (50, timedelta(minutes=-5), "present"),
        (50, None, "present"),
        (44, timedelta(minutes=16), "partial"),
        (0, timedelta(minutes=16), "absent"),
    ],
)
def test_who_came_late_is_late_where_they_stayed_long_enough(
    minutes: int, late_by: timedelta | None, status: str
) -> None:
    assert attendance_status(minutes, 60, late_by=late_by) == status
