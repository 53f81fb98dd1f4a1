"""Sessions as events of a calendar: pure, from what is given to text.

A mail is about one person's copy of one event (iTIP, RFC 5546), and every component in it carries that copy's UID and
SEQUENCE. Who organises and where the answer goes is added when the mail is written: only the channel knows the sender.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from coaching.services.calendar_text import (
    calendar,
    clean,
    fold,
    is_first,
    moment,
    on_clocks,
    parameter,
    text,
    time_zones,
    to_moment,
    wall,
)

UID_HOST = "coaching.internal"
LONGEST_TEXT = 2000
_UNTIL = re.compile(r"(?<=UNTIL=)(\d{8})(T\d{6})?(?=;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session as a calendar shows it. `recurrence` is the wall-clock time that its series' rule gave it."""

    id: int
    title: str
    place: str
    text: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    recurrence: datetime | None = None

    @property
    def words(self) -> tuple[str, str, str]:
        return self.title, self.place, self.text


@dataclass(frozen=True, slots=True)
class Rule:
    """How the sessions of a series repeat. `given` are all wall-clock times that the rule gives, left out or not."""

    local_start: datetime
    zone: str
    minutes: int
    rule: str
    given: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """One person's copy of one event, at one mail about it."""

    uid: str
    sequence: int
    written_at: datetime
    name: str
    address: str


def uid_of(public_id: str) -> str:
    """The UID of a series' or a session's event, for ever."""
    return f"{public_id}@{UID_HOST}"


def place_of(location: str, join_url: str) -> str:
    """Where: the room, the link, or both."""
    return ", ".join(dict.fromkeys(filter(None, (location, join_url))))


def text_of(agenda: str, preparation: str) -> str:
    """What an event says below its title, cut where calendars would have to scroll."""
    parts = (agenda, f"To prepare:\n{preparation}" if preparation else "")
    words = "\n\n".join(filter(None, parts))
    return words if len(words) <= LONGEST_TEXT else f"{words[: LONGEST_TEXT - 1]}…"


def write_whole(copy: Copy, rule: Rule | None, meetings: Sequence[Meeting]) -> str:
    """The whole event as it stands: what the rule gives beyond these meetings is left out (EXDATE)."""
    if rule is None:
        return _message("REQUEST", [_event(copy, one) for one in meetings], meetings)
    usual, _count = Counter(one.words for one in meetings).most_common(1)[0]
    differing = [one for one in meetings if _differs(rule, usual, one)]
    events = [_master(copy, rule, usual, meetings), *(_event(copy, one, rule) for one in differing)]
    return _message("REQUEST", events, meetings, rule)


def write_part(copy: Copy, rule: Rule | None, meetings: Sequence[Meeting]) -> str:
    """Some sessions of an event that the person has, as they are now."""
    return _message("REQUEST", [_event(copy, one, rule) for one in meetings], meetings, rule)


def write_cancellation(copy: Copy, rule: Rule | None, meetings: Sequence[Meeting]) -> str:
    """That these sessions of the event are off."""
    events = [_event(copy, one, rule, status="CANCELLED") for one in meetings]
    return _message("CANCEL", events, meetings, rule)


def write_end(copy: Copy, rule: Rule | None, meetings: Sequence[Meeting]) -> str:
    """That the person is out of the event altogether: the UID without any RECURRENCE-ID. The meetings date it."""
    first = meetings[0]
    lines = _event(copy, first, status="CANCELLED")
    if rule is not None:
        lines = _framed([*_identity(copy), f"DTSTART{wall(rule.local_start, rule.zone)}", *_words(first.words), _OFF])
    return _message("CANCEL", [lines], meetings, rule)


def write_single(uid: str, sequence: int, meeting: Meeting, *, written_at: datetime, is_off: bool) -> str:
    """One session as a file, for whoever wants it in a calendar of their own."""
    return _message("PUBLISH", [single_event(uid, sequence, meeting, written_at=written_at, is_off=is_off)], [meeting])


def single_event(uid: str, sequence: int, meeting: Meeting, *, written_at: datetime, is_off: bool) -> list[str]:
    """A session as an event of its own, whatever series it belongs to."""
    lines = [
        f"UID:{uid}",
        f"DTSTAMP:{moment(written_at)}",
        f"SEQUENCE:{sequence}",
        *_times(meeting),
        *_words(meeting.words),
        _OFF if is_off else "STATUS:CONFIRMED",
    ]
    return _framed(lines)


