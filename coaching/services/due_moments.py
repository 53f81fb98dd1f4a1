"""When a step of a follow-up plan is due and closes: calendar arithmetic in the person's own zone, no database.

A step is asked at nine in the morning where the person lives, so many days, weeks, months or years after the cohort's
last day. Months and years are calendar ones, and a day that the month does not have is its last: three months after
30 November is 28 February. Where the clocks skip nine o'clock that day it is asked as much later as they skip; where
they show it twice, at the first.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from coaching.errors import Invalid

ASK_AT = time(9, 0)
# Shorter than any gap between two steps of the default plan, so that nobody has two windows open at once.
ANSWER_DAYS = 28
# Who comes back from a pause, or is entered with a cohort of long ago, is asked what is recent and not about years.
# It is half of the window, so that whoever is asked has at least the other half to answer in.
LATEST = timedelta(days=14)
LONGEST_YEARS = 5
_OFFSET = re.compile(r"P(?=[0-9])(?:([0-9]{1,2})Y)?(?:([0-9]{1,3})M)?(?:([0-9]{1,3})W)?(?:([0-9]{1,4})D)?")


class Window(NamedTuple):
    """From when until when a check-in is open, in UTC."""

    due_at: datetime
    closes_at: datetime

    def is_too_late(self, now: datetime) -> bool:
        """Whether its moment is so long past that it is not asked any more."""
        return self.due_at < now - LATEST


@lru_cache(maxsize=256)
def parse_offset(offset: str) -> relativedelta:
    """An ISO 8601 duration of whole years, months, weeks and days, such as `P14D` or `P3M`."""
    found = _OFFSET.fullmatch(offset)
    if found is None:
        raise Invalid.field("offset", f"{offset[:24]!r} is not an offset. Write one such as P14D, P6W or P3M.")
    years, months, weeks, days = (int(number or 0) for number in found.groups())
    return relativedelta(years=years, months=months, weeks=weeks, days=days)


def check_offset(offset: str) -> None:
    """Refuses what is no offset, and what is so far off that nobody can mean it."""
    first = date(2000, 1, 1)
    if first + parse_offset(offset) > first.replace(year=first.year + LONGEST_YEARS):
        raise Invalid.field("offset", f"Choose at most {LONGEST_YEARS} years.")


@lru_cache(maxsize=4096)
def window_of(anchor: date, offset: str, zone_name: str, days: int = ANSWER_DAYS) -> Window:
    """The window of a step for whoever lives in this zone, open for so many days. Kept, because a cohort's members
    share few zones."""
    day = anchor + parse_offset(offset)
    zone = ZoneInfo(zone_name)
    return Window(_moment(day, zone), _moment(day + timedelta(days=days), zone))


def _moment(day: date, zone: ZoneInfo) -> datetime:
    # The first fold reads a repeated time as its first pass, and a skipped one with the offset before the skip,
    # which is as much later on the clock as they skip.
    return datetime.combine(day, ASK_AT, tzinfo=zone).astimezone(UTC)
