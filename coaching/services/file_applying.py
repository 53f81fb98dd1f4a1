"""Files of a batch made to count.

Learners are loaded first, in short transactions, into imported runs that belong to no run yet; no reader looks there.
Then one transaction makes all of it count: runs are opened, figures added, each imported run gets its run and becomes
its current one, and the people of each course are counted. Whatever ends before it leaves nothing that counts, and
whoever takes the batch up begins by removing what was loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.import_policies import may_change_import, may_view_import
from coaching.importers import registry
from coaching.models import BatchState, Cohort, CourseRun, ImportBatch, ImportedRun, Person, ReachSource
from coaching.policies import Actor, require
from coaching.services import audit
from coaching.services.actors import load_actor
from coaching.services.file_checks import ANSWERS, LEAVE, NEW, RUN, Targets
from coaching.services.file_choices import (
    find_targets,
    remember_runs,
    undecided,
)
from coaching.services.file_plan import figures_of
from coaching.services.file_reading import files_of, open_sources
from coaching.services.import_work import Work, begin_step, cohort_of, let_go_of_files, lock_batch, release
from coaching.services.imported_runs import settle_current
from coaching.services.learner_pages import (
    Collector,
    count_learners,
    count_people,
    forget_loaded,
    salt_of,
    write_pages,
)
from coaching.services.reach import report_reach
from coaching.services.runs import log_launch

LONGEST_LABEL = 120
NOT_READY = "These files were read and wait for nothing. Load the page again to see what became of them."
SAY_FIRST = "Say of each run where it belongs, or that it is left out. Then apply."
NOTHING = (
    "Every run is left out, so there is nothing to apply. Choose where at least one belongs, or cancel the import."
)
NOT_YOURS = "One of the runs is not yours to add figures to any more. Choose again where each belongs."


def ask_to_apply(session: Session, batch: ImportBatch, cohort: Cohort, *, actor: Actor, now: datetime) -> ImportBatch:
    """Says that what was read and chosen is to count. `apply_files` does it: at once, or as work of the timetable."""
    require(may_change_import(actor, batch, cohort), seen=may_view_import(actor, batch, cohort))
    lock_batch(session, batch)
    if batch.state != BatchState.READY:
        raise Conflict(NOT_READY)
    if batch.detected["asks"] or any(undecided(batch)):
        raise Conflict(SAY_FIRST)
    chosen = [choice for choice in batch.choices.get("runs", {}).values() if choice["to"] != LEAVE]
    if not chosen:
        raise Conflict(NOTHING)
    _require_targets(find_targets(session, cohort, actor), chosen)
    begin_step(batch, BatchState.APPLYING)
    batch.applied_by_id = actor.person_id
    audit.record(session, "import.asked", batch, actor=actor, now=now)
    return batch


def _require_targets(targets: Targets, chosen: Iterable[Mapping[str, Any]]) -> None:
    """Every run touched is one whose launches the actor may log."""
    for choice in chosen:
        is_there = choice["run_id"] in targets.runs if choice["to"] == RUN else choice["project_id"] in targets.projects
        require(is_there, seen=True, message=NOT_YOURS)


def apply_files(work: Work) -> None:
    """Loads and counts. Raises a Refusal where it cannot be applied as it was chosen; then nothing of it counts."""
    numbers = _begin(work)
    _load(work, numbers)
    with work.read() as connection:
        people = {key: count_learners(connection, [number]) for key, number in numbers.items()}
        known = _count_beforehand(connection, work.batch_id)
    with work.write() as session:
        _finish(session, work, people, known)


def _begin(work: Work) -> dict[str, int]:
    """Imported runs for what is to be applied, without what somebody loaded before. Answers with the numbers of those
    whose learners the files have."""
    with work.write() as session:
        batch = work.own(session, BatchState.APPLYING)
        forget_loaded(session, batch.id)
        batch.done = 0
        chosen = {key: choice for key, choice in batch.choices.get("runs", {}).items() if choice["to"] != LEAVE}
        found = {one["key"]: one for one in batch.detected["runs"]}
        rows = [
            ImportedRun(
                batch_id=batch.id, key=key, as_of=max(line[2] for line in figures_of(found[key], choice)),
                is_opened=choice["to"] == NEW, run_id=_run_number(session, choice),
            )
            for key, choice in sorted(chosen.items())
        ]  # fmt: skip
        session.add_all(rows)
        # Their learners refer to them by their numbers.
        session.flush()
        return {row.key: row.id for row in rows if found[row.key]["has_learners"]}


def _load(work: Work, numbers: Mapping[str, int]) -> None:
    """Reads the files once more, for the learners."""
    if not numbers:
        return
    with work.write() as session:
        batch = work.own(session, BatchState.APPLYING)
        key = salt_of(session, cohort_of(session, batch).programme_id)
        kind, files = batch.kind, files_of(batch)
        said = {name: batch.choices[name] for name in ANSWERS if name in batch.choices}

    def write(pages: list[dict[str, Any]]) -> None:
        with work.write() as session:
            work.own(session, BatchState.APPLYING)
            write_pages(session, pages)

    collector = Collector(key, numbers, write)
    watch = partial(work.watch, BatchState.APPLYING)
    importer = registry.find_importers().get(kind)
    sources = open_sources(work.folder, files)
    importer.read(sources, choices=said | {"only": "learners"}, learners=collector, watch=watch)
    collector.flush()


def _count_beforehand(connection: Connection, batch_id: int) -> dict[tuple[int, ...], int]:
    """The people of each course as they will most likely be, so that the last transaction need not count them while
    others wait for it: of the imported runs that are current, and of the batch's instead of those of the same runs."""
    own = connection.execute(
        select(ImportedRun.id, ImportedRun.run_id, CourseRun.project_id)
        .outerjoin(CourseRun, CourseRun.id == ImportedRun.run_id)
        .where(ImportedRun.batch_id == batch_id)
    ).all()
    counts: dict[tuple[int, ...], int] = {}
    for project_id in {line.project_id for line in own} - {None}:
        mine = {line.run_id: line.id for line in own if line.project_id == project_id}
        standing = connection.execute(
            select(ImportedRun.id)
            .join(CourseRun, CourseRun.id == ImportedRun.run_id)
            .where(CourseRun.project_id == project_id, ImportedRun.is_current, ImportedRun.run_id.not_in(list(mine)))
        ).scalars()
        likely = tuple(sorted({*standing, *mine.values()}))
        counts[likely] = count_learners(connection, likely)
    return counts


