"""The board of a cohort's projects by stage, and all projects of a programme as pages of a list. Each project stands
once, however many build it in however many cohorts; three statements, whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from coaching.errors import Invalid
from coaching.models import (
    Cohort,
    CourseProject,
    CourseRun,
    Platform,
    Programme,
    ProjectOwner,
    ReachSnapshot,
    Stage,
    StageChange,
)
from coaching.policies import Actor, may_view_cohort, may_view_programme, require
from coaching.services.paging import Statement, check_limit, read_page
from coaching.services.project_list import CURRENT_JOINERS, IN_COHORT, OWNERS_IN_COHORT, OwnerLine, owner_statement

MOST_COHORTS = 500


class BoardCard(NamedTuple):
    """A project on the board; `since` is the day from which it is at its stage, and the cohort is where it began."""

    id: str
    title: str
    platform: Platform
    stage: Stage
    since: date | None
    cohort_id: str
    cohort: str
    runs: int
    joiners: int | None
    as_of: date | None
    owners: tuple[OwnerLine, ...]


class BoardColumn(NamedTuple):
    """One stage, with its projects: those that came to it last first."""

    stage: Stage
    cards: tuple[BoardCard, ...]

    @property
    def projects(self) -> int:
        return len(self.cards)


class ProjectPage(NamedTuple):
    """A page of a programme's projects, the newest first, and how many there are at each stage under the same filters
    but for the stage. `next` is the cursor of the page after this one."""

    items: tuple[BoardCard, ...]
    stages: dict[Stage, int]
    next: str | None


_SINCE = (
    select(func.max(StageChange.on))
    .where(
        StageChange.project_id == CourseProject.id,
        StageChange.stage == CourseProject.stage,
        StageChange.withdrawn_at.is_(None),
    )
    .scalar_subquery()
)
_COLUMNS = (
    CourseProject.id.label("number"),
    CourseProject.public_id.label("id"),
    CourseProject.title.label("title"),
    CourseProject.platform.label("platform"),
    CourseProject.stage.label("stage"),
    _SINCE.label("since"),
    Cohort.public_id.label("cohort_id"),
    Cohort.name.label("cohort"),
    func.count(CourseRun.id).label("runs"),
    func.sum(ReachSnapshot.value).label("joiners"),
    func.max(ReachSnapshot.as_of).label("as_of"),
)
_MARK = aliased(CourseProject)


def _cards(statement: Select[*tuple[Any, ...]]) -> Statement:
    """What a card says, of the projects that the statement selects from."""
    return (
        statement.join(Cohort, Cohort.id == CourseProject.cohort_id)
        .outerjoin(CourseRun, CourseRun.project_id == CourseProject.id)
        .outerjoin(ReachSnapshot, CURRENT_JOINERS)
        .group_by(CourseProject.id, Cohort.id)
    )


_BOARD = _cards(select(*_COLUMNS).select_from(CourseProject)).where(CourseProject.id.in_(IN_COHORT))
_OWNERS_OF_PAGE = owner_statement(ProjectOwner.project_id.in_(bindparam("numbers", expanding=True)))
_COHORTS = (
    select(Cohort.public_id, Cohort.name)
    .where(Cohort.programme_id == bindparam("programme_id"))
    .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
    .limit(literal_column(str(MOST_COHORTS)))
)


def read_board(session: Session, cohort: Cohort, *, actor: Actor) -> tuple[BoardColumn, ...]:
    """The projects that began in the cohort or that a member of it co-owns, by stage; a stage without any is there."""
    require(may_view_cohort(actor, cohort), seen=False)
    values = {"cohort_id": cohort.id}
    rows = [dict(row) for row in session.connection().execute(_BOARD, values).mappings()]
    owners = _by_project(session.connection().execute(OWNERS_IN_COHORT, values).all())
    cards = sorted(
        (_card(row, owners) for row in rows), key=lambda card: (card.since or date.min, card.id), reverse=True
    )
    return tuple(BoardColumn(stage, tuple(card for card in cards if card.stage == stage)) for stage in Stage)


def list_programme_projects(
    session: Session,
    programme: Programme,
    *,
    actor: Actor,
    cohort: Cohort | None = None,
    stage: Stage | None = None,
    platform: Platform | None = None,
    limit: int = 50,
    after: str | None = None,
) -> ProjectPage:
    """The programme's projects, for its coordinators, the newest first. `cohort` narrows them down to those that began
    there or that a member of it co-owns."""
    require(may_view_programme(actor, programme.id), seen=False)
    if cohort is not None and cohort.programme_id != programme.id:
        raise Invalid.field("cohort_id", "Choose a cohort of this programme.")
    chosen = {"cohort": cohort, "stage": stage, "platform": platform, "after": after}
    filters = frozenset(name for name, value in chosen.items() if value is not None)
    values = {
        "programme_id": programme.id, "cohort_id": cohort.id if cohort else None, "stage": stage,
        "platform": platform, "after": after,
    }  # fmt: skip
    page = read_page(session, _page_statement(filters, check_limit(limit)), values, mark=_mark, limit=limit)
    numbers = [row["number"] for row in page.items]
    connection = session.connection()
    owners = _by_project(connection.execute(_OWNERS_OF_PAGE, {"numbers": numbers}).all())
    counts: dict[Stage, int] = dict(tuple(row) for row in connection.execute(_counts(filters), values))
    return ProjectPage(
        tuple(_card(row, owners) for row in page.items),
        {one: counts.get(one, 0) for one in Stage},
        page.next,
    )


def list_cohort_names(session: Session, programme: Programme, *, actor: Actor) -> list[tuple[str, str]]:
    """The programme's newest cohorts, by which its projects are narrowed down."""
    require(may_view_programme(actor, programme.id), seen=False)
    rows = session.connection().execute(_COHORTS, {"programme_id": programme.id})
    return [(public_id, name) for public_id, name in rows]


