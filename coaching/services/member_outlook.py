"""What comes next for a member: the session that they are expected at first. One statement."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from coaching.models import CoachingSession, Membership, SessionState
from coaching.policies import Actor, may_view_member, require
from coaching.services.words import is_word


class NextSession(NamedTuple):
    """The first session of the cohort or of the member's own pair that has not ended."""

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    is_pair: bool


_NEXT = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        CoachingSession.ends_at,
        CoachingSession.timezone,
        CoachingSession.pair_membership_id.is_not(None),
    )
    .where(
        CoachingSession.cohort_id == bindparam("cohort_id"),
        is_word(CoachingSession.state, SessionState.SCHEDULED),
        CoachingSession.ends_at > bindparam("now"),
        or_(
            CoachingSession.pair_membership_id.is_(None),
            CoachingSession.pair_membership_id == bindparam("membership_id"),
        ),
    )
    .order_by(CoachingSession.starts_at, CoachingSession.id)
    .limit(literal_column("1"))
)


def find_next_session(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> NextSession | None:
    """The next one, for the member and for those who run the cohort; None where nothing is booked."""
    require(may_view_member(actor, membership), seen=False)
    values = {"cohort_id": membership.cohort_id, "membership_id": membership.id, "now": now}
    row = session.connection().execute(_NEXT, values).first()
    return NextSession(*row) if row is not None else None
