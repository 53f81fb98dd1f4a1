"""Whether a reminder still holds at the moment when it is to leave: it may have waited for a mail server for long."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, and_, bindparam, select

from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Cohort,
    CohortState,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    Rsvp,
    RsvpChoice,
    SessionState,
)
from coaching.services.reasons import COHORT_ARCHIVED, COHORT_PAUSED, HAS_LEFT, IS_PAUSED

_message = cast(Table, Message.__table__)
_STANDING = (
    select(
        _message.c.id,
        _message.c.facts,
        CoachingSession.state,
        CoachingSession.starts_at,
        Membership.status,
        Cohort.state.label("cohort_state"),
        Rsvp.choice,
    )
    .join(CoachingSession, CoachingSession.id == _message.c.subject_id)
    .join(Cohort, Cohort.id == CoachingSession.cohort_id)
    .outerjoin(
        Membership,
        and_(Membership.cohort_id == CoachingSession.cohort_id, Membership.person_id == _message.c.recipient_id),
    )
    .outerjoin(
        Rsvp,
        and_(
            Rsvp.session_id == CoachingSession.id,
            Rsvp.membership_id == Membership.id,
            Rsvp.starts_at == CoachingSession.starts_at,
        ),
    )
    .where(
        _message.c.kind == MessageKind.SESSION_REMINDER,
        _message.c.id.in_(bindparam("numbers", expanding=True)),
    )
)


def why_not_reminded(connection: Connection, numbers: list[int], *, now: datetime) -> dict[int, str]:
    """The reminders among these messages that do not hold any more, each with why, in words for a coach."""
    rows = connection.execute(_STANDING, {"numbers": numbers})
    reasons = {row.id: _why_not(row, now=now) for row in rows}
    return {number: reason for number, reason in reasons.items() if reason}


def _why_not(row: Any, *, now: datetime) -> str:
    return _why_not_held(row, now=now) or _why_not_them(row)


def _why_not_held(row: Any, *, now: datetime) -> str:
    if row.state == SessionState.CANCELLED:
        return "The session was cancelled."
    if row.starts_at != datetime.fromisoformat(row.facts["starts_at"]):
        return "The session has moved."
    return "The session has begun." if row.starts_at <= now else ""


def _why_not_them(row: Any) -> str:
    if row.status == MembershipStatus.PAUSED:
        return IS_PAUSED
    if row.status not in OPEN_STATUSES:
        return HAS_LEFT
    if row.cohort_state != CohortState.RUNNING:
        return COHORT_PAUSED if row.cohort_state == CohortState.PAUSED else COHORT_ARCHIVED
    return "They said that they cannot come." if row.choice == RsvpChoice.NO else ""
