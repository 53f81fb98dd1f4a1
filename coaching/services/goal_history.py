"""What a goal's state follows from while it goes on, and the dated history that each change leaves. Asks nobody's
permission: the acts that call this have."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import ENDED_STATES, Goal, GoalChange, GoalState, Rating
from coaching.policies import Actor
from coaching.services.zones import today_in

ENDED_WORDS = {
    GoalState.REACHED: "was reached",
    GoalState.CHANGED: "was changed for another",
    GoalState.DROPPED: "was dropped",
}
# What may be another since the goal was loaded, and what is decided by here.
STANDING = ("state", "ended_on", "edition", "participant_agreed_at", "coach_agreed_at", "version")


def say_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def lock_goal(session: Session, goal: Goal, *names: str) -> None:
    """Reads again what acts decide by, and holds the row: of two at once the second has to hear of the first."""
    session.refresh(goal, attribute_names=[*STANDING, *names], with_for_update=True)


def require_open(goal: Goal, *, but: str) -> None:
    """Refuses what cannot be done to a goal that has ended; `but` says what that is, and how it can be done."""
    if goal.ended_on is not None:
        raise Conflict(f"This goal {ENDED_WORDS[goal.state]} on {say_day(goal.ended_on)}, {but}", code="goal-ended")


def note_change(
    session: Session,
    goal: Goal,
    state: GoalState,
    *,
    actor: Actor,
    now: datetime,
    on: date | None = None,
    reason: str = "",
    successor: Goal | None = None,
) -> GoalChange:
    """A line of the goal's history, and the state that the goal has by it. `on` is today where nothing is said."""
    on = on or today_in(now, actor.timezone)
    change = GoalChange(
        goal=goal, state=state, at=now, on=on, reason=reason, actor_id=actor.person_id, successor=successor
    )
    session.add(change)
    goal.state, goal.ended_on = state, on if state in ENDED_STATES else None
    return change


def settle_state(session: Session, goal: Goal, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """The state of a goal that goes on: a draft until both sides have agreed to it as it stands, and then agreed, or in
    progress where it was ever rated."""
    state = GoalState.DRAFT
    if goal.participant_agreed_at is not None and goal.coach_agreed_at is not None:
        was_rated = session.scalar(select(Rating.id).where(Rating.goal_id == goal.id).limit(1)) is not None
        state = GoalState.IN_PROGRESS if was_rated else GoalState.AGREED
    if state != goal.state:
        note_change(session, goal, state, actor=actor, now=now, reason=reason)


def take_back_agreements(session: Session, goal: Goal, *, actor: Actor, now: datetime, reason: str) -> None:
    """What the two sides agreed to is another now, so that neither has agreed to it."""
    goal.participant_agreed_at = goal.coach_agreed_at = goal.coach_agreed_by = None
    settle_state(session, goal, actor=actor, now=now, reason=reason)
