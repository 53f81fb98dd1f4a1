"""Goals: set, edited, rated and listed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, Required, TypedDict, Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import Goal, GoalChange, GoalRevision, GoalState, Membership, Milestone, Rating
from coaching.policies import Actor, may_set_goal, may_view_goals, may_view_member, require
from coaching.services import audit, follow_ups
from coaching.services.goal_history import (
    lock_goal,
    note_change,
    require_open,
    say_day,
    settle_state,
    take_back_agreements,
)
from coaching.services.goal_levels import LEVELS, SCALE, check_all, check_written
from coaching.services.goal_scores import (
    COACH_DAY,
    COACH_SCORE,
    LATEST_DAY,
    LATEST_SCORE,
    PARTICIPANT_DAY,
    PARTICIPANT_SCORE,
    RATINGS,
)
from coaching.services.zones import earliest_today, latest_today

FIXED = (
    "This goal has been rated, so its levels, importance, difficulty and baseline are fixed. "
    "Revise them if the scale turned out to be wrong, or set a new goal if you now aim for something else."
)
FOR_PARTICIPANTS = "A goal belongs to a participant, who sets it alone or with their coach."
NOT_EDITED = "so it is not changed any more. Open it again first."
NOT_RATED = "so it is not rated any more. Open it again to rate it."
EDITED = "Edited after it was agreed on."
# What the two sides agree on. Why it matters is the participant's own to say.
AGREED_ON = ("statement", "due_on", *SCALE)


class GoalShape(TypedDict, total=False):
    """What can be written of a goal. What is left out is blank, or 1 for the weights and -1 for the baseline."""

    statement: Required[str]
    why: str
    due_on: date | None
    importance: int
    difficulty: int
    baseline: int
    much_less: str
    less: str
    expected: str
    more: str
    much_more: str


BLANK: dict[str, Any] = {
    "why": "",
    "due_on": None,
    "importance": 1,
    "difficulty": 1,
    "baseline": -1,
    **dict.fromkeys(LEVELS.values(), ""),
}


class GoalLine(NamedTuple):
    """A goal in a list, with the newest rating whoever gave it, and the newest of either side; all of its current
    edition."""

    id: str
    statement: str
    why: str
    due_on: date | None
    importance: int
    difficulty: int
    baseline: int
    much_less: str
    less: str
    expected: str
    more: str
    much_more: str
    state: GoalState
    edition: int
    ended_on: date | None
    ratings: int
    latest_score: int | None
    latest_rated_on: date | None
    participant_score: int | None
    participant_rated_on: date | None
    coach_score: int | None
    coach_rated_on: date | None


_LIST = (
    select(
        Goal.public_id,
        Goal.statement,
        Goal.why,
        Goal.due_on,
        Goal.importance,
        Goal.difficulty,
        Goal.baseline,
        Goal.much_less,
        Goal.less,
        Goal.expected,
        Goal.more,
        Goal.much_more,
        Goal.state,
        Goal.edition,
        Goal.ended_on,
        RATINGS,
        LATEST_SCORE,
        LATEST_DAY,
        PARTICIPANT_SCORE,
        PARTICIPANT_DAY,
        COACH_SCORE,
        COACH_DAY,
    )
    .join(Membership, Membership.id == Goal.membership_id)
    .where(Goal.membership_id == bindparam("membership_id"))
    .order_by(Goal.id)
)


def get_goal(session: Session, public_id: str, *, actor: Actor) -> Goal:
    """A goal with its ratings, history and milestones, for its participant and the coaches of the cohort."""
    statement = (
        select(Goal)
        .where(Goal.public_id == public_id)
        .options(
            joinedload(Goal.membership).joinedload(Membership.cohort),
            joinedload(Goal.membership).joinedload(Membership.person),
            joinedload(Goal.coach_agreed_by),
            selectinload(Goal.ratings).joinedload(Rating.rated_by),
            selectinload(Goal.changes).options(joinedload(GoalChange.actor), joinedload(GoalChange.successor)),
            selectinload(Goal.revisions).joinedload(GoalRevision.revised_by),
            selectinload(Goal.milestones),
        )
    )
    goal = session.scalars(statement).one_or_none()
    if goal is None or not may_view_goals(actor, goal.membership):
        raise NotFound
    return goal


def list_goals(session: Session, membership: Membership, *, actor: Actor) -> list[GoalLine]:
    """The participant's goals in the order in which they were set."""
    require(may_view_goals(actor, membership), seen=False)
    rows: Iterable[Any] = session.execute(_LIST, {"membership_id": membership.id})
    return [GoalLine(*row) for row in rows]


