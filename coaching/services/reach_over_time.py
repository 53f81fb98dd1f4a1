"""Reach over time and as it stands, of a run, a project, a cohort or a programme: each run once, however many look.

The sum of a day is that of each run's latest figure by then, so that a run counts from its first figure on. Of each
run only what its figures changed is added up, day by day; nothing of it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select
from sqlalchemy.orm import Session

from coaching.models import Cohort, CourseProject, CourseRun, ImportedRun, Programme, ReachMetric, ReachSnapshot
from coaching.policies import Actor, may_view_cohort, may_view_programme, may_view_project, require
from coaching.services.project_list import IN_COHORT, IS_CONFIRMED, IS_IMPORTED
from coaching.services.stale_runs import StaleRun, StaleRuns, stale_before, stale_statement
from coaching.services.words import read_word
from coaching.services.zones import today_in

Statement = Select[*tuple[Any, ...]]


class ReachPoint(NamedTuple):
    """What all runs came to on a day on which a figure was of, and of how many runs there was one by then."""

    on: date
    value: int
    runs: int


class MetricTotal(NamedTuple):
    """The current figures of one metric added up, each run once: of `runs` that have one, as of days from `oldest` to
    `newest`. How much of it is how far to be believed stands beside it."""

    metric: ReachMetric
    value: int
    confirmed: int
    imported: int
    runs: int
    oldest: date
    newest: date

    @property
    def self_reported(self) -> int:
        return self.value - self.confirmed - self.imported


class PeopleCounted(NamedTuple):
    """Different people over the imported runs of each of `courses`, added up: who took two of the courses is there
    twice. `people` is None where no import told. As of days from `oldest` to `newest`."""

    people: int | None
    courses: int
    oldest: date | None
    newest: date | None


class Reach(NamedTuple):
    """`points` are of `metric`; `totals` have every metric of which there is a figure. `people` are no enrolments, and
    are part of no total."""

    metric: ReachMetric
    points: tuple[ReachPoint, ...]
    totals: tuple[MetricTotal, ...]
    people: PeopleCounted
    stale: StaleRuns

    @property
    def total(self) -> MetricTotal | None:
        return next((total for total in self.totals if total.metric == self.metric), None)


class Reading(NamedTuple):
    """The four statements of a scope."""

    totals: Statement
    points: Statement
    people: Statement
    stale: Statement


def _totals(scope: ColumnElement[bool]) -> Statement:
    value = ReachSnapshot.value
    return (
        select(
            read_word(ReachSnapshot.metric, ReachMetric),
            func.sum(value),
            func.coalesce(func.sum(value).filter(IS_CONFIRMED), 0),
            func.coalesce(func.sum(value).filter(IS_IMPORTED), 0),
            func.count(),
            func.min(ReachSnapshot.as_of),
            func.max(ReachSnapshot.as_of),
        )
        .join_from(CourseRun, ReachSnapshot, ReachSnapshot.run_id == CourseRun.id)
        .where(scope, ReachSnapshot.is_current)
        .group_by(ReachSnapshot.metric)
    )


def _points(scope: ColumnElement[bool]) -> Statement:
    """By day, by how much the sum grows or shrinks, and how many runs come in. Of several figures of one day each
    takes the place of the one before, so that what they change adds up to what the last of them says."""
    before = func.lag(ReachSnapshot.value).over(
        partition_by=ReachSnapshot.run_id, order_by=(ReachSnapshot.as_of, ReachSnapshot.id)
    )
    figures = (
        select(ReachSnapshot.as_of, ReachSnapshot.value, before.label("before"))
        .join_from(CourseRun, ReachSnapshot, ReachSnapshot.run_id == CourseRun.id)
        .where(scope, ReachSnapshot.metric == bindparam("metric"), ReachSnapshot.withdrawn_at.is_(None))
        .subquery()
    )
    return (
        select(
            figures.c.as_of,
            func.sum(figures.c.value - func.coalesce(figures.c.before, 0)),
            func.count() - func.count(figures.c.before),
        )
        .group_by(figures.c.as_of)
        .order_by(figures.c.as_of)
    )


def _people(scope: ColumnElement[bool]) -> Statement:
    """Each course once, with the days of the imports that its people are counted from."""
    courses = (
        select(
            CourseProject.id,
            CourseProject.people.label("people"),
            func.min(ImportedRun.as_of).label("oldest"),
            func.max(ImportedRun.as_of).label("newest"),
        )
        .join_from(CourseProject, CourseRun, CourseRun.project_id == CourseProject.id)
        .outerjoin(ImportedRun, (ImportedRun.run_id == CourseRun.id) & ImportedRun.is_current)
        .where(scope, CourseProject.people.is_not(None))
        .group_by(CourseProject.id)
        .subquery()
    )
    return select(
        func.sum(courses.c.people), func.count(), func.min(courses.c.oldest), func.max(courses.c.newest)
    ).select_from(courses)


def _reading(scope: ColumnElement[bool]) -> Reading:
    return Reading(_totals(scope), _points(scope), _people(scope), stale_statement(scope))


OF_RUN = _reading(CourseRun.id == bindparam("run_id"))
OF_PROJECT = _reading(CourseRun.project_id == bindparam("project_id"))
OF_COHORT = _reading(CourseRun.project_id.in_(IN_COHORT))
OF_PROGRAMME = _reading(
    CourseRun.project_id.in_(select(CourseProject.id).where(CourseProject.programme_id == bindparam("programme_id")))
)


def run_reach(
    session: Session, run: CourseRun, *, actor: Actor, now: datetime, metric: ReachMetric = ReachMetric.JOINERS
) -> Reach:
    """One run's figures through time, each the one that stands for its day."""
    require(may_view_project(actor, run.project), seen=False)
    project = run.project
    values = {"run_id": run.id, "stale_before": _limit(project.programme, project.cohort.timezone, now)}
    return read_reach(session.connection(), OF_RUN, values, metric)


