"""Step activity of a run: who visited a step, who completed one, and who completed half of them or nine tenths."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from coaching.errors import Invalid
from coaching.importers.base import FoundFile
from coaching.importers.digests import DIGEST_BYTES, Shelf, Spill, digest_all
from coaching.importers.futurelearn_layout import describe_columns
from coaching.importers.futurelearn_names import STEPS
from coaching.importers.futurelearn_rows import Batch, Column, Export
from coaching.importers.futurelearn_times import Times

# A course has dozens of steps; where thousands are named, the column is not of steps.
MOST_STEPS = 5_000
_VISITED, _COMPLETED = b"\0", b"\1"
# A record is a digest, the step's number in two bytes, and whether the step was completed.
_WIDTH = DIGEST_BYTES + 3
_STEP = DIGEST_BYTES + 2


class Steps:
    """The steps that a file names, each with a number of its own.

    A step is a text: `3.20` is the twentieth of the third week and `3.2` the second. A spreadsheet that takes them for
    numbers makes both the same, so where the week and the number stand in columns of their own, they are believed.
    """

    def __init__(self) -> None:
        self.codes: dict[str, bytes] = {}
        self.is_rounded = False
        self._by_cells: dict[tuple[str, ...], bytes | None] = {}

    def code(self, cells: tuple[str, ...], export: Export) -> bytes | None:
        """The step's number, or None where these cells name no step."""
        if cells not in self._by_cells:
            if len(self._by_cells) > 4 * MOST_STEPS:
                raise _too_many(export)
            self._by_cells[cells] = self._code_of(cells, export)
        return self._by_cells[cells]

    def _code_of(self, cells: tuple[str, ...], export: Export) -> bytes | None:
        step, week, number = (cell.strip() for cell in cells)
        named = f"{int(week)}.{int(number)}" if _is_number(week) and _is_number(number) else ""
        if step != named and named and step == named.rstrip("0"):
            self.is_rounded = True
            step = named
        label = step or named
        if not label:
            return None
        if label not in self.codes:
            if len(self.codes) == MOST_STEPS:
                raise _too_many(export)
            self.codes[label] = len(self.codes).to_bytes(2, "big")
        return self.codes[label]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _too_many(export: Export) -> Invalid:
    return export.lines.refuse(f"names more than {MOST_STEPS:,} steps, which no course has. Export it again.")


@dataclass(slots=True)
class StepActivity:
    """What was read of one file, until its run's staff is known."""

    found: FoundFile
    times: Times
    records: Shelf
    steps: Steps
    digest: bytes = b""
    good_rows: int = 0

    def count(self, *staff: Shelf) -> None:
        counts = Counter(learners=0, active=0, completed_50=0, completed_90=0, staff=0, steps=len(self.steps.codes))
        distinct = 0
        for number in self.records.numbers:
            known = set[bytes]().union(*(shelf.distinct(number) for shelf in staff))
            records = self.records.distinct(number)
            distinct += len({record[:_STEP] for record in records})
            seen = {record[:DIGEST_BYTES] for record in records}
            completed = Counter(record[:DIGEST_BYTES] for record in records if record[_STEP:] == _COMPLETED)
            counts["staff"] += len(seen & known)
            counts["learners"] += len(seen - known)
            for learner in completed.keys() - known:
                counts["active"] += 1
                counts["completed_50"] += completed[learner] * 2 >= len(self.steps.codes)
                counts["completed_90"] += completed[learner] * 10 >= len(self.steps.codes) * 9
        counts["repeated"] = self.good_rows - distinct
        self.found.counts = dict(counts)


def read_steps(export: Export, spill: Spill, key: bytes, latest: str) -> StepActivity:
    """Reads the file. No time can be after `latest`, where somebody said of which day it is."""
    learner = export.column("learner_id")
    export.column("step", "step_number")
    export.found.notes += describe_columns(export.layout, STEPS)
    times = Times(export.problems.add, latest)
    read = StepActivity(export.found, times, Shelf(spill, width=_WIDTH), Steps())
    for batch in export.batches(learner):
        identifiers = batch.cells[learner]
        known = list(dict.fromkeys(identifiers))
        digests = dict(zip(known, digest_all(known, key), strict=True))
        records = _read_records(batch, [digests[one] for one in identifiers], read, export)
        read.records.add(records)
        read.good_rows += len(records)
    if read.steps.is_rounded:
        export.found.notes.append(
            "Some steps are not what their week and number say, as when a spreadsheet makes 3.2 of 3.20; "
            "the week and the number were taken."
        )
    return read


def _read_records(batch: Batch, digests: Sequence[bytes], read: StepActivity, export: Export) -> list[bytes]:
    get, numbers = export.layout.get, batch.numbers
    nothing: Column = ("",) * len(numbers)
    steps, weeks, places, visits, completions = (
        batch.column(get(name)) or nothing
        for name in ("step", "week_number", "step_number", "first_visited_at", "last_completed_at")
    )
    visits = read.times.sift(numbers, visits, of="the visit", effect="It does not count.")
    completions = read.times.sift(numbers, completions, of="completion", effect="It does not count.")
    records = []
    rows = zip(numbers, digests, zip(steps, weeks, places, strict=True), visits, completions, strict=True)
    for number, digest, cells, visited, completed in rows:
        code = read.steps.code(cells, export)
        if code is None:
            export.problems.add(number, "The row names no step and counts for nobody.")
        elif completed:
            records.append(digest + code + _COMPLETED)
        elif visited:
            records.append(digest + code + _VISITED)
        else:
            export.problems.add(number, "The row says neither when the step was visited nor when it was completed.")
    return records
