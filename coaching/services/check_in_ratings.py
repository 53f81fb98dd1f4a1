"""A goal's check-in: its reply as a rating of the goal, and what was said to it on the goal's own page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, Refusal
from coaching.models import (
    Anchor,
    AnswerChoice,
    AnswerFlow,
    CheckIn,
    CheckInAnswer,
    CheckInReply,
    FollowUpStep,
    Goal,
    Rating,
)
from coaching.policies import Actor, may_view_goals, require
from coaching.services import audit
from coaching.services.goal_levels import LEVELS
from coaching.services.goals import rate_goal

NO_GOAL = "This check-in does not ask about a goal, so this is no rating. It stands here."
NO_LEVELS = "The goal's five levels are not all written yet, so this is no rating. Write them, then answer again."
NO_LEVEL = "A goal is rated from -2 to 2, so this is no rating. It stands here."
ENDED = "The goal has ended, so this is no rating of it. What you said stands here."
NOT_RATED = "The goal cannot be rated now. What you said stands here."

_ANSWERS = (
    select(
        CheckIn.public_id,
        FollowUpStep.label,
        FollowUpStep.question,
        CheckInAnswer.choice,
        CheckInAnswer.note,
        CheckInAnswer.answered_at,
        CheckInAnswer.changed_at,
    )
    .join(FollowUpStep, and_(FollowUpStep.id == CheckIn.step_id, FollowUpStep.anchor == Anchor.GOAL_DUE))
    .join(CheckInAnswer, CheckInAnswer.check_in_id == CheckIn.id)
    .where(CheckIn.membership_id == bindparam("membership_id"), CheckIn.anchor_id == bindparam("goal_id"))
    .order_by(CheckInAnswer.answered_at.desc(), CheckIn.id.desc())
)


class GoalAnswer(NamedTuple):
    """What a participant said when their goal was due; `id` is the check-in's."""

    id: str
    step: str
    question: str
    choice: AnswerChoice
    note: str
    answered_at: datetime
    changed_at: datetime | None


def list_goal_answers(session: Session, goal: Goal, *, actor: Actor) -> list[GoalAnswer]:
    """The answers to the goal's own check-ins, the newest first, for who sees the goal. One statement."""
    require(may_view_goals(actor, goal.membership), seen=False)
    values = {"membership_id": goal.membership_id, "goal_id": goal.id}
    rows: Iterable[Any] = session.connection().execute(_ANSWERS, values)
    return [GoalAnswer(*row) for row in rows]


def goal_of(session: Session, check_in: CheckIn) -> Goal | None:
    """The goal that the check-in asks about, where it asks about one."""
    if check_in.step.anchor != Anchor.GOAL_DUE:
        return None
    goal = session.get(Goal, check_in.anchor_id)
    return goal if goal is not None and goal.membership_id == check_in.membership_id else None


def flow_into_goal(
    session: Session, check_in: CheckIn, answer: CheckInAnswer, *, actor: Actor, on: date, now: datetime
) -> None:
    """Makes a rating of a reply that rates the goal, by the rules of any rating. What the same day's rating said is
    corrected; another day's stays, and what is said then is a rating of its own. Why it could not be used is kept."""
    reply = next((one for one in answer.replies if one.question.flows_to == AnswerFlow.GOAL_RATING), None)
    goal = goal_of(session, check_in)
    if goal is None:
        if reply is not None:
            reply.unused_because = NO_GOAL
        return
    newest = _newest(session, goal, check_in)
    of_today = newest if newest is not None and newest.rated_on == on and goal.ended_on is None else None
    if reply is None or reply.number is None:
        if of_today is not None:
            session.delete(of_today)
            audit.record(session, "goal.rating_taken_back", goal, actor=actor, now=now)
        return
    reply.unused_because = _rate(session, goal, reply, newest, check_in, actor=actor, on=on, now=now)


def _rate(
    session: Session,
    goal: Goal,
    reply: CheckInReply,
    newest: Rating | None,
    check_in: CheckIn,
    *,
    actor: Actor,
    on: date,
    now: datetime,
) -> str:
    score = reply.value
    if score not in LEVELS or not isinstance(score, int):
        return NO_LEVEL
    if newest is not None and newest.score == score:
        return ""
    if newest is not None and newest.rated_on == on and goal.ended_on is None:
        newest.score = score
        audit.record(session, "goal.rating_corrected", newest, actor=actor, now=now)
        return ""
    try:
        rating = rate_goal(session, goal, actor=actor, now=now, score=score, rated_on=on)
    except Refusal as refusal:
        return _why_not(refusal)
    rating.check_in_id = check_in.id
    return ""


def _why_not(refusal: Refusal) -> str:
    if isinstance(refusal, Conflict):
        return ENDED
    is_of_levels = isinstance(refusal, Invalid) and refusal.messages.keys() <= set(LEVELS.values())
    return NO_LEVELS if is_of_levels else NOT_RATED


def _newest(session: Session, goal: Goal, check_in: CheckIn) -> Rating | None:
    """The latest of the ratings of the goal's current edition that this check-in's answers made."""
    statement = (
        select(Rating)
        .where(Rating.goal_id == goal.id, Rating.edition == goal.edition, Rating.check_in_id == check_in.id)
        .order_by(Rating.rated_on.desc(), Rating.id.desc())
        .limit(1)
    )
    return session.scalars(statement).one_or_none()
