"""Figures that are too old to go by: of a run that goes on, or went on after they were read, older than the programme's
`stale_weeks`; and runs that nobody has told a figure of for as long."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, literal_column, or_, select

from coaching.models import CourseProject, CourseRun, ReachSnapshot
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
