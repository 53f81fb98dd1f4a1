"""An importer of a format of our own, for tests of what happens to files whatever they are.

The first line names what the file is of: `FAKE course run first-day last-day`. Each further line is a learner; `?` is
one that cannot be read, and `BOOM` makes the importer fail.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from coaching.errors import Invalid
from coaching.importers import registry
from coaching.importers.base import Brings, Findings, FoundFile, FoundRun, Learners, RowProblem, SourceFile
from coaching.importers.registry import Found

AT_ONCE = 5


class FakeImporter:
    """Reads files line by line. `pause` is called between two handfuls, as long as a test wants it to take."""

    kind = "fake"
    label = "Fake platform"
    brings: Brings = "figures"

    def __init__(self, pause: Callable[[], None] = lambda: None) -> None:
        self.pause = pause

    def recognises(self, name: str, head: bytes) -> bool:
        return head.startswith(b"FAKE ")

    def read(
        self,
        files: Sequence[SourceFile],
        *,
        choices: Mapping[str, Any],
        learners: Learners,
        watch: Callable[[int], None],
    ) -> Findings:
        findings, read = Findings(), 0
        if any("ask" in file.name for file in files) and "date_order" not in choices:
            findings.asks.append("date_order")
        for file in files:
            read = self._read(file, findings, learners, watch, read)
        return findings

    def _read(
        self, file: SourceFile, findings: Findings, learners: Learners, watch: Callable[[int], None], read: int
    ) -> int:
        with file.open() as stream:
            words = stream.readline().decode().split()
            if len(words) != 5:
                raise Invalid.field("file", f"{file.name} does not say what it is of.")
            _, course, run, first, last = words
            key = f"{course}-{run}"
            found, count, handful = FoundFile(file.name, "learners", "utf-8", course=course, run=key), 0, []
            for number, line in enumerate(stream, 2):
                word = line.decode().strip()
                read += len(line)
                if word == "BOOM":
                    raise RuntimeError("a fault in the importer")
                if word == "?":
                    found.problems.append(RowProblem(number, "There is no learner in this row."))
                    continue
                count += 1
                handful.append(word)
                if len(handful) == AT_ONCE:
                    learners.add(key, handful)
                    handful = []
                    self.pause()
                    watch(read)
            learners.add(key, handful)
        found.rows = found.counts["joiners"] = count
        found.problem_count = len(found.problems)
        findings.files.append(found)
        figures = {"joiners": count}
        findings.runs.append(FoundRun(key, course, f"Run {run}", "fake", figures, first, last, has_learners=True))
        return read


def with_importer(importer: Any) -> ExitStack:
    """As long as it is open, this importer is the one that is installed."""
    stack = ExitStack()
    stack.enter_context(patch.object(registry, "find_importers", lambda: Found({importer.kind: importer})))
    return stack


def fake_file(
    course: str = "care", run: int = 1, days: str = "2026-05-04 2026-06-01", people: Sequence[object] = ()
) -> bytes:
    return "\n".join([f"FAKE {course} {run} {days}", *map(str, people), ""]).encode()
