"""A table of how long it took people from learning something to doing it: two days in a row, and the days between.

Who did it before has a negative lag. It is as good as any other and counts: to leave it out would make everybody look
slower than they were.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from coaching.errors import Invalid
from coaching.importers.base import Findings, FoundRow, SourceFile
from coaching.importers.caps import Caps
from coaching.importers.days import BOTH_WAYS, WrittenDay, find_order, read_written_day, tell_order
from coaching.importers.sheets import Sheet, note_problem, open_sheet
from coaching.importers.times import ORDERS, DateOrder

THINGS = ("learned_on", "practised_on", "days")
HOW_TO_WRITE = (
    "The first row has the headings Learned on and Practised on, and Days where they are counted; each row below is "
    "one person's. Save it as an Excel workbook (XLSX) or as 'CSV UTF-8'."
)
CAPS = Caps(advice=HOW_TO_WRITE, too_large="far more than such a table fills", too_long="Bring in fewer at a time.")
_GUESSES: Mapping[str, str] = {
    "learned on": "learned_on", "trained on": "learned_on", "date awarded": "learned_on", "certified on": "learned_on",
    "training date": "learned_on", "certification date": "learned_on", "awarded on": "learned_on",
    "practised on": "practised_on", "practiced on": "practised_on", "first wkshp": "practised_on",
    "first workshop": "practised_on", "first practice": "practised_on", "first launch": "practised_on",
    "launched on": "practised_on",
    "days": "days", "lag": "days", "days between": "days", "lag in days": "days",
}  # fmt: skip
NOT_YET = "This row has no day of practice: not yet. It is counted, and has no lag."
NO_DAYS = "This row does not have two days that can be read."
ANOTHER = "Between its two days are {} days, and the row says {}. The days count."
ORDER_BY_DAYS = "The days between prove that its dates were written with the {} first."


@dataclass(frozen=True, slots=True)
class LagSummary:
    """How long it took, in days, over the rows that have both days; of none there is no median. `not_yet` are those
    who have learned and have not practised: leaving them out makes the median look better than it is."""

    rows: int
    negative: int
    not_yet: int
    left_out: int
    differing: int
    median: float | None
    shortest: int | None
    longest: int | None


class _Line(NamedTuple):
    number: int
    learned: WrittenDay | None
    practised: WrittenDay | None
    is_blank: bool
    said: int | None
    broken: str


def read_lags(source: SourceFile, *, choices: Mapping[str, Any]) -> tuple[Findings, LagSummary]:
    """The lags in this table. `choices` may have `columns`, `sheet` and `date_order`; `asks` says what is missing."""
    sheet = open_sheet(source, CAPS, kind="lags", things=THINGS, guess=_GUESSES.get, choices=choices)
    findings = Findings(files=[sheet.file], asks=sheet.asks)
    if not sheet.asks and not {"learned_on", "practised_on"} <= set(sheet.columns):
        sheet.asks.append("columns")
        sheet.file.notes.append("Say which column has the day of learning, and which the day of the first practice.")
    if not sheet.asks:
        lines = [_line(number, cells, broken) for number, cells, broken in sheet.rows()]
        if not lines:
            raise Invalid.field("file", f"There is no row below the headings. {HOW_TO_WRITE}")
        order = _find_order(sheet, lines, choices)
        if order is not None:
            return findings, _read_lines(sheet, findings, lines, order)
        sheet.asks.append("date_order")
        sheet.file.notes.append(BOTH_WAYS)
    return findings, LagSummary(0, 0, 0, 0, 0, None, None, None)


def _line(number: int, cells: Mapping[str, str], broken: str) -> _Line:
    learned, practised = (read_written_day(cells.get(thing, "")) for thing in THINGS[:2])
    said = cells.get("days", "").replace("\u2212", "-")
    count = int(said) if said.removeprefix("-").isdecimal() and len(said) < 8 else None
    is_blank = cells.get("practised_on", "").casefold() in {"", "-", "na", "n/a", "not yet", "none"}
    return _Line(number, learned, practised, is_blank, count, broken)


def _find_order(sheet: Sheet, lines: Sequence[_Line], choices: Mapping[str, Any]) -> DateOrder | None:
    """As somebody said, as the days are possible, or as the days between them come out."""
    days = [day for line in lines for day in (line.learned, line.practised) if day is not None]
    order = find_order(days, choices.get("date_order"))
    if order is not None:
        sheet.file.notes += tell_order(order, days)
        return order
    agree = {order: sum(_lag(line, order) == line.said for line in lines if line.said is not None) for order in ORDERS}
    if agree["mdy"] == agree["dmy"]:
        return None
    order = "mdy" if agree["mdy"] > agree["dmy"] else "dmy"
    sheet.file.notes.append(ORDER_BY_DAYS.format("month" if order == "mdy" else "day"))
    return order


def _days_of(line: _Line, order: DateOrder) -> tuple[date | None, date | None]:
    return (
        line.learned.under(order) if line.learned else None,
        line.practised.under(order) if line.practised else None,
    )


def _lag(line: _Line, order: DateOrder) -> int | None:
    learned, practised = _days_of(line, order)
    return (practised - learned).days if learned is not None and practised is not None else None


def _read_lines(sheet: Sheet, findings: Findings, lines: Sequence[_Line], order: DateOrder) -> LagSummary:
    lags: list[int] = []
    not_yet = left_out = differing = 0
    for line in lines:
        lag, (learned, practised) = _lag(line, order), _days_of(line, order)
        reason = line.broken
        if not reason and lag is None:
            reason = NOT_YET if learned is not None and line.is_blank else NO_DAYS
        if lag is not None and not line.broken:
            lags.append(lag)
            if line.said is not None and line.said != lag:
                differing += 1
                note_problem(sheet.file, line.number, ANOTHER.format(lag, line.said))
        else:
            not_yet, left_out = not_yet + (reason == NOT_YET), left_out + (reason != NOT_YET)
            note_problem(sheet.file, line.number, reason)
        values = {"learned_on": learned and learned.isoformat(), "practised_on": practised and practised.isoformat()}
        findings.rows.append(FoundRow(line.number, values | {"days": lag}, "" if lag is not None else reason))
    summary = LagSummary(
        rows=len(lags),
        negative=sum(lag < 0 for lag in lags),
        not_yet=not_yet,
        left_out=left_out,
        differing=differing,
        median=statistics.median(lags) if lags else None,
        shortest=min(lags, default=None),
        longest=max(lags, default=None),
    )
    sheet.file.rows = len(lines)
    sheet.file.counts = {
        "rows": summary.rows, "negative": summary.negative, "not_yet": not_yet, "left_out": left_out,
        "differing": differing,
    }  # fmt: skip
    return summary
