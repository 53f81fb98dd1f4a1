"""Goals: set, edited, rated, listed, and what their ratings come to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, Required, TypedDict, Unpack

from sqlalchemy import bindparam, func, literal_column, select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import Goal, Membership, Rating
from coaching.policies import Actor, may_set_goal, may_view_goals, may_view_member, require
from coaching.services import audit, follow_ups
from coaching.services.zones import latest_today
from coaching.statistics.gas import Attainment, ScaledGoal, attainment, goal_weight

LEVELS = {-2: "much_less", -1: "less", 0: "expected", 1: "more", 2: "much_more"}
LEVEL_WORDS = {
    "much_less": "much less than expected",
    "less": "less than expected",
    "expected": "as expected",
    "more": "more than expected",
    "much_more": "much more than expected",
}
# All that a T-score is computed with: were it changed after a rating, the rating would mean something else.
SCALE = (*LEVELS.values(), "importance", "difficulty", "baseline")
FIXED = (
    "This goal has been rated, so its levels, importance, difficulty and baseline are fixed. "
    "Set a new goal if you now aim for something else."
)
FOR_PARTICIPANTS = "A goal belongs to a participant, who sets it alone or with their coach."


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
    """A goal in a list, with the newest rating whoever gave it."""

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
    ratings: int
    latest_score: int | None
    latest_rated_on: date | None


def _newest_rating(column: Any) -> Any:
    return (
        select(column)
        .where(Rating.goal_id == Goal.id)
        .order_by(Rating.rated_on.desc(), Rating.id.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )


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
        select(func.count()).where(Rating.goal_id == Goal.id).scalar_subquery(),
        _newest_rating(Rating.score),
        _newest_rating(Rating.rated_on),
    )
    .where(Goal.membership_id == bindparam("membership_id"))
    .order_by(Goal.id)
)


def get_goal(session: Session, public_id: str, *, actor: Actor) -> Goal:
    """A goal with its ratings, for its participant and the coaches of the cohort."""
    statement = (
        select(Goal)
        .where(Goal.public_id == public_id)
        .options(
            joinedload(Goal.membership).joinedload(Membership.cohort),
            joinedload(Goal.membership).joinedload(Membership.person),
            selectinload(Goal.ratings).joinedload(Rating.rated_by),
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
    """A new goal. The level texts may wait until the first rating."""
    require(may_set_goal(actor, membership), seen=may_view_member(actor, membership), message=FOR_PARTICIPANTS)
    goal = Goal(membership=membership, created_at=now, **(BLANK | shape))
    session.add(goal)
    if goal.due_on is not None:
        follow_ups.follow_goals(session, membership, now=now)
    audit.record(session, "goal.set", goal, actor=actor, now=now)
    return goal


def edit_goal(session: Session, goal: Goal, *, actor: Actor, now: datetime, **shape: Unpack[GoalShape]) -> Goal:
    """Puts these values in place of the goal's. From the first rating on its scale can no longer change."""
    require(may_set_goal(actor, goal.membership), seen=may_view_goals(actor, goal.membership), message=FOR_PARTICIPANTS)
    values = BLANK | shape
    if any(getattr(goal, name) != values[name] for name in SCALE):
        _refuse_once_rated(session, goal)
    is_put_off = values["due_on"] != goal.due_on
    for name, value in values.items():
        setattr(goal, name, value)
    if is_put_off:
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
    """How far the goal is on a day, as the actor sees it. Ratings are added, never changed."""
    membership = goal.membership
    require(may_set_goal(actor, membership), seen=may_view_goals(actor, membership), message=FOR_PARTICIPANTS)
    # Locked, because an edit at the same moment must either come before the rating or find it.
    session.refresh(goal, attribute_names=[*SCALE, "version"], with_for_update=True)
    _check_levels(goal)
    if score not in LEVELS:
        raise Invalid.field("score", "Choose a score from -2 (much less than expected) to 2 (much more).")
    if rated_on > latest_today(now, actor.timezone, membership.cohort.timezone):
        raise Invalid.field("rated_on", "This day is still to come. Write the day that the rating is about.")
    rating = Rating(goal=goal, rated_by_id=actor.person_id, score=score, rated_on=rated_on, note=note, created_at=now)
    session.add(rating)
    audit.record(session, "goal.rated", rating, actor=actor, now=now)
    return rating


def measure_attainment(session: Session, membership: Membership, *, actor: Actor) -> Attainment:
    """Baseline and achieved T-score over the participant's rated goals, each by its newest rating."""
    lines = list_goals(session, membership, actor=actor)
    return attainment(
        [ScaledGoal(goal_weight(line.importance, line.difficulty), line.baseline, line.latest_score) for line in lines]
    )


def _refuse_once_rated(session: Session, goal: Goal) -> None:
    # Locked, because a rating at the same moment must either come before the edit or see its levels.
    session.execute(select(Goal.id).where(Goal.id == goal.id).with_for_update())
    if session.scalars(select(Rating.id).where(Rating.goal_id == goal.id).limit(1)).first() is not None:
        raise Conflict(FIXED)


def _check_levels(goal: Goal) -> None:
    """All five levels are written, and no two say the same."""
    texts = {LEVELS[score]: " ".join(text.split()).casefold() for score, text in goal.levels.items()}
    missing = [name for name, text in texts.items() if not text]
    if missing:
        raise Invalid(
            f"Write all five levels before the first rating. Missing: {_named(missing)}.",
            {name: ["Write this level before the first rating."] for name in missing},
        )
    alike = [name for name, text in texts.items() if list(texts.values()).count(text) > 1]
    if alike:
        raise Invalid(
            f"The five levels have to differ. These say the same: {_named(alike)}.",
            {name: ["Write a level that differs from the others."] for name in alike},
        )


def _named(names: list[str]) -> str:
    return ", ".join(LEVEL_WORDS[name] for name in names)
