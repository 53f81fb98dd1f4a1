"""Attendance as a picture and as a person's record: who was where, in one statement each."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, and_, bindparam, or_, select, type_coerce
from sqlalchemy.orm import Session

from coaching.models import (
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    Cohort,
    Membership,
    SessionState,
)
from coaching.policies import Actor, may_view_cohort, may_view_cohort_progress, may_view_member, require
from coaching.services.cohort_progress import COUNTS

# The words stay words here: a grid has hundreds of them.
_MARKS = (
    select(Membership.public_id, CoachingSession.public_id, type_coerce(Attendance.status, String), Attendance.minutes)
    .join_from(CoachingSession, Attendance, Attendance.session_id == CoachingSession.id)
    .join(Membership, Membership.id == Attendance.membership_id)
    .where(CoachingSession.cohort_id == bindparam("cohort_id"))
)
_RECORD = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        CoachingSession.timezone,
        CoachingSession.pair_membership_id.is_not(None),
        Attendance.status,
        Attendance.minutes,
        Attendance.source,
    )
    .join_from(Membership, CoachingSession, CoachingSession.cohort_id == Membership.cohort_id)
    .outerjoin(Attendance, and_(Attendance.session_id == CoachingSession.id, Attendance.membership_id == Membership.id))
    .where(
        Membership.id == bindparam("membership_id"),
        CoachingSession.state == SessionState.SCHEDULED,
        CoachingSession.ends_at <= bindparam("now"),
        or_(CoachingSession.pair_membership_id.is_(None), CoachingSession.pair_membership_id == Membership.id),
        COUNTS,
    )
    .order_by(CoachingSession.starts_at.desc(), CoachingSession.id.desc())
)


class Mark(NamedTuple):
    """What is recorded of one member at one session: a word of AttendanceStatus, and `minutes` where measured."""

    status: str
    minutes: int | None


class HeldSession(NamedTuple):
    """A session that counts for a member, and whether they were there; `status` is None where nobody recorded it."""

    id: str
    title: str
    starts_at: datetime
    timezone: str
    is_pair: bool
    status: AttendanceStatus | None
    minutes: int | None
    source: AttendanceSource | None


def read_marks(session: Session, cohort: Cohort, *, actor: Actor) -> dict[tuple[str, str], Mark]:
    """Every attendance of the cohort by (membership, session)."""
    require(may_view_cohort_progress(actor, cohort), seen=may_view_cohort(actor, cohort))
    rows = session.connection().execute(_MARKS, {"cohort_id": cohort.id}).all()
    return {(member, held): Mark(status, minutes) for member, held, status, minutes in rows}


def read_record(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> list[HeldSession]:
    """The sessions held since the member joined, the newest first."""
    require(may_view_member(actor, membership), seen=False)
    values = {"membership_id": membership.id, "now": now}
    return [HeldSession(*row) for row in session.connection().execute(_RECORD, values).all()]
