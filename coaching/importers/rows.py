"""The rows of a report, whoever wrote it: each is read by itself, so that a bad one is named and the others count."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from coaching.importers.merging import PresenceRow
from coaching.importers.names import cap_name, split_original
from coaching.importers.presence import Interval, whole_minutes
from coaching.importers.table import Table
from coaching.importers.times import LONGEST_MEETING, Moment, utc_stretch

MAX_EMAIL = 254
# Zoom rounds up, and a spreadsheet drops the seconds of both times: two minutes apart is still the same length.
TOLERANCE = 2
# What stands in a cell that has nothing to say.
NOTHING = frozenset({"", "-", "--", "n/a"})

_EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")


class RowError(ValueError):
    """What is wrong with one row. It ends in `row_errors`, never with the caller."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A row as written: its dates wait until all rows have told how dates are written here.

    `mark` is what the service puts behind a name ("(Guest)"). `is_outer`: the times are the first join and the last
    leave, so the person may have been away between them.
    """

    number: int
    full_name: str
    email: str
    joined: Moment | None
    left: Moment | None
    minutes: int | None
    guest: bool | None
    mark: str = ""
    is_outer: bool = False

    @property
    def names(self) -> tuple[str, str]:
        """The name to show, and the one behind it in parentheses if there is one."""
        return split_original(self.full_name.removesuffix(self.mark).rstrip())


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
    with_gaps: list[int] = field(default_factory=list)
    unlisted: list[int] = field(default_factory=list)
    orphaned: list[int] = field(default_factory=list)
    still_there: list[int] = field(default_factory=list)
    about_meeting: list[str] = field(default_factory=list)


def incomplete_row(table: Table, header: int, *, cut: bool) -> int | None:
    """The number of the last row when the file ends inside it: half a character, or fewer cells than its like.

    `header` is the place of the headings under which the last rows of the file stand.
    """
    last = len(table.rows)
    if not table.ends_in_a_row:
        return last + 1 if cut else None
    above = [len(row) for row in table.rows[header + 1 : last - 1] if any(map(str.strip, row))]
    usual = min(above, default=len(table.rows[header]))
    if last > header + 1 and (cut or len(table.rows[-1]) < usual):
        return last
    return None


def is_email(text: str) -> bool:
    """Whether this can be an e-mail address."""
    return len(text) <= MAX_EMAIL and _EMAIL.fullmatch(text) is not None


def finish_rows(
    drafts: Iterable[Draft], order: str | None, zone: ZoneInfo | None, errors: dict[int, str], notes: Notes
) -> list[PresenceRow]:
    """The rows with their dates read in the order that the file turned out to have."""
    rows: list[PresenceRow] = []
    for draft in drafts:
        try:
            interval = _interval(draft, order, zone, notes)
        except RowError as error:
            errors[draft.number] = str(error)
            continue
        shown, original = draft.names
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
    if draft.is_outer and draft.minutes is not None and whole_minutes(end - start) - draft.minutes > TOLERANCE:
        notes.with_gaps.append(draft.number)
        return None
    if draft.minutes is not None and abs(whole_minutes(end - start) - draft.minutes) > TOLERANCE:
        notes.other_length.append(draft.number)
    return Interval(start, end)


def moment_in(found: Mapping[str, str], key: str, words: str, read: Callable[[str], Moment | None]) -> Moment | None:
    """The time in this cell as the service writes times; None where there is none."""
    text = found.get(key, "")
    if text in NOTHING:
        return None
    moment = read(text)
    if moment is None:
        raise RowError(f"The {words} '{text[:40]}' is not a date and time.")
    return moment


def _local(moment: Moment, order: str | None) -> datetime:
    local = moment.under(order)
    if local is None:
        raise RowError(f"There is no such date as {moment.written}.")
    return local
