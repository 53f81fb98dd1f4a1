"""A table of figures that somebody keeps: a row for a run of a course, or for its figures as of a day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from coaching.errors import Invalid
from coaching.importers.base import Brings, Findings, FoundRow, Learners, SourceFile
from coaching.importers.caps import Caps
from coaching.importers.days import BOTH_WAYS, find_order, read_written_day, tell_order
from coaching.importers.sheets import Sheet, note_problem, open_sheet
from coaching.importers.times import DateOrder
from coaching.importers.whole_numbers import read_count, thousands_sign

METRICS = ("joiners", "learners", "active", "completed_50", "completed_90", "statements")
DAYS = ("launched_on", "as_of")
THINGS = ("course", "run", *DAYS, *METRICS, "platform", "link")
HOW_TO_WRITE = (
    "The first row has headings, such as Course, Launched on, As of and Joiners; each row below is of one run. "
    "Save it as an Excel workbook (XLSX) or as 'CSV UTF-8'."
)
CAPS = Caps(
    advice=HOW_TO_WRITE,
    too_large="far more than a table of figures fills",
    too_long="Bring in fewer at a time.",
    max_rows=10_000,
    max_cell=2_000,
)
ANOTHER = "Row {} has another figure for this run and day. One of them is wrong: mend the table."
NO_COURSE = "This row names no course."
NO_FIGURE = "This row has no figure."
NO_DAY = "{} is no day. Write it as YYYY-MM-DD, such as 2026-03-14."
TOTALS = "This is a total of other rows, and would count them twice. It is left out."
_TOTALS = frozenset(
    {"total", "totals", "grand total", "sum", "overall", "all", "all courses", "overall total", "subtotal", "average"}
    | {"gesamt", "summe", "insgesamt", "totaux", "total général", "totale", "totaal", "suma", "total general"}
)
_HEADINGS: Mapping[str, Sequence[str]] = {
    "course": (
        "course", "course title", "course name", "title", "project", "course project", "name", "kurs", "cours", "curso",
    ),
    "run": ("run", "run label", "run name", "run number", "edition", "cohort", "presentation", "iteration", "round"),
    "launched_on": (
        "launched on", "launched", "launch", "launch day", "launch date", "start date", "start", "started", "starts on",
        "started on", "date launched",
    ),
    "as_of": (
        "as of", "as of date", "as of day", "as at", "date", "day", "on", "snapshot", "snapshot date", "reported on",
        "counted on", "stand", "figures as of",
    ),
    "joiners": (
        "joiners", "joined", "enrolments", "enrollments", "enrolled", "registrations", "registered", "enrolment",
        "enrollment", "sign ups", "signups", "number enrolled", "total enrolments", "total enrollments", "reach",
        "participants", "inscrits", "anmeldungen",
    ),
    "learners": ("learners", "visited", "visitors", "started learning", "unique learners", "apprenants", "lernende"),
    "active": ("active", "active learners", "actives", "active participants", "engaged"),
    "completed_50": (
        "completed 50", "completed 50 %", "completed 50%", "completed", "completions", "completers", "half completed",
        "50 %", "50%", "at least 50%",
    ),
    "completed_90": (
        "completed 90", "completed 90 %", "completed 90%", "90 %", "90%", "at least 90%", "fully completed",
        "fully participated",
    ),
    "statements": (
        "statements", "certificates", "statements of participation", "certificate", "certificates bought",
        "certificates awarded", "upgrades",
    ),
    "platform": ("platform", "lms", "site", "provider", "where", "plattform", "plateforme"),
    "link": ("link", "url", "web address", "address", "course link", "course url", "website"),
}  # fmt: skip
_GUESSES = {heading: thing for thing, headings in _HEADINGS.items() for heading in headings}


def guess_figure(heading: str) -> str | None:
    """The thing that a folded heading names."""
    return _GUESSES.get(heading)


class FiguresImporter:
    """Reads tables of figures, in CSV or XLSX, by headings that are guessed or mapped."""

    kind = "figures"
    label = "Table of figures"
    brings: Brings = "figures"

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        """Any table may be one of figures: whoever asks takes it for one where nobody else knows it."""
        return False

    def read(
        self,
        files: Sequence[SourceFile],
        *,
        choices: Mapping[str, Any],
        learners: Learners,  # noqa: ARG002
        watch: Callable[[int], None],
    ) -> Findings:
        """Reads all files; `choices` may have `columns`, `sheet`, `date_order`, and `as_of` for rows without a day."""
        findings, told, read = Findings(), _Told(), 0
        for source in files:
            sheet = open_sheet(source, CAPS, kind=self.kind, things=THINGS, guess=guess_figure, choices=choices)
            # A list of people may have been taken for a table of figures, and nothing is kept of those.
            sheet.file.sample.clear()
            findings.files.append(sheet.file)
            _read_sheet(sheet, findings, told, choices)
            findings.asks += [ask for ask in sheet.asks if ask not in findings.asks]
            read += source.size
            watch(read)
        return findings


def _read_sheet(sheet: Sheet, findings: Findings, told: _Told, choices: Mapping[str, Any]) -> None:
    columns, file = sheet.columns, sheet.file
    if sheet.asks:
        file.notes.append(f"The workbook has several sheets: {', '.join(file.sheets)}. Say which one is meant.")
        return
    if "course" not in columns or not any(metric in columns for metric in METRICS):
        sheet.asks.append("columns")
        file.notes.append("Say which column has the course, and which ones have figures.")
        return
    rows = list(sheet.rows())
    if not rows:
        raise Invalid.field("file", f"There is no row below the headings. {HOW_TO_WRITE}")
    days = [day for _, cells, _ in rows for thing in DAYS if (day := read_written_day(cells.get(thing, "")))]
    order = find_order(days, choices.get("date_order"))
    if order is None:
        sheet.asks.append("date_order")
        file.notes.append(BOTH_WAYS)
    else:
        file.notes += tell_order(order, days)
    thousands = {
        metric: thousands_sign(cells[metric] for _, cells, _ in rows) for metric in METRICS if metric in columns
    }
    reader = _RowReader(order, thousands, _stated_day(choices.get("as_of")))
    file.counts = {"rows": 0, "left_out": 0, "totals": 0}
    for number, cells, broken in rows:
        file.rows += 1
        row = reader.read(number, cells, broken)
        if not row.reason and (why := told.add(row)):
            row = FoundRow(number, row.values, why)
        file.counts["totals" if row.reason == TOTALS else "left_out" if row.reason else "rows"] += 1
        if row.reason:
            note_problem(file, number, row.reason)
        findings.rows.append(row)


class _Told:
    """The figures of the rows so far, over all files."""

    def __init__(self) -> None:
        self.figures: dict[tuple[str, str, str], tuple[int, int]] = {}

    def add(self, row: FoundRow) -> str:
        """Remembers what a sound row says; or says why it cannot be, where an earlier row has another figure."""
        key, as_of = _key_of(row.values), row.values["as_of"]
        found = {(key, metric, as_of): row.values[metric] for metric in METRICS if metric in row.values}
        for about, value in found.items():
            number, before = self.figures.get(about, (0, value))
            if before != value:
                return ANOTHER.format(number)
        for about, value in found.items():
            self.figures.setdefault(about, (row.number, value))
        return ""


def _key_of(values: Mapping[str, Any]) -> str:
    """What rows of one run have in common."""
    return " / ".join(" ".join(values[thing].split()).casefold() for thing in ("course", "run"))


def _stated_day(said: object) -> date | None:
    if isinstance(said, date):
        return said
    written = read_written_day(said) if isinstance(said, str) else None
    return written.under("dmy") if written is not None and written.is_sure else None


class _RowReader:
    """Reads one row after the other, each by itself."""

    def __init__(self, order: DateOrder | None, thousands: Mapping[str, str], as_of: date | None) -> None:
        self.order, self.thousands, self.as_of = order, thousands, as_of

    def read(self, number: int, cells: Mapping[str, str], broken: str) -> FoundRow:
        values: dict[str, Any] = {key: cells.get(key, "") for key in ("course", "run", "platform", "link")}
        return FoundRow(number, values, broken or self._why_not(values, cells))

    def _why_not(self, values: dict[str, Any], cells: Mapping[str, str]) -> str:
        """Reads the cells into `values`; why the row cannot be taken, empty where it can."""
        if values["course"].casefold().strip(" :") in _TOTALS and not values["run"]:
            return TOTALS
        if not values["course"]:
            return NO_COURSE
        try:
            values |= {metric: self._count(metric, cells[metric]) for metric in self.thousands if cells[metric]}
            values |= {thing: self._day(cells.get(thing, "")) for thing in DAYS}
        except ValueError as error:
            return str(error)
        # Where nothing else tells runs of a course apart, the day on which they opened does.
        values["run"] = values["run"] or values["launched_on"]
        values["as_of"] = values["as_of"] or (self.as_of.isoformat() if self.as_of else "")
        # Of which day the figures are that name none, whoever brings them in says.
        return "" if any(metric in values for metric in self.thousands) else NO_FIGURE

    def _count(self, metric: str, text: str) -> int:
        try:
            return read_count(text, self.thousands[metric])
        except ValueError as error:
            raise ValueError(f"{metric.replace('_', ' ').capitalize()}: {error}") from error

    def _day(self, text: str) -> str:
        """The day as YYYY-MM-DD; empty where there is none, or where it cannot be told yet which it is."""
        if not text:
            return ""
        written = read_written_day(text)
        if written is None:
            raise ValueError(NO_DAY.format(f"“{text[:40]}”"))
        if self.order is None and not written.is_sure:
            return ""
        day = written.under(self.order or "dmy")
        if day is None:
            raise ValueError(NO_DAY.format(f"“{text[:40]}”"))
        return day.isoformat()


FIGURES = FiguresImporter()
