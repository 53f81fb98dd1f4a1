"""Events of a line: goals that were set and rated, and the days by which they are meant to be reached."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from coaching.models import Goal, Membership, Rating
from coaching.services.line_events import Fact, LineKind, Reader, make_source

SET, RATED, DUE = "set", "rated", "due"
_GOALS = select(Goal.public_id, Goal.statement).join_from(Membership, Goal, Goal.membership_id == Membership.id)
_RATINGS = (
    select(Rating.public_id, Goal.public_id, Goal.statement, Rating.score, Rating.note)
    .join_from(Membership, Goal, Goal.membership_id == Membership.id)
    .join(Rating, Rating.goal_id == Goal.id)
)


def _tell_set(row: Any, _reader: Reader) -> Fact:
    public_id, statement = row
    return Fact(f"{SET}{public_id}", SET, public_id, title=statement)


def _tell_rating(row: Any, _reader: Reader) -> Fact:
    public_id, goal_id, statement, score, note = row
    return Fact(public_id, RATED, goal_id, title=statement, text=note, value=score)


def _tell_due(row: Any, _reader: Reader) -> Fact:
    public_id, statement = row
    return Fact(f"{DUE}{public_id}", DUE, public_id, title=statement)


GOALS_SET = make_source(LineKind.GOAL, "goal", _GOALS, Goal.created_at, _tell_set)
RATINGS = make_source(LineKind.GOAL, "goal", _RATINGS, Rating.rated_on, _tell_rating)
GOALS_DUE = make_source(LineKind.GOAL, "goal", _GOALS, Goal.due_on, _tell_due)
