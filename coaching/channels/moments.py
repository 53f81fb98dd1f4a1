"""Moments as people read them in a mail, in their own zone, which is named."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo


def moment(iso: str, zone_name: str) -> str:
    """A stored moment as people read it, in their own zone, which is named."""
    local = _local(iso, zone_name)
    return f"{_day(local)}, {local:%H:%M} ({_place(zone_name)})"


def day_of(iso: str) -> str:
    """A stored day as people read it; it is the same day in every zone."""
    return _day(date.fromisoformat(iso))


def until(iso: str, end: str, zone_name: str) -> str:
    """From a moment until another, in the reader's own zone; the end has its day where it is another one."""
    first, last = _local(iso, zone_name), _local(end, zone_name)
    to = f"{last:%H:%M}" if first.date() == last.date() else f"{_day(last)}, {last:%H:%M}"
    return f"{_day(first)}, {first:%H:%M} to {to} ({_place(zone_name)})"


def beside(iso: str, zone_name: str, own_zone: str) -> str:
    """The same moment in a session's zone, where its clocks show something else than the reader's own."""
    there, here = _local(iso, zone_name), _local(iso, own_zone)
    if there.replace(tzinfo=None) == here.replace(tzinfo=None):
        return ""
    day = "" if there.date() == here.date() else f"{_day(there)}, "
    return f"{day}{there:%H:%M} in {_place(zone_name)}"


def ahead(iso: str, written_at: datetime) -> str:
    """How far ahead a moment is, as people say it: 2 days, 5 hours, 50 minutes. Counted from when the mail is written,
    which may be long after it was due."""
    minutes = max(round((datetime.fromisoformat(iso) - written_at).total_seconds() / 60), 1)
    hours = round(minutes / 60)
    # Within two minutes of the hour it is the hour: what is due a day before is written some seconds later.
    if minutes < 58:
        return _counted(minutes, "minute")
    return _counted(round(hours / 24), "day") if hours % 24 == 0 or hours > 48 else _counted(hours, "hour")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _place(zone_name: str) -> str:
    return zone_name.replace("_", " ")


def _local(iso: str, zone_name: str) -> datetime:
    return datetime.fromisoformat(iso).astimezone(ZoneInfo(zone_name))


def _day(local: date) -> str:
    return f"{local:%A} {local.day} {local:%B %Y}"
