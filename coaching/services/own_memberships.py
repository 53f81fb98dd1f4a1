"""One's own places in cohorts, for the API: where a program finds the identifiers to go on with. One statement."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coaching.models import Cohort, Membership, MembershipStatus, Programme, Role
from coaching.policies import Actor


class OwnMembership(NamedTuple):
    """A place in a cohort, open or over; `id` is the membership's."""

    id: str
    cohort_id: str
    cohort: str
    programme_id: str
    role: Role
    status: MembershipStatus


_OWN = (
    select(
        Membership.public_id,
        Cohort.public_id,
        Cohort.name,
        Programme.public_id,
        Membership.role,
        Membership.status,
    )
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(Programme, Programme.id == Cohort.programme_id)
    .where(Membership.person_id == bindparam("person_id"))
    .order_by(Membership.joined_at.desc(), Membership.id.desc())
)


def list_own_memberships(session: Session, *, actor: Actor) -> list[OwnMembership]:
    """All of the actor's own, the latest first. Nobody else's can be asked for."""
    return [OwnMembership(*row) for row in session.connection().execute(_OWN, {"person_id": actor.person_id})]
