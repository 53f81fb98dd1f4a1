"""A coordinator's home: their programmes in figures. Four statements, whatever the number of programmes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    Cohort,
    CohortKind,
    CourseProject,
    CourseRun,
    Membership,
    Message,
    MessageState,
    Programme,
    ProgrammeCoordinator,
    ReachSnapshot,
    Role,
)
from coaching.policies import Actor
from coaching.services.project_list import CURRENT_JOINERS
from coaching.services.words import is_one_of, is_word
from coaching.services.zones import today_in


class ProgrammeCard(NamedTuple):
    """A programme in figures. Each run is counted once; the figures are as of dates from `oldest` to `newest`.

    `undecided` messages may have arrived or not, which somebody has to decide.
    """

    id: str
    slug: str
    name: str
    is_synthetic: bool
    formal_cohorts: int
    coaching_cohorts: int
    running_cohorts: int
    participants: int
    undecided: int
    launched_projects: int
    runs: int
    joiners: int
    oldest: date | None
    newest: date | None


class CoordinatorHome(NamedTuple):
    programmes: tuple[ProgrammeCard, ...]


_POSTS = select(ProgrammeCoordinator.programme_id).where(ProgrammeCoordinator.person_id == bindparam("person_id"))
_IS_RUNNING = and_(Cohort.starts_on <= bindparam("today"), Cohort.ends_on >= bindparam("today"))
_COHORTS: Select[*tuple[Any, ...]] = (
    select(
        Programme.id,
        Programme.public_id,
        Programme.slug,
        Programme.name,
        Programme.is_synthetic,
        func.count(Cohort.id).filter(is_word(Cohort.kind, CohortKind.FORMAL)),
        func.count(Cohort.id).filter(is_word(Cohort.kind, CohortKind.COACHING)),
        func.count(Cohort.id).filter(_IS_RUNNING),
    )
    .outerjoin(Cohort, Cohort.programme_id == Programme.id)
    .group_by(Programme.id)
    .order_by(Programme.name, Programme.id)
)
_PARTICIPANTS = (
    select(Cohort.programme_id, func.count())
    .join_from(Cohort, Membership, Membership.cohort_id == Cohort.id)
    .where(is_word(Membership.role, Role.PARTICIPANT), is_one_of(Membership.status, OPEN_STATUSES))
    .group_by(Cohort.programme_id)
)
_REACH = (
    select(
        CourseProject.programme_id,
        func.count(CourseProject.id.distinct()),
        func.count(),
        func.coalesce(func.sum(ReachSnapshot.value), 0),
        func.min(ReachSnapshot.as_of),
        func.max(ReachSnapshot.as_of),
    )
    .join_from(CourseProject, CourseRun, CourseRun.project_id == CourseProject.id)
    .outerjoin(ReachSnapshot, CURRENT_JOINERS)
    .group_by(CourseProject.programme_id)
)
_UNDECIDED = (
    select(Cohort.programme_id, func.count())
    .join_from(Message, Cohort, Cohort.id == Message.cohort_id)
    .where(is_word(Message.state, MessageState.UNKNOWN), Message.left_at.is_(None))
    .group_by(Cohort.programme_id)
)
_ALL = (_COHORTS, _PARTICIPANTS, _REACH, _UNDECIDED)
_POSTED = (
    _COHORTS.where(Programme.id.in_(_POSTS)),
    _PARTICIPANTS.where(Cohort.programme_id.in_(_POSTS)),
    _REACH.where(CourseProject.programme_id.in_(_POSTS)),
    _UNDECIDED.where(Cohort.programme_id.in_(_POSTS)),
)
_NO_REACH = (0, 0, 0, None, None)


def coordinator_home(session: Session, *, actor: Actor, now: datetime) -> CoordinatorHome:
    """The programmes that the actor coordinates; an administrator's are all of them."""
    connection = session.connection()
    values = {"person_id": actor.person_id, "today": today_in(now, actor.timezone)}
    cohorts, participants, reach, undecided = (
        connection.execute(statement, values).all() for statement in (_ALL if actor.is_administrator else _POSTED)
    )
    people = {row[0]: row[1] for row in participants}
    lost = {row[0]: row[1] for row in undecided}
    reached = {number: tuple(figures) for number, *figures in reach}
    return CoordinatorHome(
        tuple(
            ProgrammeCard(*(*columns, people.get(number, 0), lost.get(number, 0), *reached.get(number, _NO_REACH)))
            for number, *columns in cohorts
        )
    )
