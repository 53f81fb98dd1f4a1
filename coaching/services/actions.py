"""Actions: what a participant will do, and by when; agreed in a session or alone, done or dropped, and listed."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    OPEN_STATUSES,
    Action,
    ActionEnd,
    ActionState,
    CoachingSession,
    Membership,
    Role,
    SessionState,
)
from coaching.policies import Actor, may_agree_action, may_view_actions, may_view_session, may_write_record, require
from coaching.services import audit
from coaching.services.session_record import FOR_THOSE_WHO_RUN_IT

FOR_PARTICIPANTS = "An action belongs to a participant. They, the cohort’s coaches and coordinators write it."
NOT_IN = "This member is not in the cohort at present, so nothing new is agreed with them."
WAS_CANCELLED = "This session was cancelled. Agree on the action on the member’s page instead."
IS_CLOSED = "This action is closed. Open it again to change it."
IS_OPEN = "This action is open already."


def get_action(session: Session, public_id: str, *, actor: Actor) -> Action:
    """An action, for its participant and those who run the cohort."""
    statement = (
        select(Action)
        .where(Action.public_id == public_id)
        .options(
            joinedload(Action.membership).joinedload(Membership.cohort),
            joinedload(Action.membership).joinedload(Membership.person),
            joinedload(Action.session),
        )
    )
    action = session.scalars(statement).one_or_none()
    if action is None or not may_view_actions(actor, action.membership):
        raise NotFound
    return action


def agree_action(
    session: Session,
    membership: Membership,
    *,
    actor: Actor,
    now: datetime,
    statement: str,
    due_on: date | None = None,
) -> Action:
    """A new action of this participant, agreed outside of any session, or written by themselves."""
    require(may_agree_action(actor, membership), seen=may_view_actions(actor, membership), message=FOR_PARTICIPANTS)
    return _agree(session, membership, None, actor=actor, now=now, statement=statement, due_on=due_on)


def agree_session_action(
    session: Session,
    coaching_session: CoachingSession,
    *,
    actor: Actor,
    now: datetime,
    membership_id: str,
    statement: str,
    due_on: date | None = None,
) -> Action:
    """A new action of one of those who meet, by their membership, agreed in this session: a part of its record."""
    seen = may_view_session(actor, coaching_session)
    require(may_write_record(actor, coaching_session), seen=seen, message=FOR_THOSE_WHO_RUN_IT)
    if coaching_session.state == SessionState.CANCELLED:
        raise Conflict(WAS_CANCELLED, code="session-cancelled")
    membership = _find_participant(session, coaching_session, membership_id)
    return _agree(session, membership, coaching_session, actor=actor, now=now, statement=statement, due_on=due_on)


def edit_action(
    session: Session, action: Action, *, actor: Actor, now: datetime, statement: str, due_on: date | None = None
) -> Action:
    """Puts these values in place of the action's, while it is open."""
    _require_may_change(action, actor)
    if action.state != ActionState.OPEN:
        raise Conflict(IS_CLOSED)
    action.statement, action.due_on = statement, due_on
    audit.record(session, "action.edited", action, actor=actor, now=now)
    return action


def close_action(
    session: Session, action: Action, *, actor: Actor, now: datetime, state: ActionEnd, reason: str = ""
) -> Action:
    """Says what became of an open action. Who drops it says why."""
    _require_may_change(action, actor)
    # Locked, because of two who close it at once the second has to hear of the first.
    session.refresh(action, attribute_names=["state", "version"], with_for_update=True)
    if action.state != ActionState.OPEN:
        raise Conflict(f"This action is {action.state} already.")
    if state == ActionEnd.DROPPED and not reason:
        raise Invalid.field("reason", "Say in a few words why it is dropped.")
    action.state, action.reason, action.closed_at = ActionState(state), reason, now
    audit.record(session, f"action.{state}", action, actor=actor, now=now)
    return action


def reopen_action(session: Session, action: Action, *, actor: Actor, now: datetime) -> Action:
    """Takes back what was said to have become of it."""
    _require_may_change(action, actor)
    # Locked, because of two who open it at once the second has to hear of the first.
    session.refresh(action, attribute_names=["state", "version"], with_for_update=True)
    if action.state == ActionState.OPEN:
        raise Conflict(IS_OPEN)
    action.state, action.reason, action.closed_at = ActionState.OPEN, "", None
    audit.record(session, "action.reopened", action, actor=actor, now=now)
    return action


def _require_may_change(action: Action, actor: Actor) -> None:
    membership = action.membership
    require(may_agree_action(actor, membership), seen=may_view_actions(actor, membership), message=FOR_PARTICIPANTS)


def _agree(
    session: Session,
    membership: Membership,
    coaching_session: CoachingSession | None,
    *,
    actor: Actor,
    now: datetime,
    statement: str,
    due_on: date | None,
) -> Action:
    if membership.status not in OPEN_STATUSES:
        raise Conflict(NOT_IN)
    action = Action(
        membership=membership,
        session=coaching_session,
        statement=statement,
        due_on=due_on,
        state=ActionState.OPEN,
        created_at=now,
    )
    session.add(action)
    audit.record(session, "action.agreed", action, actor=actor, now=now)
    return action


def _find_participant(session: Session, coaching_session: CoachingSession, public_id: str) -> Membership:
    """The participant of this session's cohort; of a one-to-one it can only be its own."""
    statement = (
        select(Membership)
        .where(Membership.public_id == public_id, Membership.cohort_id == coaching_session.cohort_id)
        .options(joinedload(Membership.cohort), joinedload(Membership.person))
    )
    membership = session.scalars(statement).one_or_none()
    pair = coaching_session.pair_membership_id
    if membership is None or membership.role != Role.PARTICIPANT or pair not in {None, membership.id}:
        raise Invalid.field("membership_id", "Choose a participant of this session.")
    return membership
