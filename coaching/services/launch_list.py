"""Launches to celebrate, in the cohorts of one person: one statement, in which each run stands once."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, literal_column, select, union

from coaching.models import CourseProject, CourseRun, Membership, Person, ProjectOwner, ReachSnapshot, ReachState
from coaching.services.cohort_cards import ATTENDED, COACHED
from coaching.services.project_list import CURRENT_JOINERS, STATE

LONGEST_LIST = 100
LATEST = 10


class LaunchLine(NamedTuple):
    """One run of a course, with who built it, its enrolments and how far to believe these."""

    project_id: str
    title: str
    label: str
    launched_on: date
    joiners: int | None
    state: ReachState | None
    owners: tuple[str, ...]


# Names have no line breaks, so that a line break parts them.
_OWNER_NAMES = (
    select(func.aggregate_strings(func.coalesce(Person.name, ProjectOwner.outside_name), "\n"))
    .outerjoin_from(ProjectOwner, Membership, Membership.id == ProjectOwner.membership_id)
    .outerjoin(Person, Person.id == Membership.person_id)
    .where(ProjectOwner.project_id == CourseProject.id)
    .scalar_subquery()
)


def _launches(cohort_ids: Select[int], *, limit: int) -> Select[*tuple[Any, ...]]:
    project_ids = union(
        select(CourseProject.id).where(CourseProject.cohort_id.in_(cohort_ids)),
        select(ProjectOwner.project_id)
        .join(Membership, Membership.id == ProjectOwner.membership_id)
        .where(Membership.cohort_id.in_(cohort_ids)),
    )
    return (
        select(
            CourseProject.public_id,
            CourseProject.title,
            CourseRun.label,
            CourseRun.launched_on,
            ReachSnapshot.value,
            STATE,
            _OWNER_NAMES,
        )
        .join_from(CourseRun, CourseProject, CourseProject.id == CourseRun.project_id)
        .outerjoin(ReachSnapshot, CURRENT_JOINERS)
        .where(CourseRun.project_id.in_(project_ids))
        .order_by(CourseRun.launched_on.desc(), CourseRun.id.desc())
        .limit(literal_column(str(limit)))
    )


COACHED_SINCE = _launches(COACHED, limit=LONGEST_LIST).where(CourseRun.launched_on >= bindparam("since"))
ATTENDED_LATEST = _launches(ATTENDED, limit=LATEST)


def read_launches(
    connection: Connection, statement: Select[*tuple[Any, ...]], values: dict[str, Any]
) -> tuple[LaunchLine, ...]:
    return tuple(
        LaunchLine(
            public_id,
            title,
            label,
            launched_on,
            joiners,
            ReachState(state) if state else None,
            tuple(sorted((names or "").splitlines())),
        )
        for public_id, title, label, launched_on, joiners, state, names in connection.execute(statement, values).all()
    )