def set_goal(
    session: Session, membership: Membership, *, actor: Actor, now: datetime, **shape: Unpack[GoalShape]
) -> Goal:
    """A new goal, which is a draft until both sides agree. The levels may wait until then, or the first rating."""
    require(may_set_goal(actor, membership), seen=may_view_member(actor, membership), message=FOR_PARTICIPANTS)
    values: dict[str, Any] = BLANK | shape
    check_written(values)
    _check_due(values["due_on"], set_on=earliest_today(now, actor.timezone, membership.cohort.timezone))
    goal = Goal(membership=membership, created_at=now, **values)
    session.add(goal)
    note_change(session, goal, GoalState.DRAFT, actor=actor, now=now)
    if goal.due_on is not None:
        follow_ups.follow_goals(session, membership, now=now)
    audit.record(session, "goal.set", goal, actor=actor, now=now)
    return goal


def edit_goal(session: Session, goal: Goal, *, actor: Actor, now: datetime, **shape: Unpack[GoalShape]) -> Goal:
    """Puts these values in place of the goal's. From the first rating of an edition on its scale can no longer change.

    An edit of what was agreed on takes the agreement of both sides back.
    """
    require_may_write(goal, actor)
    require_open(goal, but=NOT_EDITED)
    values: dict[str, Any] = BLANK | shape
    changed = {name for name in AGREED_ON if getattr(goal, name) != values[name]}
    if changed & set(SCALE):
        _refuse_once_rated(session, goal)
        check_written(values)
    if "due_on" in changed:
        set_on = min(goal.created_at.astimezone(ZoneInfo(zone)).date() for zone in _zones(goal, actor))
        _check_due(values["due_on"], set_on=set_on, milestones=goal.milestones)
    for name, value in values.items():
        setattr(goal, name, value)
    if changed:
        take_back_agreements(session, goal, actor=actor, now=now, reason=EDITED)
    if "due_on" in changed:
        follow_ups.follow_goals(session, goal.membership, now=now)
    audit.record(session, "goal.edited", goal, actor=actor, now=now)
    return goal


def rate_goal(
    session: Session,
    goal: Goal,
    *,
    actor: Actor,
    now: datetime,
    score: int,
    rated_on: date,
    note: str = "",
) -> Rating:
    """How far the goal is on a day, as the actor sees it, on its current edition. Ratings are added, never changed; the
    first puts a goal that was agreed on in progress."""
    require_may_write(goal, actor)
    # Locked, because an edit at the same moment must either come before the rating or find it.
    lock_goal(session, goal, *SCALE)
    require_open(goal, but=NOT_RATED)
    check_all({name: getattr(goal, name) for name in LEVELS.values()})
    if score not in LEVELS:
        raise Invalid.field("score", "Choose a score from -2 (much less than expected) to 2 (much more).")
    if rated_on > latest_today(now, *_zones(goal, actor)):
        raise Invalid.field("rated_on", "This day is still to come. Write the day that the rating is about.")
    earliest = min(goal.created_at.date(), goal.membership.cohort.starts_on)
    if rated_on < earliest:
        raise Invalid.field(
            "rated_on", f"This is before goal and cohort began. Write a day from {say_day(earliest)} on."
        )
    rating = Rating(
        goal=goal,
        rated_by_id=actor.person_id,
        edition=goal.edition,
        score=score,
        rated_on=rated_on,
        note=note,
        created_at=now,
    )
    session.add(rating)
    settle_state(session, goal, actor=actor, now=now)
    audit.record(session, "goal.rated", rating, actor=actor, now=now)
    return rating


def require_may_write(goal: Goal, actor: Actor) -> None:
    """Whatever is done to a goal is done by its participant or a coach of the cohort."""
    membership = goal.membership
    require(may_set_goal(actor, membership), seen=may_view_goals(actor, membership), message=FOR_PARTICIPANTS)


def is_rated(session: Session, goal: Goal) -> bool:
    """Whether anybody has rated the goal on its current edition, which fixes its scale."""
    rated = select(Rating.id).where(Rating.goal_id == goal.id, Rating.edition == goal.edition).limit(1)
    return session.scalar(rated) is not None


def _zones(goal: Goal, actor: Actor) -> tuple[str, str]:
    return actor.timezone, goal.membership.cohort.timezone


def _refuse_once_rated(session: Session, goal: Goal) -> None:
    # Locked, because a rating at the same moment must either come before the edit or see its levels.
    session.execute(select(Goal.id).where(Goal.id == goal.id).with_for_update())
    if is_rated(session, goal):
        raise Conflict(FIXED)


def _check_due(due_on: date | None, *, set_on: date, milestones: Iterable[Milestone] = ()) -> None:
    """A goal is not due before it is set, nor before a step on the way to it that is still to be reached."""
    if due_on is None:
        return
    if due_on < set_on:
        raise Invalid.field("due_on", f"The goal was set on {say_day(set_on)}. Write a day from then on.")
    last = max((one.due_on for one in milestones if one.due_on and not one.reached_on), default=due_on)
    if last > due_on:
        raise Invalid.field("due_on", f"A milestone is due on {say_day(last)}, after this day. Move one of the two.")
