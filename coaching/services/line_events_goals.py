"""Events of a line: goals with what became of them, ratings, milestones, and what was observed of their metrics."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, not_, or_, select
from sqlalchemy.orm import aliased

from coaching.models import Goal, GoalChange, GoalState, Membership, Metric, Milestone, Observation, Rating
from coaching.services.line_events import DUE, OVERDUE, Fact, LineKind, Reader, make_source
from coaching.services.words import is_word

SET, RATED, MILESTONE, OBSERVED = "set", "rated", "milestone", "observed"
_GOALS = select(Goal.public_id, Goal.statement).join_from(Membership, Goal, Goal.membership_id == Membership.id)
# The first change says that the goal was set, which the goal itself tells.
_CHANGES = (
    select(GoalChange.public_id, GoalChange.state, GoalChange.reason, Goal.public_id, Goal.statement)
    .join_from(Membership, Goal, Goal.membership_id == Membership.id)
    .join(GoalChange, GoalChange.goal_id == Goal.id)
    .where(or_(not_(is_word(GoalChange.state, GoalState.DRAFT)), GoalChange.at != Goal.created_at))
)
_RATINGS = (
    select(Rating.public_id, Goal.public_id, Goal.statement, Rating.score, Rating.note)
    .join_from(Membership, Goal, Goal.membership_id == Membership.id)
    .join(Rating, Rating.goal_id == Goal.id)
)
# One that was not reached in time says no more once its goal has ended.
_MILESTONES = (
    select(Milestone.public_id, Milestone.statement, Milestone.reached_on, Milestone.due_on, Goal.public_id)
    .join_from(Membership, Goal, Goal.membership_id == Membership.id)
    .join(Milestone, Milestone.goal_id == Goal.id)
    .where(or_(Milestone.reached_on.is_not(None), Goal.ended_on.is_(None)))
)
_correction = aliased(Observation)
_OBSERVATIONS = (
    select(Observation.public_id, Observation.value, Observation.note, Metric.name, Metric.unit, Goal.public_id)
    .join_from(Membership, Goal, Goal.membership_id == Membership.id)
    .join(Metric, Metric.goal_id == Goal.id)
    .join(Observation, Observation.metric_id == Metric.id)
    .where(Observation.value.is_not(None), not_(exists().where(_correction.corrects_id == Observation.id)))
)


def _tell_set(row: Any, _reader: Reader) -> Fact:
    public_id, statement = row
    return Fact(f"{SET}{public_id}", SET, public_id, title=statement)


def _tell_change(row: Any, _reader: Reader) -> Fact:
    public_id, state, reason, goal_id, statement = row
    return Fact(public_id, state.value, goal_id, title=statement, text=reason)


def _tell_rating(row: Any, _reader: Reader) -> Fact:
    public_id, goal_id, statement, score, note = row
    return Fact(public_id, RATED, goal_id, title=statement, text=note, value=score)


def _tell_due(row: Any, reader: Reader) -> Fact:
    public_id, statement, due_on = row
    return Fact(f"{DUE}{public_id}", OVERDUE if due_on < reader.today else DUE, public_id, title=statement)


def _tell_milestone(row: Any, reader: Reader) -> Fact:
    public_id, statement, reached_on, due_on, goal_id = row
    what = MILESTONE if reached_on is not None else OVERDUE if due_on < reader.today else DUE
    return Fact(public_id, what, goal_id, title=statement)


def _tell_observation(row: Any, _reader: Reader) -> Fact:
    public_id, value, note, name, unit, goal_id = row
    said = f"{_plain(value)} {unit}".strip()
    return Fact(public_id, OBSERVED, goal_id, title=name, text=f"{said}. {note}" if note else said)


def _plain(value: Decimal) -> str:
    """An exact decimal without the zeros that it was stored with."""
    return f"{value.normalize():f}"


GOALS_SET = make_source(LineKind.GOAL, "goal", _GOALS, Goal.created_at, _tell_set)
GOAL_CHANGES = make_source(LineKind.GOAL, "goal", _CHANGES, GoalChange.on, _tell_change)
RATINGS = make_source(LineKind.GOAL, "goal", _RATINGS, Rating.rated_on, _tell_rating)
GOALS_DUE = make_source(
    LineKind.GOAL, "goal", _GOALS.add_columns(Goal.due_on).where(Goal.ended_on.is_(None)), Goal.due_on, _tell_due
)
MILESTONES = make_source(
    LineKind.GOAL, "goal", _MILESTONES, func.coalesce(Milestone.reached_on, Milestone.due_on), _tell_milestone
)
OBSERVATIONS = make_source(LineKind.GOAL, "goal", _OBSERVATIONS, Observation.observed_on, _tell_observation)
