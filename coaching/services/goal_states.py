"""What people say of a goal as a whole: agreed to by either side, reached, changed, dropped, taken up again.

None of it is computed from ratings: a rating of 0 may be luck, and one of +2 may be unfinished.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import Anchor, CheckIn, CheckInState, FollowUpStep, Goal, GoalEnd, GoalState, Person
from coaching.policies import Actor, is_self
from coaching.services import audit, follow_ups
from coaching.services.goal_history import lock_goal, note_change, require_open, say_day, settle_state
from coaching.services.goal_levels import LEVELS, check_all
from coaching.services.goals import require_may_write, set_goal
from coaching.services.zones import latest_today

NOT_AGREED = "so there is nothing to agree to. Open it again first."
ENDED_ALREADY = "and it ends only once. Open it again first."
GOES_ON = "This goal has not ended, so there is nothing to open again."
WHY = {
    GoalEnd.CHANGED: "Say in a few words why it is changed for another.",
    GoalEnd.DROPPED: "Say in a few words why it is dropped.",
}
WHICH_GOAL = "Choose the goal that takes its place, or write it in one sentence."
ONE_OF_THEM = "Choose a goal, or write a new one: not both."
NO_SUCCESSOR = "Only a goal that is changed for another names that. Leave this out."
NOT_THEIRS = "Choose another goal of the same participant that has not ended."

# What was asked about the goal before it ended may still be answered, but nobody is reminded of it.
_NO_MORE_REMINDERS = update(CheckIn).values(wake_at=None)


def agree_to_goal(session: Session, goal: Goal, *, actor: Actor, now: datetime) -> Goal:
    """The participant's or a coach's yes to the goal as it stands, its five levels included. Agreed takes both; said
    again from the same side it changes nothing."""
    require_may_write(goal, actor)
    lock_goal(session, goal)
    require_open(goal, but=NOT_AGREED)
    check_all({name: getattr(goal, name) for name in LEVELS.values()}, why="before you agree to the goal")
    is_participant = is_self(actor, goal.membership)
    if (goal.participant_agreed_at if is_participant else goal.coach_agreed_at) is not None:
        return goal
    if is_participant:
        goal.participant_agreed_at = now
    else:
        goal.coach_agreed_at, goal.coach_agreed_by = now, session.get_one(Person, actor.person_id)
    settle_state(session, goal, actor=actor, now=now)
    audit.record(session, "goal.agreed_to", goal, actor=actor, now=now)
    return goal


def end_goal(
    session: Session,
    goal: Goal,
    *,
    actor: Actor,
    now: datetime,
    state: GoalEnd,
    on: date,
    reason: str = "",
    successor_id: str | None = None,
    successor_statement: str = "",
) -> Goal:
    """Says what became of a goal. One that is changed names the goal that takes its place, or sets it.

    It keeps its place in the T-score with its last rating. What was to be asked about it is asked no more.
    """
    require_may_write(goal, actor)
    lock_goal(session, goal)
    require_open(goal, but=ENDED_ALREADY)
    _check_end(goal, actor, state=state, on=on, reason=reason, now=now)
    successor = _find_successor(session, goal, state, successor_id, successor_statement)
    if state == GoalEnd.CHANGED and successor is None:
        successor = set_goal(session, goal.membership, actor=actor, now=now, statement=successor_statement)
    note_change(session, goal, GoalState(state), actor=actor, now=now, on=on, reason=reason, successor=successor)
    _settle_check_ins(session, goal, now=now)
    audit.record(session, f"goal.{state}", goal, actor=actor, now=now)
    return goal


def reopen_goal(session: Session, goal: Goal, *, actor: Actor, now: datetime, reason: str = "") -> Goal:
    """Takes up a goal again that had ended, with what was agreed; what is to be asked about it is asked again."""
    require_may_write(goal, actor)
    lock_goal(session, goal)
    if goal.ended_on is None:
        raise Conflict(GOES_ON)
    settle_state(session, goal, actor=actor, now=now, reason=reason)
    if goal.due_on is not None:
        follow_ups.follow_goals(session, goal.membership, now=now)
    audit.record(session, "goal.reopened", goal, actor=actor, now=now)
    return goal


def list_possible_successors(session: Session, goal: Goal) -> list[Goal]:
    """The participant's other goals that go on."""
    statement = (
        select(Goal)
        .where(Goal.membership_id == goal.membership_id, Goal.id != goal.id, Goal.ended_on.is_(None))
        .order_by(Goal.id)
    )
    return list(session.scalars(statement))


def _check_end(goal: Goal, actor: Actor, *, state: GoalEnd, on: date, reason: str, now: datetime) -> None:
    wrong: dict[str, list[str]] = {}
    zones = (actor.timezone, goal.membership.cohort.timezone)
    set_on = min(goal.created_at.astimezone(ZoneInfo(zone)).date() for zone in zones)
    if on > latest_today(now, *zones):
        wrong["on"] = ["This day is still to come. Write the day on which it was so."]
    elif on < set_on:
        wrong["on"] = [f"The goal was set on {say_day(set_on)}. Write that day or a later one."]
    if state in WHY and not reason:
        wrong["reason"] = [WHY[state]]
    if wrong:
        raise Invalid(" ".join(text for texts in wrong.values() for text in texts), wrong)


def _find_successor(session: Session, goal: Goal, state: GoalEnd, public_id: str | None, statement: str) -> Goal | None:
    """The goal that is named; None where one is to be set, and where none is asked for."""
    if state != GoalEnd.CHANGED:
        if public_id or statement:
            raise Invalid.field("successor_id" if public_id else "successor_statement", NO_SUCCESSOR)
        return None
    if not public_id and not statement:
        raise Invalid.field("successor_statement", WHICH_GOAL)
    if public_id and statement:
        raise Invalid.field("successor_statement", ONE_OF_THEM)
    if not public_id:
        return None
    found = next((one for one in list_possible_successors(session, goal) if one.public_id == public_id), None)
    if found is None:
        raise Invalid.field("successor_id", NOT_THEIRS)
    return found


def _settle_check_ins(session: Session, goal: Goal, *, now: datetime) -> None:
    if goal.due_on is None:
        return
    follow_ups.follow_goals(session, goal.membership, now=now)
    of_goal = and_(
        CheckIn.membership_id == goal.membership_id,
        CheckIn.anchor_id == goal.id,
        CheckIn.state == CheckInState.ASKED,
        CheckIn.step_id.in_(select(FollowUpStep.id).where(FollowUpStep.anchor == Anchor.GOAL_DUE)),
    )
    session.execute(_NO_MORE_REMINDERS.where(of_goal), execution_options={"synchronize_session": "fetch"})
