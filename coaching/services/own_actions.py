"""All of one's own actions over every cohort: what one does, what a coach promised, and what is closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from coaching.models import OPEN_STATUSES, Action, ActionState, Cohort, Membership
from coaching.policies import Actor
from coaching.services.action_list import BY_DAY, IS_OPEN, LINES, Doer, Lines
from coaching.services.words import is_one_of
from coaching.services.zones import today_in

# A look back, and no archive: each cohort's page has all of its own.
MOST_CLOSED = 50
_Standing = aliased(Membership)
_MINE = select(_Standing.id).where(
    _Standing.person_id == bindparam("person_id"), is_one_of(_Standing.status, OPEN_STATUSES)
)
_OWN: Lines = (
    LINES.add_columns(
        Cohort.name, Membership.person_id == bindparam("person_id"), Doer.person_id == bindparam("person_id")
    )
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(or_(Action.owner_id.in_(_MINE), Action.membership_id.in_(_MINE)))
)
_OPEN = _OWN.where(IS_OPEN).order_by(*BY_DAY)
_LIMIT: Any = literal_column(str(MOST_CLOSED))
_CLOSED = _OWN.where(~IS_OPEN).order_by(Action.closed_at.desc(), Action.id.desc()).limit(_LIMIT)


class OwnActionLine(NamedTuple):
    """One of one's own actions: an ActionLine with its cohort.

    `is_for_me` tells that it is on my own list, `is_mine` that I do it: a coach does it for me, or I for another.
    """

    id: str
    membership_id: str
    name: str
    statement: str
    due_on: date | None
    state: ActionState
    reason: str
    session_id: str | None
    session_title: str | None
    created_at: datetime
    closed_at: datetime | None
    owner_id: str
    owner: str
    moved: int
    cohort: str
    is_for_me: bool
    is_mine: bool
    is_overdue: bool


def list_own_actions(session: Session, *, actor: Actor, now: datetime) -> list[OwnActionLine]:
    """What is open, the overdue first, and after that what was closed last. Two statements, however many cohorts."""
    connection, values, today = session.connection(), {"person_id": actor.person_id}, today_in(now, actor.timezone)
    rows = [*connection.execute(_OPEN, values), *connection.execute(_CLOSED, values)]
    return [OwnActionLine._make((*row, _is_overdue(row, today))) for row in rows]


def _is_overdue(row: Any, today: date) -> bool:
    return row.state == ActionState.OPEN and row.due_on is not None and row.due_on < today