@lru_cache(maxsize=64)
def _page_statement(filters: frozenset[str], limit: int) -> Statement:
    conditions = _conditions(filters)
    if "after" in filters:
        conditions.append(CourseProject.id < _mark().scalar_subquery())
    # The page is cut out first, so that runs and reach are looked up for its rows alone.
    page = (
        select(CourseProject.id)
        .where(*conditions)
        .order_by(CourseProject.id.desc())
        .limit(literal_column(str(limit + 1)))
        .subquery("page")
    )
    lines = select(*_COLUMNS).join_from(page, CourseProject, CourseProject.id == page.c.id)
    return _cards(lines).order_by(CourseProject.id.desc())


@lru_cache(maxsize=32)
def _counts(filters: frozenset[str]) -> Statement:
    conditions = _conditions(filters - {"stage", "after"})
    return select(CourseProject.stage, func.count()).where(*conditions).group_by(CourseProject.stage)


def _conditions(filters: frozenset[str]) -> list[ColumnElement[bool]]:
    conditions: dict[str, ColumnElement[bool]] = {
        "cohort": CourseProject.id.in_(IN_COHORT),
        "stage": CourseProject.stage == bindparam("stage"),
        "platform": CourseProject.platform == bindparam("platform"),
    }
    programme = CourseProject.programme_id == bindparam("programme_id")
    return [programme, *(condition for name, condition in conditions.items() if name in filters)]


def _mark() -> Statement:
    """The row that the cursor names, where it is one of this programme."""
    return select(_MARK.id).where(
        _MARK.public_id == bindparam("after"), _MARK.programme_id == bindparam("programme_id")
    )


def _by_project(rows: Iterable[Any]) -> dict[int, tuple[OwnerLine, ...]]:
    owners: defaultdict[int, list[OwnerLine]] = defaultdict(list)
    for project_id, membership_id, name in rows:
        owners[project_id].append(OwnerLine(name, membership_id))
    return {number: tuple(names) for number, names in owners.items()}


def _card(row: dict[str, Any], owners: dict[int, tuple[OwnerLine, ...]]) -> BoardCard:
    return BoardCard(owners=owners.get(row["number"], ()), **{name: row[name] for name in row if name != "number"})
