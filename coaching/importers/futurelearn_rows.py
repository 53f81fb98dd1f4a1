"""The rows of an export by the thousand, as columns; and what is to be known of single ones.

A thousand rows that are as they should be are checked together. Where any is not, those thousand are looked at one by
one, so that a bad row costs time and hides no other.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from coaching.importers.base import MOST_SHOWN, FoundFile, RowProblem, SourceFile
from coaching.importers.futurelearn_layout import Layout, read_layout
from coaching.importers.lines import LineFile

Column = Sequence[str]

_NUL = "The row holds a NUL character, so it is damaged and counts for nobody."
_UNREADABLE = "The row cannot be taken apart and counts for nobody."
_NO_LEARNER = "The row names no learner and counts for nobody."
_DAMAGED = "The learner's identifier is damaged, so the row counts for nobody."
_NAMED_DELIMITER = re.compile(r'"?sep=[,;\t]?"?[,;\t]*', re.IGNORECASE)
# More than this is no identifier, and would only cost time.
_LONGEST_ID = 200


@dataclass(slots=True)
class Batch:
    """Some rows that are well formed: their numbers, as a spreadsheet counts, and their cells by column."""

    numbers: Sequence[int]
    cells: list[Column]

    def column(self, place: int | None) -> Column | None:
        return None if place is None else self.cells[place]


@dataclass(slots=True)
class Problems:
    """What is to be known of rows: all are counted, and the first are shown."""

    found: FoundFile
    _now: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, number: int, reason: str) -> None:
        self._now[number].append(reason)

    def settle(self) -> None:
        """Those of the rows up to here, in their order."""
        self.found.problem_count += len(self._now)
        for number in sorted(self._now)[: MOST_SHOWN - len(self.found.problems)]:
            self.found.problems.append(RowProblem(number, " ".join(dict.fromkeys(self._now[number]))))
        self._now.clear()


@dataclass(slots=True)
class Export:
    """A file that is being read: its lines, its headings, and what is found of it."""

    lines: LineFile
    layout: Layout
    found: FoundFile
    problems: Problems
    header_row: int
    _chunks: Iterator[str]
    _left: str | None

    @classmethod
    def begin(cls, lines: LineFile, found: FoundFile) -> Export:
        """Reads as far as the headings: the first line with something in it that does not name a delimiter."""
        chunks = lines.chunks()
        header_row = 0
        for chunk in chunks:
            left: str | None = chunk
            while left is not None:
                header_row += 1
                line, end, rest = left.partition("\n")
                left = rest if end else None
                if says_something(line):
                    layout = read_layout(line, lines.delimiter)
                    return cls(lines, layout, found, Problems(found), header_row, chunks, left)
        raise lines.refuse("is empty; not even headings are in it. Export it again.")

    def column(self, *names: str) -> int:
        """Where the first of these columns is. Raises Invalid where there is none of them."""
        place = self.layout.get(*names)
        if place is None:
            raise self.lines.refuse(
                f"has no column {names[0]}. Its first line has to be the headings, as FutureLearn writes them; "
                "export it again."
            )
        return place

    def batches(self, id_column: int) -> Iterator[Batch]:
        """All rows that are well formed and name a learner in this column. `found.rows` counts every row."""
        number = self.header_row + 1
        for text in self._all_chunks():
            count = text.count("\n") + 1
            batch = self._read_plain(text, number, count, id_column) or self._read(text, number, id_column)
            if batch is not None:
                yield batch
            number += count
            self.problems.settle()

    def count_rows(self) -> None:
        """Only counts them. A cell of free text may have line ends in it."""
        reader = csv.reader(
            (line + "\n" for text in self._all_chunks() for line in text.split("\n")), delimiter=self.lines.delimiter
        )
        number = self.header_row
        while True:
            number += 1
            try:
                self.found.rows += bool(next(reader))
            except StopIteration:
                break
            except csv.Error:
                self.found.rows += 1
                self.problems.add(number, "The row cannot be taken apart.")
        self.problems.settle()

    def _all_chunks(self) -> Iterator[str]:
        if self._left is not None:
            yield self._left
        yield from self._chunks

    def _read_plain(self, text: str, number: int, count: int, id_column: int) -> Batch | None:
        """The columns of rows that are as they should be, without a quotation mark among them; otherwise nothing.

        A mark is put where each row ends, and the whole is split at once: where all rows have as many cells as there
        are headings, every mark stands as far from the one before, and a column is every so-manieth cell.
        """
        if '"' in text or "\r" in text or self.lines.is_odd:
            return None
        delimiter, width = self.lines.delimiter, self.layout.width
        cells = (text.replace("\n", f"{delimiter}\n{delimiter}") + f"{delimiter}\n").split(delimiter)
        if len(cells) != count * (width + 1) or cells[width :: width + 1].count("\n") != count:
            return None
        columns: list[Column] = [cells[place :: width + 1] for place in range(width)]
        if not _are_plain(columns[id_column]):
            return None
        self.found.rows += count
        return Batch(range(number, number + count), columns)

    def _read(self, text: str, number: int, id_column: int) -> Batch | None:
        lines = text.split("\n")
        rows: Sequence[list[str] | None]
        try:
            rows = list(csv.reader(lines, delimiter=self.lines.delimiter))
        except csv.Error:
            rows = []
        if len(rows) != len(lines):
            rows = [self._split(line) for line in lines]
        self.found.rows += sum(row is None or any(row) for row in rows)
        return self._sort_out(rows, number, id_column)

    def _split(self, line: str) -> list[str] | None:
        """A row of one line. A quotation mark that nobody closed takes no other row along."""
        try:
            return next(csv.reader([line], delimiter=self.lines.delimiter), [])
        except csv.Error:
            return None

    def _sort_out(self, rows: Sequence[list[str] | None], first: int, id_column: int) -> Batch | None:
        """The good ones among these; the others are told."""
        numbers, good = [], []
        for number, row in enumerate(rows, start=first):
            if row is not None and not any(row):
                continue
            reason = self._fault(row, id_column)
            if row is None or reason:
                self.problems.add(number, reason)
                continue
            row[id_column] = row[id_column].strip()
            numbers.append(number)
            good.append(row[: self.layout.width])
        return Batch(numbers, list(zip(*good, strict=True))) if good else None

    def _fault(self, row: list[str] | None, id_column: int) -> str:
        width = self.layout.width
        if row is None:
            return _UNREADABLE
        if any("\0" in cell for cell in row):
            return _NUL
        if len(row) < width or any(row[width:]):
            return f"The row has {len(row):,} cells where there are {width} headings, so it counts for nobody."
        learner = row[id_column].strip()
        if not learner:
            return _NO_LEARNER
        return _DAMAGED if "\ufffd" in learner or len(learner) > _LONGEST_ID else ""


def says_something(line: str) -> bool:
    """Whether a line has more than blank cells in it, and more than the name of a delimiter that spreadsheets write."""
    bare = line.strip()
    return bool(bare.strip(",;\t ")) and _NAMED_DELIMITER.fullmatch(bare) is None


def _are_plain(identifiers: Column) -> bool:
    """Whether none of them is empty, has a blank about it, or is too long to be one."""
    joined = "\n".join(identifiers)
    return (
        joined.isascii()
        and not joined.startswith("\n")
        and not joined.endswith("\n")
        and "\n\n" not in joined
        and " " not in joined
        and "\t" not in joined
        and max(map(len, identifiers)) <= _LONGEST_ID
    )


@contextmanager
def open_export(file: SourceFile, found: FoundFile, watch: Callable[[int], None] | None) -> Iterator[Export]:
    """The file, read as far as its headings."""
    with file.open() as stream:
        lines = LineFile(file, stream, watch)
        found.encoding, found.delimiter = lines.encoding, lines.delimiter
        yield Export.begin(lines, found)
