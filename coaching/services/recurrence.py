"""How sessions repeat: a rule made of a few words or read from RRULE text, and the wall-clock times that it gives.

Everything here counts on the wall clock, in times without a zone. What the clocks make of them comes after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, rrule

from coaching.errors import Invalid
from coaching.models import Frequency
from coaching.services.zones import check_zone, settle_on_clock

FEWEST_SESSIONS = 2
MOST_SESSIONS = 200
EARLIEST_YEAR = 2000
LATEST_YEAR = 2100
EXCEPTION_FORMAT = "%Y-%m-%dT%H:%M"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PLACE_NAMES = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_WEEKDAYS = (MO, TU, WE, TH, FR, SA, SU)
_MONTHLY = (Frequency.MONTHLY_BY_WEEKDAY, Frequency.MONTHLY_LAST_WEEKDAY)
# What a rule as text may say, and how an end is written in it.
_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"})
_ENDS = ("%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ")


@dataclass(frozen=True, slots=True)
class Repeat:
    """How a series is asked for: in words, or as the text of an RRULE; `exceptions` are the days that it leaves out."""

    frequency: Frequency | None = None
    count: int | None = None
    until: date | None = None
    rrule: str = ""
    exceptions: Sequence[date] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is kept: `place` is the weekday's in the month, or none, and `count` where it ends."""

    frequency: Frequency
    weekday: int
    place: int | None
    count: int

    @property
    def text(self) -> str:
        """The rule as an RRULE (RFC 5545)."""
        if self.frequency in _MONTHLY:
            return f"FREQ=MONTHLY;BYDAY={self.place}{WEEKDAYS[self.weekday]};COUNT={self.count}"
        interval = "INTERVAL=2;" if self.frequency == Frequency.FORTNIGHTLY else ""
        return f"FREQ=WEEKLY;{interval}COUNT={self.count}"

    @property
    def sentence(self) -> str:
        """The rule as people say it."""
        day = WEEKDAY_NAMES[self.weekday]
        if self.frequency in _MONTHLY:
            return f"Every month on the {PLACE_NAMES[self.place or -1]} {day}"
        return f"Every {'second ' if self.frequency == Frequency.FORTNIGHTLY else ''}{day}"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One session of a rule: what the rule said, what the clocks show when it is held, and the moment (UTC)."""

    recurrence_start: datetime
    local_start: datetime
    starts_at: datetime
    is_left_out: bool

    @property
    def is_skipped(self) -> bool:
        """Whether the clocks never show the time that the rule gave."""
        return self.recurrence_start != self.local_start


@dataclass(frozen=True, slots=True)
class Plan:
    """A series before it is saved: its rule with all that it gives, the occurrences that are left out included."""

    rule: Rule
    timezone: str
    occurrences: tuple[Occurrence, ...]

    @property
    def kept(self) -> list[Occurrence]:
        return [one for one in self.occurrences if not one.is_left_out]

    @property
    def exceptions(self) -> list[str]:
        return [f"{one.recurrence_start:{EXCEPTION_FORMAT}}" for one in self.occurrences if one.is_left_out]


def take_repeat(values: dict[str, Any]) -> Repeat:
    """How often, taken out of what was sent about a series; what is left is about each of its sessions."""
    return Repeat(**{field.name: values.pop(field.name) for field in fields(Repeat) if field.name in values})


def plan_series(local_start: datetime, zone_name: str, repeat: Repeat) -> Plan:
    """Everything that a series would be. Raises Invalid at the field that can mend it."""
    if not EARLIEST_YEAR <= local_start.year <= LATEST_YEAR:
        raise Invalid.field("local_start", f"Choose a year from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    check_zone(zone_name)
    rule = make_rule(local_start, zone_name, repeat)
    starts = list_starts(rule, local_start)
    left_out = _match(repeat.exceptions, starts)
    occurrences = tuple(Occurrence(start, *settle_on_clock(start, zone_name), start in left_out) for start in starts)
    return Plan(rule, zone_name, occurrences)


def make_rule(local_start: datetime, zone_name: str, repeat: Repeat) -> Rule:
    """The rule that is asked for, beginning at this time. Raises Invalid where it cannot be one."""
    count: int | None
    last: datetime | None
    if repeat.rrule:
        if repeat.frequency is not None or repeat.count is not None or repeat.until is not None:
            raise Invalid.field("rrule", "Send the rule as text, or how often and until when, but not both.")
        frequency, count, last = _read(repeat.rrule, local_start, zone_name)
        at_count = at_last = "rrule"
    else:
        if repeat.frequency is None:
            raise Invalid.field("frequency", "Choose how often the sessions are.")
        frequency, count, at_count, at_last = repeat.frequency, repeat.count, "count", "until"
        last = None if repeat.until is None else datetime.combine(repeat.until, time.max)
    if count is None and last is None:
        raise Invalid.field(at_count, f"Say how many sessions there are, up to {MOST_SESSIONS}, or until which day.")
    if count is not None and last is not None:
        raise Invalid.field(at_last, "Say how many sessions there are or until which day, not both.")
    if last is not None:
        count = _count_until(frequency, local_start, last, field=at_last)
    if count is None or not FEWEST_SESSIONS <= count <= MOST_SESSIONS:
        raise Invalid.field(at_count, f"A series has {FEWEST_SESSIONS} to {MOST_SESSIONS} sessions.")
    rule = Rule(frequency, local_start.weekday(), _place(frequency, local_start), count)
    starts = list_starts(rule, local_start)
    if starts[0] != local_start:
        day = WEEKDAY_NAMES[rule.weekday]
        raise Invalid.field("local_start", f"This is not the last {day} of its month. Begin on {starts[0]:%Y-%m-%d}.")
    if starts[-1].year > LATEST_YEAR:
        raise Invalid.field(
            at_last if last else at_count, f"The series would go on after {LATEST_YEAR}. End it sooner."
        )
    return rule


def read_rule(text: str, local_start: datetime) -> Rule:
    """The rule of a series that was saved."""
    frequency, count, _last = _read(text, local_start, "UTC")
    return Rule(frequency, local_start.weekday(), _place(frequency, local_start), count or 0)


def frequency_of(text: str) -> Frequency:
    """How often a series that was saved repeats, by the text of its rule."""
    if "FREQ=MONTHLY" in text:
        return Frequency.MONTHLY_LAST_WEEKDAY if "BYDAY=-1" in text else Frequency.MONTHLY_BY_WEEKDAY
    return Frequency.FORTNIGHTLY if "INTERVAL=2" in text else Frequency.WEEKLY


def list_starts(rule: Rule, local_start: datetime) -> list[datetime]:
    """The wall-clock times that the rule gives."""
    return list(_expand(rule.frequency, rule.place, local_start, count=rule.count))


def _expand(frequency: Frequency, place: int | None, local_start: datetime, **end: Any) -> rrule:
    if frequency in _MONTHLY:
        weekday = _WEEKDAYS[local_start.weekday()]
        return rrule(MONTHLY, dtstart=local_start, byweekday=weekday(place or -1), **end)
    return rrule(WEEKLY, dtstart=local_start, interval=2 if frequency == Frequency.FORTNIGHTLY else 1, **end)


def _place(frequency: Frequency, local_start: datetime) -> int | None:
    """Which of its month's weekdays the first session has. Not every month has a fifth one, so that is the last."""
    if frequency not in _MONTHLY:
        return None
    place = (local_start.day - 1) // 7 + 1
    return -1 if frequency == Frequency.MONTHLY_LAST_WEEKDAY or place not in PLACE_NAMES else place


