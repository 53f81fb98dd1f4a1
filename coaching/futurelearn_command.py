"""What `coaching import futurelearn` prints: what is in the files, without a project, a database or settings."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import click

from coaching.errors import Invalid
from coaching.importers.base import Findings, FoundFile, SourceFile
from coaching.importers.digests import LearnerDigests
from coaching.importers.futurelearn import FUTURELEARN
from coaching.importers.futurelearn_names import STEPS
from coaching.importers.futurelearn_runs import UNNAMED
from coaching.refusals import CannotRun
from coaching.tokens import new_secret

OF_ENROLMENTS = ("joiners", "fully_participated")
OF_STEPS = ("learners", "active", "completed_50", "completed_90")
# Below this the reading is over before anybody wonders.
WORTH_WATCHING = 20_000_000
FEW = 10


@dataclass(frozen=True, slots=True)
class Known:
    """What was found, and how many different people there are in it."""

    findings: Findings
    people: int

    @property
    def enrolments(self) -> int:
        return sum(run.figures.get("joiners", 0) for run in self.findings.runs if not run.key.startswith(UNNAMED))

    @property
    def unnamed(self) -> list[str]:
        """The files that make figures of a run which nobody has named."""
        return [file.name for file in self.findings.files if file.counts and not file.run]

    def what_to_say(self) -> str:
        return (
            f"Which run is it? Not part of the totals: {', '.join(self.unnamed)}. Name the file as FutureLearn does, "
            "like my-course-3_enrolments.csv, or use --course and --run."
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "files": [_as_dict(file) for file in self.findings.files],
            "runs": [asdict(run) for run in self.findings.runs],
            "enrolments": self.enrolments,
            "people": self.people,
            "asks": ["course", "run"] if self.unnamed else [],
        }

    def in_words(self) -> str:
        lines: list[str] = []
        for file in self.findings.files:
            lines += _in_words(file)
        counted = sum(not run.key.startswith(UNNAMED) for run in self.findings.runs)
        total = f"{self.enrolments:,} enrolments of {self.people:,} people in {counted:,} runs, staff left out."
        return "\n".join([*lines, total])


def look_at(paths: Sequence[Path], choices: Mapping[str, Any]) -> Known:
    """Reads the files. What cannot be read at all is said in a line, and the command ends with 1."""
    files = [SourceFile(path.name, path.stat().st_size, partial(_open, path)) for path in paths]
    # Digests are made and forgotten here, so any key will do.
    key = new_secret().encode()[:16]
    try:
        with LearnerDigests(key) as learners, _progress(sum(file.size for file in files)) as watch:
            findings = FUTURELEARN.read(files, choices=choices, learners=learners, watch=watch)
            for run in learners.runs:
                if run.startswith(UNNAMED):
                    learners.forget(run)
            return Known(findings, learners.count_people())
    except Invalid as refusal:
        raise CannotRun(refusal.message, code=refusal.code, messages=refusal.messages) from refusal
    except OSError as error:
        named = f"{error.filename}: " if error.filename else ""
        raise CannotRun(f"{named}{error.strerror}. Check the file, and whose it is.", code="file") from error


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """How far it is, for who waits at a terminal."""
    if total < WORTH_WATCHING or not _is_at_a_terminal():
        yield lambda _done: None
        return
    with click.progressbar(length=total, label="Reading", file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)


def _is_at_a_terminal() -> bool:
    return sys.stderr.isatty()


def _as_dict(file: FoundFile) -> dict[str, Any]:
    usual = [*OF_ENROLMENTS, *(OF_STEPS if file.kind == STEPS else ())]
    return {
        "name": file.name,
        "kind": file.kind,
        "course": file.course,
        "run": int(file.run.rpartition("-")[2]) if file.run else None,
        "rows": file.rows,
        **dict.fromkeys(usual),
        **file.counts,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "notes": file.notes,
        "problem_count": file.problem_count,
        "problems": [asdict(problem) for problem in file.problems],
    }


def _in_words(file: FoundFile) -> list[str]:
    """A line for the file, and below it what a person should know."""
    said = f"{file.kind or 'not known'}, {file.rows:,} rows"
    counts = [f"{count:,} {_WORDS.get(name, name)}" for name, count in file.counts.items() if count or name in _ALWAYS]
    lines = [f"{file.name}: {file.run or 'no run'}, {said}", *([f"  {', '.join(counts)}"] if counts else [])]
    lines += [f"  {note}" for note in file.notes]
    lines += [f"  row {problem.number}: {problem.reason}" for problem in file.problems[:FEW]]
    if file.problem_count > FEW:
        lines.append(f"  and {file.problem_count - FEW:,} more rows")
    return lines


_WORDS = {
    "fully_participated": "participated fully",
    "completed_50": "completed half",
    "completed_90": "completed 90 %",
    "repeated": "rows again",
    "unenrolled": "left",
}
_ALWAYS = {*OF_ENROLMENTS, *OF_STEPS}
