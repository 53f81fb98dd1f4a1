"""The rows of a Zoom report: each is read by itself, so that a bad one is named and the others still count."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from coaching.importers.merging import PresenceRow
from coaching.importers.names import cap_name, clean_name, split_original
from coaching.importers.presence import Interval, whole_minutes
from coaching.importers.table import CUT_SHORT, Table
from coaching.importers.times import LONGEST_MEETING, Moment, read_moment, utc_stretch
from coaching.importers.zoom_layout import Layout

MAX_EMAIL = 254
# Zoom rounds up, and a spreadsheet drops the seconds of both times: two minutes apart is still the same length.
TOLERANCE = 2

_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
_NUMBER = re.compile(r"\d{1,7}(?:[.,]\d{1,6})?", re.ASCII)
_NOTHING = frozenset({"", "-", "--", "n/a"})
_YES_NO = {"yes": True, "true": True, "y": True, "1": True, "no": False, "false": False, "n": False, "0": False}


class RowError(ValueError):
    """What is wrong with one row. It ends in `row_errors`, never with the caller."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A row as written: its dates wait until all rows have told how dates are written here."""

    number: int
    full_name: str
    email: str
    joined: Moment | None
    left: Moment | None
    minutes: int | None
    guest: bool | None


@dataclass(slots=True)
class Notes:
    """Rows that count, but about which something has to be said."""

    waiting: list[int] = field(default_factory=list)
    bad_emails: list[int] = field(default_factory=list)
    untimed: list[int] = field(default_factory=list)
    never_left: list[int] = field(default_factory=list)
    other_length: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    skipped: list[int] = field(default_factory=list)
    about_meeting: list[str] = field(default_factory=list)


def read_drafts(table: Table, layout: Layout, errors: dict[int, str], notes: Notes, *, cut: bool) -> list[Draft]:
    """Every row below the headings that has something in it and can be read; the others go to `errors`."""
    errors.update((number, text) for number, text in table.broken.items() if number > layout.header + 1)
    headings = table.rows[layout.header]
    width = max(place for place, cell in enumerate(headings) if cell.strip()) + 1
    incomplete = _incomplete_row(table, layout, cut=cut)
    if incomplete is not None:
        errors.setdefault(incomplete, CUT_SHORT)
    drafts: list[Draft] = []
    for number, cells in enumerate(table.rows[layout.header + 1 :], start=layout.header + 2):
        if number in errors or not any(map(str.strip, cells)):
            continue
        try:
            draft = _read_row(number, cells, layout, width, notes)
        except RowError as error:
            errors[number] = str(error)
        else:
            if draft is not None:
                drafts.append(draft)
    return drafts


def _incomplete_row(table: Table, layout: Layout, *, cut: bool) -> int | None:
    """The number of the last row when the file ends inside it: half a character, or fewer cells than its like."""
    last = len(table.rows)
    if not table.ends_in_a_row:
        return last + 1 if cut else None
    above = [len(row) for row in table.rows[layout.header + 1 : last - 1] if any(map(str.strip, row))]
    usual = min(above, default=len(table.rows[layout.header]))
    if last > layout.header + 1 and (cut or len(table.rows[-1]) < usual):
        return last
    return None


def _read_row(number: int, cells: Sequence[str], layout: Layout, width: int, notes: Notes) -> Draft | None:
    """The row, or None for a stretch in the waiting room: that is not yet the meeting."""
    if any(map(str.strip, cells[width:])):
        raise RowError(
            "This row has more cells than there are headings; perhaps its name has a comma and no quotation marks."
        )
    found = {key: cells[place].strip() for key, place in layout.columns.items() if place < len(cells)}
    if _YES_NO.get(found.get("waiting", "").casefold()):
        notes.waiting.append(number)
        return None
    name, email = clean_name(found.get("name", "")), found.get("email", "").strip("<>")
    if email in _NOTHING:
        email = ""
    elif len(email) > MAX_EMAIL or not _EMAIL.fullmatch(email):
        notes.bad_emails.append(number)
        email = ""
    if not name and not email:
        raise RowError("This row has neither a name nor an e-mail address.")
    minutes = _read_minutes(found.get("duration", ""))
    joined, left = _read_times(found, minutes) if layout.has_times else (None, None)
    if joined is None:
        if minutes is None:
            raise RowError("This row does not say how long the person was there.")
        if layout.has_times:
            notes.untimed.append(number)
    elif left is None:
        notes.never_left.append(number)
    return Draft(number, name or email, email, joined, left, minutes, _YES_NO.get(found.get("guest", "").casefold()))


