"""Enrolments of a run: who registered, who participated fully, who has a statement; and who is staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coaching.importers.base import FoundFile
from coaching.importers.digests import Shelf, Spill, digest_all
from coaching.importers.futurelearn_layout import describe_columns
from coaching.importers.futurelearn_names import ENROLMENTS
from coaching.importers.futurelearn_rows import Batch, Column, Export
from coaching.importers.futurelearn_times import Times

LEARNER = "learner"
# Times that somebody may have or not, the count that each makes, and how a sentence names it.
_MARKS = (
    ("unenrolled_at", "unenrolled", "leaving"),
    ("fully_participated_at", "fully_participated", "full participation"),
    ("purchased_statement_at", "statements", "the statement"),
)
_MOST_ROLES = 20


@dataclass(slots=True)
class Enrolments:
    """What was read of one file, until its run's staff is known. Digests of learners and of staff are on shelves."""

    found: FoundFile
    times: Times
    learners: Shelf
    staff: Shelf
    marked: dict[str, Shelf]
    roles: Counter[str] = field(default_factory=Counter)
    digest: bytes = b""
    learner_rows: int = 0
    has_roles: bool = True

    def count(self, team: Shelf) -> Iterator[tuple[int, set[bytes]]]:
        """The learners' digests by their first byte. When all were taken, the counts are there."""
        counts = Counter(dict.fromkeys(("joiners", *self.marked, "staff", "listed"), 0))
        for number in sorted(self.learners.numbers | self.staff.numbers):
            own, listed = self.staff.distinct(number), self.learners.distinct(number)
            staff = own | team.distinct(number)
            learners = listed - staff
            counts["listed"] += len(listed)
            counts["joiners"] += len(learners)
            counts["staff"] += len(listed & staff) + len(own - listed)
            for name, shelf in self.marked.items():
                counts[name] += len(shelf.distinct(number) & learners)
            if learners:
                yield number, learners
        counts["repeated"] = self.learner_rows - counts.pop("listed")
        self.found.counts = dict(counts)


def read_enrolments(export: Export, spill: Spill, key: bytes, latest: str, *, with_times: bool = True) -> Enrolments:
    """Reads the file. No time can be after `latest`, where somebody said of which day it is."""
    learner = export.column("learner_id")
    layout = export.layout
    export.found.notes += describe_columns(layout, ENROLMENTS)
    marked = {name: Shelf(spill) for _, name, _ in _MARKS}
    read = Enrolments(export.found, Times(export.problems.add, latest), Shelf(spill), Shelf(spill), marked)
    role = layout.get("role")
    read.has_roles = role is not None
    for batch in export.batches(learner):
        digests = digest_all(batch.cells[learner], key)
        learners = digests if role is None else _leave_out_staff(batch, batch.cells[role], digests, read, export)
        read.learners.add(learners)
        read.learner_rows += len(learners)
        if with_times:
            _take_times(batch, digests, read, export)
    return read


def _leave_out_staff(
    batch: Batch, roles: Column, digests: Sequence[bytes], read: Enrolments, export: Export
) -> Sequence[bytes]:
    """The digests of rows of learners. Others are few, and are taken out from the end, so that places stay."""
    learners, staff = list(digests), []
    for place in [place for place, role in enumerate(roles) if role != LEARNER][::-1]:
        role = " ".join(roles[place].casefold().split())
        if role == LEARNER:
            continue
        digest = learners.pop(place)
        if not role:
            number = batch.numbers[place]
            export.problems.add(number, "The row names no role, so it counts neither as a learner's nor as staff's.")
            continue
        staff.append(digest)
        role = role[:40]
        read.roles[role if role in read.roles or len(read.roles) < _MOST_ROLES else "other roles"] += 1
    read.staff.add(staff)
    return learners


def _take_times(batch: Batch, digests: Sequence[bytes], read: Enrolments, export: Export) -> None:
    """Who has which of the times. An enrolment without a time that can be read is an enrolment all the same."""
    layout, numbers = export.layout, batch.numbers
    began: Column | None = batch.column(layout.get("enrolled_at"))
    if began is not None:
        if "" in began:
            for number, value in zip(numbers, began, strict=True):
                if not value:
                    export.problems.add(number, "The row has no time of enrolment. The enrolment counts.")
        began = read.times.sift(numbers, began, of="enrolment", effect="The enrolment counts.")
    for heading, name, words in _MARKS:
        column = batch.column(layout.get(heading))
        if column is None or not any(column):
            continue
        values = read.times.sift(numbers, column, of=words, effect="It does not count.")
        at = [place for place, value in enumerate(values) if value]
        read.marked[name].add([digests[place] for place in at])
        if began is None:
            continue
        for place in at:
            if values[place] < began[place]:
                export.problems.add(numbers[place], f"The time of {words} is before the enrolment. It counts.")
