"""What the clocks of a zone show, worked out the other way round: from the moments that there are, one after another.

The product goes from the wall clock to UTC. Here UTC is walked through minute by minute, and what a zone shows at each
is written down: the first moment that shows a time is that time's, and a time that none shows was skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from coaching.services.zones import settle_on_clock

FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)
AROUND = timedelta(hours=3)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Change:
    """A moment at which a zone's clocks are moved, and its distance from UTC before and after."""

    zone: str
    at: datetime
    before: timedelta
    after: timedelta


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    shown = moment.astimezone(zone)
    return shown.replace(tzinfo=UTC) - moment


def changes_of(name: str, first: datetime = FIRST, last: datetime = LAST) -> Iterator[Change]:
    """Every change of a zone's clocks in the span, found by looking at each day and halving the one with a change."""
    zone, moment = ZoneInfo(name), first
    before = _offset(moment, zone)
    while moment < last:
        following = moment + timedelta(days=1)
        after = _offset(following, zone)
        if after != before:
            low, high = moment, following
            while high - low > MINUTE:
                middle = low + (high - low) // MINUTE // 2 * MINUTE
                low, high = (low, middle) if _offset(middle, zone) != before else (middle, high)
            yield Change(name, high, before, after)
        moment, before = following, after


def moment_of(local: datetime, change: Change) -> datetime:
    """When this wall-clock time, near a change, is held: by a walk through the minutes around it."""
    zone = ZoneInfo(change.zone)
    moment = local.replace(tzinfo=UTC) - max(change.before, change.after) - MINUTE
    end = local.replace(tzinfo=UTC) - min(change.before, change.after) + MINUTE
    while moment <= end:
        if moment.astimezone(zone).replace(tzinfo=None) == local:
            return moment
        moment += MINUTE
    # Nobody's clock shows it: it is as long after the change as it would have been had nobody touched the clocks.
    return local.replace(tzinfo=UTC) - change.before


def wrong_around(change: Change, step: timedelta) -> tuple[int, list[str]]:
    """How many wall-clock times around a change were looked at, and those that the product settles wrongly."""
    looked_at, wrong = 0, []
    zone = ZoneInfo(change.zone)
    wall = {(change.at + offset).replace(tzinfo=None) for offset in (change.before, change.after)}
    local, last = min(wall) - AROUND, max(wall) + AROUND
    while local <= last:
        shown, moment = settle_on_clock(local, change.zone)
        expected = moment_of(local, change)
        if (shown, moment) != (expected.astimezone(zone).replace(tzinfo=None), expected):
            wrong.append(f"{change.zone} {local}: {moment}, not {expected}")
        looked_at += 1
        local += step
    return looked_at, wrong
