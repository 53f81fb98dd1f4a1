"""Course projects as lines of a page or a list: two statements, whatever their number, each run counted once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, case, func, not_, or_, select, union

from coaching.models import (
    CourseProject,
    CourseRun,
    Membership,
    Person,
    Platform,
    Programme,
    ProjectOwner,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
    ReachState,
    Stage,
)
from coaching.services.words import is_word


class OwnerLine(NamedTuple):
    """Who builds the course. `membership_id` is the public one, and None for a team-mate outside."""

    name: str
    membership_id: str | None


class ProjectLine(NamedTuple):
    """A project with its owners and its reach now; `joiners` is None while no run has a figure. `people` are the
    different learners of its imported runs. From `stale_on` on, the figure of one of its runs is too old."""

    id: str
    title: str
    platform: Platform
    stage: Stage
    runs: int
    first_launch: date | None
    joiners: int | None
    as_of: date | None
    owners: tuple[OwnerLine, ...]
    confirmed: int
    imported: int
    people: int | None
    stale_on: date | None

    @property
    def self_reported(self) -> int:
        return (self.joiners or 0) - self.confirmed - self.imported


class ReachTotals(NamedTuple):
    """Projects, runs and enrolments, each run once; the figures are as of dates from `oldest` to `newest`. How much of
    the enrolments a coach stands by, and how much a platform told, stands beside them."""

    projects: int
    launched: int
    runs: int
    joiners: int
    oldest: date | None
    newest: date | None
    confirmed: int = 0
    imported: int = 0

    @property
    def self_reported(self) -> int:
        """What of the enrolments nobody but who built the course has said."""
        return self.joiners - self.confirmed - self.imported


IS_IMPORTED = is_word(ReachSnapshot.source, ReachSource.IMPORT)
IS_CONFIRMED = and_(
    not_(IS_IMPORTED),
    or_(ReachSnapshot.confirmed_at.is_not(None), is_word(ReachSnapshot.source, ReachSource.COACH)),
)
# The state of a figure that is joined, and null where none is.
STATE = case(
    (IS_IMPORTED, ReachState.IMPORTED.value),
    (IS_CONFIRMED, ReachState.CONFIRMED.value),
    (ReachSnapshot.id.is_not(None), ReachState.SELF_REPORTED.value),
)
CURRENT_JOINERS = and_(
    ReachSnapshot.run_id == CourseRun.id,
    is_word(ReachSnapshot.metric, ReachMetric.JOINERS),
    ReachSnapshot.is_current,
)

# A figure that may be larger by now, and after how many weeks it is too old.
_MAY_GROW = and_(
    CourseRun.id.is_not(None),
    or_(ReachSnapshot.id.is_(None), CourseRun.ended_on.is_(None), CourseRun.ended_on > ReachSnapshot.as_of),
)
_STALE_WEEKS = select(Programme.stale_weeks).where(Programme.id == CourseProject.programme_id).scalar_subquery()

# A union, and not a condition with OR, lets both engines walk their indexes from the cohort or the person.
IN_COHORT = union(
    select(CourseProject.id).where(CourseProject.cohort_id == bindparam("cohort_id")),
    select(ProjectOwner.project_id)
    .join(Membership, Membership.id == ProjectOwner.membership_id)
    .where(Membership.cohort_id == bindparam("cohort_id")),
)
OF_PERSON = (
    select(ProjectOwner.project_id)
    .join(Membership, Membership.id == ProjectOwner.membership_id)
    .where(Membership.person_id == bindparam("person_id"))
)


def project_statement(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The projects that `condition` chooses, with runs and reach."""
    return (
        select(
            CourseProject.id,
            CourseProject.public_id,
            CourseProject.title,
            CourseProject.platform,
            CourseProject.stage,
            func.count(CourseRun.id),
            func.min(CourseRun.launched_on),
            func.sum(ReachSnapshot.value),
            func.min(ReachSnapshot.as_of),
            func.max(ReachSnapshot.as_of),
            func.coalesce(func.sum(ReachSnapshot.value).filter(IS_CONFIRMED), 0),
            func.coalesce(func.sum(ReachSnapshot.value).filter(IS_IMPORTED), 0),
            CourseProject.people,
            func.min(func.coalesce(ReachSnapshot.as_of, CourseRun.launched_on)).filter(_MAY_GROW),
            _STALE_WEEKS,
        )
        .outerjoin(CourseRun, CourseRun.project_id == CourseProject.id)
        .outerjoin(ReachSnapshot, CURRENT_JOINERS)
        .where(condition)
        .group_by(CourseProject.id)
        .order_by(CourseProject.title, CourseProject.id)
    )


