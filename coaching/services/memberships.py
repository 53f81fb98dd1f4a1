"""Memberships: people added to a cohort, and the dated statuses they go through."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import OPEN_STATUSES, Cohort, Membership, MembershipStatus, Person, Role, StatusChange
from coaching.policies import (
    Actor,
    may_change_standing,
    may_coordinate,
    may_run_cohort,
    may_sign_in,
    may_view_cohort,
    may_view_member,
    require,
)
from coaching.services import audit, follow_ups, held_check_ins, poll_mails, session_effects
from coaching.services.calendar_lock import lock_calendar
from coaching.services.leavers import Released, release_sessions
from coaching.services.people import create_person, find_person_by_email, invite_person
from coaching.services.zones import latest_today, today_in

COACHES_ARE_ADDED = "A coordinator of the programme adds coaches. You can add participants and observers."
SHUT_OUT = "This account is suspended or erased. Ask an administrator."


def get_membership(session: Session, public_id: str, *, actor: Actor) -> Membership:
    """A membership that the actor may look at: their own, or one in a cohort that they run."""
    statement = (
        select(Membership)
        .where(Membership.public_id == public_id)
        .options(joinedload(Membership.person), joinedload(Membership.cohort).joinedload(Cohort.programme))
    )
    membership = session.scalars(statement).one_or_none()
    if membership is None or not may_view_member(actor, membership):
        raise NotFound
    return membership


def add_member(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    secret: str,
    now: datetime,
    email: str,
    name: str,
    role: Role,
    status: MembershipStatus = MembershipStatus.ACTIVE,
    joined_on: date | None = None,
    is_invited: bool = True,
) -> Membership:
    """Brings someone into the cohort; who has no account yet is invited by mail with a link of this `secret`, or with
    `is_invited` false later by `invite_again`.

    Coaches add participants and observers; coordinators also coaches: nobody grants above their own level.
    `joined_on` is for who has been in for a while: sessions from that day on count in their attendance. An existing
    account keeps its own name. Raises Conflict where the person is in the cohort already.
    """
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    require(role != Role.COACH or may_coordinate(actor, cohort.programme_id), seen=True, message=COACHES_ARE_ADDED)
    joined_at = _joined_at(cohort, actor, joined_on, now=now)
    person = _find_or_create(session, cohort, email, name, now=now)
    _check_not_in(session, cohort, person)
    membership = Membership(cohort=cohort, person=person, role=role, status=status, joined_at=joined_at)
    session.add(membership)
    # The history refers to the membership by its number.
    session.flush()
    session.add(StatusChange(membership_id=membership.id, status=status, at=joined_at, actor_id=actor.person_id))
    if is_invited and person.password_hash is None and status in OPEN_STATUSES:
        _invite(session, membership, actor=actor, secret=secret, now=now)
    session.flush()
    _tell_calendars(session, membership, now=now)
    follow_ups.resume_check_ins(session, membership, now=now)
    audit.record(session, "membership.added", membership, actor=actor, now=now)
    return membership


def change_status(
    session: Session,
    membership: Membership,
    *,
    actor: Actor,
    now: datetime,
    status: MembershipStatus,
    reason: str = "",
) -> Released:
    """Adds a step to the member's history. Leaving ends their follow-ups; a pause holds them; coming back resumes.

    Who leaves lets go of their sessions to come: what became of these is the answer.
    """
    cohort = membership.cohort
    require(may_run_cohort(actor, cohort), seen=may_view_member(actor, membership))
    require(
        may_change_standing(actor, membership),
        seen=True,
        message="A coordinator of the programme changes a coach's standing.",
    )
    if membership.status == status:
        raise Conflict(f"This member is {status} already.")
    # Before the membership's own row: whoever schedules a session holds the calendar, and comes to the members then.
    lock_calendar(session.connection(), cohort.id)
    membership.status = status
    session.add(
        StatusChange(membership_id=membership.id, status=status, at=now, actor_id=actor.person_id, reason=reason)
    )
    # The check-ins are planned or ended by statements that read the membership's row.
    session.flush()
    _tell_calendars(session, membership, now=now)
    _follow_status(session, membership, now=now)
    has_left = status not in OPEN_STATUSES
    released = release_sessions(session, membership, actor=actor, now=now) if has_left else Released()
    audit.record(session, f"membership.{status}", membership, actor=actor, now=now)
    return released


def _follow_status(session: Session, membership: Membership, *, now: datetime) -> None:
    """What is asked of somebody follows where they stand: it ends when they leave, waits, or goes on."""
    if membership.status not in OPEN_STATUSES:
        follow_ups.withdraw_check_ins(session, membership, now=now)
        poll_mails.call_off(session, membership, now=now)
    elif membership.status == MembershipStatus.PAUSED:
        held_check_ins.pause_member(session, membership, now=now)
    else:
        held_check_ins.resume_member(session, membership, now=now)
        follow_ups.resume_check_ins(session, membership, now=now)


def _invite(session: Session, membership: Membership, *, actor: Actor, secret: str, now: datetime) -> None:
    cohort = membership.cohort
    invite_person(
        session,
        membership.person,
        to=cohort.name,
        by=actor.name,
        secret=secret,
        now=now,
        is_synthetic=cohort.programme.is_synthetic,
        cohort_id=cohort.id,
    )


def _tell_calendars(session: Session, membership: Membership, *, now: datetime) -> None:
    follow = session_effects.follow_joined if membership.status in OPEN_STATUSES else session_effects.follow_left
    follow(session, membership, now=now)


def invite_again(session: Session, membership: Membership, *, actor: Actor, secret: str, now: datetime) -> None:
    """Sends a fresh invitation to a member who has not come in yet; the earlier link ends."""
    require(may_run_cohort(actor, membership.cohort), seen=may_view_member(actor, membership))
    if not may_sign_in(membership.person):
        raise Conflict(SHUT_OUT)
    if membership.person.password_hash is not None:
        raise Conflict("This person has an account already. They can reset their password on the sign-in page.")
    _invite(session, membership, actor=actor, secret=secret, now=now)


def status_history(session: Session, membership: Membership, *, actor: Actor) -> list[StatusChange]:
    """The member's dated statuses, the oldest first."""
    require(may_view_member(actor, membership), seen=False)
    statement = select(StatusChange).where(StatusChange.membership_id == membership.id).order_by(StatusChange.id)
    return list(session.scalars(statement))


