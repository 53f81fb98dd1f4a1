"""Who is told of a hand-over, and what: the two coaches, and whoever they coach in it."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from coaching.models import OPEN_STATUSES, Handover, Membership, MessageKind, Person, Role
from coaching.services.letter_links import PAGE
from coaching.services.outbox import enqueue


def recipients(session: Session, membership: Membership, pair: Membership | None, coaches: Set[int]) -> list[Person]:
    """The two coaches, and the participant of the pair or everybody in the cohort; who is shut out is not told."""
    theirs = Membership.id == pair.id if pair is not None else Membership.id.is_not(None)
    in_it = select(Membership.person_id).where(
        Membership.cohort_id == membership.cohort_id,
        Membership.role != Role.OBSERVER,
        Membership.status.in_(OPEN_STATUSES),
        theirs,
    )
    statement = (
        select(Person)
        .where(
            or_(Person.id.in_(in_it), Person.id.in_(sorted(coaches))),
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
            Person.email.is_not(None),
        )
        .order_by(Person.id)
    )
    return list(session.scalars(statement))


def tell(session: Session, handover: Handover, sessions: int, *, now: datetime) -> None:
    """Writes the mails. Nobody can switch these off: it is their own coach who is another."""
    old, new, pair = handover.from_membership, handover.to_membership, handover.pair_membership
    for person in recipients(session, old, pair, {old.person_id, new.person_id}):
        enqueue(
            session,
            kind=MessageKind.HANDOVER,
            subject_id=handover.id,
            recipient=person,
            facts=_facts(handover, person, sessions),
            now=now,
            cohort_id=handover.cohort_id,
        )


def _facts(handover: Handover, person: Person, sessions: int) -> dict[str, Any]:
    old, new, pair = handover.from_membership, handover.to_membership, handover.pair_membership
    whose = {old.person_id: "old", new.person_id: "new"}
    return {
        PAGE: f"/cohorts/{handover.cohort.public_id}",
        "cohort": handover.cohort.name,
        "programme": handover.cohort.programme.name,
        "is_synthetic": handover.cohort.programme.is_synthetic,
        "old": old.person.name,
        "new": new.person.name,
        "pair": pair.person.name if pair is not None else "",
        "sessions": sessions,
        "reader": whose.get(person.id, "participant"),
    }
