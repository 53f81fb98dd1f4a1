"""Signals about doing: overdue actions, goals without movement, nothing put into practice. One statement each."""

from __future__ import annotations

from sqlalchemy import Date, bindparam, case, exists, func, select

from coaching.models import (
    Action,
    ActionState,
    Cohort,
    Goal,
    Membership,
    PracticeEntry,
    PracticeFrom,
    Programme,
    Rating,
)
from coaching.services.day_counts import days_between
from coaching.services.needs_signals import FOLLOWED, NO_COUNT, NOTHING, TODAY, day_of, lines
from coaching.services.words import is_word

_WOUND_DOWN = Cohort.ends_on > bindparam("wound_down", type_=Date())

# The day on which it was due.
OVERDUE_ACTIONS = (
    lines(Action.public_id, Action.statement, Action.due_on, NOTHING, NO_COUNT)
    .join(Action, Action.membership_id == Membership.id)
    .where(
        is_word(Action.state, ActionState.OPEN),
        days_between(TODAY, Action.due_on) > Programme.overdue_days,
        _WOUND_DOWN,
    )
)

_LAST_RATED = select(func.max(Rating.rated_on)).where(Rating.goal_id == Goal.id).scalar_subquery()
_LAST_MOVED = func.coalesce(_LAST_RATED, day_of(Goal.created_at), type_=Date())
# The day on which it last moved.
IDLE_GOALS = (
    lines(Goal.public_id, Goal.statement, _LAST_MOVED, NOTHING, NO_COUNT)
    .join(Goal, Goal.membership_id == Membership.id)
    .where(days_between(TODAY, _LAST_MOVED) >= Programme.goal_idle_days, Cohort.starts_on <= TODAY, _WOUND_DOWN)
)

_FROM_START = is_word(Programme.practice_from, PracticeFrom.START)
_JOINED = day_of(Membership.joined_at)
_BEGAN = case((Cohort.starts_on > _JOINED, Cohort.starts_on), else_=_JOINED)
_SINCE = case((_FROM_START, _BEGAN), else_=Cohort.ends_on)
_PRACTISED = exists().where(PracticeEntry.membership_id == Membership.id, PracticeEntry.on >= Cohort.starts_on)
# The day from which on it is counted; `count` is 1 where that is the beginning.
NO_PRACTICE = lines(_SINCE, NOTHING, _SINCE, NOTHING, case((_FROM_START, 1), else_=0), statuses=FOLLOWED).where(
    days_between(TODAY, _SINCE) >= 7 * Programme.practice_weeks,
    Cohort.ends_on > bindparam("followed", type_=Date()),
    ~_PRACTISED,
)
