"""Dates and times as files write them: which number is the day, and which moment a local time is."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from coaching.errors import Invalid

DateOrder = Literal["mdy", "dmy"]
ORDERS: tuple[DateOrder, DateOrder] = ("mdy", "dmy")
ORDER_WORDS = {"mdy": "month first", "dmy": "day first"}
# A meeting lasts at most 30 hours, so two readings of one date in a report are never further apart.
LONGEST_MEETING = timedelta(days=2)

_CLOCK = (
    r",?[ T]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:\.\d+)?)?(?: ?(?P<half>[ap])\.?m\.?)?"
)
_NUMBERS = re.compile(r"(?P<a>\d{1,4})[/.-](?P<b>\d{1,2})[/.-](?P<c>\d{4}|\d{1,2})" + _CLOCK, re.IGNORECASE | re.ASCII)
_MONTH_DAY = re.compile(r"(?P<month>[a-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})" + _CLOCK, re.I | re.ASCII)
_DAY_MONTH = re.compile(r"(?P<day>\d{1,2})[ -](?P<month>[a-z]{3,9})\.?[ -](?P<year>\d{4})" + _CLOCK, re.I | re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Moment(NamedTuple):
    """A date and time as written. With `order` None, `first` and `second` are day and month in an unsaid order."""

    year: int
    first: int
    second: int
    hour: int
    minute: int
    second_of_minute: int
    order: Literal["ymd", "named"] | None = None

    @property
    def written(self) -> str:
        """The date roughly as it stood in the file, for a question or an error."""
        parts = (self.year, self.first, self.second) if self.order else (self.first, self.second, self.year)
        return "{:02d}/{:02d}/{:02d}".format(*parts)

    def under(self, order: str | None) -> datetime | None:
        """The local time this is when dates are written in `order`; None for no such date, or an order not known."""
        if self.order is None and order not in ORDERS:
            return None
        month, day = (self.second, self.first) if self.order is None and order == "dmy" else (self.first, self.second)
        if not 2000 <= self.year <= 2099:
            return None
        try:
            return datetime(self.year, month, day, self.hour, self.minute, self.second_of_minute)  # noqa: DTZ001
        except ValueError:
            return None


def read_moment(text: str) -> Moment | None:
    """The date and time in a cell, as reports and spreadsheets write them; None when it is neither."""
    text = " ".join(text.split())
    if found := _NUMBERS.fullmatch(text):
        a, b, c = found.group("a", "b", "c")
        if len(a) == 4 and len(c) <= 2:
            return _moment(found, int(a), int(b), int(c), "ymd")
        if len(a) <= 2 and len(c) in (2, 4):
            return _moment(found, int(c) + (2000 if len(c) == 2 else 0), int(a), int(b), None)
        return None
    if found := _MONTH_DAY.fullmatch(text) or _DAY_MONTH.fullmatch(text):
        month = found["month"][:3].lower()
        if month in _MONTHS:
            return _moment(found, int(found["year"]), _MONTHS.index(month) + 1, int(found["day"]), "named")
    return None


def _moment(
    found: re.Match[str], year: int, first: int, second: int, order: Literal["ymd", "named"] | None
) -> Moment | None:
    hours, minutes, seconds, half = found.group("hour", "minute", "second", "half")
    hour, minute, second_of_minute = int(hours), int(minutes), int(seconds or 0)
    if half and hour <= 12:
        hour = hour % 12 + (12 if half in "pP" else 0)
    if hour > 23 or minute > 59 or second_of_minute > 59:
        return None
    return Moment(year, first, second, hour, minute, second_of_minute, order)


def ask_order(
    of_rows: Collection[Moment], of_meeting: Collection[Moment], *, stated: DateOrder | None, expected_day: date | None
) -> str | None:
    """How dates are written. A question only where minutes hang on it: a summary's date alone gets a warning."""
    order = decide_order([*of_meeting, *of_rows], stated=stated, expected_day=expected_day)
    unsaid = next((moment for moment in of_rows if moment.order is None), None)
    if order is None and unsaid is not None:
        monthly, daily = unsaid.under("mdy"), unsaid.under("dmy")
        raise Invalid.field(
            "date_order",
            f"The dates can be read two ways: {unsaid.written} is {_spell(monthly)} or {_spell(daily)}. "
            "Say whether the month or the day comes first.",
        )
    return order


