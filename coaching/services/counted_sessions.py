"""Which sessions count for a member: the denominator of every share of attendance, and the absences in a row."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from coaching.models import (
    OPEN_STATUSES,
    THERE,
    Attendance,
    AttendanceStatus,
    CoachingSession,
    Membership,
    SessionState,
)
from coaching.services.words import is_one_of, is_word

# What `counted` of a member's attendance means, in the words that stand beside it.
DENOMINATOR = "Sessions held and not cancelled since the member joined, and earlier ones that were recorded"
BEFORE_ANY = datetime(1970, 1, 1, tzinfo=UTC)

IS_OPEN = is_one_of(Membership.status, OPEN_STATUSES)
# What was recorded counts, be it of a session before they were entered; what was not, since they joined and while they
# are in.
COUNTS = or_(Attendance.id.is_not(None), and_(CoachingSession.ends_at > Membership.joined_at, IS_OPEN))
# Of these nobody has said yet whether the member was there: they are no absences.
UNRECORDED = and_(COUNTS, Attendance.id.is_(None))
HELD_FOR_MEMBER = and_(
    CoachingSession.cohort_id == Membership.cohort_id,
    is_word(CoachingSession.state, SessionState.SCHEDULED),
    CoachingSession.ends_at <= bindparam("now"),
    or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == Membership.id),
)

_BEFORE, _EARLIER = aliased(Attendance), aliased(CoachingSession)
_LAST_TIME_THERE = (
    select(func.max(_EARLIER.starts_at))
    .join_from(_BEFORE, _EARLIER, _EARLIER.id == _BEFORE.session_id)
    .where(
        _BEFORE.membership_id == Membership.id,
        is_one_of(_BEFORE.status, THERE),
        is_word(_EARLIER.state, SessionState.SCHEDULED),
    )
    .scalar_subquery()
)
# An absence of the member's since they were last there and since they joined. Those are in a row: one that is excused,
# or not recorded, neither counts nor ends it.
MISSED_IN_A_ROW = and_(
    Attendance.membership_id == Membership.id,
    is_word(Attendance.status, AttendanceStatus.ABSENT),
    is_word(CoachingSession.state, SessionState.SCHEDULED),
    CoachingSession.ends_at > Membership.joined_at,
    CoachingSession.starts_at > func.coalesce(_LAST_TIME_THERE, BEFORE_ANY),
)
