"""The demo's records: what the coaching cohorts covered, and what their members agreed to do: open, done, overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import THERE, Action, ActionState, Attendance, CoachingSession, Membership
from coaching.services.demo import words
from coaching.services.demo.cohorts import DemoCohort

DROPPED_EVERY = 5
LEFT_OPEN_EVERY = 4


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
                for number, member in enumerate(_there(session, cohort, meeting)):
                    session.add(_agreed(meeting, member, place, number, rounds_ago, until=following))


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
    """Open where the session was the latest; of the one before some are open still, and overdue; the rest is closed."""
    due_on = until if rounds_ago == 0 else until - timedelta(days=1)
    action = Action(
        membership=member,
        session=meeting,
        statement=words.ACTIONS[(place * 3 + number) % len(words.ACTIONS)],
        due_on=due_on,
        state=ActionState.OPEN,
        created_at=meeting.ends_at,
    )
    if rounds_ago == 0 or (rounds_ago == 1 and number % LEFT_OPEN_EVERY == 0):
        return action
    is_dropped = (place + number) % DROPPED_EVERY == DROPPED_EVERY - 1
    action.state = ActionState.DROPPED if is_dropped else ActionState.DONE
    action.reason = words.WHY_DROPPED if is_dropped else ""
    action.closed_at = meeting.ends_at + timedelta(days=number + 2)
    return action
