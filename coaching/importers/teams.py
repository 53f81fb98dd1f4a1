"""Teams' attendance report: bytes in, people with their presence out. What is doubtful is said, never guessed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from coaching.errors import Invalid
from coaching.importers.doubts import about_end, about_file, about_lengths, about_people, about_rows, about_times
from coaching.importers.lookalikes import HOW_TO_EXPORT_TEAMS
from coaching.importers.meeting import meeting_moments, read_meeting
from coaching.importers.merging import merge_rows
from coaching.importers.opening import OpenedFile, open_file
from coaching.importers.presence import PresenceReport
from coaching.importers.rows import Draft, Notes, finish_rows, incomplete_row
from coaching.importers.table import CUT_SHORT
from coaching.importers.teams_events import Event, pair_events, read_events
from coaching.importers.teams_layout import TeamsLayout, find_teams_layout
from coaching.importers.teams_rows import fill_addresses, read_stays, without_stays
from coaching.importers.times import DateOrder, Moment, ask_order, decide_order, find_zone


def read_teams_report(
    data: bytes, *, timezone: str | None = None, date_order: DateOrder | None = None, expected_day: date | None = None
) -> PresenceReport:
    """The report in this file, or `Invalid` on the field `file`, `timezone` or `date_order`.

    The file names no zone: with `timezone` its times become UTC too. Where its dates can be read both ways and its
    language does not settle it, `date_order` is asked for, unless one reading falls on `expected_day`, the session's.
    """
    return read_opened_teams(open_file(data), timezone=timezone, date_order=date_order, expected_day=expected_day)


def read_opened_teams(
    opened: OpenedFile, *, timezone: str | None, date_order: DateOrder | None, expected_day: date | None
) -> PresenceReport:
    """The report in a file that is taken apart already."""
    zone = find_zone(timezone) if timezone is not None else None
    layout = find_teams_layout(opened.table)
    errors: dict[int, str] = {}
    notes = Notes()
    people, stays, events = _read_people(opened, layout, errors, notes)
    order = _order_of([*people, *stays], events, layout, stated=date_order, expected_day=expected_day)
    drafts = pair_events(events, order, errors, notes) if events else [*stays, *_without_stays(people, stays, notes)]
    rows = finish_rows(drafts, order, zone, errors, notes)
    meeting = read_meeting(layout.summary, order, zone, notes) if layout.summary is not None else None
    merged = merge_rows(rows, zone=zone, most_minutes=meeting.duration_minutes if meeting else None)
    dated = bool(meeting_moments(layout.summary)) or any(row.interval is not None for row in rows)
    listed = len(people) or len(merged.people)
    cut = tuple(about_end(opened.table, errors, meeting, listed=listed, people=len(merged.people)))
    warnings = (
        *cut,
        *about_file(opened.text, errors),
        *_about_sections(layout),
        *about_times(timezone, order, dated=dated),
        *about_people(merged, meeting, listed=listed),
        *(about_lengths(merged, people) if stays else ()),
        *about_rows(rows, meeting, notes, utc=zone is not None),
    )
    return PresenceReport(
        format="teams",
        version=layout.variant,
        encoding=opened.text.encoding,
        delimiter=opened.delimiter,
        date_order=order,
        timezone=timezone,
        meeting=meeting,
        people=tuple(merged.people),
        warnings=warnings,
        row_errors=dict(sorted(errors.items())),
        sha256=opened.table.digest(),
        may_be_cut=bool(cut),
    )


def _read_people(
    opened: OpenedFile, layout: TeamsLayout, errors: dict[int, str], notes: Notes
) -> tuple[list[Draft], list[Draft], list[Event]]:
    """The participants, their stays, and comings and goings: whichever of them the report has."""
    table, last = opened.table, layout.last_part
    if last is not None and last.end == len(table.rows):
        cut = incomplete_row(table, last.header, cut=opened.text.cut)
        if cut is not None:
            errors[cut] = CUT_SHORT
    people = read_stays(table, layout.people, errors, notes, outer=True) if layout.people else []
    stays = read_stays(table, layout.stays, errors, notes, outer=False) if layout.stays else []
    events = read_events(table, layout.events, layout.language, errors, notes) if layout.events else []
    if not (people or stays or events or errors):
        raise Invalid.field("file", f"The report has its headings, but there is nobody in it. {HOW_TO_EXPORT_TEAMS}")
    return people, fill_addresses(stays, people), events


def _order_of(
    drafts: Sequence[Draft],
    events: Collection[Event],
    layout: TeamsLayout,
    *,
    stated: DateOrder | None,
    expected_day: date | None,
) -> str | None:
    """How dates are written. A language that never writes the month first settles it, unless the dates disprove it."""
    of_rows: list[Moment] = [event.moment for event in events]
    of_rows += [moment for draft in drafts for moment in (draft.joined, draft.left) if moment is not None]
    of_meeting = meeting_moments(layout.summary)
    if layout.language.day_first and stated is None:
        # A date that is the same both ways proves nothing.
        return decide_order([one for one in [*of_meeting, *of_rows] if one.first != one.second or one.order]) or "dmy"
    return ask_order(of_rows, of_meeting, stated=stated, expected_day=expected_day)


def _without_stays(people: Sequence[Draft], stays: Sequence[Draft], notes: Notes) -> list[Draft]:
    """The participants whose row among the participants is all there is of them."""
    alone = without_stays(people, stays)
    if stays:
        notes.unlisted += [person.number for person in alone]
    return alone


def _about_sections(layout: TeamsLayout) -> Iterator[str]:
    if layout.is_unread:
        yield "The in-meeting activities could not be read, so each person's first join and last leave were taken."
