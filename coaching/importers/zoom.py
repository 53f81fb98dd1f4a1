"""Zoom's participants report: bytes in, people with their presence out. What is doubtful is said, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from coaching.errors import Invalid
from coaching.importers.doubts import about_end, about_file, about_people, about_rows, about_times
from coaching.importers.lookalikes import HOW_TO_EXPORT_ZOOM
from coaching.importers.meeting import meeting_moments, read_meeting
from coaching.importers.merging import PresenceRow, merge_rows
from coaching.importers.opening import OpenedFile, open_file
from coaching.importers.presence import PresenceReport
from coaching.importers.rows import Draft, Notes, finish_rows
from coaching.importers.table import Table
from coaching.importers.text import TextFile
from coaching.importers.times import DateOrder, ask_order, find_zone
from coaching.importers.zoom_layout import Layout, find_layout
from coaching.importers.zoom_rows import read_drafts


def read_zoom_report(
    data: bytes, *, timezone: str | None = None, date_order: DateOrder | None = None, expected_day: date | None = None
) -> PresenceReport:
    """The report in this file, or `Invalid` on the field `file`, `timezone` or `date_order`.

    The file names no zone: with `timezone` its times become UTC too. Where its dates can be read both ways and
    minutes depend on it, `date_order` is asked for, unless one reading falls on `expected_day`, the session's.
    """
    return read_opened_zoom(open_file(data), timezone=timezone, date_order=date_order, expected_day=expected_day)


def read_opened_zoom(
    opened: OpenedFile, *, timezone: str | None, date_order: DateOrder | None, expected_day: date | None
) -> PresenceReport:
    """The report in a file that is taken apart already."""
    zone = find_zone(timezone) if timezone is not None else None
    file, table = opened.text, opened.table
    layout = find_layout(table)
    errors: dict[int, str] = {}
    notes = Notes()
    drafts = _read_people(file, table, layout, errors, notes)
    of_rows = [moment for draft in drafts for moment in (draft.joined, draft.left) if moment is not None]
    order = ask_order(of_rows, meeting_moments(layout.summary), stated=date_order, expected_day=expected_day)
    rows = finish_rows(drafts, order, zone, errors, notes)
    meeting = read_meeting(layout.summary, order, zone, notes) if layout.summary is not None else None
    merged = merge_rows(rows, zone=zone, most_minutes=meeting.duration_minutes if meeting else None)
    dated = bool(meeting_moments(layout.summary)) or any(row.interval is not None for row in rows)
    listed = _count_listed(rows, errors, notes)
    cut = tuple(about_end(table, errors, meeting, listed=listed, people=len(merged.people)))
    warnings = (
        *cut,
        *about_file(file, errors),
        *about_times(timezone, order, dated=dated),
        *about_people(merged, meeting, listed=listed),
        *about_rows(rows, meeting, notes, utc=zone is not None),
    )
    return PresenceReport(
        format="zoom",
        version=layout.variant,
        encoding=file.encoding,
        delimiter=opened.delimiter,
        date_order=order,
        timezone=timezone,
        meeting=meeting,
        people=tuple(merged.people),
        warnings=warnings,
        row_errors=dict(sorted(errors.items())),
        sha256=table.digest(),
        may_be_cut=bool(cut),
    )


def _read_people(file: TextFile, table: Table, layout: Layout, errors: dict[int, str], notes: Notes) -> Sequence[Draft]:
    drafts = read_drafts(table, layout, errors, notes, cut=file.cut)
    if not drafts and not errors and not notes.waiting:
        raise Invalid.field("file", f"The report has its headings, but there is nobody in it. {HOW_TO_EXPORT_ZOOM}")
    return drafts


def _count_listed(rows: Sequence[PresenceRow], errors: dict[int, str], notes: Notes) -> int:
    return len(rows) + len(errors) + len(notes.waiting)