def _read_times(found: Mapping[str, str], minutes: int | None) -> tuple[Moment | None, Moment | None]:
    joined, left = _read_time(found, "join"), _read_time(found, "leave")
    if joined is None and left is not None:
        raise RowError("This row has a leave time but no join time.")
    if joined is not None and left is None and minutes is None:
        raise RowError("This row has a join time, but neither a leave time nor a duration.")
    return joined, left


def _read_time(found: Mapping[str, str], which: str) -> Moment | None:
    text = found.get(which, "")
    if text in _NOTHING:
        return None
    moment = read_moment(text)
    if moment is None:
        raise RowError(f"The {which} time '{text[:40]}' is not a date and time.")
    return moment


def _read_minutes(text: str) -> int | None:
    if text in _NOTHING:
        return None
    if text.isascii() and text.isdigit() and len(text) < 4:
        return int(text)
    if text.startswith("-") and _NUMBER.fullmatch(text[1:].strip()):
        raise RowError(f"The duration {text[:40]} is negative.")
    if not _NUMBER.fullmatch(text):
        raise RowError(f"The duration '{text[:40]}' is not a number of minutes.")
    minutes = whole_minutes(timedelta(minutes=float(text.replace(",", "."))))
    if timedelta(minutes=minutes) > LONGEST_MEETING:
        raise RowError(f"The duration of {text} minutes is longer than a meeting can be.")
    return minutes


def finish_rows(
    drafts: Sequence[Draft], order: str | None, zone: ZoneInfo | None, errors: dict[int, str], notes: Notes
) -> list[PresenceRow]:
    """The rows with their dates read in the order that the file turned out to have."""
    rows: list[PresenceRow] = []
    for draft in drafts:
        try:
            interval = _interval(draft, order, zone, notes)
        except RowError as error:
            errors[draft.number] = str(error)
            continue
        shown, original = split_original(draft.full_name)
        rows.append(
            PresenceRow(
                draft.number, draft.full_name, cap_name(shown), cap_name(original), draft.email,
                draft.minutes, interval, draft.guest,
            )
        )  # fmt: skip
    return rows


def _interval(draft: Draft, order: str | None, zone: ZoneInfo | None, notes: Notes) -> Interval | None:
    if draft.joined is None:
        return None
    start = _local(draft.joined, order)
    end = _local(draft.left, order) if draft.left is not None else start + timedelta(minutes=draft.minutes or 0)
    if zone is not None:
        stretch = utc_stretch(start, end, zone, draft.minutes)
        if stretch is not None:
            start, end = stretch.start, stretch.end
            if stretch.repeated:
                notes.repeated.append(draft.number)
            if stretch.skipped:
                notes.skipped.append(draft.number)
    if end < start:
        raise RowError("This row leaves the meeting before it joins.")
    if end - start > LONGEST_MEETING:
        raise RowError("The join and leave times of this row are further apart than a meeting can last.")
    if draft.minutes is not None and abs(whole_minutes(end - start) - draft.minutes) > TOLERANCE:
        notes.other_length.append(draft.number)
    return Interval(start, end)


def _local(moment: Moment, order: str | None) -> datetime:
    local = moment.under(order)
    if local is None:
        raise RowError(f"There is no such date as {moment.written}.")
    return local
