"""What there is to hand over, to whom, and what it would do: all that is shown before."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from coaching.cohort_life_policies import may_hand_over
from coaching.errors import Invalid
from coaching.models import (
    OPEN_STATUSES,
    UNPAUSED_STATUSES,
    CoachingSession,
    Cohort,
    Membership,
    Person,
    Role,
    SessionState,
)
from coaching.policies import Actor, may_sign_in, may_view_member, require
from coaching.services import handover_mails
from coaching.services.bookings import list_taken
from coaching.services.memberships import SHUT_OUT

THEIRS_TO_DO = "A coach hands over what they have themselves, or a coordinator of the programme does it."
NO_COACH = "Choose somebody who coaches in this programme. A coordinator can add them to the cohort as a coach first."
ONESELF = "They coach here already. Choose somebody else to take over."


class Candidate(NamedTuple):
    """Somebody who may take over: who coaches in the programme. `is_here`: in this very cohort."""

    id: str
    name: str
    is_here: bool


class PairLine(NamedTuple):
    """A participant with whom a coach has one-to-ones to come."""

    id: str
    name: str
    sessions: int


class Outlook(NamedTuple):
    """What a hand-over would do. `taken` says of which sessions the new coach has another at that time: until these
    are moved nothing is handed over. `people` are told by mail, the two coaches among them."""

    to: str
    joins: bool
    sessions: int
    people: int
    taken: list[str]


class HandoverPlan(NamedTuple):
    """What a coach may hand over, to whom, and, once somebody was chosen, what that would do."""

    candidates: list[Candidate]
    pairs: list[PairLine]
    outlook: Outlook | None


def plan_handover(
    session: Session,
    membership: Membership,
    *,
    actor: Actor,
    now: datetime,
    to: str | None = None,
    pair_with: str | None = None,
) -> HandoverPlan:
    """All that is shown before a hand-over."""
    require_hand_over(membership, actor)
    candidates = list_takers(session, membership, actor=actor)
    pairs = list_pairs(session, membership, actor=actor, now=now)
    if to is None:
        return HandoverPlan(candidates, pairs, None)
    taker = find_taker(session, membership, to, actor=actor)
    pair = find_pair(session, membership, pair_with, actor=actor)
    return HandoverPlan(candidates, pairs, foresee_handover(session, membership, taker, pair, actor=actor, now=now))


def list_coaching(session: Session, cohort: Cohort) -> list[Membership]:
    """The coaches of a cohort, as memberships; who may see them is the caller's to ask."""
    statement = (
        select(Membership)
        .where(Membership.cohort_id == cohort.id, Membership.role == Role.COACH, Membership.status.in_(OPEN_STATUSES))
        .options(joinedload(Membership.person), joinedload(Membership.cohort))
        .order_by(Membership.id)
    )
    return list(session.scalars(statement))


def list_takers(session: Session, membership: Membership, *, actor: Actor) -> list[Candidate]:
    """Who may take over from this coach: who else coaches in the programme, the cohort's own coaches first."""
    require_hand_over(membership, actor)
    statement = _coaching_in(membership.cohort.programme_id).where(Person.id != membership.person_id)
    here = {one.person_id for one in list_coaching(session, membership.cohort)}
    found = [Candidate(one.public_id, one.name, one.id in here) for one in session.scalars(statement)]
    return sorted(found, key=lambda one: (not one.is_here, one.name))


def list_pairs(session: Session, membership: Membership, *, actor: Actor, now: datetime) -> list[PairLine]:
    """Those with whom this coach has one-to-ones to come, by name."""
    require_hand_over(membership, actor)
    counts: dict[str, PairLine] = {}
    for held in session.scalars(to_hand_over(membership, None, now=now)):
        pair = held.pair_membership
        if pair is not None:
            before = counts.get(pair.public_id)
            counts[pair.public_id] = PairLine(pair.public_id, pair.person.name, before.sessions + 1 if before else 1)
    return sorted(counts.values(), key=lambda line: line.name)