_OFF = "STATUS:CANCELLED"


def _message(method: str, events: Iterable[list[str]], meetings: Sequence[Meeting], rule: Rule | None = None) -> str:
    zones = {one.zone for one in meetings} | ({rule.zone} if rule else set())
    moments = [at for one in meetings for at in (one.starts_at, one.ends_at)]
    moments += [*rule.given, rule.local_start] if rule else []
    lines = [line for event in events for line in event]
    return calendar([fold(f"METHOD:{method}"), *time_zones(zones, moments), *lines])


def _framed(lines: Iterable[str]) -> list[str]:
    return [*map(fold, ("BEGIN:VEVENT", *lines, "END:VEVENT"))]


def _identity(copy: Copy) -> list[str]:
    return [
        f"UID:{copy.uid}",
        f"DTSTAMP:{moment(copy.written_at)}",
        f"SEQUENCE:{copy.sequence}",
        f"ATTENDEE;CN={parameter(copy.name)};ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:"
        f"mailto:{clean(copy.address)}",
    ]


def _times(meeting: Meeting) -> list[str]:
    # A time that the clocks show for the second time cannot be said on them.
    zone = meeting.zone if is_first(meeting.starts_at, meeting.zone) else "UTC"
    start = f"DTSTART{wall(on_clocks(meeting.starts_at, zone), zone)}"
    return [start, _end(meeting.starts_at, meeting.ends_at, zone)]


def _end(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    if is_first(ends_at, zone):
        return f"DTEND{wall(on_clocks(ends_at, zone), zone)}"
    return f"DURATION:PT{(ends_at - starts_at) // timedelta(minutes=1)}M"


def _words(words: tuple[str, str, str]) -> list[str]:
    title, place, below = words
    lines = [f"SUMMARY:{text(title)}"]
    lines += [f"LOCATION:{text(place)}"] if place else []
    return lines + ([f"DESCRIPTION:{text(below)}"] if below else [])


def _event(copy: Copy, meeting: Meeting, rule: Rule | None = None, *, status: str = "CONFIRMED") -> list[str]:
    lines = _identity(copy)
    if rule is not None and meeting.recurrence is not None:
        lines.append(f"RECURRENCE-ID{wall(meeting.recurrence, rule.zone)}")
    return _framed([*lines, *_times(meeting), *_words(meeting.words), f"STATUS:{status}"])


def _master(copy: Copy, rule: Rule, usual: tuple[str, str, str], meetings: Sequence[Meeting]) -> list[str]:
    starts_at = to_moment(rule.local_start, rule.zone)
    ends_at = starts_at + timedelta(minutes=rule.minutes)
    held = {one.recurrence for one in meetings}
    left_out = sorted(given for given in rule.given if given not in held)
    lines = [
        *_identity(copy),
        f"DTSTART{wall(rule.local_start, rule.zone)}",
        _end(starts_at, ends_at, rule.zone),
        f"RRULE:{until_in_utc(rule.rule, rule.zone)}",
        *(f"EXDATE{wall(given, rule.zone)}" for given in left_out),
        *_words(usual),
        "STATUS:CONFIRMED",
    ]
    return _framed(lines)


def _differs(rule: Rule, usual: tuple[str, str, str], meeting: Meeting) -> bool:
    """Whether a session is not what the rule alone would make of it; one at a skipped time never is."""
    length = meeting.ends_at - meeting.starts_at
    at_its_time = (on_clocks(meeting.starts_at, rule.zone), meeting.zone) == (meeting.recurrence, rule.zone)
    at_its_time = at_its_time and is_first(meeting.starts_at, rule.zone)
    return not at_its_time or length != timedelta(minutes=rule.minutes) or meeting.words != usual


def until_in_utc(rule: str, zone: str) -> str:
    """The rule with its end in UTC, as a calendar wants it beside a start with a zone; a day ends with its evening."""
    plain = rule.removeprefix("RRULE:")

    def in_utc(found: re.Match[str]) -> str:
        day = datetime.strptime(found[1], "%Y%m%d")  # noqa: DTZ007  Brought to the zone below.
        at = datetime.strptime(found[2], "T%H%M%S").time() if found[2] else time(23, 59, 59)  # noqa: DTZ007
        last = to_moment(datetime.combine(day, at), zone)
        return f"{last.astimezone(UTC):%Y%m%dT%H%M%SZ}"

    return _UNTIL.sub(in_utc, plain)
