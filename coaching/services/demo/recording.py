"""The demo's records: what the coaching cohorts covered, and what their members agreed to do: open, done, overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    THERE,
    Action,
    ActionChange,
    ActionOutcome,
    ActionState,
    Attendance,
    CoachingSession,
    Membership,
)
from coaching.models.action import DAY
from coaching.services.action_reminders import plan_reminder
from coaching.services.demo import words
from coaching.services.demo.cohorts import DemoCohort

DROPPED_EVERY = 5
LEFT_OPEN_EVERY = 4
MOVED_EVERY = 3


def build_records(session: Session, cohorts: Sequence[DemoCohort], *, now: datetime) -> None:
    """A record of every session that was held. Who signs in by a link is among those who have one of each kind."""
    for cohort in cohorts:
        statement = select(CoachingSession).where(
            CoachingSession.cohort_id == cohort.row.id, CoachingSession.ends_at <= now
        )
        held = list(session.scalars(statement.order_by(CoachingSession.starts_at)))
        for place, meeting in enumerate(held):
            meeting.covered, meeting.shared_notes = words.RECORDS[place % len(words.RECORDS)]
            # Nothing is agreed for after the last session.
            for following in cohort.days[place + 1 : place + 2]:
                rounds_ago = len(held) - 1 - place
                there = _there(session, cohort, meeting)
                agreed = [
                    _agreed(meeting, member, place, number, rounds_ago, until=following)
                    for number, member in enumerate(there)
                ]
                if rounds_ago == 0:
                    agreed.append(_promised(meeting, there[0], _coach(session, cohort), until=following))
                session.add_all(agreed)
                for action in agreed:
                    plan_reminder(session, action, now=now)


def _coach(session: Session, cohort: DemoCohort) -> Membership:
    statement = select(Membership).where(Membership.cohort_id == cohort.row.id, Membership.person_id == cohort.coach.id)
    return session.scalars(statement).one()


def _there(session: Session, cohort: DemoCohort, meeting: CoachingSession) -> list[Membership]:
    """Who came, and the first member all the same."""
    statement = select(Attendance.membership_id).where(
        Attendance.session_id == meeting.id, Attendance.status.in_(THERE)
    )
    came = {cohort.participants[0].id, *session.scalars(statement)}
    return [member for member in cohort.participants if member.id in came]


def _agreed(
    meeting: CoachingSession, member: Membership, place: int, number: int, rounds_ago: int, *, until: date
) -> Action:
    """Open where the session was the latest; of the one before some are open still, moved or overdue; the rest is
    closed."""
    due_on = until if rounds_ago == 0 else until - timedelta(days=1)
    action = Action(
        membership=member,
        owner=member,
        session=meeting,
        statement=words.ACTIONS[(place * 3 + number) % len(words.ACTIONS)],
        due_on=due_on,
        remind_on=due_on - DAY,
        state=ActionState.OPEN,
        created_at=meeting.ends_at,
    )
    if rounds_ago == 0 or (rounds_ago == 1 and number % LEFT_OPEN_EVERY == 0):
        if (place + number) % MOVED_EVERY == 0:
            _move(action, meeting)
        return action
    is_dropped = (place + number) % DROPPED_EVERY == DROPPED_EVERY - 1
    action.state = ActionState.DROPPED if is_dropped else ActionState.DONE
    action.reason = words.WHY_DROPPED if is_dropped else ""
    action.closed_at = meeting.ends_at + timedelta(days=number + 2)
    _keep(action, ActionOutcome(action.state), action.closed_at, reason=action.reason)
    return action


def _promised(meeting: CoachingSession, member: Membership, coach: Membership, *, until: date) -> Action:
    """What the coach does for a member."""
    return Action(
        membership=member,
        owner=coach,
        session=meeting,
        statement=words.PROMISED,
        due_on=until,
        remind_on=until - DAY,
        state=ActionState.OPEN,
        created_at=meeting.ends_at,
    )


def _move(action: Action, meeting: CoachingSession) -> None:
    """By a week, as people do who had too little time."""
    before = action.due_on
    if before is not None:
        action.due_on, action.remind_on = before + timedelta(days=7), before + timedelta(days=6)
        moved_at = meeting.ends_at + timedelta(days=3)
        _keep(action, ActionOutcome.MOVED, moved_at, reason=words.WHY_MOVED, days=(before, action.due_on))


def _keep(
    action: Action,
    outcome: ActionOutcome,
    at: datetime,
    *,
    reason: str,
    days: tuple[date | None, date | None] = (None, None),
) -> None:
    line = ActionChange(outcome=outcome, at=at, reason=reason, actor_id=action.membership.person_id)
    line.from_due_on, line.to_due_on = days
    action.changes.append(line)