def find_taker(session: Session, membership: Membership, public_id: str, *, actor: Actor) -> Person:
    """Somebody who may take over, by their identifier. Who is shut out is refused by name."""
    require_hand_over(membership, actor)
    if public_id == membership.person.public_id:
        raise Invalid.field("to", ONESELF)
    coaching = _coaching_in(membership.cohort.programme_id, is_let_in=False)
    person = session.scalars(coaching.where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise Invalid.field("to", NO_COACH)
    if not may_sign_in(person):
        raise Invalid.field("to", SHUT_OUT)
    return person


def find_pair(session: Session, membership: Membership, public_id: str | None, *, actor: Actor) -> Membership | None:
    """The participant whose one-to-ones are handed over; None where it is the whole cohort."""
    require_hand_over(membership, actor)
    if public_id is None:
        return None
    statement = select(Membership).where(
        Membership.public_id == public_id,
        Membership.cohort_id == membership.cohort_id,
        Membership.role == Role.PARTICIPANT,
    )
    pair = session.scalars(statement.options(joinedload(Membership.person))).one_or_none()
    if pair is None:
        raise Invalid.field("pair_with", "Choose a participant of this cohort.")
    return pair


def foresee_handover(
    session: Session, membership: Membership, person: Person, pair: Membership | None, *, actor: Actor, now: datetime
) -> Outlook:
    """What handing over would do now, with what stands in its way."""
    require_hand_over(membership, actor)
    moved = list(session.scalars(to_hand_over(membership, pair, now=now)))
    # Beside the session: sessions that are only thought of are never to be written.
    thought = [
        CoachingSession(
            cohort_id=held.cohort_id, led_by_id=person.id, starts_at=held.starts_at, ends_at=held.ends_at,
            timezone=held.timezone,
        )
        for held in moved
    ]  # fmt: skip
    taken = list_taken(session, thought, now=now, actor=actor) if thought else {}
    is_here = any(one.person_id == person.id for one in list_coaching(session, membership.cohort))
    people = len(handover_mails.recipients(session, membership, pair, {membership.person_id, person.id}))
    said = [f"{moved[place].title}: {words}" for place, words in sorted(taken.items())]
    return Outlook(person.name, not is_here, len(moved), people, said)


def require_hand_over(membership: Membership, actor: Actor) -> None:
    """Refuses whoever may not hand over what this coach has."""
    require(may_hand_over(actor, membership), seen=may_view_member(actor, membership), message=THEIRS_TO_DO)


def to_hand_over(membership: Membership, pair: Membership | None, *, now: datetime) -> Select[CoachingSession]:
    """The sessions to come that this coach leads: all in the cohort, or those with one participant."""
    statement = (
        select(CoachingSession)
        .where(
            CoachingSession.cohort_id == membership.cohort_id,
            CoachingSession.led_by_id == membership.person_id,
            CoachingSession.state == SessionState.SCHEDULED,
            CoachingSession.starts_at > now,
        )
        .options(joinedload(CoachingSession.pair_membership).joinedload(Membership.person))
        .order_by(CoachingSession.id)
    )
    return statement if pair is None else statement.where(CoachingSession.pair_membership_id == pair.id)


def _coaching_in(programme_id: int, *, is_let_in: bool = True) -> Select[Person]:
    """Those who coach in a programme, each once."""
    coaching = (
        select(Membership.person_id)
        .join(Cohort, Cohort.id == Membership.cohort_id)
        .where(
            Cohort.programme_id == programme_id,
            Membership.role == Role.COACH,
            Membership.status.in_(UNPAUSED_STATUSES),
        )
    )
    statement = select(Person).where(Person.id.in_(coaching))
    if not is_let_in:
        return statement
    return statement.where(Person.suspended_at.is_(None), Person.erased_at.is_(None))
