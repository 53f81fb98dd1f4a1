"""Who waits for the demo's coach on the day it is made: one who missed two sessions, one who did not answer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Attendance, AttendanceStatus, CoachingSession, FollowUpPlan, FollowUpStep, Membership
from coaching.services.coach_home import ABSENCES_IN_A_ROW
from coaching.services.demo.cohorts import DemoCohort


def add_own_step(plan: FollowUpPlan) -> None:
    """A question between six weeks and three months, so that a window is open while the next step is due.

    The cohort that it is for ended three months ago: this was asked one to three weeks ago.
    """
    plan.steps.insert(2, FollowUpStep(label="Eleven weeks on", offset="P77D", question="Is the launch date set?"))
    for position, step in enumerate(plan.steps, start=1):
        step.position = position


def find_quiet(cohort: DemoCohort) -> Membership:
    """Who leaves the open check-in unanswered: the one who did not rate the programme either."""
    return cohort.participants[-1]


def miss_the_last_sessions(session: Session, cohort: DemoCohort) -> None:
    """The last participant missed the last sessions that were held, however the presence was drawn."""
    held = (
        select(Attendance)
        .join(CoachingSession, CoachingSession.id == Attendance.session_id)
        .where(Attendance.membership_id == cohort.participants[-1].id)
        .order_by(CoachingSession.starts_at.desc())
        .limit(ABSENCES_IN_A_ROW)
    )
    for presence in session.scalars(held):
        presence.status, presence.minutes = AttendanceStatus.ABSENT, 0
