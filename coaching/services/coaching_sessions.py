"""Coaching sessions: scheduled, moved, cancelled, found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypedDict, Unpack

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import OPEN_STATUSES, CoachingSession, Cohort, Membership, Person, Role, Scope, SessionState
from coaching.policies import Actor, may_coach, may_run_cohort, may_view_cohort, may_view_session, require, runs_cohort
from coaching.services import audit, session_effects
from coaching.services.attendance import check_may_be_cancelled, check_may_be_to_come, take_back_early_marks
from coaching.services.bookings import check_coach_is_free
from coaching.services.calendar_lock import lock_calendar
from coaching.services.session_scope import move_sessions, put_values, sessions_in_scope, set_time


class Texts(TypedDict, total=False):
    """What a session says beside its title: where it is, what it is about, what to bring and what to take home."""

    location: str
    join_url: str
    agenda: str
    preparation: str
    materials: str


TEXTS = ("location", "join_url", "agenda", "preparation", "materials")


class Coach(NamedTuple):
    """Somebody who may hold a session, by their membership."""

    id: str
    name: str
    person_id: int


def get_session(session: Session, public_id: str, *, actor: Actor) -> CoachingSession:
    """A session of a cohort that the actor may look at; a one-to-one is for its pair and those who run the cohort."""
    statement = (
        select(CoachingSession)
        .where(CoachingSession.public_id == public_id)
        .options(
            joinedload(CoachingSession.cohort).joinedload(Cohort.programme),
            joinedload(CoachingSession.pair_membership).joinedload(Membership.person),
            joinedload(CoachingSession.leader).joinedload(Membership.person),
            joinedload(CoachingSession.series),
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
    pair_with: str | None = None,
    led_by: str | None = None,
    **texts: Unpack[Texts],
) -> CoachingSession:
    """A new session, in the future or logged after the fact.

    `pair_with` names the participant of a one-to-one, and `led_by` the coach who holds it, by their memberships.
    """
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    lock_calendar(session.connection(), cohort.id)
    coaching_session = CoachingSession(
        cohort=cohort,
        pair_membership=find_pair(session, cohort, pair_with),
        led_by_id=find_leader(session, cohort, led_by, actor=actor),
        title=title,
        state=SessionState.SCHEDULED,
        created_at=now,
        **known_texts(texts),
    )
    set_time(coaching_session, local_start, timezone, duration_minutes)
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
    led_by: str | None = None,
    scope: Scope = Scope.ONE,
    **texts: Unpack[Texts],
) -> CoachingSession:
    """Changes or moves a session that has not been cancelled, and with it those of its series that `scope` names.

    The others get what is changed about this one, and keep what is their own otherwise.
    """
    cohort = coaching_session.cohort
    require(may_run_cohort(actor, cohort), seen=may_view_session(actor, coaching_session))
    _refuse_cancelled(coaching_session)
    changed = sessions_in_scope(session, coaching_session, scope, now=now)
    values = {"title": title, **known_texts(texts)}
    if led_by is not None:
        values["led_by_id"] = find_leader(session, cohort, led_by, actor=actor)
    were = {one.id: one.starts_at for one in changed}
    with session.no_autoflush:
        put_values(changed, coaching_session, values)
        move_sessions(
            changed, coaching_session, local_start=local_start, timezone=timezone, duration_minutes=duration_minutes
        )
        check_may_be_to_come(session, changed, were, now=now)
        check_coach_is_free(session, changed, now=now, actor=actor)
    # What follows is worked out by statements that read the sessions' rows.
    session.flush()
    take_back_early_marks(session, changed, were, actor=actor, now=now)
    session.expire(coaching_session, ["leader", "led_by"])
    session_effects.follow_changed(session, changed, now=now)
    _record(session, "edited", coaching_session, scope, actor=actor, now=now)
    return coaching_session


def cancel_session(
    session: Session,
    coaching_session: CoachingSession,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    scope: Scope = Scope.ONE,
) -> CoachingSession:
    """Cancels a session, and with it those of its series that `scope` names.

    They stay on the list, marked, and are counted in nobody's attendance.
    """
    require(may_run_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    _refuse_cancelled(coaching_session)
    changed = sessions_in_scope(session, coaching_session, scope, now=now)
    check_may_be_cancelled(session, changed, now=now)
    call_off(session, changed, reason=reason, actor=actor, now=now)
    _record(session, "cancelled", coaching_session, scope, actor=actor, now=now)
    return coaching_session


def call_off(
    session: Session, cancelled: Sequence[CoachingSession], *, reason: str, actor: Actor, now: datetime
) -> None:
    """Cancels sessions that the caller has locked, and tells calendars. The caller has asked permission."""
    take_back_early_marks(session, cancelled, actor=actor, now=now)
    for one in cancelled:
        one.state, one.cancelled_reason = SessionState.CANCELLED, reason
    # What follows is worked out by statements that read the sessions' rows.
    session.flush()
    session_effects.follow_cancelled(session, cancelled, now=now)


def copy_session(
    session: Session,
    original: CoachingSession,
    *,
    actor: Actor,
    now: datetime,
    local_start: datetime,
    timezone: str | None = None,
    title: str | None = None,
) -> CoachingSession:
    """A new session at another time, with all that was said of this one beforehand; also of one that was cancelled."""
    require(may_run_cohort(actor, original.cohort), seen=may_view_session(actor, original))
    pair = original.pair_membership
    if pair is not None and is_out(pair):
        raise Conflict(f"{pair.person.name} is not in the cohort now. Schedule a new session, and choose who meets.")
    leads = {coach.id for coach in list_coaches(session, original.cohort, actor=actor)}
    leader = original.leader.public_id if original.leader is not None else None
    return schedule_session(
        session,
        original.cohort,
        actor=actor,
        now=now,
        title=title or original.title,
        local_start=local_start,
        timezone=timezone or original.timezone,
        duration_minutes=original.duration_minutes,
        pair_with=pair.public_id if pair is not None else None,
        led_by=leader if leader in leads else None,
        location=original.location,
        join_url=original.join_url,
        agenda=original.agenda,
        preparation=original.preparation,
        materials=original.materials,
    )


def list_sessions(session: Session, cohort: Cohort, *, actor: Actor) -> list[CoachingSession]:
    """The cohort's sessions by time, without other people's one-to-ones."""
    require(may_view_cohort(actor, cohort), seen=False)
    statement = (
        select(CoachingSession)
        .where(CoachingSession.cohort_id == cohort.id)
        .order_by(CoachingSession.starts_at, CoachingSession.id)
    )
    if not runs_cohort(actor, cohort):
        own = actor.standings[cohort.id].membership_id
        pair = CoachingSession.pair_membership_id
        statement = statement.where(pair.is_(None) | (pair == own))
    return list(session.scalars(statement))


def usual_coach(session: Session, cohort: Cohort, *, actor: Actor) -> int | None:
    """Who holds a session where nobody is named, as a person’s number: the actor, or the cohort’s first coach."""
    if may_coach(actor, cohort):
        return actor.person_id
    first = _coaches(cohort).limit(1).with_only_columns(Membership.person_id)
    return session.scalars(first).one_or_none()


def list_coaches(session: Session, cohort: Cohort, *, actor: Actor) -> list[Coach]:
    """Those who may hold the cohort's sessions, the longest there first."""
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    return [Coach(*row) for row in session.execute(_coaches(cohort))]


