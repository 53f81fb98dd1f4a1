"""Where things stand in a Zoom participants report: its headings in all their variants, and the meeting's summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coaching.errors import Invalid
from coaching.importers.lookalikes import refuse_table
from coaching.importers.table import Table

_HEADINGS: Mapping[str, str] = {
    "name (original name)": "name",
    "user name (original name)": "name",
    "name": "name",
    "user email": "email",
    "email": "email",
    "join time": "join",
    "leave time": "leave",
    "duration (minutes)": "duration",
    "total duration (minutes)": "duration",
    "guest": "guest",
    "in waiting room": "waiting",
}
_MEETING_HEADINGS: Mapping[str, str] = {
    "meeting id": "id",
    "id": "id",
    "topic": "topic",
    "host": "host",
    "user email": "host",
    "start time": "start",
    "end time": "end",
    "duration (minutes)": "duration",
    "participants": "participants",
}
_MEETING_MARKS = ("topic", "start time", "participants")
# A report has at most a summary of two lines and a blank one above its headings; people add a few of their own.
_SEARCHED_ROWS = 20


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns` and `summary` say in which column each thing stands; numbers are places in `Table.rows`."""

    variant: str
    header: int
    columns: Mapping[str, int]
    summary: Mapping[str, str] | None

    @property
    def has_times(self) -> bool:
        return "join" in self.columns and "leave" in self.columns


def find_layout(table: Table) -> Layout:
    """The layout of this report, or a refusal that says what the file is instead."""
    top = _top(table)
    header = next((place for place, row in enumerate(top) if _is_header(row)), None)
    if header is None:
        raise refuse_table(top)
    headings = top[header]
    # Where the export repeats the meeting in every row, its columns come first and share names with the person's.
    first = headings.index(_name_heading(headings)) if "topic" in headings else 0
    columns = {_HEADINGS[text]: place for place, text in _first_places(headings, first) if text in _HEADINGS}
    timed = "join" in columns and "leave" in columns
    if not timed and "duration" not in columns:
        raise Invalid.field(
            "file", "The report has names, but no column Duration (Minutes) and no Join Time and Leave Time. Export it "
            "again from Zoom, whole and with all its columns."
        )  # fmt: skip
    summary = _repeated_summary(table, header, headings[:first]) if first else _summary_above(table, top, header)
    kind = "joins" if timed else "unique users"
    above = "meeting columns + " if first else "meeting-header + " if summary is not None else ""
    _refuse_second_report(table, header)
    return Layout(above + kind, header, columns, summary)


def looks_like_zoom(table: Table) -> bool:
    """Whether people are headed here in Zoom's way."""
    return any(_is_header(row) for row in _top(table))


def _top(table: Table) -> list[list[str]]:
    return [[normal_heading(cell) for cell in row] for row in table.rows[:_SEARCHED_ROWS]]


def normal_heading(cell: str) -> str:
    """A heading without case, doubled or no-break spaces, and the mark of the encoding."""
    return " ".join(cell.replace("\ufeff", "").casefold().split())


def _is_header(headings: Sequence[str]) -> bool:
    """A row that heads people in Zoom's way: Teams also has names and durations, but never these two headings."""
    name = _name_heading(headings)
    durations = {"duration (minutes)", "total duration (minutes)"} & set(headings)
    is_webinar = "attended" in headings
    return bool(name) and not is_webinar and ("(original name)" in name or bool(durations))


def _name_heading(headings: Sequence[str]) -> str:
    return next((text for text in headings if _HEADINGS.get(text) == "name"), "")


def _first_places(headings: Sequence[str], first: int) -> list[tuple[int, str]]:
    """Each heading with its first place, from column `first` on; reversed so that the first one wins in a dict."""
    return [(place, text) for place, text in reversed(list(enumerate(headings))) if place >= first]


def _summary_above(table: Table, top: Sequence[Sequence[str]], header: int) -> Mapping[str, str] | None:
    """The meeting's two lines above the people, when the report was exported with them."""
    for place in range(header):
        if all(mark in top[place] for mark in _MEETING_MARKS):
            values = next((row for row in table.rows[place + 1 : header] if any(cell.strip() for cell in row)), [])
            return _named(top[place], values) if values else None
    return None


def _repeated_summary(table: Table, header: int, headings: Sequence[str]) -> Mapping[str, str]:
    """The meeting as every row repeats it. Rows of several meetings cannot be one session's attendance."""
    rows = [_named(headings, row) for row in table.rows[header + 1 :] if any(cell.strip() for cell in row)]
    meetings = {(row.get("id", ""), row.get("start", "")) for row in rows}
    if len(meetings) > 1:
        raise Invalid.field(
            "file", f"The file holds {len(meetings)} meetings. Export the participants of one meeting at a time."
        )
    return rows[0] if rows else {}


def _named(headings: Sequence[str], values: Sequence[str]) -> Mapping[str, str]:
    named: dict[str, str] = {}
    for text, value in zip(headings, values, strict=False):
        if text in _MEETING_HEADINGS:
            named.setdefault(_MEETING_HEADINGS[text], value.strip())
    return named


def _refuse_second_report(table: Table, header: int) -> None:
    if table.rows[header] in table.rows[header + 1 :]:
        again = table.rows.index(table.rows[header], header + 1) + 1
        raise Invalid.field(
            "file",
            f"A second report begins at row {again}. Put each report in a file of its own, and import them apart.",
        )
