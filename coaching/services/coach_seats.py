"""A coach's seat in a cohort: taken by whoever it is handed over to, and left by who handed it over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import OPEN_STATUSES, Cohort, Membership, MembershipStatus, Person, Role, StatusChange
from coaching.policies import Actor
from coaching.services import follow_ups, held_check_ins, session_effects


def take_seat(session: Session, cohort: Cohort, person: Person, *, actor: Actor, now: datetime) -> Membership:
    """The person as a coach of the cohort, whatever they were in it before. The caller has asked permission, and holds
    the cohort's calendar."""
    statement = select(Membership).where(Membership.cohort_id == cohort.id, Membership.person_id == person.id)
    seat = session.scalars(statement.with_for_update()).one_or_none()
    if seat is None:
        seat = Membership(cohort=cohort, person=person, role=Role.COACH, status=MembershipStatus.ACTIVE, joined_at=now)
        session.add(seat)
        _note(session, seat, MembershipStatus.ACTIVE, actor=actor, now=now)
        return seat
    was_paused = seat.status == MembershipStatus.PAUSED
    if seat.status not in OPEN_STATUSES or was_paused:
        seat.status = MembershipStatus.ACTIVE
        _note(session, seat, MembershipStatus.ACTIVE, actor=actor, now=now)
    seat.role = Role.COACH
    # The check-ins are planned by statements that read the membership's row.
    session.flush()
    if was_paused:
        held_check_ins.resume_member(session, seat, now=now)
    follow_ups.resume_check_ins(session, seat, now=now)
    return seat


def leave_seat(session: Session, membership: Membership, *, actor: Actor, now: datetime, stays_as: Role | None) -> None:
    """Who coached looks on from now on, or is out. Their calendar is told either way."""
    if stays_as is None:
        membership.status = MembershipStatus.WITHDRAWN
        _note(session, membership, MembershipStatus.WITHDRAWN, actor=actor, now=now)
    else:
        membership.role = stays_as
    # Calendars and check-ins follow by statements that read the membership's row.
    session.flush()
    session_effects.follow_left(session, membership, now=now)
    if stays_as is None:
        follow_ups.withdraw_check_ins(session, membership, now=now)
    else:
        follow_ups.resume_check_ins(session, membership, now=now)


def _note(session: Session, membership: Membership, status: MembershipStatus, *, actor: Actor, now: datetime) -> None:
    # The history refers to the membership by its number.
    session.flush()
    session.add(
        StatusChange(
            membership_id=membership.id, status=status, at=now, actor_id=actor.person_id, reason="Handed over."
        )
    )
