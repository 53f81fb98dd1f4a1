"""Signals about doing: overdue actions, goals without movement, nothing put into practice. One statement each."""

from __future__ import annotations

from sqlalchemy import Date, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from coaching.models import (
    UNPAUSED_STATUSES,
    Action,
    ActionState,
    Cohort,
    Goal,
    GoalChange,
    GoalState,
    Membership,
    Metric,
    Milestone,
    Observation,
    PracticeEntry,
    PracticeFrom,
    Programme,
    Rating,
)
from coaching.services.cohort_cards import COACHED
from coaching.services.day_counts import days_between, latest_of
from coaching.services.needs_signals import NO_COUNT, NOTHING, TODAY, day_of, lines
from coaching.services.words import is_one_of, is_word

_WOUND_DOWN = Cohort.ends_on > bindparam("wound_down", type_=Date())

_MINE = aliased(Membership)
_IS_MINE = Action.owner_id.in_(select(_MINE.id).where(_MINE.person_id == bindparam("person_id")))
# The day on which it was due; `count` is 1 where the coach is who does it. What another coach promised is theirs.
OVERDUE_ACTIONS = (
    lines(
        Action.public_id,
        Action.statement,
        Action.due_on,
        NOTHING,
        case((Action.owner_id == Membership.id, 0), else_=1),
    )
    .join(Action, Action.membership_id == Membership.id)
    .where(
        is_word(Action.state, ActionState.OPEN),
        days_between(TODAY, Action.due_on) > Programme.overdue_days,
        or_(Action.owner_id == Membership.id, _IS_MINE),
        _WOUND_DOWN,
    )
)

_SET = day_of(Goal.created_at)
_RATED = select(func.max(Rating.rated_on)).where(Rating.goal_id == Goal.id)
_CHANGED = select(func.max(GoalChange.on)).where(GoalChange.goal_id == Goal.id)
_REACHED = select(func.max(Milestone.reached_on)).where(Milestone.goal_id == Goal.id)
_OBSERVED = (
    select(func.max(Observation.observed_on))
    .join_from(Metric, Observation, Observation.metric_id == Metric.id)
    .where(Metric.goal_id == Goal.id)
)
_MOVES = (func.coalesce(found.scalar_subquery(), _SET) for found in (_RATED, _CHANGED, _REACHED, _OBSERVED))
# Worked out once for each goal, and not again for each time that its day is named.
_GOALS = (
    select(Goal.membership_id, Goal.public_id, Goal.statement, latest_of(_SET, *_MOVES).label("moved_on"))
    .join_from(Cohort, Membership, Membership.cohort_id == Cohort.id)
    .join(Goal, Goal.membership_id == Membership.id)
    .where(
        Cohort.id.in_(COACHED),
        is_one_of(Goal.state, (GoalState.AGREED, GoalState.IN_PROGRESS)),
        Cohort.starts_on <= TODAY,
        _WOUND_DOWN,
    )
    .cte("goals")
    .prefix_with("MATERIALIZED")
)
# The day on which it last moved: was set, rated, changed, or came to a milestone or a value of a metric.
IDLE_GOALS = (
    lines(_GOALS.c.public_id, _GOALS.c.statement, _GOALS.c.moved_on, NOTHING, NO_COUNT)
    .join(_GOALS, _GOALS.c.membership_id == Membership.id)
    .where(days_between(TODAY, _GOALS.c.moved_on) >= Programme.goal_idle_days)
)

_FROM_START = is_word(Programme.practice_from, PracticeFrom.START)
_JOINED = day_of(Membership.joined_at)
_BEGAN = case((Cohort.starts_on > _JOINED, Cohort.starts_on), else_=_JOINED)
_SINCE = case((_FROM_START, _BEGAN), else_=Cohort.ends_on)
_PRACTISED = exists().where(PracticeEntry.membership_id == Membership.id, PracticeEntry.on >= Cohort.starts_on)
# The day from which on it is counted; `count` is 1 where that is the beginning.
NO_PRACTICE = lines(
    _SINCE, NOTHING, _SINCE, NOTHING, case((_FROM_START, 1), else_=0), statuses=UNPAUSED_STATUSES
).where(
    days_between(TODAY, _SINCE) >= 7 * Programme.practice_weeks,
    Cohort.ends_on > bindparam("followed", type_=Date()),
    ~_PRACTISED,
)
