"""Signals about meeting: absences in a row, nothing booked, a check-in that nobody answers. One statement each."""

from __future__ import annotations

from sqlalchemy import and_, bindparam, func, or_

from coaching.models import (
    UNPAUSED_STATUSES,
    Attendance,
    CheckIn,
    CheckInState,
    CoachingSession,
    Cohort,
    FollowUpStep,
    Membership,
    Person,
    Programme,
    SessionState,
)
from coaching.services.counted_sessions import MISSED_IN_A_ROW
from coaching.services.day_counts import days_between
from coaching.services.needs_signals import NOTHING, RUNS, TODAY, day_of, lines
from coaching.services.words import is_word

# From the first of the absences to the last, and how many there are. One more absence is another occurrence, because
# whoever saw to two wants to hear of a third.
ABSENCES = (
    lines(
        func.max(CoachingSession.starts_at),
        NOTHING,
        func.min(CoachingSession.starts_at),
        func.max(CoachingSession.starts_at),
        func.count(),
    )
    .join(Attendance, Attendance.membership_id == Membership.id)
    .join(CoachingSession, CoachingSession.id == Attendance.session_id)
    .where(MISSED_IN_A_ROW, *RUNS)
    .group_by(Membership.id, Person.id, Cohort.id, Programme.absences_in_a_row)
    .having(func.count() >= Programme.absences_in_a_row)
)

_FOR_MEMBER = and_(
    CoachingSession.cohort_id == Cohort.id,
    is_word(CoachingSession.state, SessionState.SCHEDULED),
    or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == Membership.id),
)
_IS_AHEAD = CoachingSession.ends_at > bindparam("now")
_LAST_HELD = func.max(CoachingSession.starts_at).filter(~_IS_AHEAD)
_NEXT = func.min(CoachingSession.starts_at).filter(_IS_AHEAD)
# When they could last meet, alone or with the cohort, and when they can next, where that is too far off.
UNBOOKED = (
    lines(_LAST_HELD, NOTHING, _LAST_HELD, _NEXT, Programme.unbooked_days)
    .outerjoin(CoachingSession, _FOR_MEMBER)
    .where(Programme.unbooked_days.is_not(None), *RUNS)
    .group_by(Membership.id, Person.id, Cohort.id, Programme.unbooked_days)
    .having(or_(_NEXT.is_(None), days_between(day_of(_NEXT), TODAY) > Programme.unbooked_days))
)

# When it was asked and until when it can be answered, and how often it was brought to mind.
SILENT_CHECK_INS = (
    lines(
        CheckIn.public_id,
        FollowUpStep.label,
        CheckIn.asked_at,
        CheckIn.closes_at,
        CheckIn.nudged,
        statuses=UNPAUSED_STATUSES,
    )
    .join(CheckIn, CheckIn.membership_id == Membership.id)
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .where(
        is_word(CheckIn.state, CheckInState.ASKED),
        CheckIn.escalated_at.is_not(None),
        CheckIn.closes_at > bindparam("now"),
        Programme.tells_silence,
    )
)
