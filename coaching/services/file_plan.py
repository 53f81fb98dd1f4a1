"""What applying a batch would do: each figure new or known already, and what about it a person should look at first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.import_policies import may_view_import
from coaching.models import Cohort, CourseRun, ImportBatch, ReachMetric, ReachSnapshot, RowOutcome
from coaching.policies import Actor, require
from coaching.services.file_checks import LEAVE, RUN
from coaching.services.reach_checks import find_doubts
from coaching.services.reach_figures import Figure, Standing

_STANDING = (
    select(
        ReachSnapshot.run_id,
        ReachSnapshot.metric,
        ReachSnapshot.as_of,
        ReachSnapshot.id,
        ReachSnapshot.value,
        ReachSnapshot.source,
        ReachSnapshot.batch_id,
    )
    .where(ReachSnapshot.withdrawn_at.is_(None))
    .order_by(ReachSnapshot.as_of, ReachSnapshot.id)
)


@dataclass(frozen=True, slots=True)
class PlannedFigure:
    """A figure that applying would add, or that stands already, perhaps by the import of this public identifier."""

    metric: ReachMetric
    value: int
    as_of: date
    outcome: RowOutcome
    warnings: tuple[str, ...] = ()
    known_from: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """What becomes of one run that was found. `run` is None where it is left out, undecided, or opened anew."""

    key: str
    choice: Mapping[str, Any]
    run: CourseRun | None = None
    figures: list[PlannedFigure] = field(default_factory=list)

    @property
    def is_known(self) -> bool:
        return bool(self.figures) and all(figure.outcome == RowOutcome.KNOWN for figure in self.figures)


def figures_of(found: Mapping[str, Any], choice: Mapping[str, Any]) -> list[tuple[ReachMetric, int, date]]:
    """The figures of a run that was found: of the days that its rows name, or all of the day that somebody said."""
    if found.get("series"):
        lines = [(one["metric"], one["value"], one["as_of"] or choice["as_of"]) for one in found["series"]]
    else:
        lines = [(metric, value, choice["as_of"]) for metric, value in found["figures"].items()]
    order = list(ReachMetric)
    made = [(ReachMetric(metric), value, date.fromisoformat(on)) for metric, value, on in lines]
    return sorted(made, key=lambda line: (line[2], order.index(line[0])))


def plan_import(session: Session, batch: ImportBatch, cohort: Cohort, *, actor: Actor) -> list[PlannedRun]:
    """What applying would do with each run that was found. Three queries, however many runs and figures there are."""
    require(may_view_import(actor, batch, cohort), seen=False)
    chosen = batch.choices.get("runs", {})
    wanted = {choice["run_id"] for choice in chosen.values() if choice["to"] == RUN}
    runs = {run.public_id: run for run in _read_runs(session, wanted)}
    standing, names = _read_standing(session, [run.id for run in runs.values()])
    planned = []
    for found in batch.detected.get("runs", []):
        choice = chosen.get(found["key"], {})
        run = runs.get(choice.get("run_id", ""))
        figures = []
        if choice and choice["to"] != LEAVE:
            figures = _plan(found, choice, standing.get(run.id, {}) if run is not None else {}, names)
        planned.append(PlannedRun(found["key"], choice, run, figures))
    return planned


def _plan(
    found: Mapping[str, Any], choice: Mapping[str, Any], stands: Standing, names: Mapping[int, str]
) -> list[PlannedFigure]:
    # The figures of one import are beside each other too: each stands when the next is looked at.
    by_day: dict[ReachMetric, dict[date, Figure]] = {metric: dict(stands.get(metric, {})) for metric in ReachMetric}
    planned = []
    for metric, value, as_of in figures_of(found, choice):
        known = by_day[metric].get(as_of)
        if known is not None and known.value == value:
            by = names.get(known.batch_id or 0)
            planned.append(PlannedFigure(metric, value, as_of, RowOutcome.KNOWN, known_from=by))
        else:
            doubts = find_doubts(by_day, metric, value, as_of)
            planned.append(PlannedFigure(metric, value, as_of, RowOutcome.NEW, doubts))
    return planned


def _read_runs(session: Session, public_ids: Iterable[str]) -> list[CourseRun]:
    wanted = sorted(public_ids)
    statement = select(CourseRun).where(CourseRun.public_id.in_(wanted)).options(joinedload(CourseRun.project))
    return list(session.scalars(statement)) if wanted else []


def _read_standing(session: Session, run_ids: list[int]) -> tuple[dict[int, Standing], dict[int, str]]:
    """What stands of each run, and the public identifiers of the imports that it came with."""
    standing: dict[int, dict[ReachMetric, dict[date, Figure]]] = {}
    if not run_ids:
        return {}, {}
    for line in session.execute(_STANDING.where(ReachSnapshot.run_id.in_(run_ids))):
        figure = Figure(line.id, line.value, line.source, line.batch_id)
        standing.setdefault(line.run_id, {}).setdefault(line.metric, {})[line.as_of] = figure
    batches = {one.batch_id for runs in standing.values() for days in runs.values() for one in days.values()} - {None}
    names = select(ImportBatch.id, ImportBatch.public_id).where(ImportBatch.id.in_(sorted(filter(None, batches))))
    return dict(standing), dict(session.execute(names).all()) if batches else {}