def _spell(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day is not None else "no date"


def decide_order(
    moments: Collection[Moment], *, stated: DateOrder | None = None, expected_day: date | None = None
) -> str | None:
    """How the dates of one report are written, or None when both ways remain possible (then somebody must be asked).

    What somebody stated holds, unless it makes every date impossible. Then what the file proves: a number above
    12, or two dates of one meeting that would be weeks apart. Then the day on which the meeting is known to have been.
    """
    unsaid = [moment for moment in moments if moment.order is None]
    if not unsaid:
        return next((moment.order for moment in moments), None)
    readings = {order: _days_under(unsaid, order) for order in ORDERS}
    proven = _proven_order(readings)
    if stated is not None:
        if not readings[stated] and proven is not None:
            raise Invalid.field("date_order", f"No date in this file is possible {ORDER_WORDS[stated]}.")
        return stated
    if proven is None and expected_day is not None:
        return _order_on(expected_day, readings)
    return proven


def _proven_order(readings: dict[DateOrder, set[date]]) -> DateOrder | None:
    """The order that makes more of the dates possible, else the one that keeps a meeting within a meeting's length."""
    monthly, daily = readings["mdy"], readings["dmy"]
    if len(monthly) != len(daily):
        return "mdy" if len(monthly) > len(daily) else "dmy"
    if monthly == daily:
        return "mdy"
    close = [order for order in ORDERS if max(readings[order]) - min(readings[order]) <= LONGEST_MEETING]
    return close[0] if len(close) == 1 else None


def _days_under(moments: Collection[Moment], order: DateOrder) -> set[date]:
    """The days that exist under this order. The same written date counts once, however many rows have it."""
    written = {(moment.year, moment.first, moment.second): moment for moment in moments}
    return {local.date() for moment in written.values() if (local := moment.under(order)) is not None}


def _order_on(expected_day: date, readings: dict[DateOrder, set[date]]) -> DateOrder:
    """The reading that falls on the day, give or take one (time zones). If neither does, month first: the
    caller then sees a meeting on another day, which is what this file is about either way."""
    for order in ORDERS:
        if any(abs(day - expected_day) <= timedelta(days=1) for day in readings[order]):
            return order
    return "mdy"


def find_zone(name: str) -> ZoneInfo:
    """The IANA zone of this name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid.field(
            "timezone", f"There is no time zone called '{name[:60]}'. Give one such as Europe/London."
        ) from None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of local time in UTC. `repeated` and `skipped`: an end fell on a clock change, and how."""

    start: datetime
    end: datetime
    repeated: bool
    skipped: bool


def utc_stretch(start: datetime, end: datetime, zone: ZoneInfo, minutes: int | None) -> Stretch | None:
    """These local times in UTC, or None when the end comes before the start however they are read.

    In the hour that a clock change repeats, a time is two moments: those are taken that fit the known `minutes`,
    else the first. A time that was skipped is taken as if the clocks had not yet changed.
    """
    before, after = _moments_of(start, zone), _moments_of(end, zone)
    # Reading a skipped time before and after the change gives two moments the wrong way round.
    skipped = before[0] > before[1] or after[0] > after[1]
    starts, ends = _distinct(before), _distinct(after)
    pairs = [(a, b) for a in starts for b in ends if a <= b]
    if not pairs:
        return None
    if minutes is not None and len(pairs) > 1:
        known = timedelta(minutes=minutes)
        # `min` keeps the first of equals, which is the earlier moment.
        pairs = [min(pairs, key=lambda pair: abs(pair[1] - pair[0] - known))]
    return Stretch(*pairs[0], repeated=len(starts) + len(ends) > 2, skipped=skipped)


def _moments_of(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The local time read before and after a clock change; the same moment twice when there is none about."""
    early = local.replace(tzinfo=zone)
    return early.astimezone(UTC), early.replace(fold=1).astimezone(UTC)


def _distinct(moments: tuple[datetime, datetime]) -> tuple[datetime, ...]:
    return moments if moments[0] < moments[1] else moments[:1]


def local_time(moment: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of the zone showed, without a zone."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)