def owner_statement(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The owners of the projects that `condition` chooses, in the order in which they were added."""
    return (
        select(
            ProjectOwner.project_id,
            Membership.public_id,
            func.coalesce(Person.name, ProjectOwner.outside_name),
        )
        .outerjoin(Membership, Membership.id == ProjectOwner.membership_id)
        .outerjoin(Person, Person.id == Membership.person_id)
        .where(condition)
        .order_by(ProjectOwner.id)
    )


class ProjectLines(NamedTuple):
    """The lines, and what they come to together."""

    lines: tuple[ProjectLine, ...]
    totals: ReachTotals

    def by_member(self) -> dict[str, list[ProjectLine]]:
        """The lines by their owners' memberships: a co-owned project stands with each of them."""
        owned: defaultdict[str, list[ProjectLine]] = defaultdict(list)
        for line in self.lines:
            for owner in line.owners:
                if owner.membership_id is not None:
                    owned[owner.membership_id].append(line)
        return owned


def read_projects(
    connection: Connection,
    projects: Select[*tuple[Any, ...]],
    owners: Select[*tuple[Any, ...]],
    values: Mapping[str, Any],
) -> ProjectLines:
    """Runs the two statements and puts owners to their projects."""
    names: defaultdict[int, list[OwnerLine]] = defaultdict(list)
    for project_id, membership_id, name in connection.execute(owners, values).all():
        names[project_id].append(OwnerLine(name, membership_id))
    rows = connection.execute(projects, values).all()
    lines = tuple(_line(row, tuple(names[row[0]])) for row in rows)
    dates = [day for row in rows for day in row[8:10] if day is not None]
    totals = ReachTotals(
        projects=len(lines),
        launched=sum(line.runs > 0 for line in lines),
        runs=sum(line.runs for line in lines),
        joiners=sum(line.joiners or 0 for line in lines),
        oldest=min(dates, default=None),
        newest=max(dates, default=None),
        confirmed=sum(line.confirmed for line in lines),
        imported=sum(line.imported for line in lines),
    )
    return ProjectLines(lines, totals)


def _line(row: Any, owners: tuple[OwnerLine, ...]) -> ProjectLine:
    """A row of a statement of projects, with the owners that another statement gave."""
    _number, *line, _oldest, newest, confirmed, imported, people, may_grow, weeks = row
    return ProjectLine._make([*line, newest, owners, confirmed, imported, people, _stale_on(may_grow, weeks)])


def _stale_on(oldest: date | None, weeks: int | None) -> date | None:
    """The first day on which a figure of that day is older than so many weeks."""
    return None if oldest is None or weeks is None else oldest + timedelta(weeks=weeks, days=1)


PROJECTS_IN_COHORT = project_statement(CourseProject.id.in_(IN_COHORT))
OWNERS_IN_COHORT = owner_statement(ProjectOwner.project_id.in_(IN_COHORT))
PROJECTS_OF_PERSON = project_statement(CourseProject.id.in_(OF_PERSON))
OWNERS_OF_PERSON = owner_statement(ProjectOwner.project_id.in_(OF_PERSON))
