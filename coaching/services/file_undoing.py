"""An import taken back: its figures stand no longer, its learners go, and of others the newest is current again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.import_policies import may_change_import, may_view_import
from coaching.models import (
    BatchState,
    Cohort,
    CourseRun,
    EntryFactor,
    Evidence,
    ImportBatch,
    ImportedRun,
    PracticeComment,
    PracticeEntry,
    PracticeKind,
    ReachSnapshot,
)
from coaching.policies import Actor, require
from coaching.services import audit, follow_ups
from coaching.services.file_choices import find_targets
from coaching.services.import_work import lock_batch
from coaching.services.imported_runs import settle_current
from coaching.services.learner_pages import count_people, forget_loaded
from coaching.services.project_records import lock_project, members_of, remove_launch_stage
from coaching.services.reach_figures import withdraw_batch

NOT_APPLIED = "Only an import that was applied can be undone. Load the page again to see how this one stands."
NOT_YOURS = "This import has figures of a course whose launches you may not log. Ask who runs its cohort to undo it."


def undo_files(session: Session, batch: ImportBatch, cohort: Cohort, *, actor: Actor, now: datetime) -> list[CourseRun]:
    """Takes back what the import brought. Answers with the runs that it opened and that stay, because somebody has
    worked with them since."""
    require(may_change_import(actor, batch, cohort), seen=may_view_import(actor, batch, cohort))
    lock_batch(session, batch)
    if batch.state != BatchState.APPLIED:
        raise Conflict(NOT_APPLIED)
    told = list(session.scalars(select(ImportedRun).where(ImportedRun.batch_id == batch.id)))
    runs = find_targets(session, cohort, actor).runs.values()
    mine = {run.id: run for run in runs if run.id in {one.run_id for one in told}}
    require(all(one.run_id in mine for one in told), seen=True, message=NOT_YOURS)
    opened = [mine[one.run_id] for one in told if one.is_opened and one.run_id is not None]
    withdraw_batch(session, batch.id, now=now)
    forget_loaded(session, batch.id)
    batch.state, batch.undone_at = BatchState.UNDONE, now
    settle_current(session, mine)
    for project_id in sorted({run.project_id for run in mine.values()}):
        count_people(session, project_id)
    kept = [run for run in opened if _is_touched(session, run, batch)]
    for run in opened:
        if run not in kept:
            _remove_run(session, run, batch, actor=actor, now=now)
    audit.record(session, "import.undone", batch, actor=actor, now=now)
    return kept


def _is_touched(session: Session, run: CourseRun, batch: ImportBatch) -> bool:
    """Whether anybody has worked with a run since the import opened it: corrected it, added to it, or written of it."""
    entry = select(PracticeEntry.id).where(PracticeEntry.run_id == run.id)
    is_written = or_(
        PracticeEntry.kind != PracticeKind.LAUNCH,
        PracticeEntry.changed_at.is_not(None),
        PracticeEntry.confirmed_at.is_not(None),
        exists().where(PracticeComment.entry_id == PracticeEntry.id),
        exists().where(EntryFactor.entry_id == PracticeEntry.id),
    )
    signs = (
        select(ReachSnapshot.id).where(
            ReachSnapshot.run_id == run.id, ReachSnapshot.batch_id.is_distinct_from(batch.id)
        ),
        select(ImportedRun.id).where(ImportedRun.run_id == run.id, ImportedRun.batch_id != batch.id),
        select(Evidence.id).where(Evidence.run_id == run.id),
        entry.where(is_written),
    )
    return run.version > 1 or any(session.execute(sign.limit(1)).first() is not None for sign in signs)


def _remove_run(session: Session, run: CourseRun, batch: ImportBatch, *, actor: Actor, now: datetime) -> None:
    """Removes a run that only the import knew of, with its launch in the stages and the practice log of its team."""
    project = run.project
    lock_project(session, project)
    audit.record(session, "run.removed", run, actor=actor, now=now)
    remove_launch_stage(session, project, run.launched_on)
    for what in (
        delete(PracticeEntry).where(PracticeEntry.run_id == run.id),
        delete(ReachSnapshot).where(ReachSnapshot.run_id == run.id, ReachSnapshot.batch_id == batch.id),
        delete(CourseRun).where(CourseRun.id == run.id),
    ):
        session.execute(what.execution_options(synchronize_session="fetch"))
    session.expire(project, ["runs"])
    follow_ups.follow_launches(session, members_of(project), now=now)
