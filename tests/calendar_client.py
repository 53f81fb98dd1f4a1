"""A small calendar program that keeps to RFC 5546: it takes invites in whatever order they come, and shows what is on.

It reads calendars by itself, line by line, so that what wrote them has no part in how they are understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

Line = tuple[str, dict[str, str], str]
Shown = tuple[datetime, datetime, str]
_FOLD = re.compile(r"\r\n[ \t]")
_LINE = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=(?:\"[^\"]*\"|[^;:\"]*))*):(.*)", re.DOTALL)
_PARAMETER = re.compile(r";([A-Z-]+)=(?:\"([^\"]*)\"|([^;:\"]*))")


@dataclass
class Component:
    """A VEVENT as its lines."""

    lines: list[Line] = field(default_factory=list)

    def find(self, name: str) -> Line | None:
        return next((line for line in self.lines if line[0] == name), None)

    def value(self, name: str) -> str:
        found = self.find(name)
        return found[2] if found else ""

    def moment(self, name: str) -> datetime:
        found = self.find(name)
        assert found, name
        return _moment(found[2], found[1].get("TZID", "UTC"))

    def ends(self) -> datetime:
        minutes = re.fullmatch(r"PT(\d+)M", self.value("DURATION"))
        return self.moment("DTSTART") + timedelta(minutes=int(minutes[1])) if minutes else self.moment("DTEND")


@dataclass
class Entry:
    """What the program knows under one UID: the newest whole event, and sessions that were told apart from it."""

    sequence: int = -1
    whole: Component | None = None
    apart: dict[str, tuple[int, Component | None]] = field(default_factory=dict)


@dataclass
class CalendarClient:
    """Somebody's calendar."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def receive(self, text: str) -> None:
        """Takes an invite, in which what is older than what is known already changes nothing."""
        method, components = read_calendar(text)
        for one in components:
            entry = self.entries.setdefault(one.value("UID"), Entry())
            sequence = int(one.value("SEQUENCE"))
            is_off = method == "CANCEL"
            recurrence = one.find("RECURRENCE-ID")
            if recurrence is None:
                if sequence > entry.sequence:
                    entry.sequence, entry.whole = sequence, None if is_off else one
                    entry.apart = {key: known for key, known in entry.apart.items() if known[0] >= sequence}
                continue
            newest = max(entry.sequence, entry.apart.get(recurrence[2], (-1, None))[0])
            if sequence > newest or (sequence == entry.sequence == newest):
                entry.apart[recurrence[2]] = (sequence, None if is_off else one)

    def shows(self, uid: str) -> list[Shown]:
        """What is on under a UID: from when to when, and as what."""
        entry = self.entries.get(uid)
        if entry is None:
            return []
        given = _expanded(entry.whole) if entry.whole else {}
        given |= {key: _shown(one) for key, (_sequence, one) in entry.apart.items() if one is not None}
        off = {key for key, (_sequence, one) in entry.apart.items() if one is None}
        return sorted(shown for key, shown in given.items() if key not in off)


def read_calendar(text: str) -> tuple[str, list[Component]]:
    """The method of a calendar, and its events."""
    method, found, current = "", [], None
    depth: list[str] = []
    for raw in _FOLD.sub("", text).split("\r\n"):
        if not raw:
            continue
        matched = _LINE.fullmatch(raw)
        assert matched, raw
        name, value = matched[1], matched[3]
        parameters = {key: quoted or plain for key, quoted, plain in _PARAMETER.findall(matched[2])}
        if name == "BEGIN":
            depth.append(value)
            current = Component() if value == "VEVENT" else current
        elif name == "END":
            assert depth.pop() == value
            if value == "VEVENT" and current is not None:
                found.append(current)
                current = None
        elif current is not None:
            current.lines.append((name, parameters, value))
        elif name == "METHOD":
            method = value
    assert not depth
    return method, found


def _shown(one: Component) -> Shown:
    return one.moment("DTSTART"), one.ends(), one.value("SUMMARY")


def _expanded(one: Component) -> dict[str, Shown]:
    """Each session that a rule gives, under the time that the rule gave it; an event without a rule is one session."""
    start = one.find("DTSTART")
    assert start
    length = one.ends() - one.moment("DTSTART")
    rule, zone = one.value("RRULE"), start[1].get("TZID", "UTC")
    if not rule:
        return {"": _shown(one)}
    first = datetime.strptime(start[2].rstrip("Z"), "%Y%m%dT%H%M%S")
    left_out = {line[2].rstrip("Z") for line in one.lines if line[0] == "EXDATE"}
    given = {}
    for at in rrulestr(_on_clocks(rule, zone), dtstart=first):
        key = f"{at:%Y%m%dT%H%M%S}"
        if key not in left_out:
            begins = _moment(key, zone)
            given[f"{key}Z" if zone == "UTC" else key] = (begins, begins + length, one.value("SUMMARY"))
    return given


def _on_clocks(rule: str, zone: str) -> str:
    """The rule with its end as the clocks show it, because it is counted on them."""

    def local(found: re.Match[str]) -> str:
        moment = datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        # The last time may be one that the clocks skip, and so later on them than the rule gave it.
        return f"UNTIL={moment.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"

    return re.sub(r"UNTIL=(\d{8}T\d{6})Z", local, rule)


def _moment(value: str, zone: str) -> datetime:
    at = datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S")
    if value.endswith("Z"):
        return at.replace(tzinfo=UTC)
    return at.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
