"""What became of an action: done, moved to another day, dropped, opened again. Each is a dated line that stays."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import Action, ActionChange, ActionEnd, ActionOutcome, ActionState, Person
from coaching.policies import Actor, may_view_actions, require
from coaching.services import audit
from coaching.services.action_days import check_moved_to, reminder_after_move
from coaching.services.action_reminders import call_off_reminders, plan_reminder
from coaching.services.actions import keep_change, require_may_change
from coaching.services.zones import today_in

IS_OPEN = "This action is open already."
SAY_WHY_DROPPED = "Say in a few words why it is dropped."
SAY_WHY_MOVED = "Say in a few words why it is moved."
# What is read anew once the row is locked.
STANDING = ("state", "due_on", "remind_on", "version")

_HISTORY = (
    select(
        ActionChange.outcome,
        ActionChange.at,
        Person.name,
        ActionChange.from_due_on,
        ActionChange.to_due_on,
        ActionChange.reason,
    )
    .outerjoin(Person, Person.id == ActionChange.actor_id)
    .order_by(ActionChange.id)
)


class ActionChangeLine(NamedTuple):
    """One line of an action's history: what became of it, when and by whom. The days are those of a move."""

    outcome: ActionOutcome
    at: datetime
    by: str | None
    from_due_on: date | None
    to_due_on: date | None
    reason: str


def list_action_changes(session: Session, action: Action, *, actor: Actor) -> list[ActionChangeLine]:
    """What became of it, the oldest first."""
    require(may_view_actions(actor, action.membership), seen=False)
    found = session.execute(_HISTORY.where(ActionChange.action_id == action.id))
    return [ActionChangeLine(*row) for row in found]


def close_action(
    session: Session, action: Action, *, actor: Actor, now: datetime, state: ActionEnd, reason: str = ""
) -> Action:
    """Says what became of an open action. Who drops it says why."""
    _hold_open(session, action, actor)
    if state == ActionEnd.DROPPED and not reason:
        raise Invalid.field("reason", SAY_WHY_DROPPED)
    # What is closed reminds nobody, and the database holds the two to be written together.
    action.state, action.reason, action.closed_at, action.remind_at = ActionState(state), reason, now, None
    keep_change(session, action, ActionOutcome(state), actor=actor, now=now, reason=reason)
    _settle(session, action, f"action.{state}", actor=actor, now=now)
    return action


def move_action(session: Session, action: Action, *, actor: Actor, now: datetime, due_on: date, reason: str) -> Action:
    """Gives an open action another day, and keeps why. Its reminder goes with it."""
    _hold_open(session, action, actor)
    today, before = today_in(now, actor.timezone), action.due_on
    check_moved_to(due_on, today=today, standing=before)
    if not reason:
        raise Invalid.field("reason", SAY_WHY_MOVED)
    action.remind_on = reminder_after_move(action.reminder, action.remind_on, due_on, today=today)
    action.due_on = due_on
    keep_change(session, action, ActionOutcome.MOVED, actor=actor, now=now, reason=reason, days=(before, due_on))
    _settle(session, action, "action.moved", actor=actor, now=now)
    return action


def reopen_action(session: Session, action: Action, *, actor: Actor, now: datetime) -> Action:
    """Takes back what was said to have become of it. That it was said stays in its history."""
    require_may_change(action, actor)
    # Locked, because of two who open it at once the second has to hear of the first.
    session.refresh(action, attribute_names=STANDING, with_for_update=True)
    if action.state == ActionState.OPEN:
        raise Conflict(IS_OPEN)
    action.state, action.reason, action.closed_at = ActionState.OPEN, "", None
    keep_change(session, action, ActionOutcome.REOPENED, actor=actor, now=now)
    _settle(session, action, "action.reopened", actor=actor, now=now)
    return action


def _hold_open(session: Session, action: Action, actor: Actor) -> None:
    """Locked, because of two who say at once what became of it the second has to hear of the first."""
    require_may_change(action, actor)
    session.refresh(action, attribute_names=STANDING, with_for_update=True)
    if action.state != ActionState.OPEN:
        raise Conflict(f"This action is {action.state} already.")


def _settle(session: Session, action: Action, act: str, *, actor: Actor, now: datetime) -> None:
    plan_reminder(session, action, now=now)
    call_off_reminders(session, action, now=now)
    audit.record(session, act, action, actor=actor, now=now)
