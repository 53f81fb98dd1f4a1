"""What a report says of the meeting itself, in the lines above the people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from coaching.importers.names import cap_name, clean_name
from coaching.importers.presence import PresenceMeeting, whole_minutes
from coaching.importers.rows import TOLERANCE, Notes
from coaching.importers.times import Moment, read_moment, utc_stretch


def meeting_moments(summary: Mapping[str, str] | None) -> list[Moment]:
    """The meeting's start and end as written, as far as they are dates."""
    cells = [(summary or {}).get(key, "") for key in ("start", "end")]
    return [moment for cell in cells if (moment := read_moment(cell)) is not None]


def read_meeting(summary: Mapping[str, str], order: str | None, zone: ZoneInfo | None, notes: Notes) -> PresenceMeeting:
    """The meeting. What cannot be read is left out and said: no person's minutes depend on it."""
    start, end = _time(summary, "start", order, notes), _time(summary, "end", order, notes)
    duration = _number(summary, "duration", notes)
    stretch = utc_stretch(start, end, zone, duration) if start and end and zone else None
    if start and end:
        length = end - start if stretch is None else stretch.end - stretch.start
        if end < start and stretch is None:
            notes.about_meeting.append("The meeting's end comes before its start; its end is left out.")
            end = None
        elif duration is None:
            duration = whole_minutes(length)
        elif abs(whole_minutes(length) - duration) > TOLERANCE:
            notes.about_meeting.append(
                f"The summary says that the meeting took {duration} minutes; its start and end are "
                f"{whole_minutes(length)} minutes apart."
            )
    if stretch is not None and (stretch.repeated or stretch.skipped):
        notes.about_meeting.append("The meeting's start or end falls on a clock change; check the session's times.")
    if "E+" in summary.get("id", "").upper():
        notes.about_meeting.append("A spreadsheet has rounded the meeting's ID.")
    alone = utc_stretch(start, start, zone, 0) if start and zone and stretch is None else None
    return PresenceMeeting(
        id=cap_name(clean_name(summary.get("id", ""))),
        topic=cap_name(clean_name(summary.get("topic", ""))),
        host=cap_name(clean_name(summary.get("host", ""))),
        local_start=start,
        local_end=end,
        starts_at=stretch.start if stretch else alone.start if alone else None,
        ends_at=stretch.end if stretch else None,
        duration_minutes=duration,
        participants=_number(summary, "participants", notes),
    )


def _time(summary: Mapping[str, str], key: str, order: str | None, notes: Notes) -> datetime | None:
    """The local time in this cell. An unknown order is a question of its own, not an error of the cell."""
    text = summary.get(key, "")
    if not text:
        return None
    moment = read_moment(text)
    if moment is not None and moment.order is None and order is None:
        return None
    local = moment.under(order) if moment is not None else None
    if local is None:
        notes.about_meeting.append(f"The meeting's {key} '{text[:40]}' is not a date and time; it is left out.")
    return local


def _number(summary: Mapping[str, str], key: str, notes: Notes) -> int | None:
    text = summary.get(key, "").removesuffix(".0")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        notes.about_meeting.append(f"The summary's {key} '{text[:40]}' is not a number; it is left out.")
        return None
    return int(text)
