"""Figures that are too old to go by: of a run that goes on, or went on after they were read, older than the programme's
`stale_weeks`; and runs that nobody has told a figure of for as long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, func, literal_column, or_, select, union

from coaching.models import CourseProject, CourseRun, Membership, Programme, ProjectOwner, ReachSnapshot
from coaching.services.cohort_cards import COACHED
from coaching.services.project_list import CURRENT_JOINERS

# Nothing is as old as that: what a programme that asks for nothing compares with.
NEVER = date(1, 1, 1)
MOST = 100

# A run's figure, as CURRENT_JOINERS joins it, is of a day before `stale_before`, and may have grown since.
IS_STALE = or_(
    and_(
        ReachSnapshot.as_of < bindparam("stale_before"),
        or_(CourseRun.ended_on.is_(None), CourseRun.ended_on > ReachSnapshot.as_of),
    ),
    and_(ReachSnapshot.id.is_(None), CourseRun.launched_on < bindparam("stale_before")),
)


class StaleRun(NamedTuple):
    """A run whose figure is too old; `joiners` and `as_of` are None where there never was one."""

    run_id: str
    label: str
    project_id: str
    title: str
    launched_on: date
    joiners: int | None
    as_of: date | None


class StaleRuns(NamedTuple):
    """Some of them, the oldest figure first, and how many there are."""

    runs: tuple[StaleRun, ...]
    total: int


def stale_before(weeks: int | None, today: date) -> date:
    """A figure of a day before this one is too old."""
    return NEVER if weeks is None else today - timedelta(weeks=weeks)


def is_stale(as_of: date | None, *, launched_on: date, ended_on: date | None, limit: date) -> bool:
    """The same of one run, whose joiners are as of this day."""
    if as_of is None:
        return launched_on < limit
    return as_of < limit and (ended_on is None or ended_on > as_of)


_COACHED = union(
    select(CourseProject.id).where(CourseProject.cohort_id.in_(COACHED)),
    select(ProjectOwner.project_id)
    .join(Membership, Membership.id == ProjectOwner.membership_id)
    .where(Membership.cohort_id.in_(COACHED)),
)
_COACHED_RUNS = (
    select(
        Programme.stale_weeks,
        CourseRun.ended_on,
        CourseRun.public_id,
        CourseRun.label,
        CourseProject.public_id,
        CourseProject.title,
        CourseRun.launched_on,
        ReachSnapshot.value,
        ReachSnapshot.as_of,
    )
    .join_from(CourseRun, CourseProject, CourseProject.id == CourseRun.project_id)
    .join(Programme, Programme.id == CourseProject.programme_id)
    .outerjoin(ReachSnapshot, CURRENT_JOINERS)
    .where(CourseProject.id.in_(_COACHED), Programme.stale_weeks.is_not(None))
    .order_by(func.coalesce(ReachSnapshot.as_of, CourseRun.launched_on), CourseRun.id)
)


def read_stale_coached(connection: Connection, *, person_id: int, today: date) -> tuple[StaleRun, ...]:
    """The stale runs of the courses in the cohorts that somebody coaches, each by its programme's weeks."""
    found = []
    for weeks, ended_on, *row in connection.execute(_COACHED_RUNS, {"person_id": person_id}):
        run = StaleRun._make(row)
        if is_stale(run.as_of, launched_on=run.launched_on, ended_on=ended_on, limit=stale_before(weeks, today)):
            found.append(run)
    return tuple(found)


def stale_statement(scope: Any) -> Select[*tuple[Any, ...]]:
    """The stale runs within a scope, with their number at the end of each row."""
    return (
        select(
            CourseRun.public_id,
            CourseRun.label,
            CourseProject.public_id,
            CourseProject.title,
            CourseRun.launched_on,
            ReachSnapshot.value,
            ReachSnapshot.as_of,
            func.count().over(),
        )
        .join_from(CourseRun, CourseProject, CourseProject.id == CourseRun.project_id)
        .outerjoin(ReachSnapshot, CURRENT_JOINERS)
        .where(scope, IS_STALE)
        .order_by(func.coalesce(ReachSnapshot.as_of, CourseRun.launched_on), CourseRun.id)
        .limit(literal_column(str(MOST)))
    )
