"""A table that somebody keeps, as CSV or in a workbook: opened, its sheet and its headings found, its columns mapped.

What somebody chose counts: `sheet` is the name of one, `columns` says for each thing the heading it stands under, or
None where it is not to be taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from coaching.errors import Invalid
from coaching.importers.base import MOST_SHOWN, FoundFile, RowProblem, SourceFile
from coaching.importers.caps import Caps
from coaching.importers.opening import open_file
from coaching.importers.table import CUT_SHORT, Table
from coaching.importers.workbook import is_packed, read_workbook

# Above its headings people give a table a title, and some words on it.
_SEARCHED_ROWS = 20
_SAMPLE = 3
LONGEST_HEADING = 120
Guess = Callable[[str], str | None]


@dataclass(slots=True)
class Sheet:
    """A table with its headings: `header` is the row of them, as a spreadsheet counts, `columns` the place of each
    thing that is taken. `asks` is what somebody has to say first."""

    file: FoundFile
    table: Table
    header: int = 0
    columns: dict[str, int] = field(default_factory=dict)
    asks: list[str] = field(default_factory=list)

    def rows(self) -> Iterable[tuple[int, dict[str, str], str]]:
        """Each row below the headings that holds something: its number, its cells by thing, and what is wrong with
        it as a whole."""
        width = len(self.file.headings)
        cut = self._cut_row()
        for number, cells in enumerate(self.table.rows[self.header :], start=self.header + 1):
            broken = self.table.broken.get(number, "")
            if not broken and not any(map(str.strip, cells)):
                continue
            if not broken and number == cut:
                broken = CUT_SHORT
            if not broken and any(map(str.strip, cells[width:])):
                broken = "This row has more cells than there are headings. Put a text with a comma in quotation marks."
            found = {key: plain_cell(cells[at]) if at < len(cells) else "" for key, at in self.columns.items()}
            yield number, found, broken

    def _cut_row(self) -> int | None:
        """The last row, where the file ends in the middle of it: with fewer cells than any above it."""
        last = len(self.table.rows)
        above = [len(cells) for cells in self.table.rows[self.header : last - 1] if any(map(str.strip, cells))]
        is_short = last > self.header and len(self.table.rows[-1]) < min(above, default=0)
        return last if self.table.ends_in_a_row and is_short else None


def open_sheet(
    source: SourceFile, caps: Caps, *, kind: str, things: Sequence[str], guess: Guess, choices: Mapping[str, Any]
) -> Sheet:
    """The table in this file, with the columns that can be told. `guess` is the thing that a heading names.

    Where a workbook has several and it cannot be told which is meant, the first is taken, and `sheet` is asked. Raises
    Invalid on `file` where there is no table in it.
    """
    data = read_bytes(source, caps)
    found = FoundFile(source.name, kind)
    tables = open_tables(data, caps, found)
    found.sheets = list(tables)
    meant = _choose(tables, choices.get("sheet"), guess)
    name = meant[0]
    asks = ["sheet"] if len(meant) > 1 else []
    found.sheet = name
    sheet = Sheet(found, tables[name], asks=asks)
    _find_headings(sheet, guess)
    below = (cells for cells in sheet.table.rows[sheet.header :] if any(map(str.strip, cells)))
    found.sample = [cells[: len(found.headings)] for cells in islice(below, _SAMPLE)]
    _map(sheet, things, guess, choices.get("columns") or {})
    return sheet


def headings_in(head: bytes, guess: Guess) -> set[str]:
    """What the headings near the beginning of a text name. For a first look at a file, before anybody reads it."""
    text = head[:8_192].replace(b"\x00", b"").decode("utf-8", "replace")
    best: set[str] = set()
    for line in text.splitlines()[:_SEARCHED_ROWS]:
        named = {guess(fold_heading(cell)) for cell in line.replace(";", ",").replace("\t", ",").split(",")}
        best = max(best, {thing for thing in named if thing}, key=len)
    return best


def read_bytes(source: SourceFile, caps: Caps) -> bytes:
    """The bytes of a file, and one more than are read where it has too many."""
    with source.open() as stream:
        return stream.read(caps.max_bytes + 1)


def plain_cell(cell: str) -> str:
    """What a cell says, without the mark that our tables put before what a spreadsheet would take as a formula."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:2] in {"=", "+", "-", "@"} else cell


