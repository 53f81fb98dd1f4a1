"""Coaching sessions: scheduled, moved, cancelled, found."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import OPEN_STATUSES, CoachingSession, Cohort, Membership, Role, SessionState
from coaching.policies import Actor, may_coach, may_run_cohort, may_view_cohort, may_view_session, require
from coaching.services import audit, session_effects
from coaching.services.bookings import check_coach_is_free
from coaching.services.zones import to_utc

EARLIEST_YEAR = 2000
LATEST_YEAR = 2100


def get_session(session: Session, public_id: str, *, actor: Actor) -> CoachingSession:
    """A session of a cohort that the actor may look at; a one-to-one is for its pair and those who run the cohort."""
    statement = (
        select(CoachingSession)
        .where(CoachingSession.public_id == public_id)
        .options(
            joinedload(CoachingSession.cohort).joinedload(Cohort.programme),
            joinedload(CoachingSession.pair_membership).joinedload(Membership.person),
        )
    )
    found = session.scalars(statement).one_or_none()
    if found is None or not may_view_session(actor, found):
        raise NotFound
    return found


def schedule_session(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    local_start: datetime,
    timezone: str,
    duration_minutes: int,
    location: str = "",
    agenda: str = "",
    pair_with: str | None = None,
) -> CoachingSession:
    """A new session, in the future or logged after the fact. `pair_with` names the participant of a one-to-one."""
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    coaching_session = CoachingSession(
        cohort=cohort,
        pair_membership=_find_pair(session, cohort, pair_with),
        led_by_id=usual_coach(session, cohort, actor=actor),
        title=title,
        location=location,
        agenda=agenda,
        state=SessionState.SCHEDULED,
        created_at=now,
    )
    _set_time(coaching_session, local_start, timezone, duration_minutes)
    check_coach_is_free(session, [coaching_session], now=now, actor=actor)
    session.add(coaching_session)
    # Invites refer to the session by its number.
    session.flush()
    session_effects.follow_scheduled(session, [coaching_session], now=now)
    audit.record(session, "session.scheduled", coaching_session, actor=actor, now=now)
    return coaching_session


def edit_session(
    session: Session,
    coaching_session: CoachingSession,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    local_start: datetime,
    timezone: str,
    duration_minutes: int,
    location: str = "",
    agenda: str = "",
) -> CoachingSession:
    """Changes or moves a session that has not been cancelled."""
    cohort = coaching_session.cohort
    require(may_run_cohort(actor, cohort), seen=may_view_session(actor, coaching_session))
    _refuse_cancelled(coaching_session)
    coaching_session.title, coaching_session.location, coaching_session.agenda = title, location, agenda
    _set_time(coaching_session, local_start, timezone, duration_minutes)
    check_coach_is_free(session, [coaching_session], now=now, actor=actor)
    # What follows is worked out by statements that read the session's row.
    session.flush()
    session_effects.follow_changed(session, [coaching_session], now=now)
    audit.record(session, "session.edited", coaching_session, actor=actor, now=now)
    return coaching_session


def cancel_session(
    session: Session, coaching_session: CoachingSession, *, actor: Actor, now: datetime, reason: str = ""
) -> CoachingSession:
    """Cancels a session. It stays on the list, marked, and is counted in nobody's attendance."""
    require(may_run_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    _refuse_cancelled(coaching_session)
    coaching_session.state, coaching_session.cancelled_reason = SessionState.CANCELLED, reason
    # What follows is worked out by statements that read the session's row.
    session.flush()
    session_effects.follow_cancelled(session, [coaching_session], now=now)
    audit.record(session, "session.cancelled", coaching_session, actor=actor, now=now)
    return coaching_session


def list_sessions(session: Session, cohort: Cohort, *, actor: Actor) -> list[CoachingSession]:
    """The cohort's sessions by time, without other people's one-to-ones."""
    require(may_view_cohort(actor, cohort), seen=False)
    statement = (
        select(CoachingSession)
        .where(CoachingSession.cohort_id == cohort.id)
        .order_by(CoachingSession.starts_at, CoachingSession.id)
    )
    if not may_run_cohort(actor, cohort):
        own = actor.standings[cohort.id].membership_id
        pair = CoachingSession.pair_membership_id
        statement = statement.where(pair.is_(None) | (pair == own))
    return list(session.scalars(statement))


def usual_coach(session: Session, cohort: Cohort, *, actor: Actor) -> int | None:
    """Who holds a session where nobody is named, as a person’s number: the actor, or the cohort’s first coach."""
    if may_coach(actor, cohort):
        return actor.person_id
    statement = (
        select(Membership.person_id)
        .where(Membership.cohort_id == cohort.id, Membership.role == Role.COACH, Membership.status.in_(OPEN_STATUSES))
        .order_by(Membership.id)
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def _refuse_cancelled(coaching_session: CoachingSession) -> None:
    if coaching_session.state == SessionState.CANCELLED:
        raise Conflict("This session was cancelled. Schedule a new one instead.")


def _set_time(coaching_session: CoachingSession, local_start: datetime, timezone: str, duration_minutes: int) -> None:
    if not EARLIEST_YEAR <= local_start.year <= LATEST_YEAR:
        raise Invalid.field("local_start", f"Choose a year from {EARLIEST_YEAR} to {LATEST_YEAR}.")
    starts_at = to_utc(local_start, timezone)
    coaching_session.local_start, coaching_session.timezone = local_start, timezone
    coaching_session.duration_minutes = duration_minutes
    coaching_session.starts_at = starts_at
    coaching_session.ends_at = starts_at + timedelta(minutes=duration_minutes)


def _find_pair(session: Session, cohort: Cohort, public_id: str | None) -> Membership | None:
    if public_id is None:
        return None
    statement = select(Membership).where(Membership.public_id == public_id, Membership.cohort_id == cohort.id)
    membership = session.scalars(statement).one_or_none()
    if membership is None or membership.role != Role.PARTICIPANT:
        raise Invalid.field("pair_with", "Choose a participant of this cohort.")
    return membership
