"""Handing over: a coach gives a cohort, or their one-to-ones with one participant, to another coach in one transaction.

The new coach gets the standing, the sessions to come and the calendars' word of them; goals, actions and records stay
where they are, and nothing that was written changes its author. What else changes hands is in `handover_effects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import (
    OPEN_STATUSES,
    CoachingSession,
    Handover,
    Membership,
    Person,
    Role,
)
from coaching.policies import Actor, may_sign_in
from coaching.services import audit, handover_mails, session_effects
from coaching.services.bookings import check_coach_is_free
from coaching.services.calendar_lock import lock_calendar
from coaching.services.coach_seats import leave_seat, take_seat
from coaching.services.handover_choices import ONESELF, require_hand_over, to_hand_over
from coaching.services.handover_effects import PASSED_ON
from coaching.services.memberships import SHUT_OUT

NOBODYS = "Nothing of this participant is theirs to hand over: they lead no one-to-one with them that is to come."
GONE = "{name} does not coach this cohort any more, so there is nothing left to hand over."
LEARNS = "{name} takes part in this cohort, and so cannot coach it. Choose somebody else."


def hand_over_cohort(
    session: Session,
    membership: Membership,
    person: Person,
    *,
    actor: Actor,
    now: datetime,
    stays_as: Role | None = Role.OBSERVER,
    reason: str = "",
) -> Handover:
    """Gives all that a coach has in a cohort to `person`. The old coach looks on from then on, or leaves (None)."""
    _lock(session, membership, person, actor=actor)
    new = take_seat(session, membership.cohort, person, actor=actor, now=now)
    moved = _move(session, membership, new, None, actor=actor, now=now)
    handover = _write(session, membership, new, None, actor=actor, now=now, stays_as=stays_as, reason=reason)
    _tell_of_sessions(session, moved, new, now=now)
    leave_seat(session, membership, actor=actor, now=now, stays_as=stays_as)
    _pass_on(session, handover, len(moved), actor=actor, now=now)
    return handover


def hand_over_pair(
    session: Session,
    membership: Membership,
    person: Person,
    pair: Membership,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> Handover:
    """Gives a coach's one-to-ones to come with one participant to `person`. The old coach stays in the cohort."""
    _lock(session, membership, person, actor=actor)
    new = take_seat(session, membership.cohort, person, actor=actor, now=now)
    moved = _move(session, membership, new, pair, actor=actor, now=now)
    if not moved:
        raise Invalid.field("pair_with", NOBODYS)
    handover = _write(session, membership, new, pair, actor=actor, now=now, stays_as=Role.COACH, reason=reason)
    _tell_of_sessions(session, moved, new, now=now)
    _pass_on(session, handover, len(moved), actor=actor, now=now)
    return handover


def _lock(session: Session, membership: Membership, person: Person, *, actor: Actor) -> None:
    """Of two who hand over at once the second finds that there is nothing left."""
    require_hand_over(membership, actor)
    if person.id == membership.person_id:
        raise Invalid.field("to", ONESELF)
    if not may_sign_in(person):
        raise Invalid.field("to", SHUT_OUT)
    lock_calendar(session.connection(), membership.cohort_id)
    session.refresh(membership, attribute_names=["role", "status", "version"], with_for_update=True)
    if membership.role != Role.COACH or membership.status not in OPEN_STATUSES:
        raise Conflict(GONE.format(name=membership.person.name), code="handed-over")
    learns = select(Membership.id).where(
        Membership.cohort_id == membership.cohort_id,
        Membership.person_id == person.id,
        Membership.role == Role.PARTICIPANT,
    )
    if session.scalars(learns).first() is not None:
        raise Invalid.field("to", LEARNS.format(name=person.name))


def _move(
    session: Session,
    membership: Membership,
    new: Membership,
    pair: Membership | None,
    *,
    actor: Actor,
    now: datetime,
) -> list[CoachingSession]:
    """The sessions to come are the new coach's. Raises Conflict where they hold another at that time."""
    statement = to_hand_over(membership, pair, now=now).with_for_update(of=CoachingSession)
    moved = list(session.scalars(statement.execution_options(populate_existing=True)))
    with session.no_autoflush:
        for held in moved:
            held.led_by_id = new.person_id
        check_coach_is_free(session, moved, now=now, actor=actor)
    return moved


def _tell_of_sessions(session: Session, moved: Sequence[CoachingSession], new: Membership, *, now: datetime) -> None:
    # What follows is worked out by statements that read the sessions' rows.
    session.flush()
    for held in moved:
        session.expire(held, ["leader", "led_by"])
    session_effects.follow_changed(session, moved, now=now)
    session_effects.follow_joined(session, new, now=now)


def _write(
    session: Session,
    membership: Membership,
    new: Membership,
    pair: Membership | None,
    *,
    actor: Actor,
    now: datetime,
    stays_as: Role | None,
    reason: str,
) -> Handover:
    handover = Handover(
        cohort=membership.cohort,
        pair_membership=pair,
        from_membership=membership,
        to_membership=new,
        stays_as=stays_as,
        at=now,
        reason=reason,
        actor_id=actor.person_id,
    )
    session.add(handover)
    return handover


def _pass_on(session: Session, handover: Handover, sessions: int, *, actor: Actor, now: datetime) -> None:
    # Mails and what else passes on refer to the hand-over by its number.
    session.flush()
    for pass_on in PASSED_ON:
        pass_on(session, handover, actor, now)
    handover_mails.tell(session, handover, sessions, now=now)
    act = "cohort.handed_over" if handover.pair_membership_id is None else "pair.handed_over"
    audit.record(session, act, handover, actor=actor, now=now)
