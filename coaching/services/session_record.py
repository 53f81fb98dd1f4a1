"""A session's record: what was covered, the notes that all who were invited share, materials, and what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import CoachingSession, SessionState
from coaching.policies import Actor, may_view_session, may_write_record, require
from coaching.services import audit
from coaching.services.words import is_word

NOT_HELD = "This session was cancelled, so there is nothing to record."
FOR_THOSE_WHO_RUN_IT = "The cohort’s coaches and coordinators write the record of a session. You can read it."


class NextMeeting(NamedTuple):
    """The session that comes after another: of the cohort, or of the same pair."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str


_NEXT = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        CoachingSession.ends_at,
        CoachingSession.timezone,
    )
    .where(
        CoachingSession.cohort_id == bindparam("cohort_id"),
        CoachingSession.id != bindparam("session_id"),
        CoachingSession.starts_at > bindparam("after"),
        is_word(CoachingSession.state, SessionState.SCHEDULED),
    )
    .order_by(CoachingSession.starts_at, CoachingSession.id)
    .limit(1)
)
_NEXT_OF_ALL = _NEXT.where(CoachingSession.pair_membership_id.is_(None))
_NEXT_OF_PAIR = _NEXT.where(CoachingSession.pair_membership_id == bindparam("pair_id"))


def write_record(
    session: Session,
    coaching_session: CoachingSession,
    *,
    actor: Actor,
    now: datetime,
    covered: str,
    shared_notes: str,
    materials: str,
) -> CoachingSession:
    """Puts these texts in place of the session's. It may be begun before the session, to prepare the notes."""
    seen = may_view_session(actor, coaching_session)
    require(may_write_record(actor, coaching_session), seen=seen, message=FOR_THOSE_WHO_RUN_IT)
    if coaching_session.state == SessionState.CANCELLED:
        raise Conflict(NOT_HELD, code="session-cancelled")
    coaching_session.covered, coaching_session.shared_notes = covered, shared_notes
    coaching_session.materials = materials
    audit.record(session, "session.recorded", coaching_session, actor=actor, now=now)
    return coaching_session


def find_next_meeting(
    session: Session, coaching_session: CoachingSession, *, actor: Actor, now: datetime
) -> NextMeeting | None:
    """The next session that is still to come after this one: of the whole cohort, or of the same pair."""
    require(may_view_session(actor, coaching_session), seen=False)
    values = {
        "cohort_id": coaching_session.cohort_id,
        "session_id": coaching_session.id,
        "after": max(now, coaching_session.starts_at),
    }
    statement, pair = _NEXT_OF_ALL, coaching_session.pair_membership_id
    if pair is not None:
        statement, values = _NEXT_OF_PAIR, values | {"pair_id": pair}
    row = session.connection().execute(statement, values).one_or_none()
    return NextMeeting(*row) if row is not None else None
