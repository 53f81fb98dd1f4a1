"""The rows of a Zoom report, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta

from coaching.importers.names import clean_name
from coaching.importers.presence import whole_minutes
from coaching.importers.rows import NOTHING, Draft, Notes, RowError, incomplete_row, is_email, moment_in
from coaching.importers.table import CUT_SHORT, Table
from coaching.importers.times import LONGEST_MEETING, Moment, read_moment
from coaching.importers.zoom_layout import Layout

_NUMBER = re.compile(r"\d{1,7}(?:[.,]\d{1,6})?", re.ASCII)
_YES_NO = {"yes": True, "true": True, "y": True, "1": True, "no": False, "false": False, "n": False, "0": False}


def read_drafts(table: Table, layout: Layout, errors: dict[int, str], notes: Notes, *, cut: bool) -> list[Draft]:
    """Every row below the headings that has something in it and can be read; the others go to `errors`."""
    errors.update((number, text) for number, text in table.broken.items() if number > layout.header + 1)
    headings = table.rows[layout.header]
    width = max(place for place, cell in enumerate(headings) if cell.strip()) + 1
    incomplete = incomplete_row(table, layout.header, cut=cut)
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
    if email in NOTHING:
        email = ""
    elif not is_email(email):
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
    joined, left = (moment_in(found, which, f"{which} time", read_moment) for which in ("join", "leave"))
    if joined is None and left is not None:
        raise RowError("This row has a leave time but no join time.")
    if joined is not None and left is None and minutes is None:
        raise RowError("This row has a join time, but neither a leave time nor a duration.")
    return joined, left


def _read_minutes(text: str) -> int | None:
    if text in NOTHING:
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