def _count_until(frequency: Frequency, local_start: datetime, last: datetime, *, field: str) -> int:
    if last < local_start:
        raise Invalid.field(field, "The series would end before its first session. Choose a later day.")
    found = _expand(frequency, _place(frequency, local_start), local_start, until=last)
    count = len(list(islice(found, MOST_SESSIONS + 1)))
    if count > MOST_SESSIONS:
        raise Invalid.field(field, f"That is more than {MOST_SESSIONS} sessions. Choose an earlier day.")
    if count < FEWEST_SESSIONS:
        raise Invalid.field(field, "Nothing repeats by then. Choose a later day, or schedule a single session.")
    return count


def _match(exceptions: Sequence[date], starts: Sequence[datetime]) -> set[datetime]:
    """The occurrences on these days. Raises Invalid for a day without one, and where none would be left."""
    by_day = {start.date(): start for start in starts}
    missing = sorted(set(exceptions) - by_day.keys())
    if missing:
        raise Invalid.field("exceptions", f"The series has no session on {missing[0]}. Take that day out.")
    if len(set(exceptions)) == len(starts):
        raise Invalid.field("exceptions", "That leaves no session at all. Keep at least one.")
    return {by_day[day] for day in exceptions}


def _read(text: str, local_start: datetime, zone_name: str) -> tuple[Frequency, int | None, datetime | None]:
    """What the text of an RRULE asks for, where it is one of ours."""
    parts: dict[str, str] = {}
    for piece in text.strip().upper().removeprefix("RRULE:").rstrip(";").split(";"):
        name, _, value = piece.partition("=")
        if name not in _PARTS or name in parts or not value:
            known = ", ".join(sorted(_PARTS))
            raise _refused(f"{piece[:40]!r} cannot be used here. A rule is made of {known}, each once with a value")
        parts[name] = value
    frequency = _read_frequency(parts, local_start)
    count = parts.get("COUNT")
    if count is not None and not (count.isdecimal() and count.isascii() and len(count) <= 6):
        raise _refused("COUNT is a whole number")
    return frequency, None if count is None else int(count), _read_end(parts.get("UNTIL"), zone_name)


