"""What becomes of the sessions to come of somebody who leaves a cohort: theirs alone are cancelled, and what they were
to lead has nobody who leads it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import CoachingSession, Membership, SessionState
from coaching.policies import Actor
from coaching.services import audit
from coaching.services.coaching_sessions import call_off


class Released(NamedTuple):
    """How many sessions to come were cancelled with a member, and how many have nobody who leads them since."""

    cancelled: int = 0
    without_leader: int = 0


def release_sessions(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> Released:
    """Cancels the one-to-ones to come of somebody who left, and takes them from the sessions that they were to lead.

    Neither stands in the way of anybody then: a coach has the hour back. The caller has asked permission, holds the
    cohort's calendar, has told the leaver's own, and has nothing left to lock but the trail. What has begun stays as
    it was.
    """
    alone = _to_come(session, membership, CoachingSession.pair_membership_id == membership.id, now=now)
    if alone:
        call_off(session, alone, reason=f"{membership.person.name} has left the cohort.", actor=actor, now=now)
    led = _to_come(session, membership, CoachingSession.led_by_id == membership.person_id, now=now)
    for one in led:
        one.led_by_id = None
    # The trail has one entry for a series, however many of its sessions went.
    subjects: dict[Any, Any] = {one.series_id or one.public_id: one.series or one for one in alone}
    for subject in subjects.values():
        audit.record(session, f"{_KIND[subject.__tablename__]}.cancelled", subject, actor=actor, now=now)
    return Released(len(alone), len(led))


_KIND = {"coaching_session": "session", "series": "series"}


def _to_come(session: Session, membership: Membership, condition: Any, *, now: datetime) -> list[CoachingSession]:
    statement = (
        select(CoachingSession)
        .where(
            condition,
            CoachingSession.cohort_id == membership.cohort_id,
            CoachingSession.state == SessionState.SCHEDULED,
            CoachingSession.starts_at > now,
        )
        .order_by(CoachingSession.id)
        .with_for_update(of=CoachingSession)
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(statement))
