"""Who brings files with figures of runs into a cohort, reads what became of them, and may change that."""

from __future__ import annotations

from coaching.models import Cohort, CourseProject, ImportBatch
from coaching.policies import Actor, Answer, is_writable, may_start_project, may_view_cohort, runs_cohort


def may_bring_files(actor: Actor, cohort: Cohort) -> Answer:
    """Those who build courses in the cohort, and who runs it. Whether the figures are theirs is asked for each run."""
    return may_start_project(actor, cohort)


def may_view_import(actor: Actor, batch: ImportBatch, cohort: Cohort) -> bool:
    """Who brought the files, while they are in the cohort, and who runs it."""
    is_theirs = batch.imported_by_id == actor.person_id and may_view_cohort(actor, cohort)
    return is_theirs or runs_cohort(actor, cohort)


def may_change_import(actor: Actor, batch: ImportBatch, cohort: Cohort) -> Answer:
    """Say what its files belong to, stop it, apply and undo it. Its runs are asked about apart."""
    return may_view_import(actor, batch, cohort) and is_writable(cohort)


def cohort_to_import_into(actor: Actor, project: CourseProject) -> Cohort | None:
    """Where the actor may bring figures of this course: in its own cohort, or in that of one who builds it too."""
    others = [owner.membership.cohort for owner in project.owners if owner.membership is not None]
    return next((cohort for cohort in (project.cohort, *others) if may_bring_files(actor, cohort)), None)
