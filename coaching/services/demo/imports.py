"""An import of the demo: a platform's export of a run that was applied, with how many people that were."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    BatchState,
    CourseProject,
    CourseRun,
    ImportBatch,
    ImportedRun,
    ImportFile,
    ImportRow,
    Platform,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    RowOutcome,
)
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.learner_pages import Collector, count_people, salt_of, write_pages
from coaching.services.reach import report_reach

RATES = {ReachMetric.LEARNERS: 0.72, ReachMetric.ACTIVE: 0.55, ReachMetric.COMPLETED_50: 0.31}


def build_imports(session: Session, cohort: DemoCohort, *, now: datetime) -> None:
    """The newest run of the cohort on FutureLearn, as its export of yesterday tells of it."""
    statement = (
        select(CourseRun, ReachSnapshot.value)
        .join(CourseProject, CourseProject.id == CourseRun.project_id)
        .join(ReachSnapshot, ReachSnapshot.run_id == CourseRun.id)
        .where(
            CourseProject.cohort_id == cohort.row.id,
            ReachSnapshot.metric == ReachMetric.JOINERS,
            ReachSnapshot.is_current,
            CourseRun.launched_on < now.date() - timedelta(days=2),
        )
        .order_by(CourseRun.launched_on.desc(), CourseRun.id)
        .limit(1)
    )
    found = session.execute(statement).first()
    if found is None:
        return
    run, enrolled = found
    _apply(session, cohort, run, enrolled + 12, now=now)


def _apply(session: Session, cohort: DemoCohort, run: CourseRun, joiners: int, *, now: datetime) -> None:
    day = (now - timedelta(days=1)).date()
    slug = "-".join(word.lower() for word in run.project.title.split() if word.isalnum())
    figures = {ReachMetric.JOINERS: joiners} | {metric: round(joiners * rate) for metric, rate in RATES.items()}
    told = {metric.value: value for metric, value in figures.items()}
    key, name = f"{slug}-1", f"{slug}-1_enrolments.csv"
    batch = ImportBatch(
        cohort_id=cohort.row.id, kind="futurelearn", file_name=name, sha256="0" * 64, state=BatchState.APPLIED,
        imported_at=now, applied_at=now, imported_by_id=cohort.coach.id, applied_by_id=cohort.coach.id,
        choices={"runs": {key: {"to": "run", "run_id": run.public_id, "as_of": day.isoformat()}}},
        detected={
            "label": "FutureLearn", "asks": [],
            "files": [
                {"name": name, "kind": "enrolments", "encoding": "UTF-8", "delimiter": ",", "course": slug, "run": key,
                 "rows": joiners + 2, "counts": {"joiners": joiners, "staff": 2}, "notes": [], "problem_count": 1,
                 "headings": [], "columns": {}}
            ],
            "runs": [
                {"key": key, "course": slug, "label": "Run 1", "platform": Platform.FUTURELEARN.value, "figures": told,
                 "first_day": run.launched_on.isoformat(), "last_day": day.isoformat(), "has_learners": True}
            ],
        },
    )  # fmt: skip
    batch.files = [ImportFile(number=1, name=name, size=joiners * 140, sha256="0" * 64)]
    reason = "The enrolment is before the run opened. It counts."
    batch.rows.append(ImportRow(number=3, name="", minutes=0, outcome=RowOutcome.LEFT_OUT, reason=reason))
    imported = ImportedRun(batch=batch, key=key, run=run, as_of=day, people=joiners, is_current=True)
    session.add(imported)
    # Figures and learners refer to them by their numbers.
    session.flush()
    for metric, value in figures.items():
        report_reach(
            session, run, metric=metric, value=value, as_of=day, source=ReachSource.IMPORT,
            recorded_by_id=cohort.coach.id, now=now, batch_id=batch.id,
        )  # fmt: skip
    _keep_learners(session, cohort, run, imported, joiners)
    count_people(session, run.project_id)


def _keep_learners(session: Session, cohort: DemoCohort, run: CourseRun, imported: ImportedRun, count: int) -> None:
    key = salt_of(session, cohort.row.programme_id)
    collector = Collector(key, {imported.key: imported.id}, lambda pages: write_pages(session, pages))
    collector.add(imported.key, [f"demo-{run.public_id}-{number}" for number in range(count)])
    collector.flush()