def _read_frequency(parts: dict[str, str], local_start: datetime) -> Frequency:
    kind, interval, by_day = parts.get("FREQ"), parts.get("INTERVAL", "1"), parts.get("BYDAY", "")
    weekday = WEEKDAYS[local_start.weekday()]
    if kind == "WEEKLY" and interval in {"1", "2"}:
        if by_day not in {"", weekday}:
            raise _refused(f"The first session is on a {WEEKDAY_NAMES[local_start.weekday()]}: write BYDAY={weekday}")
        return Frequency.WEEKLY if interval == "1" else Frequency.FORTNIGHTLY
    if kind == "MONTHLY" and interval == "1":
        frequency = Frequency.MONTHLY_LAST_WEEKDAY if by_day == f"-1{weekday}" else Frequency.MONTHLY_BY_WEEKDAY
        place = _place(frequency, local_start)
        if by_day.removeprefix("+") != f"{place}{weekday}":
            raise _refused(f"By the day of the first session this is BYDAY={place}{weekday}")
        return frequency
    raise _refused("Write FREQ=WEEKLY, with INTERVAL=2 for every second week, or FREQ=MONTHLY with BYDAY such as 2TU")


def _read_end(text: str | None, zone_name: str) -> datetime | None:
    """The last moment of a rule on the series' own clocks; a day alone is meant as a whole."""
    if text is None:
        return None
    for form in _ENDS:
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=UTC)
            if form.endswith("Z"):
                moment = moment.astimezone(ZoneInfo(zone_name))
        # A moment in the first or the last hours that there are has no time in some zones.
        except (ValueError, OverflowError):
            continue
        local = moment.replace(tzinfo=None)
        return local if "T" in form else datetime.combine(local, time.max)
    raise _refused("UNTIL is a day such as 20270630, or a moment such as 20270630T120000Z")


def _refused(what: str) -> Invalid:
    return Invalid.field("rrule", f"{what}.")
