"""From text to rows: quotation marks, line ends and caps; a row that cannot be read never hides the others."""

from __future__ import annotations

import csv
import hashlib
import io
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

from coaching.errors import Invalid
from coaching.importers.caps import MEETING, Caps

# Rows above the first person (a summary, blank lines, headings) do not count against the cap.
_PREAMBLE = 10
# How often a file may be read over again for the sake of open quotation marks.
_MAX_READINGS = 10

CUT_SHORT = "This row is incomplete: the file ends in the middle of it. Export the report again."
_UNCLOSED = "A quotation mark opens in this row and is never closed. Correct the row, or export the report again."


@dataclass(slots=True)
class Table:
    """Rows as a spreadsheet counts them: `rows[0]` is row 1, blank lines are empty lists.

    `broken` says what is wrong with a row that could not be taken apart (its place in `rows` is empty).
    """

    rows: list[list[str]] = field(default_factory=list)
    broken: dict[int, str] = field(default_factory=dict)
    ends_in_a_row: bool = False

    def digest(self) -> str:
        """A SHA-256 of what the rows say: the same for a copy in another encoding, with other line ends or delimiters,
        or with the blank cells that a spreadsheet adds when it saves."""
        said = hashlib.sha256()
        for row in self.rows:
            cells = [" ".join(unicodedata.normalize("NFC", cell).split()) for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                said.update(repr(cells).encode())
        said.update(repr(sorted(self.broken.items())).encode())
        return said.hexdigest()


class _Lines:
    """The lines of a text, to be read in order, with going back: the row that an open mark began is given up alone."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.place = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.place == len(self.lines):
            raise StopIteration
        self.place += 1
        return self.lines[self.place - 1]


def read_table(text: str, delimiter: str, caps: Caps = MEETING) -> Table:
    """Take the text apart.

    A quotation mark that nobody closed would make the rows up to the next mark part of one cell. It shows: that next
    mark is followed by a letter, or there is none, or the cell holds a whole row. Then only its own row is lost.
    """
    lines = _Lines(_split_lines(text, caps))
    table = Table(ends_in_a_row=not text.endswith(("\n", "\r")))
    delimiters = _usual_delimiters(lines.lines, delimiter)
    budget = _MAX_READINGS * len(lines.lines)
    while lines.place < len(lines.lines):
        lost = _read_until_lost(lines, delimiter, delimiters, table, caps)
        if lost is None:
            break
        budget -= lines.place - lost
        if budget < 0:
            raise Invalid.field("file", "The quotation marks in this file do not match up. Export the report again.")
        lines.place = lost + 1
        table.rows.append([])
        cut = lost == len(lines.lines) - 1 and table.ends_in_a_row
        table.broken[len(table.rows)] = CUT_SHORT if cut else _UNCLOSED
    if table.rows and [cell.strip().casefold() for cell in table.rows[0]] in ([f"sep={delimiter}"], ["sep=", ""]):
        table.rows[0] = []
    return table


def _split_lines(text: str, caps: Caps) -> list[str]:
    """Lines with their ends (CRLF, LF or CR), after a glance that there are not far too many."""
    count = text.count("\n") + text.count("\r") - text.count("\r\n")
    if count > 3 * caps.max_rows:
        raise _too_many_rows(caps)
    return list(io.StringIO(text, newline=""))


def _usual_delimiters(lines: list[str], delimiter: str) -> int:
    """How many delimiters a row has, by the rows without quotation marks."""
    counts = Counter(line.count(delimiter) for line in lines[:500] if '"' not in line)
    del counts[0]
    return max(2, counts.most_common(1)[0][0] if counts else 0)


def _read_until_lost(lines: _Lines, delimiter: str, delimiters: int, table: Table, caps: Caps) -> int | None:
    """Read on to the end (None), or up to an open quotation mark; the answer is then the line where it stands."""
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        begin = lines.place
        try:
            cells = next(reader)
        except StopIteration:
            return None
        except csv.Error as error:
            if lines.place - begin > 1 or "unexpected end of data" in str(error):
                return begin
            # A mark in the middle of a cell ("Jo" Low) is not by the book, but it is clear what is meant.
            cells = _read_leniently(lines.lines[begin], delimiter, len(table.rows) + 1, caps)
            reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
        if lines.place - begin > 1 and _holds_a_row(cells, delimiter, delimiters):
            return begin
        table.rows.append(_within_caps(cells, len(table.rows) + 1, caps))


def _read_leniently(line: str, delimiter: str, number: int, caps: Caps) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))
    except csv.Error as error:
        # Only the reader's own limit on a cell is left, and it is above ours.
        raise _cell_too_long(number, caps) from error


def _holds_a_row(cells: list[str], delimiter: str, delimiters: int) -> bool:
    """Whether a quoted cell of several lines has a line with as many delimiters as a row."""
    several = (cell.splitlines() for cell in cells if "\n" in cell or "\r" in cell)
    return any(line.count(delimiter) >= delimiters for lines in several for line in lines)


def _within_caps(cells: list[str], number: int, caps: Caps) -> list[str]:
    """The row; empty cells beyond the cap on columns are a spreadsheet's padding and are left off."""
    if number > caps.max_rows + _PREAMBLE:
        raise _too_many_rows(caps)
    if len(cells) > caps.max_columns:
        if any(cells[caps.max_columns :]):
            raise Invalid.field(
                "file",
                f"Row {number} has {len(cells)} columns; {caps.max_columns} is the most. Export the report again.",
            )
        cells = cells[: caps.max_columns]
    if any(len(cell) > caps.max_cell for cell in cells):
        raise _cell_too_long(number, caps)
    return cells


def _too_many_rows(caps: Caps) -> Invalid:
    return Invalid.field("file", f"The file has more than {caps.max_rows:,} rows. {caps.too_long}")


def _cell_too_long(number: int, caps: Caps) -> Invalid:
    return Invalid.field(
        "file",
        f"A cell in row {number} has more than {caps.max_cell:,} characters. Shorten it, or export the report again.",
    )
