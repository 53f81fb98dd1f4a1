"""Events of a line: the sessions that count for a member with their presence, and how the member's standing changed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, or_, select

from coaching.models import Attendance, CoachingSession, Membership, Role, SessionState, StatusChange
from coaching.services.counted_sessions import COUNTS
from coaching.services.line_events import Fact, LineKind, Reader, make_source
from coaching.services.words import is_word

UNRECORDED, TO_COME = "unrecorded", "to_come"
# Of the cohort or of the member's pair, held or to come, without those before they joined.
_SESSIONS = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.state,
        CoachingSession.ends_at,
        Attendance.status,
        Attendance.minutes,
    )
    .join_from(Membership, CoachingSession, CoachingSession.cohort_id == Membership.cohort_id)
    .outerjoin(Attendance, and_(Attendance.session_id == CoachingSession.id, Attendance.membership_id == Membership.id))
    .where(
        is_word(Membership.role, Role.PARTICIPANT),
        or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == Membership.id),
        COUNTS,
    )
)
_CHANGES = select(Membership.public_id, StatusChange.status, StatusChange.at, StatusChange.reason).join_from(
    Membership, StatusChange, StatusChange.membership_id == Membership.id
)


def _tell_session(row: Any, reader: Reader) -> Fact:
    public_id, title, state, ends_at, status, minutes = row
    if state == SessionState.CANCELLED:
        what = state.value
    elif status is not None:
        what = status.value
    else:
        what = UNRECORDED if ends_at <= reader.now else TO_COME
    return Fact(public_id, what, public_id, title=title, value=minutes)


def _tell_change(row: Any, _reader: Reader) -> Fact:
    member_id, status, at, reason = row
    return Fact(f"{member_id}{at:%H%M%S%f}", status.value, member_id, text=reason)


SESSIONS = make_source(LineKind.SESSION, "session", _SESSIONS, CoachingSession.starts_at, _tell_session)
STANDING = make_source(LineKind.STANDING, "member", _CHANGES, StatusChange.at, _tell_change)