def find_leader(session: Session, cohort: Cohort, public_id: str | None, *, actor: Actor) -> int | None:
    """Who is to hold a session, as a person's number: the coach who is named, or whoever usually does."""
    if public_id is None:
        return usual_coach(session, cohort, actor=actor)
    named = _coaches(cohort).where(Membership.public_id == public_id).with_only_columns(Membership.person_id)
    found = session.scalars(named).one_or_none()
    if found is None:
        raise Invalid.field("led_by", "Choose a coach of this cohort.")
    return found


def find_pair(session: Session, cohort: Cohort, public_id: str | None) -> Membership | None:
    """The participant of a one-to-one, where it is one."""
    if public_id is None:
        return None
    statement = select(Membership).where(Membership.public_id == public_id, Membership.cohort_id == cohort.id)
    membership = session.scalars(statement).one_or_none()
    if membership is None or membership.role != Role.PARTICIPANT:
        raise Invalid.field("pair_with", "Choose a participant of this cohort.")
    if is_out(membership):
        raise Invalid.field("pair_with", f"{membership.person.name} is not in the cohort now. Choose who meets.")
    return membership


def is_out(membership: Membership) -> bool:
    """Whether nobody would expect them at a session, be it that they left or that they never came in."""
    return membership.status not in OPEN_STATUSES


def _coaches(cohort: Cohort) -> Select[str, str, int]:
    return (
        select(Membership.public_id, Person.name, Person.id)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.cohort_id == cohort.id, Membership.role == Role.COACH, Membership.status.in_(OPEN_STATUSES))
        .order_by(Membership.id)
    )


def known_texts(texts: Mapping[str, object]) -> dict[str, object]:
    """The texts that are a session's own, whatever else was sent along."""
    return {name: texts[name] for name in TEXTS if name in texts}


def _record(
    session: Session, act: str, coaching_session: CoachingSession, scope: Scope, *, actor: Actor, now: datetime
) -> None:
    """One entry, however many sessions of a series it is about."""
    if scope == Scope.ONE or coaching_session.series is None:
        audit.record(session, f"session.{act}", coaching_session, actor=actor, now=now)
    else:
        audit.record(session, f"series.{act}", coaching_session.series, actor=actor, now=now)


def _refuse_cancelled(coaching_session: CoachingSession) -> None:
    if coaching_session.state == SessionState.CANCELLED:
        raise Conflict("This session was cancelled. Schedule a new one instead.")
