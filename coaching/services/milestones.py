"""Milestones: steps on the way to a goal, in the order of their days."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import Goal, Membership, Milestone
from coaching.policies import Actor, may_view_goals
from coaching.services import audit
from coaching.services.goal_history import require_open, say_day
from coaching.services.goals import require_may_write
from coaching.services.zones import latest_today

GOAL_ENDED = "so its milestones stay as they are. Open it again first."
MANY = 20
ENOUGH = f"A goal has at most {MANY} milestones. Take one off, or write two as one."
IS_REACHED = "This milestone was reached. Clear the day on which it was, if that was a slip, to take it off."


def get_milestone(session: Session, public_id: str, *, actor: Actor) -> Milestone:
    """A milestone with its goal, for who sees the goal."""
    statement = (
        select(Milestone)
        .where(Milestone.public_id == public_id)
        .options(
            joinedload(Milestone.goal).options(
                joinedload(Goal.membership).options(joinedload(Membership.cohort), joinedload(Membership.person))
            )
        )
    )
    milestone = session.scalars(statement).one_or_none()
    if milestone is None or not may_view_goals(actor, milestone.goal.membership):
        raise NotFound
    return milestone


def add_milestone(
    session: Session,
    goal: Goal,
    *,
    actor: Actor,
    now: datetime,
    statement: str,
    due_on: date | None = None,
    reached_on: date | None = None,
) -> Milestone:
    """A new step on the way to the goal."""
    require_may_write(goal, actor)
    require_open(goal, but=GOAL_ENDED)
    if len(goal.milestones) >= MANY:
        raise Conflict(ENOUGH)
    _check_days(goal, actor, due_on=due_on, reached_on=reached_on, now=now)
    milestone = Milestone(goal=goal, statement=statement, due_on=due_on, reached_on=reached_on, created_at=now)
    session.add(milestone)
    audit.record(session, "milestone.added", milestone, actor=actor, now=now)
    return milestone


def edit_milestone(
    session: Session,
    milestone: Milestone,
    *,
    actor: Actor,
    now: datetime,
    statement: str,
    due_on: date | None = None,
    reached_on: date | None = None,
) -> Milestone:
    """Puts these values in place of the milestone's; `reached_on` says that it is reached, and None that it is not."""
    goal = milestone.goal
    require_may_write(goal, actor)
    require_open(goal, but=GOAL_ENDED)
    is_moved = due_on != milestone.due_on
    _check_days(goal, actor, due_on=due_on if is_moved else None, reached_on=reached_on, now=now)
    milestone.statement, milestone.due_on, milestone.reached_on = statement, due_on, reached_on
    audit.record(session, "milestone.edited", milestone, actor=actor, now=now)
    return milestone


def remove_milestone(session: Session, milestone: Milestone, *, actor: Actor, now: datetime) -> None:
    """Takes a step off that is not to be taken any more. One that was reached stays."""
    require_may_write(milestone.goal, actor)
    require_open(milestone.goal, but=GOAL_ENDED)
    if milestone.reached_on is not None:
        raise Conflict(IS_REACHED)
    audit.record(session, "milestone.removed", milestone, actor=actor, now=now)
    session.delete(milestone)


def _check_days(goal: Goal, actor: Actor, *, due_on: date | None, reached_on: date | None, now: datetime) -> None:
    wrong: dict[str, list[str]] = {}
    zones = (actor.timezone, goal.membership.cohort.timezone)
    set_on = min(goal.created_at.astimezone(ZoneInfo(zone)).date() for zone in zones)
    if due_on is not None and due_on < set_on:
        wrong["due_on"] = [f"The goal was set on {say_day(set_on)}. Write a day from then on."]
    elif due_on is not None and goal.due_on is not None and due_on > goal.due_on:
        wrong["due_on"] = [f"The goal itself is due on {say_day(goal.due_on)}. Write that day or an earlier one."]
    if reached_on is not None and reached_on > latest_today(now, *zones):
        wrong["reached_on"] = ["This day is still to come. Leave it blank until the milestone is reached."]
    if wrong:
        raise Invalid(" ".join(text for texts in wrong.values() for text in texts), wrong)
