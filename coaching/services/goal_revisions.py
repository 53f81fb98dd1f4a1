"""Revising a goal's scale: the next edition, and the earlier ones with the ratings that were given on them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import Goal, GoalRevision, Rating
from coaching.policies import Actor
from coaching.services import audit
from coaching.services.goal_history import lock_goal, require_open, take_back_agreements
from coaching.services.goal_levels import LEVELS, SCALE, check_all
from coaching.services.goals import is_rated, require_may_write

NOT_REVISED = "so its scale stays as it is. Open it again first."
NOT_RATED_YET = "Nobody has rated this goal on its scale yet, so there is no need to revise it. Edit it instead."
THE_SAME = "This is the scale that the goal has. Change what was wrong with it."
WHY = "Say in a few words what was wrong with the scale."
REVISED = "The scale was revised: {}"


class Edition(NamedTuple):
    """A scale that a goal had before, with the ratings that speak of it."""

    revision: GoalRevision
    ratings: tuple[Rating, ...]


def revise_goal(
    session: Session, goal: Goal, *, actor: Actor, now: datetime, reason: str, **scale: Any
) -> GoalRevision:
    """Puts another scale in the place of one that was rated, and keeps that with its ratings, which no longer count.

    Takes the agreement of both sides back: what they agreed to is another scale now.
    """
    require_may_write(goal, actor)
    lock_goal(session, goal, *SCALE)
    require_open(goal, but=NOT_REVISED)
    if not is_rated(session, goal):
        raise Conflict(NOT_RATED_YET)
    _check(goal, scale, reason)
    revision = GoalRevision(
        goal=goal,
        edition=goal.edition,
        revised_at=now,
        revised_by_id=actor.person_id,
        reason=reason,
        **{name: getattr(goal, name) for name in SCALE},
    )
    session.add(revision)
    for name in SCALE:
        setattr(goal, name, scale[name])
    goal.edition += 1
    take_back_agreements(session, goal, actor=actor, now=now, reason=REVISED.format(reason)[:1000])
    audit.record(session, "goal.revised", goal, actor=actor, now=now)
    return revision


def earlier_editions(goal: Goal) -> list[Edition]:
    """The goal's earlier scales, the newest first."""
    return [
        Edition(one, tuple(rating for rating in goal.ratings if rating.edition == one.edition))
        for one in reversed(goal.revisions)
    ]


def current_ratings(goal: Goal) -> list[Rating]:
    """The ratings that count, by day."""
    return [rating for rating in goal.ratings if rating.edition == goal.edition]


def _check(goal: Goal, scale: Mapping[str, Any], reason: str) -> None:
    check_all({name: scale[name] for name in LEVELS.values()}, why="of the new scale")
    if all(getattr(goal, name) == scale[name] for name in SCALE):
        raise Invalid(THE_SAME)
    if not reason:
        raise Invalid.field("reason", WHY)
