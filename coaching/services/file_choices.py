"""What files belong to: proposed where it can be known, and said by whoever brought them.

Each run that files tell of goes to a run that is there already, to a new run of a project, or is left out. Only runs
and projects whose launches the person may log are offered, and taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from coaching.errors import Conflict
from coaching.import_policies import may_change_import, may_view_import
from coaching.models import (
    BatchState,
    Cohort,
    CourseProject,
    ImportBatch,
    Membership,
    Person,
    ProjectOwner,
)
from coaching.policies import Actor, may_log_launch, require
from coaching.services import audit
from coaching.services.actors import load_actor
from coaching.services.file_checks import Targets, check_apart, check_choices
from coaching.services.file_proposals import propose_run
from coaching.services.import_work import begin_step, cohort_of, lock_batch
from coaching.services.project_records import TEAM
from coaching.services.remembered_mappings import fingerprint_headings, read_mapping, remember_mapping
from coaching.services.zones import latest_today

COLUMNS = "columns"
_CHANGED = "Only what was read and is not applied yet can be told where it belongs. Load the page again."


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
    sheet: str | None = None,
) -> ImportBatch:
    """Says what the files belong to. Where columns, a sheet or the order of dates are said anew, the
    files are read anew."""
    require(may_change_import(actor, batch, cohort), seen=may_view_import(actor, batch, cohort))
    lock_batch(session, batch)
    if batch.state != BatchState.READY:
        raise Conflict(_CHANGED)
    targets = find_targets(session, cohort, actor)
    today = latest_today(now, actor.timezone, cohort.timezone)
    chosen = dict(batch.choices.get("runs", {})) | check_choices(batch, runs, targets, today)
    check_apart(batch, chosen)
    said = {COLUMNS: dict(columns) if columns else None, "date_order": date_order, "sheet": sheet}
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


def undecided(batch: ImportBatch) -> Iterable[str]:
    """The keys of the runs of which nobody has said where they belong."""
    chosen = batch.choices.get("runs", {})
    return [one["key"] for one in batch.detected.get("runs", []) if one["key"] not in chosen]
