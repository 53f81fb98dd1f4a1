"""Events of a line: actions that were agreed, what became of them, and the days by which the open ones are due."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coaching.models import Action, ActionState, Membership
from coaching.services.line_events import Fact, LineKind, Reader, make_source
from coaching.services.words import is_word

AGREED, DUE, OVERDUE = "agreed", "due", "overdue"
_ACTIONS = select(Action.public_id, Action.statement, Action.state, Action.reason, Action.due_on).join_from(
    Membership, Action, Action.membership_id == Membership.id
)


def _tell_agreed(row: Any, _reader: Reader) -> Fact:
    public_id, statement, *_rest = row
    return Fact(f"{AGREED}{public_id}", AGREED, public_id, title=statement)


def _tell_closed(row: Any, _reader: Reader) -> Fact:
    public_id, statement, state, reason, _due_on = row
    return Fact(f"{state.value}{public_id}", state.value, public_id, title=statement, text=reason)


def _tell_due(row: Any, reader: Reader) -> Fact:
    public_id, statement, _state, _reason, due_on = row
    return Fact(f"{DUE}{public_id}", OVERDUE if due_on < reader.today else DUE, public_id, title=statement)


_OPEN = _ACTIONS.where(is_word(Action.state, ActionState.OPEN))
AGREEMENTS = make_source(LineKind.ACTION, "action", _ACTIONS, Action.created_at, _tell_agreed)
CLOSINGS = make_source(LineKind.ACTION, "action", _ACTIONS, Action.closed_at, _tell_closed)
ACTIONS_DUE = make_source(LineKind.ACTION, "action", _OPEN, Action.due_on, _tell_due)
