"""Who acts: an Actor for policies, loaded with one query."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import CompoundSelect, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from coaching.models import Cohort, Membership, MembershipStatus, Person, ProgrammeCoordinator, Role
from coaching.policies import Actor, Standing

# One statement for both kinds of tie: posts as coordinator (with no cohort), and memberships.
_TIES: CompoundSelect[Any] = union_all(
    select(
        ProgrammeCoordinator.programme_id,
        literal(None).label("cohort_id"),
        literal(None).label("membership_id"),
        literal(None).label("role"),
        literal(None).label("status"),
    ).where(ProgrammeCoordinator.person_id == bindparam("person_id")),
    select(Cohort.programme_id, Cohort.id, Membership.id, Membership.role, Membership.status)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(Membership.person_id == bindparam("person_id")),
)


class Identity(Protocol):
    """What an Actor takes over of a person: of the row, or of columns that were read alone."""

    @property
    def id(self) -> int: ...

    @property
    def public_id(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def timezone(self) -> str: ...

    @property
    def is_administrator(self) -> bool: ...


def holder_of_link(person: Person) -> Actor:
    """Who comes by a link in a mail: nothing but themselves, so that policies let them do what is theirs alone."""
    return Actor(person.id, person.public_id, person.name, person.timezone)


def load_actor(session: Session, person: Identity, *, scopes: frozenset[str] | None = None) -> Actor:
    """The Actor for a person who may sign in, with every post and membership they have. One query."""
    programme_ids: set[int] = set()
    standings: dict[int, Standing] = {}
    ties = session.connection().execute(_TIES, {"person_id": person.id})
    for programme_id, cohort_id, membership_id, role, status in ties.all():
        if cohort_id is None:
            programme_ids.add(programme_id)
        else:
            standings[cohort_id] = Standing(membership_id, Role(role), MembershipStatus(status), programme_id)
    return Actor(
        person_id=person.id,
        public_id=person.public_id,
        name=person.name,
        timezone=person.timezone,
        is_administrator=person.is_administrator,
        programme_ids=frozenset(programme_ids),
        standings=standings,
        scopes=scopes,
    )