def _finish(session: Session, work: Work, people: Mapping[str, int], known: Mapping[tuple[int, ...], int]) -> None:
    """All of it counts from here on, or nothing."""
    batch = work.own(session, BatchState.APPLYING)
    cohort, person, now = cohort_of(session, batch), session.get_one(Person, batch.applied_by_id), work.clock()
    actor = load_actor(session, person)
    require(may_change_import(actor, batch, cohort), seen=may_view_import(actor, batch, cohort))
    runs = _find_runs(session, batch, find_targets(session, cohort, actor), actor=actor, now=now)
    found = {one["key"]: one for one in batch.detected["runs"]}
    for key, run in sorted(runs.items(), key=lambda one: one[1].id):
        for metric, value, as_of in figures_of(found[key], batch.choices.get("runs", {})[key]):
            report_reach(
                session, run, metric=metric, value=value, as_of=as_of, source=ReachSource.IMPORT,
                recorded_by_id=actor.person_id, now=now, batch_id=batch.id,
            )  # fmt: skip
    for row in session.scalars(select(ImportedRun).where(ImportedRun.batch_id == batch.id)):
        row.run_id, row.people = runs[row.key].id, people.get(row.key)
    batch.state, batch.applied_at, batch.done, batch.problem = BatchState.APPLIED, now, batch.total, ""
    release(batch)
    settle_current(session, [run.id for run in runs.values()])
    for project_id in sorted({run.project_id for run in runs.values()}):
        count_people(session, project_id, known=known)
    remember_runs(session, batch, cohort, {key: run.public_id for key, run in runs.items()}, now=now)
    let_go_of_files(session, batch, work.folder)
    audit.record(session, "import.applied", batch, actor=actor, now=now)


def _find_runs(
    session: Session, batch: ImportBatch, targets: Targets, *, actor: Actor, now: datetime
) -> dict[str, CourseRun]:
    """The run of each key, opened where it was chosen to be new."""
    chosen = {key: choice for key, choice in batch.choices.get("runs", {}).items() if choice["to"] != LEAVE}
    _require_targets(targets, chosen.values())
    labels = {one["key"]: one["label"] for one in batch.detected["runs"]}
    runs = {key: targets.runs[choice["run_id"]] for key, choice in chosen.items() if choice["to"] == RUN}
    for key, choice in sorted(chosen.items(), key=lambda one: one[1].get("launched_on", "")):
        if choice["to"] == NEW:
            project, day = targets.projects[choice["project_id"]], date.fromisoformat(choice["launched_on"])
            label = labels[key][:LONGEST_LABEL]
            runs[key] = log_launch(session, project, actor=actor, now=now, label=label, launched_on=day)
    # Figures refer to the runs by their numbers.
    session.flush()
    return runs


def _run_number(session: Session, choice: Mapping[str, Any]) -> int | None:
    """The run that the figures will be of, where it is there already. It is asked about again when they count."""
    return session.scalar(select(CourseRun.id).where(CourseRun.public_id == choice.get("run_id")))