def project_reach(
    session: Session, project: CourseProject, *, actor: Actor, now: datetime, metric: ReachMetric = ReachMetric.JOINERS
) -> Reach:
    """All runs of a course together."""
    require(may_view_project(actor, project), seen=False)
    values = {"project_id": project.id, "stale_before": _limit(project.programme, project.cohort.timezone, now)}
    return read_reach(session.connection(), OF_PROJECT, values, metric)


def cohort_reach(
    session: Session, cohort: Cohort, *, actor: Actor, now: datetime, metric: ReachMetric = ReachMetric.JOINERS
) -> Reach:
    """The runs of all courses that began in the cohort or that a member of it co-owns."""
    require(may_view_cohort(actor, cohort), seen=False)
    values = {"cohort_id": cohort.id, "stale_before": _limit(cohort.programme, cohort.timezone, now)}
    return read_reach(session.connection(), OF_COHORT, values, metric)


def programme_reach(
    session: Session, programme: Programme, *, actor: Actor, now: datetime, metric: ReachMetric = ReachMetric.JOINERS
) -> Reach:
    """Every run of the programme."""
    require(may_view_programme(actor, programme.id), seen=False)
    values = {"programme_id": programme.id, "stale_before": _limit(programme, programme.timezone, now)}
    return read_reach(session.connection(), OF_PROGRAMME, values, metric)


def _limit(programme: Programme, zone: str, now: datetime) -> date:
    return stale_before(programme.stale_weeks, today_in(now, zone))


def read_reach(connection: Connection, reading: Reading, values: Mapping[str, Any], metric: ReachMetric) -> Reach:
    """Runs the four statements."""
    by_metric = {row[0]: MetricTotal(*row) for row in connection.execute(reading.totals, values)}
    points, value, runs = [], 0, 0
    for on, grown, come in connection.execute(reading.points, {**values, "metric": metric}).all():
        value, runs = value + int(grown), runs + int(come)
        points.append(ReachPoint(on, value, runs))
    stale = connection.execute(reading.stale, values).all()
    return Reach(
        metric=metric,
        points=tuple(points),
        totals=tuple(by_metric[one] for one in ReachMetric if one in by_metric),
        people=PeopleCounted(*connection.execute(reading.people, values).one()),
        stale=StaleRuns(tuple(StaleRun(*row[:-1]) for row in stale), stale[0][-1] if stale else 0),
    )
