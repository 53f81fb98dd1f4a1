"""What the forms of actions offer: who does one, when they are reminded, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import Form, filled
from coaching.errors import Invalid
from coaching.extensions import db
from coaching.models import Action, ActionEnd, ActionOutcome, Cohort, ReminderChoice
from coaching.policies import may_run_cohort
from coaching.schemas.action import MoveActionSchema
from coaching.schemas.base import checked
from coaching.services.action_outcomes import close_action, move_action
from coaching.services.coaching_sessions import list_coaches

LABELS = {
    "statement": "What will be done",
    "due_on": "By when",
    "owner_id": "Who does it",
    "reminder": "Reminder",
    "remind_on": "Day of the reminder",
    "membership_id": "Whose is it",
}
REMINDERS = [
    (ReminderChoice.DAY_BEFORE.value, "The day before it is due"),
    (ReminderChoice.ON.value, "On another day"),
    (ReminderChoice.NONE.value, "No reminder"),
]
OUTCOMES = [
    (ActionOutcome.DONE.value, "Done"),
    (ActionOutcome.MOVED.value, "Moved to another day"),
    (ActionOutcome.DROPPED.value, "Dropped"),
]
SAID = {ActionOutcome.DONE: "Done: {}", ActionOutcome.DROPPED: "Dropped: {}", ActionOutcome.MOVED: "Moved: {}"}


def owner_options(cohort: Cohort) -> list[tuple[str, str]]:
    """The coaches who may do it for somebody, for those who run the cohort; a participant promises for themselves."""
    actor = current_actor()
    if not may_run_cohort(actor, cohort):
        return []
    return [(coach.id, coach.name) for coach in list_coaches(db.session(), cohort, actor=actor)]


def standing(action: Action) -> Form:
    """The form of an action as it is."""
    is_on = action.reminder == ReminderChoice.ON
    return filled(
        action.version,
        statement=action.statement,
        due_on=action.due_on,
        owner_id="" if action.owner_id == action.membership_id else action.owner.public_id,
        reminder=action.reminder,
        remind_on=action.remind_on if is_on else None,
    )


def say_outcome(action: Action, values: Mapping[str, Any], **how: Any) -> str:
    """Does what the form says became of the action, and returns the sentence about it."""
    outcome, reason, due_on = values["state"], values["reason"], values["due_on"]
    if outcome == ActionOutcome.MOVED:
        checked(MoveActionSchema(), {"due_on": due_on.isoformat() if due_on else "", "reason": reason})
        move_action(db.session(), action, due_on=due_on, reason=reason, **how)
    elif due_on is not None:
        raise Invalid.field("due_on", "Choose “Moved” to give it this day, or leave the day blank.")
    else:
        close_action(db.session(), action, state=ActionEnd(outcome), reason=reason, **how)
    return SAID[outcome].format(action.statement)
