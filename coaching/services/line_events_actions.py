"""Events of a line: actions that were agreed, what became of them, and the days by which the open ones are due."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coaching.models import Action, ActionChange, ActionState, Membership
from coaching.services.line_events import DUE, OVERDUE, Fact, LineKind, Reader, make_source
from coaching.services.words import is_word

AGREED = "agreed_on"
_ACTIONS = select(Action.public_id, Action.statement, Action.due_on).join_from(
    Membership, Action, Action.membership_id == Membership.id
)
_OPEN = _ACTIONS.where(is_word(Action.state, ActionState.OPEN))
_CHANGES = (
    select(Action.public_id, Action.statement, ActionChange.outcome, ActionChange.at, ActionChange.reason)
    .join_from(Membership, Action, Action.membership_id == Membership.id)
    .join(ActionChange, ActionChange.action_id == Action.id)
)


def _tell_agreed(row: Any, _reader: Reader) -> Fact:
    public_id, statement, _due_on = row
    return Fact(f"{AGREED}{public_id}", AGREED, public_id, title=statement)


def _tell_change(row: Any, _reader: Reader) -> Fact:
    public_id, statement, outcome, at, reason = row
    return Fact(f"{public_id}{at:%H%M%S%f}", outcome.value, public_id, title=statement, text=reason)


def _tell_due(row: Any, reader: Reader) -> Fact:
    public_id, statement, due_on = row
    return Fact(f"{DUE}{public_id}", OVERDUE if due_on < reader.today else DUE, public_id, title=statement)


AGREEMENTS = make_source(LineKind.ACTION, "action", _ACTIONS, Action.created_at, _tell_agreed)
ACTION_CHANGES = make_source(LineKind.ACTION, "action", _CHANGES, ActionChange.at, _tell_change)
ACTIONS_DUE = make_source(LineKind.ACTION, "action", _OPEN, Action.due_on, _tell_due)
