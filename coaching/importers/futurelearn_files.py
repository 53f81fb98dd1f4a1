"""What each file of a call is before it is read: its type, and the course and run it is of, by name or because somebody
said so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coaching.errors import Invalid
from coaching.importers.base import FoundFile, RowProblem, SourceFile
from coaching.importers.futurelearn_names import ENROLMENTS, STEPS, TEAM, ExportName, as_slug, key_of, read_name
from coaching.importers.futurelearn_rows import open_export

FIGURES = (ENROLMENTS, STEPS, TEAM)
_LARGEST_RUN = 999


@dataclass(slots=True)
class LookedAt:
    """A file, what its name says, and what is found of it so far."""

    file: SourceFile
    name: ExportName
    found: FoundFile


def look_at(files: Sequence[SourceFile], choices: Mapping[str, Any]) -> list[LookedAt]:
    """All files with their type and run. Raises Invalid where none is an export, or one that figures are of cannot be
    read: what it would have said is missing then, and nobody would see that."""
    looked = [LookedAt(file, read_name(file.name), FoundFile(file.name, "")) for file in files]
    refusals = [refusal for one in looked if (refusal := _find_kind(one)) is not None]
    if refusals:
        raise Invalid(" ".join(refusals), {"file": refusals})
    if not any(one.found.kind for one in looked):
        raise Invalid.field(
            "file",
            "This is no export of a FutureLearn run. In FutureLearn, open the run's statistics dashboard, download its "
            "data sets, and bring in those CSV files, or a zip of them.",
        )
    courses = {one.name.course for one in looked if one.name.key}
    for one in looked:
        if one.found.kind in FIGURES:
            _find_run(one, choices, courses)
        else:
            one.found.course, one.found.run = one.name.course, one.name.key
    return looked


def _find_kind(one: LookedAt) -> str | None:
    """Takes the type from the headings, else from the name. The refusal of a file that figures should come of."""
    found, named = one.found, one.name.kind
    try:
        with open_export(one.file, found, None) as export:
            kind = export.layout.kind
    except Invalid as refusal:
        if named in FIGURES:
            return refusal.message
        found.problems, found.problem_count = [RowProblem(0, refusal.message)], 1
        found.notes.append("Nothing was taken from this file.")
        return None
    found.kind = kind or named
    if kind and named and kind != named:
        found.notes.append(f"Its name says {named}, but its headings are those of {kind}; it was read as that.")
    elif not found.kind:
        found.notes.append("This is no export that is known here, so nothing was taken from it.")
    return None


def _find_run(one: LookedAt, choices: Mapping[str, Any], courses: set[str]) -> None:
    found, name = one.found, one.name
    said = choices.get("runs") or {}
    if not isinstance(said, Mapping):
        raise _bad_choice()
    course, run = name.course, name.run
    if one.file.name in said:
        course, run = _read_choice(said[one.file.name])
    elif not name.key and name.guess is not None and name.guess[0] in courses:
        course, run = name.guess
    elif not name.key and choices.get("run") is not None:
        course, run = _read_choice({"course": choices.get("course") or name.course, "run": choices["run"]})
    found.course = course
    if course and run is not None and not (name.doubt and (course, run) == (name.course, name.run)):
        found.run = key_of(course, run)
    else:
        found.notes.append(name.doubt)


def _read_choice(said: Any) -> tuple[str, int]:
    """A course and a run as somebody said them: by name, or as they stand in the name of a file."""
    if isinstance(said, str) and (match := re.fullmatch(r"(.+?)[-_ ]+(\d{1,9})", said.strip())):
        said = {"course": match[1], "run": match[2]}
    if not isinstance(said, Mapping):
        raise _bad_choice()
    course, run = as_slug(str(said.get("course") or "")), str(said.get("run", "")).strip()
    if not course or not (run.isascii() and run.isdigit() and 0 < int(run[:9]) <= _LARGEST_RUN):
        raise _bad_choice()
    return course, int(run)


def _bad_choice() -> Invalid:
    return Invalid.field("run", "Name the course as its address on FutureLearn has it, and the run's number, 1 to 999.")