def note_problem(file: FoundFile, number: int, reason: str) -> None:
    """Keeps what a person should know of a row, and counts what there is no room for."""
    file.problem_count += 1
    if len(file.problems) < MOST_SHOWN:
        file.problems.append(RowProblem(number, reason))


def fold_heading(text: str) -> str:
    """What two spellings of a heading have in common: no case, no signs, single blanks."""
    return " ".join(
        "".join(letter if letter.isalnum() or letter in "%/" else " " for letter in text).casefold().split()
    )


def open_tables(data: bytes, caps: Caps, found: FoundFile) -> Mapping[str, Table]:
    """The tables in these bytes by their sheets' names; a text file has one, of no name. Says how it was read."""
    if is_packed(data):
        found.encoding = "xlsx"
        return read_workbook(data, caps)
    opened = open_file(data, caps)
    found.encoding, found.delimiter = opened.text.encoding, opened.delimiter
    if opened.text.guessed:
        found.notes.append(f"Nothing in the file says its encoding; it was read as {opened.text.encoding}.")
    if opened.text.damaged:
        found.notes.append("Some letters in the file are damaged. Look at the names before you go on.")
    return {"": opened.table}


def _choose(tables: Mapping[str, Table], wanted: object, guess: Guess) -> list[str]:
    """The sheets that may be meant: the one somebody named, else those whose headings are known, else all."""
    if isinstance(wanted, str) and wanted in tables:
        return [wanted]
    return [name for name, table in tables.items() if _known_in(table, guess)[1] > 1] or list(tables)


def _known_in(table: Table, guess: Guess) -> tuple[int, int]:
    """The place of the row that heads the table best, and how many things its headings name."""
    best, most = 0, 0
    for place, cells in enumerate(table.rows[:_SEARCHED_ROWS]):
        known = len({thing for cell in cells if (thing := guess(fold_heading(cell)))})
        if known > most:
            best, most = place, known
    return best, most


def _find_headings(sheet: Sheet, guess: Guess) -> None:
    place, known = _known_in(sheet.table, guess)
    if not known:
        filled = [sum(bool(cell.strip()) for cell in cells) for cells in sheet.table.rows[:_SEARCHED_ROWS]]
        place = next((at for at, count in enumerate(filled) if count > 1), filled.index(max(filled)) if filled else 0)
    sheet.header = place + 1
    cells = [" ".join(cell.split())[:LONGEST_HEADING] for cell in sheet.table.rows[place]] if sheet.table.rows else []
    while cells and not cells[-1]:
        cells.pop()
    # A column without a heading, or with one that another has, is named by where it stands.
    sheet.file.headings = [
        cell if cell and cell not in cells[:at] else f"{cell} ({_letters(at)})".strip() for at, cell in enumerate(cells)
    ]


def _letters(place: int) -> str:
    """The name that a spreadsheet gives a column."""
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def _map(sheet: Sheet, things: Sequence[str], guess: Guess, chosen: Mapping[str, Any]) -> None:
    headings = sheet.file.headings
    # What was said of an earlier file of the same headings may differ from these in case and blanks.
    spelled = {fold_heading(heading): heading for heading in headings}
    chosen = {thing: spelled.get(fold_heading(heading or "")) for thing, heading in chosen.items()}
    guessed = [guess(fold_heading(heading)) for heading in headings]
    for thing in things:
        if thing in chosen:
            heading = chosen[thing]
        else:
            taken = {chosen[other] for other in things if chosen.get(other)}
            free = [at for at, known in enumerate(guessed) if known == thing and headings[at] not in taken]
            heading = headings[free[0]] if free else None
            if len(free) > 1:
                sheet.file.notes.append(f"Several columns may be the {thing.replace('_', ' ')}: “{heading}” was taken.")
        sheet.file.columns[thing] = heading
        if heading is not None:
            sheet.columns[thing] = headings.index(heading)
    doubled = [heading for heading in headings if sum(heading == sheet.file.columns[thing] for thing in things) > 1]
    if doubled:
        raise Invalid.field("columns", f"“{doubled[0]}” cannot be two things. Choose another column for one of them.")
