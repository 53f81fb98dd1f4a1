"""Course by course: what a sum of reach is made of. Of a programme the largest, and how many there are."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from coaching.models import Cohort, CourseProject, CourseRun, Programme, ProjectOwner, ReachSnapshot
from coaching.policies import Actor, may_view_cohort, may_view_programme, require
from coaching.services.project_list import (
    CURRENT_JOINERS,
    OWNERS_IN_COHORT,
    PROJECTS_IN_COHORT,
    ProjectLine,
    owner_statement,
    project_statement,
    read_projects,
)

MOST = 50


class Courses(NamedTuple):
    """`lines` are those with the most enrolments first; `total` is how many have launched."""

    lines: tuple[ProjectLine, ...]
    total: int


_IN_PROGRAMME = CourseProject.programme_id == bindparam("programme_id")
_LARGEST = (
    select(CourseProject.id)
    .join(CourseRun, CourseRun.project_id == CourseProject.id)
    .outerjoin(ReachSnapshot, CURRENT_JOINERS)
    .where(_IN_PROGRAMME)
    .group_by(CourseProject.id)
    .order_by(func.coalesce(func.sum(ReachSnapshot.value), 0).desc(), CourseProject.id)
    .limit(literal_column(str(MOST)))
)
_PROJECTS = project_statement(CourseProject.id.in_(bindparam("ids", expanding=True)))
_OWNERS = owner_statement(ProjectOwner.project_id.in_(bindparam("ids", expanding=True)))
_LAUNCHED = (
    select(func.count(CourseRun.project_id.distinct()))
    .join(CourseProject, CourseProject.id == CourseRun.project_id)
    .where(_IN_PROGRAMME)
)


def cohort_courses(session: Session, cohort: Cohort, *, actor: Actor) -> Courses:
    """The launched courses that began in the cohort or that a member of it co-owns. Two statements."""
    require(may_view_cohort(actor, cohort), seen=False)
    read = read_projects(session.connection(), PROJECTS_IN_COHORT, OWNERS_IN_COHORT, {"cohort_id": cohort.id})
    lines = _by_size(read.lines)
    return Courses(lines, len(lines))


def programme_courses(session: Session, programme: Programme, *, actor: Actor) -> Courses:
    """The launched courses with the most enrolments. Four statements, however many there are."""
    require(may_view_programme(actor, programme.id), seen=False)
    connection, values = session.connection(), {"programme_id": programme.id}
    ids = connection.scalars(_LARGEST, values).all()
    read = read_projects(connection, _PROJECTS, _OWNERS, {"ids": ids})
    return Courses(_by_size(read.lines), connection.scalars(_LAUNCHED, values).one())


def _by_size(lines: tuple[ProjectLine, ...]) -> tuple[ProjectLine, ...]:
    launched = [line for line in lines if line.runs]
    return tuple(sorted(launched, key=lambda line: (-(line.joiners or 0), line.title)))
