"""Whether any session near a change of the clocks is at a wrong local time: every zone, every change, 2020 to 2040.

Each occurrence within three hours of a change is settled by the product and by a walk through the minutes of UTC, which
knows nothing of the product's way. A weekly series over the change has to keep its time on the wall, too.
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

from bench.measure import Finding
from bench.stage import Stage
from coaching.models import Frequency
from coaching.services.recurrence import Repeat, plan_series
from coaching.services.zones import known_zones
from tests.services.clocks import Change, changes_of, wrong_around

NEEDS_COHORTS = False
STEP = timedelta(minutes=15)
WEEK = timedelta(weeks=1)


def run(stage: Stage) -> list[Finding]:
    if stage.engine_name != "sqlite":
        # No database has a part in it: once is enough.
        return []
    started = time.perf_counter()
    zones, looked_at, changes = sorted(known_zones())[:: stage.effort.one_in], 0, 0
    wrong: list[str] = []
    for name in zones:
        for change in changes_of(name):
            count, found = wrong_around(change, STEP)
            looked_at, changes, wrong = looked_at + count, changes + 1, wrong + found + _moved_series(change)
    for line in wrong[:10]:
        print(line, file=sys.stderr)
    note = f"{len(zones):,} zones, {changes:,} changes, {looked_at:,} times, {time.perf_counter() - started:.0f} s"
    return [Finding("wrong local times near clock changes", "none", len(wrong), "times", 0, note=note)]


def _moved_series(change: Change) -> list[str]:
    """Where a weekly series from a week before the change to a week after it is not at its time on the wall."""
    zone = ZoneInfo(change.zone)
    wall = (change.at - WEEK).astimezone(zone).replace(tzinfo=None)
    plan = plan_series(wall, change.zone, Repeat(Frequency.WEEKLY, count=3))
    first, middle, last = plan.occurrences
    kept = [one.starts_at.astimezone(zone).replace(tzinfo=None) == one.local_start for one in plan.occurrences]
    is_kept = all(kept) and (first.local_start, last.local_start) == (wall, wall + 2 * WEEK)
    gap = max(change.after - change.before, timedelta(0))
    is_held = middle.local_start - middle.recurrence_start in {timedelta(0), gap}
    return [] if is_kept and is_held else [f"{change.zone}: the series over {change.at} is moved"]
