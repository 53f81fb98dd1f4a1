"""A person's own cohorts as cards, each with the next session that is theirs to come to. One statement."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    Select,
    bindparam,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Cohort,
    CohortKind,
    CohortState,
    Membership,
    Programme,
    Role,
    SessionState,
)
from coaching.services.words import is_one_of, is_word

T = TypeVar("T")


class CohortCard(NamedTuple):
    """One of a person's cohorts, with what they are in it; the `next_` fields are None while nothing is scheduled."""

    id: str
    name: str
    kind: CohortKind
    state: CohortState
    programme: str
    starts_on: date
    ends_on: date
    participants: int
    next_session_id: str | None
    next_title: str | None
    next_starts_at: datetime | None
    next_ends_at: datetime | None
    next_timezone: str | None
    role: Role
    membership_id: str


_MINE = aliased(Membership)
_SHOWN = (
    CoachingSession.public_id,
    CoachingSession.title,
    CoachingSession.starts_at,
    CoachingSession.ends_at,
    CoachingSession.timezone,
)
# An archived cohort asks nothing of its coaches any more.
IS_IN_LIFE = is_one_of(Cohort.state, (CohortState.RUNNING, CohortState.PAUSED))
IS_MINE = (_MINE.person_id == bindparam("person_id"), is_one_of(_MINE.status, OPEN_STATUSES))
COACHED = (
    select(_MINE.cohort_id)
    .join(Cohort, Cohort.id == _MINE.cohort_id)
    .where(*IS_MINE, is_word(_MINE.role, Role.COACH), IS_IN_LIFE)
)
ATTENDED = select(_MINE.cohort_id).where(*IS_MINE, not_(is_word(_MINE.role, Role.COACH)))

PARTICIPANTS = (
    select(func.count())
    .where(
        Membership.cohort_id == Cohort.id,
        is_word(Membership.role, Role.PARTICIPANT),
        is_one_of(Membership.status, OPEN_STATUSES),
    )
    .scalar_subquery()
)


def next_session(column: InstrumentedAttribute[T], *conditions: ColumnElement[bool]) -> ScalarSelect[T]:
    """A column of the cohort's first session that has not ended, to stand beside `Cohort`.

    A scalar for each column, because PostgreSQL would answer a join on `id = (SELECT ... LIMIT 1)` by reading every
    session that there is.
    """
    return (
        select(column)
        .where(
            CoachingSession.cohort_id == Cohort.id,
            is_word(CoachingSession.state, SessionState.SCHEDULED),
            CoachingSession.ends_at > bindparam("now"),
            *conditions,
        )
        .order_by(CoachingSession.starts_at, CoachingSession.id)
        .limit(literal_column("1"))
        .scalar_subquery()
    )


def _cards(role: ColumnElement[bool], *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Cohort.public_id,
            Cohort.name,
            Cohort.kind,
            Cohort.state,
            Programme.name,
            Cohort.starts_on,
            Cohort.ends_on,
            PARTICIPANTS,
            *(next_session(column, *conditions) for column in _SHOWN),
            _MINE.role,
            _MINE.public_id,
        )
        .join_from(_MINE, Cohort, Cohort.id == _MINE.cohort_id)
        .join(Programme, Programme.id == Cohort.programme_id)
        .where(*IS_MINE, role)
        .order_by(Cohort.ends_on.desc(), Cohort.id.desc())
    )


COACHED_CARDS = _cards(is_word(_MINE.role, Role.COACH))
ATTENDED_CARDS = _cards(
    not_(is_word(_MINE.role, Role.COACH)),
    or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == _MINE.id),
)


def read_cards(
    connection: Connection, statement: Select[*tuple[Any, ...]], *, person_id: int, now: datetime
) -> tuple[CohortCard, ...]:
    return tuple(CohortCard(*row) for row in connection.execute(statement, {"person_id": person_id, "now": now}).all())
