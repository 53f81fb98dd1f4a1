"""Actions as lines: of a member, of a session, and those that were open when a session began. One statement each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from coaching.models import (
    OPEN_STATUSES,
    Action,
    ActionChange,
    ActionOutcome,
    ActionState,
    Attendance,
    CoachingSession,
    Cohort,
    Membership,
    Person,
    Role,
)
from coaching.policies import Actor, may_view_actions, may_view_session, require, runs_cohort
from coaching.services.cohort_cards import IS_IN_LIFE
from coaching.services.session_list import WAS_THERE
from coaching.services.words import is_one_of, is_word


class ActionLine(NamedTuple):
    """An action in a list, with whose it is and in which session it was agreed; null where it was agreed alone.

    `owner_id` and `owner` are who does it: the same member, or a coach. `moved` is how often it got another day.
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


class OwnAction(NamedTuple):
    """One of the open actions that one does oneself."""

    id: str
    statement: str
    cohort: str
    due_on: date | None


Lines = Select[*tuple[Any, ...]]
IS_OPEN = is_word(Action.state, ActionState.OPEN)
# The earliest first, and those without a day last: engines disagree about where a null stands.
BY_DAY = (Action.due_on.is_(None), Action.due_on, Action.id)
Doer = aliased(Membership)
DoingPerson = aliased(Person)
_MOVED = (
    select(func.count())
    .where(ActionChange.action_id == Action.id, is_word(ActionChange.outcome, ActionOutcome.MOVED))
    .correlate(Action)
    .scalar_subquery()
)
LINES: Lines = (
    select(
        Action.public_id,
        Membership.public_id,
        Person.name,
        Action.statement,
        Action.due_on,
        Action.state,
        Action.reason,
        CoachingSession.public_id,
        CoachingSession.title,
        Action.created_at,
        Action.closed_at,
        Doer.public_id,
        DoingPerson.name,
        _MOVED,
    )
    .join_from(Action, Membership, Membership.id == Action.membership_id)
    .join(Person, Person.id == Membership.person_id)
    .join(Doer, Doer.id == Action.owner_id)
    .join(DoingPerson, DoingPerson.id == Doer.person_id)
    .outerjoin(CoachingSession, CoachingSession.id == Action.session_id)
)
_OF_MEMBER = LINES.where(Action.membership_id == bindparam("membership_id")).order_by(IS_OPEN.desc(), *BY_DAY)
_OF_SESSION = LINES.where(Action.session_id == bindparam("session_id")).order_by(Person.name, Membership.id, Action.id)
# What was agreed in a session counts from when that was held, whenever it was written down.
_OPEN_AT_START = (
    LINES.outerjoin(
        Attendance,
        and_(Attendance.membership_id == Membership.id, Attendance.session_id == bindparam("session_id")),
    )
    .where(
        Membership.cohort_id == bindparam("cohort_id"),
        is_word(Membership.role, Role.PARTICIPANT),
        is_one_of(Membership.status, OPEN_STATUSES),
        or_(Attendance.id.is_(None), WAS_THERE),
        func.coalesce(CoachingSession.starts_at, Action.created_at) < bindparam("starts_at"),
        or_(IS_OPEN, Action.closed_at >= bindparam("starts_at")),
    )
    .order_by(Person.name, Membership.id, *BY_DAY)
)
OWN_OPEN: Select[str, str, str, date | None] = (
    select(Action.public_id, Action.statement, Cohort.name, Action.due_on)
    .join_from(Membership, Action, Action.owner_id == Membership.id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(
        Membership.person_id == bindparam("person_id"),
        is_one_of(Membership.status, OPEN_STATUSES),
        IS_OPEN,
        IS_IN_LIFE,
    )
    .order_by(*BY_DAY)
)


def list_member_actions(session: Session, membership: Membership, *, actor: Actor) -> list[ActionLine]:
    """The member's actions: the open ones first, by the day that they are due."""
    require(may_view_actions(actor, membership), seen=False)
    return _read(session, _OF_MEMBER, {"membership_id": membership.id})


def list_session_actions(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[ActionLine]:
    """What was agreed in a session, by member. Those who do not run the cohort are given their own alone."""
    require(may_view_session(actor, coaching_session), seen=False)
    values = {"session_id": coaching_session.id}
    return _read_seen(session, _OF_SESSION, values, coaching_session, actor=actor)


def list_open_at_start(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[ActionLine]:
    """What was open from before when a session began, or what is open now where it is to come, by member.

    Of those who are expected, save who is recorded as not there. What was closed since stays in the list. Those who do
    not run the cohort are given their own alone.
    """
    require(may_view_session(actor, coaching_session), seen=False)
    values = {
        "session_id": coaching_session.id,
        "cohort_id": coaching_session.cohort_id,
        "starts_at": coaching_session.starts_at,
    }
    statement, pair = _OPEN_AT_START, coaching_session.pair_membership_id
    if pair is not None:
        statement, values = statement.where(Action.membership_id == bindparam("pair_id")), values | {"pair_id": pair}
    return _read_seen(session, statement, values, coaching_session, actor=actor)


def _read_seen(
    session: Session,
    statement: Lines,
    values: Mapping[str, Any],
    coaching_session: CoachingSession,
    *,
    actor: Actor,
) -> list[ActionLine]:
    if not runs_cohort(actor, coaching_session.cohort):
        statement = statement.where(Membership.person_id == bindparam("person_id"))
        values = {**values, "person_id": actor.person_id}
    return _read(session, statement, values)


def _read(session: Session, statement: Lines, values: Mapping[str, Any]) -> list[ActionLine]:
    return [ActionLine(*row) for row in session.connection().execute(statement, values)]
