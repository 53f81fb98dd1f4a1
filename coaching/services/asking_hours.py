"""When somebody may be asked next: their own hours, weekdays, and so many times in any seven days. No database.

All arithmetic is on moments in UTC; the clock where the person lives only tells which of them lie within their hours.
So nothing here minds that clocks skip an hour or show one twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)
SATURDAY = 5
# A Friday evening is followed by three days without an opening. Where clocks skip the only hour of a day, or a zone a
# whole day, it is one more.
FURTHEST_DAYS = 8


class Hours(NamedTuple):
    """The hours of the clock in this zone at which somebody may be asked: from the first until before the last."""

    zone: str
    from_hour: int
    until_hour: int
    weekends: bool

    def are_open(self, moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(self.zone))
        return self.from_hour <= local.hour < self.until_hour and (self.weekends or local.weekday() < SATURDAY)


class Allowed(NamedTuple):
    """The first moment at which somebody may be asked, and which rules put it off from when we wanted to."""

    moment: datetime
    is_quiet: bool
    is_over_limit: bool


@lru_cache(maxsize=4096)
def next_open(wanted: datetime, hours: Hours) -> datetime:
    """The first moment within the hours, not before the wanted one. Kept, because many share a zone and its hours."""
    if hours.are_open(wanted):
        return wanted
    day = wanted.astimezone(ZoneInfo(hours.zone)).date()
    for ahead in range(FURTHEST_DAYS):
        opening = start_of(day + timedelta(days=ahead), hours.zone, hours.from_hour)
        if opening >= wanted and hours.are_open(opening):
            return opening
    raise AssertionError(f"{hours} do not open within {FURTHEST_DAYS} days of {wanted}.")


def next_allowed(wanted: datetime, hours: Hours, *, limit: int, used: Sequence[datetime]) -> Allowed:
    """The first moment within the hours at which one more keeps to the limit.

    `used` are the moments at which somebody was asked before; what is on its way counts as now.
    """
    opening = next_open(wanted, hours)
    free = _free_from(opening, limit, used)
    if free > opening:
        return Allowed(next_open(free, hours), is_quiet=opening > wanted, is_over_limit=True)
    return Allowed(opening, is_quiet=opening > wanted, is_over_limit=False)


def room_left(now: datetime, *, limit: int, used: Iterable[datetime]) -> int:
    """How many times more somebody may be asked now."""
    return limit - sum(moment > now - WEEK for moment in used)


def _free_from(moment: datetime, limit: int, used: Sequence[datetime]) -> datetime:
    """From when on fewer than `limit` of those before lie less than seven days back."""
    if not used:
        return moment
    recent = sorted(each for each in used if each > moment - WEEK)
    return moment if len(recent) < limit else recent[len(recent) - limit] + WEEK


@lru_cache(maxsize=1024)
def days_later(moment: datetime, days: int, zone: str) -> datetime:
    """So many days later at the same time of the clock there; where the clocks skip it, as much later as they skip."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) + timedelta(days=days)
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def start_of(day: date, zone: str, hour: int = 0) -> datetime:
    """The moment at which a day's hour begins there."""
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(zone)).astimezone(UTC)


@lru_cache(maxsize=1024)
def end_of_day(moment: datetime, zone: str) -> datetime:
    """The end of the day that a moment lies in there."""
    return start_of(moment.astimezone(ZoneInfo(zone)).date() + timedelta(days=1), zone)