def _find_or_create(session: Session, cohort: Cohort, email: str, name: str, *, now: datetime) -> Person:
    person = find_person_by_email(session, email)
    if person is None:
        return create_person(session, email=email, name=name, timezone=cohort.timezone, now=now)
    if not may_sign_in(person):
        raise Conflict(SHUT_OUT)
    return person


def _joined_at(cohort: Cohort, actor: Actor, joined_on: date | None, *, now: datetime) -> datetime:
    """The moment from which sessions count. Who joins today joins now: what was earlier today went on without them."""
    today = today_in(now, cohort.timezone)
    if joined_on is None or joined_on == today:
        return now
    if joined_on > latest_today(now, cohort.timezone, actor.timezone):
        raise Invalid.field("joined_on", "This day is still to come. Add them on the day, or leave this blank.")
    midnight = datetime.combine(joined_on, time(), tzinfo=ZoneInfo(cohort.timezone))
    return min(midnight.astimezone(UTC), now)


def _check_not_in(session: Session, cohort: Cohort, person: Person) -> None:
    statement = select(Membership.status).where(Membership.cohort_id == cohort.id, Membership.person_id == person.id)
    status = session.scalars(statement).one_or_none()
    if status is None:
        return
    if status in OPEN_STATUSES:
        raise Conflict("This person is in the cohort already.")
    raise Invalid.field("email", f"This person is on the list already, as {status}. Change their status instead.")
