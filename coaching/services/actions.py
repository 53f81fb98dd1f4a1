"""Actions: what will be done for a participant, by whom and by when; agreed in a session or alone, and changed.

What became of one, whether it is done, moved or dropped, is said in `action_outcomes`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    OPEN_STATUSES,
    Action,
    ActionChange,
    ActionOutcome,
    ActionState,
    CoachingSession,
    Membership,
    ReminderChoice,
    Role,
    SessionState,
)
from coaching.policies import (
    Actor,
    may_agree_action,
    may_give_action,
    may_view_actions,
    may_view_session,
    may_write_record,
    require,
)
from coaching.services import audit
from coaching.services.action_days import check_due_on, remind_day
from coaching.services.action_reminders import call_off_reminders, plan_reminder
from coaching.services.session_record import FOR_THOSE_WHO_RUN_IT
from coaching.services.zones import today_in

FOR_PARTICIPANTS = "An action belongs to a participant. They, the cohort’s coaches and coordinators write it."
NOT_IN = "This member is not in the cohort at present, so nothing new is agreed with them."
WAS_CANCELLED = "This session was cancelled. Agree on the action on the member’s page instead."
IS_CLOSED = "This action is closed. Open it again to change it."
ONLY_THOSE_WHO_RUN_IT = "Only those who run the cohort say that a coach does it."
NO_OWNER = "Choose the participant, or a coach of the cohort."


class Terms(TypedDict, total=False):
    """What is agreed, beside the words: by when, who does it (by their membership), and when they are reminded."""

    due_on: date | None
    owner_id: str | None
    reminder: ReminderChoice
    remind_on: date | None


def get_action(session: Session, public_id: str, *, actor: Actor) -> Action:
    """An action, for its participant and those who run the cohort."""
    statement = (
        select(Action)
        .where(Action.public_id == public_id)
        .options(
            joinedload(Action.membership).joinedload(Membership.cohort),
            joinedload(Action.membership).joinedload(Membership.person),
            joinedload(Action.owner).joinedload(Membership.person),
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
    **terms: Unpack[Terms],
) -> Action:
    """A new action of this participant, agreed outside of any session, or written by themselves."""
    require(may_agree_action(actor, membership), seen=may_view_actions(actor, membership), message=FOR_PARTICIPANTS)
    return _agree(session, membership, None, actor=actor, now=now, statement=statement, terms=terms)


def agree_session_action(
    session: Session,
    coaching_session: CoachingSession,
    *,
    actor: Actor,
    now: datetime,
    membership_id: str,
    statement: str,
    **terms: Unpack[Terms],
) -> Action:
    """A new action of one of those who meet, by their membership, agreed in this session: a part of its record."""
    seen = may_view_session(actor, coaching_session)
    require(may_write_record(actor, coaching_session), seen=seen, message=FOR_THOSE_WHO_RUN_IT)
    if coaching_session.state == SessionState.CANCELLED:
        raise Conflict(WAS_CANCELLED, code="session-cancelled")
    membership = _find_participant(session, coaching_session, membership_id)
    return _agree(session, membership, coaching_session, actor=actor, now=now, statement=statement, terms=terms)


def edit_action(
    session: Session, action: Action, *, actor: Actor, now: datetime, statement: str, **terms: Unpack[Terms]
) -> Action:
    """Puts these values in place of the action's, while it is open. Another day is kept in its history, without why."""
    require_may_change(action, actor)
    if action.state != ActionState.OPEN:
        raise Conflict(IS_CLOSED)
    before, due_on = action.due_on, terms.get("due_on")
    planned = (action.due_on, action.remind_on, action.owner_id)
    _set(session, action, actor=actor, now=now, statement=statement, terms=terms)
    if before is not None and due_on != before:
        keep_change(session, action, ActionOutcome.MOVED, actor=actor, now=now, days=(before, due_on))
    if planned != (action.due_on, action.remind_on, action.owner_id):
        plan_reminder(session, action, now=now)
        call_off_reminders(session, action, now=now)
    audit.record(session, "action.edited", action, actor=actor, now=now)
    return action


def require_may_change(action: Action, actor: Actor) -> None:
    """Its participant, and those who run the cohort, whoever does it."""
    membership = action.membership
    require(may_agree_action(actor, membership), seen=may_view_actions(actor, membership), message=FOR_PARTICIPANTS)


def keep_change(
    session: Session,
    action: Action,
    outcome: ActionOutcome,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    days: tuple[date | None, date | None] = (None, None),
) -> None:
    """Adds a line to the action's history."""
    line = ActionChange(action=action, outcome=outcome, at=now, reason=reason, actor_id=actor.person_id)
    line.from_due_on, line.to_due_on = days
    session.add(line)


def _agree(
    session: Session,
    membership: Membership,
    coaching_session: CoachingSession | None,
    *,
    actor: Actor,
    now: datetime,
    statement: str,
    terms: Terms,
) -> Action:
    if membership.status not in OPEN_STATUSES:
        raise Conflict(NOT_IN)
    action = Action(
        membership=membership, owner=membership, session=coaching_session, state=ActionState.OPEN, created_at=now
    )
    _set(session, action, actor=actor, now=now, statement=statement, terms=terms)
    plan_reminder(session, action, now=now)
    session.add(action)
    audit.record(session, "action.agreed", action, actor=actor, now=now)
    return action


def _set(session: Session, action: Action, *, actor: Actor, now: datetime, statement: str, terms: Terms) -> None:
    today, due_on = today_in(now, actor.timezone), terms.get("due_on")
    check_due_on(due_on, today=today, standing=action.due_on)
    choice = terms.get("reminder", ReminderChoice.DAY_BEFORE)
    remind_on = remind_day(choice, terms.get("remind_on"), due_on, today=today, standing=action.remind_on)
    owner = _find_owner(session, action, terms.get("owner_id"), actor=actor)
    action.statement, action.due_on, action.remind_on = statement, due_on, remind_on
    action.owner = owner


def _find_owner(session: Session, action: Action, public_id: str | None, *, actor: Actor) -> Membership:
    """Who does it: the participant where nobody is named, or a coach of their cohort."""
    membership = action.membership
    if public_id in {None, "", membership.public_id}:
        return membership
    if public_id == action.owner.public_id:
        return action.owner
    if not may_give_action(actor, membership):
        raise Invalid.field("owner_id", ONLY_THOSE_WHO_RUN_IT)
    statement = (
        select(Membership)
        .where(
            Membership.public_id == public_id,
            Membership.cohort_id == membership.cohort_id,
            Membership.role == Role.COACH,
            Membership.status.in_(OPEN_STATUSES),
        )
        .options(joinedload(Membership.person))
    )
    owner = session.scalars(statement).one_or_none()
    if owner is None:
        raise Invalid.field("owner_id", NO_OWNER)
    return owner


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
