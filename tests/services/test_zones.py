"""Wall-clock times near changes of the clocks, against what a walk through the minutes finds; and zones' names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coaching.blueprints.pages.forms import zone_options
from coaching.models import Frequency
from coaching.services.recurrence import Repeat, plan_series
from coaching.services.zones import check_zone, known_zones, offered_zones, settle_on_clock
from tests.services.clocks import changes_of, wrong_around

# Whole and half hours, two hours, changes in Ramadan, at midnight, before midnight, and one that moved for good.
ZONES = (
    "Europe/London", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll", "Africa/Casablanca", "Asia/Gaza",
    "Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Nuuk", "Pacific/Chatham", "Africa/Juba", "US/Pacific",
)  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_no_time_near_a_change_is_wrong(zone: str) -> None:
    changes = list(changes_of(zone, datetime(2020, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC)))
    assert changes
    looked_at, wrong = 0, []
    for change in changes:
        count, found = wrong_around(change, timedelta(minutes=30))
        looked_at, wrong = looked_at + count, wrong + found
    assert wrong == []
    assert looked_at >= 12 * len(changes)


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from(sorted(known_zones())),
    start=st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2040, 1, 1)),
    frequency=st.sampled_from([Frequency.WEEKLY, Frequency.FORTNIGHTLY, Frequency.MONTHLY_BY_WEEKDAY]),
)
def test_a_series_keeps_its_time_on_the_wall(zone: str, start: datetime, frequency: Frequency) -> None:
    start = start.replace(second=0, microsecond=0)
    plan = plan_series(start, zone, Repeat(frequency, count=30))
    assert len({one.recurrence_start.time() for one in plan.occurrences}) == 1
    for one in plan.occurrences:
        assert one.starts_at == settle_on_clock(one.recurrence_start, zone)[1]
        # Only a time that does not exist is held at another, and that never earlier.
        assert one.is_skipped == (one.local_start > one.recurrence_start)
        assert one.local_start - one.recurrence_start <= timedelta(hours=24)
    moments = [one.starts_at for one in plan.occurrences]
    assert moments == sorted(set(moments))


def test_each_place_is_offered_by_its_name_of_today_and_any_name_is_taken() -> None:
    offered = {zone for places in zone_options().values() for zone, _ in places}
    assert {"Europe/London", "America/New_York", "Asia/Kolkata", "Europe/Oslo", "UTC"} <= offered
    assert not offered & {"US/Eastern", "GB", "Asia/Calcutta", "Europe/Belfast", "Etc/GMT+5", "America/Buenos_Aires"}
    assert offered - {"UTC"} == offered_zones()
    assert check_zone("US/Eastern") == "US/Eastern"
    assert ("US/Eastern", "US/Eastern") in zone_options("US/Eastern")["Elsewhere"]
    assert ("Asia/Calcutta", "Asia/Calcutta") in zone_options("Asia/Calcutta")["Elsewhere"]
