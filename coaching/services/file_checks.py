"""Whether where somebody says that runs belong can be: each choice at its field, and all of them beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from coaching.errors import Invalid
from coaching.models import CourseProject, CourseRun, ImportBatch, RunTarget
from coaching.services.file_series import needs_day
from coaching.services.reach_checks import long_day

# What somebody may have to say of the files before they can be read whole.
ANSWERS = ("columns", "date_order", "sheet")
RUN, NEW, LEAVE = RunTarget.RUN, RunTarget.NEW, RunTarget.LEAVE


@dataclass(frozen=True, slots=True)
class Targets:
    """The runs and projects that somebody may bring figures of, by their public identifiers."""

    projects: Mapping[str, CourseProject]
    runs: Mapping[str, CourseRun]


def check_choices(
    batch: ImportBatch, runs: Sequence[Mapping[str, Any]], targets: Targets, today: date
) -> dict[str, Any]:
    """The choices as they are kept. Raises Invalid with every one that cannot be, at its field."""
    found = {one["key"]: one for one in batch.detected.get("runs", [])}
    kept: dict[str, Any] = {}
    wrong: dict[str, list[str]] = {}
    for number, choice in enumerate(runs):
        problems = _problems_of(choice, found, targets, today)
        wrong |= {f"runs.{number}.{name}": [text] for name, text in problems.items()}
        days = {name: choice[name].isoformat() for name in ("launched_on", "as_of") if choice.get(name)}
        names = {name: choice[name] for name in ("run_id", "project_id") if choice.get(name)}
        kept[choice["key"]] = {"to": choice["to"], **names, **days}
    if wrong:
        raise Invalid("Some of this cannot be. Each field says why.", wrong)
    return kept


def _problems_of(choice: Mapping[str, Any], found: Mapping[str, Any], targets: Targets, today: date) -> dict[str, str]:
    """What is wrong with where one run is to go, by the field."""
    if choice["key"] not in found:
        return {"key": "The files tell of no such run. Load the page again."}
    if choice["to"] == LEAVE:
        return {}
    problems: dict[str, str] = {}
    if choice["to"] == RUN:
        run = targets.runs.get(choice.get("run_id") or "")
        opened = run.launched_on if run is not None else None
        if run is None:
            problems["to"] = "Choose a run whose figures you may add."
    else:
        project, opened = targets.projects.get(choice.get("project_id") or ""), choice.get("launched_on")
        if project is None:
            problems["to"] = "Choose a course whose launches you may log."
        problems |= _problems_of_launch(opened, project, today)
    return problems | _problems_of_day(choice, found[choice["key"]], opened, today)


def _problems_of_launch(opened: date | None, project: CourseProject | None, today: date) -> dict[str, str]:
    if opened is None:
        return {"launched_on": "Write the day on which this run opened."}
    if opened > today:
        return {"launched_on": "This day is still to come. Write the day on which this run opened."}
    if project is not None and any(run.launched_on == opened for run in project.runs):
        return {"launched_on": "A run of this course opened on that day already. Choose that run instead."}
    return {}


def _problems_of_day(
    choice: Mapping[str, Any], found: Mapping[str, Any], opened: date | None, today: date
) -> dict[str, str]:
    problem = _problem_of_series(found, opened, today)
    day = choice.get("as_of")
    if problem or not needs_day(found):
        return {"to": problem} if problem else {}
    if day is None:
        return {"as_of": "Write the day on which these figures were exported."}
    if day > today:
        return {"as_of": "This day is still to come. Write the day on which these figures were exported."}
    if opened is not None and day < opened:
        return {"as_of": f"This day is before the launch, {long_day(opened)}. Write a later one."}
    return {}


def _problem_of_series(found: Mapping[str, Any], opened: date | None, today: date) -> str:
    """What is wrong with the days that the rows of a table name, where the run opened on this one."""
    days = sorted(date.fromisoformat(line["as_of"]) for line in found.get("series") or () if line["as_of"])
    if days and opened is not None and days[0] < opened:
        return f"The files have a figure of {long_day(days[0])}, before this run opened. Choose another run."
    if days and days[-1] > today:
        return f"The files have a figure of {long_day(days[-1])}, which is still to come. Correct it there."
    return ""


def check_apart(batch: ImportBatch, chosen: Mapping[str, Mapping[str, Any]]) -> None:
    """No two of the runs that were found are one run: their figures would stand in each other's place."""
    keys = [one["key"] for one in batch.detected["runs"]]
    seen: set[tuple[str, ...]] = set()
    for key in keys:
        target = _target(chosen.get(key, {}))
        if target is not None and target in seen:
            text = "Another run of these files goes there already. Choose another, or leave one of them out."
            raise Invalid(text, {f"runs.{keys.index(key)}.to": [text]})
        if target is not None:
            seen.add(target)


def _target(choice: Mapping[str, Any]) -> tuple[str, ...] | None:
    if choice.get("to") == RUN:
        return (RUN, choice["run_id"])
    if choice.get("to") == NEW:
        return (NEW, choice["project_id"], choice["launched_on"])
    return None
