"""What files belong to: proposed where it can be known, and said by whoever brought them.

Each run that files tell of goes to a run that is there already, to a new run of a project, or is left out. Only runs
and projects whose launches the person may log are offered, and taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from coaching.errors import Conflict, Invalid
from coaching.import_policies import may_change_import, may_view_import
from coaching.models import (
    BatchState,
    Cohort,
    CourseProject,
    CourseRun,
    ImportBatch,
    Membership,
    Person,
    ProjectOwner,
    RunTarget,
)
from coaching.policies import Actor, may_log_launch, require
from coaching.services import audit
from coaching.services.actors import load_actor
from coaching.services.file_proposals import propose_run
from coaching.services.import_work import begin_step, cohort_of, lock_batch
from coaching.services.project_records import TEAM
from coaching.services.reach_checks import long_day
from coaching.services.remembered_mappings import fingerprint_headings, read_mapping, remember_mapping
from coaching.services.zones import latest_today

RUN, NEW, LEAVE = RunTarget.RUN, RunTarget.NEW, RunTarget.LEAVE
COLUMNS, DATE_ORDER = "columns", "date_order"
_CHANGED = "Only what was read and is not applied yet can be told where it belongs. Load the page again."


@dataclass(frozen=True, slots=True)
class Targets:
    """The runs and projects that somebody may bring figures of, by their public identifiers."""

    projects: Mapping[str, CourseProject]
    runs: Mapping[str, CourseRun]


def find_targets(session: Session, cohort: Cohort, actor: Actor) -> Targets:
    """Those of the cohort's projects, and of its members', whose launches the actor may log. Asks no permission."""
    owned = select(ProjectOwner.project_id).join(ProjectOwner.membership).where(Membership.cohort_id == cohort.id)
    statement = (
        select(CourseProject)
        .where(
            CourseProject.programme_id == cohort.programme_id,
            or_(CourseProject.cohort_id == cohort.id, CourseProject.id.in_(owned)),
        )
        .options(*TEAM, selectinload(CourseProject.runs))
        .order_by(CourseProject.title, CourseProject.id)
    )
    projects = [project for project in session.scalars(statement) if may_log_launch(actor, project)]
    runs = [run for project in projects for run in project.runs]
    return Targets({one.public_id: one for one in projects}, {one.public_id: one for one in runs})


def list_targets(session: Session, batch: ImportBatch, cohort: Cohort, *, actor: Actor) -> Targets:
    """What the actor may say that the files belong to."""
    require(may_view_import(actor, batch, cohort), seen=False)
    return find_targets(session, cohort, actor)


def propose_runs(session: Session, batch: ImportBatch, *, now: datetime) -> dict[str, Any]:
    """For each run that was found what stands already, or what is most likely meant; nothing where nobody can know."""
    cohort, person = cohort_of(session, batch), session.get(Person, batch.imported_by_id)
    if person is None:
        return {}
    actor = load_actor(session, person)
    targets, standing = find_targets(session, cohort, actor), batch.choices.get("runs", {})
    today = latest_today(now, actor.timezone, cohort.timezone)
    proposed: dict[str, Any] = {}
    for found in batch.detected["runs"]:
        known = read_mapping(session, cohort.programme_id, batch.kind, found["key"])
        choice = standing.get(found["key"]) or propose_run(found, known, targets.projects, targets.runs, today)
        if choice is not None:
            proposed[found["key"]] = choice
    return proposed


def choose_runs(
    session: Session,
    batch: ImportBatch,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    runs: Sequence[Mapping[str, Any]] = (),
    columns: Mapping[str, str | None] | None = None,
    date_order: str | None = None,
) -> ImportBatch:
    """Says what the files belong to. Where columns or the order of dates are said anew, the files are read anew."""
    require(may_change_import(actor, batch, cohort), seen=may_view_import(actor, batch, cohort))
    lock_batch(session, batch)
    if batch.state != BatchState.READY:
        raise Conflict(_CHANGED)
    targets = find_targets(session, cohort, actor)
    today = latest_today(now, actor.timezone, cohort.timezone)
    chosen = dict(batch.choices.get("runs", {})) | _checked(batch, runs, targets, today)
    _check_apart(batch, chosen)
    said = {COLUMNS: dict(columns) if columns else None, DATE_ORDER: date_order or None}
    answers = {name: value for name, value in said.items() if value and batch.choices.get(name) != value}
    batch.choices = {**batch.choices, "runs": chosen, **answers}
    batch.problem = ""
    if COLUMNS in answers:
        _remember_columns(session, batch, cohort, now=now)
    if answers:
        begin_step(batch, BatchState.READING)
    audit.record(session, "import.chosen", batch, actor=actor, now=now)
    return batch


def _remember_columns(session: Session, batch: ImportBatch, cohort: Cohort, *, now: datetime) -> None:
    headings = next((file["headings"] for file in batch.detected["files"] if file["headings"]), None)
    if headings:
        key = fingerprint_headings(headings)
        remember_mapping(session, cohort.programme_id, batch.kind, key, batch.choices[COLUMNS], now=now)


def remember_runs(
    session: Session, batch: ImportBatch, cohort: Cohort, runs: Mapping[str, str], *, now: datetime
) -> None:
    """Remembers which run each key is, so that the next export of it needs no answer."""
    for key, run_id in sorted(runs.items()):
        remember_mapping(session, cohort.programme_id, batch.kind, key, {"run_id": run_id}, now=now)


def _checked(batch: ImportBatch, runs: Sequence[Mapping[str, Any]], targets: Targets, today: date) -> dict[str, Any]:
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
    if found.get("series"):
        first = date.fromisoformat(min(one["as_of"] for one in found["series"]))
        if opened is not None and first < opened:
            return {"to": f"The files have a figure of {long_day(first)}, before this run opened. Choose another run."}
        return {}
    day = choice.get("as_of")
    if day is None:
        return {"as_of": "Write the day on which these figures were exported."}
    if day > today:
        return {"as_of": "This day is still to come. Write the day on which these figures were exported."}
    if opened is not None and day < opened:
        return {"as_of": f"This day is before the launch, {long_day(opened)}. Write a later one."}
    return {}


def _check_apart(batch: ImportBatch, chosen: Mapping[str, Mapping[str, Any]]) -> None:
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


def undecided(batch: ImportBatch) -> Iterable[str]:
    """The keys of the runs of which nobody has said where they belong."""
    chosen = batch.choices.get("runs", {})
    return [one["key"] for one in batch.detected.get("runs", []) if one["key"] not in chosen]
