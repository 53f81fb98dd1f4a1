"""The text of calendars (iCalendar, RFC 5545): values escaped, lines folded, and time zones as zoneinfo knows them.

Written here and not by a library: a feed is made of hundreds of events and has to be quick, and the time zones that
the icalendar library writes begin summer time an hour late.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

LONGEST_LINE = 75
PRODUCT = "-//Coaching//Coaching sessions//EN"
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNSEEN = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_IN_A_PARAMETER = str.maketrans({'"': "'", "\n": " ", "\t": " "})
_DAY = timedelta(days=1)


def fold(line: str) -> str:
    """The line with its end, in pieces of at most 75 octets; no letter is cut in two."""
    octets = line.encode()
    if len(octets) <= LONGEST_LINE:
        return f"{line}\r\n"
    pieces, start, room = [], 0, LONGEST_LINE
    while start < len(octets):
        end = min(start + room, len(octets))
        # A following octet of a letter begins with the bits 10.
        while end < len(octets) and octets[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(octets[start:end].decode())
        # The blank in front of what follows counts too.
        start, room = end, LONGEST_LINE - 1
    return "\r\n ".join(pieces) + "\r\n"


def clean(words: str) -> str:
    """The words with one kind of line break, and without what no calendar shows."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", words))


def text(words: str) -> str:
    """People's words as a value."""
    return clean(words).translate(_ESCAPED)


def parameter(words: str) -> str:
    """People's words as a parameter, in quotes: a quote within becomes the other kind."""
    return f'"{" ".join(clean(words).translate(_NOT_IN_A_PARAMETER).split())}"'


def moment(value: datetime) -> str:
    """A moment in UTC, as a value."""
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def wall(value: datetime, zone: str) -> str:
    """What the clocks of a zone show, with the zone in front and a colon between, as it stands after a name."""
    return f":{value:%Y%m%dT%H%M%S}Z" if zone == "UTC" else f";TZID={zone}:{value:%Y%m%dT%H%M%S}"


def on_clocks(value: datetime, zone: str) -> datetime:
    """The moment as the zone's clocks show it, without the zone."""
    return value.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_first(value: datetime, zone: str) -> bool:
    """Whether the zone's clocks show at this moment what they have not shown before."""
    return value.astimezone(ZoneInfo(zone)).fold == 0


def to_moment(clock: datetime, zone: str) -> datetime:
    """The moment when the clocks show this; of a time that they skip, what calendars are told to make of it: the one
    that is as far from the change as the clock says, so as much later as is skipped."""
    return clock.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def calendar(lines: Iterable[str]) -> str:
    """A whole calendar of these lines, folded already."""
    head = ("BEGIN:VCALENDAR\r\n", "VERSION:2.0\r\n", f"PRODID:{PRODUCT}\r\n", "CALSCALE:GREGORIAN\r\n")
    return "".join((*head, *lines, "END:VCALENDAR\r\n"))


def time_zones(zones: Iterable[str], moments: Iterable[datetime]) -> list[str]:
    """A VTIMEZONE for each of the zones, right from before the first to after the last of the moments."""
    years = [value.year for value in moments]
    if not years:
        return []
    return [_time_zone(zone, min(years) - 1, max(years) + 1) for zone in sorted(set(zones)) if zone != "UTC"]


@lru_cache(maxsize=256)
def _time_zone(name: str, first: int, last: int) -> str:
    """Every change of the clocks from the first to the last year, each as it comes, so that no rule can be wrong."""
    zone = ZoneInfo(name)
    start = datetime(first, 1, 1, tzinfo=UTC)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    lines += _observance(zone, start, start)
    for change in _changes(zone, start, datetime(last + 1, 1, 1, tzinfo=UTC)):
        lines += _observance(zone, change - timedelta(seconds=1), change)
    return "".join(map(fold, [*lines, "END:VTIMEZONE"]))


def _observance(zone: ZoneInfo, before: datetime, change: datetime) -> list[str]:
    earlier, later = before.astimezone(zone), change.astimezone(zone)
    was, is_now = earlier.dst() or timedelta(), later.dst() or timedelta()
    # Where winter is the exception, as in Dublin, calendars still want to hear that summer is.
    kind = "DAYLIGHT" if is_now > timedelta() or is_now > was else "STANDARD"
    offset = earlier.utcoffset() or timedelta()
    return [
        f"BEGIN:{kind}",
        # When it begins, on the clocks as they were until then.
        f"DTSTART:{change.replace(tzinfo=None) + offset:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_offset(offset)}",
        f"TZOFFSETTO:{_offset(later.utcoffset() or timedelta())}",
        f"TZNAME:{text(later.tzname() or '')}",
        f"END:{kind}",
    ]


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """The moments at which the clocks or their name change, to the second."""
    found, day = [], start
    while day < end:
        if _look(zone, day) != _look(zone, day + _DAY):
            low, high = day, day + _DAY
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                low, high = (middle, high) if _look(zone, middle) == _look(zone, low) else (low, middle)
            found.append(high)
        day += _DAY
    return found


def _look(zone: ZoneInfo, value: datetime) -> tuple[timedelta | None, str | None, timedelta | None]:
    local = value.astimezone(zone)
    return local.utcoffset(), local.tzname(), local.dst()


def _offset(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    return f"{sign}{hours:02}{minutes:02}" + (f"{left:02}" if left else "")
