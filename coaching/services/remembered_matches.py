"""Remembered names: who somebody in a cohort's reports is, once a person has said so. Kept, listed, forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.importers.matching import MemberKey
from coaching.importers.remembered import Known, fold_known
from coaching.models import Cohort, ImportRow, Membership, Person, RememberedMatch
from coaching.policies import Actor, may_run_cohort, may_view_cohort, require, runs_cohort
from coaching.services import audit
from coaching.tokens import new_public_id

_MEMORY = select(RememberedMatch.name, RememberedMatch.email, RememberedMatch.membership_id).where(
    RememberedMatch.cohort_id == bindparam("cohort_id")
)
_LINES = (
    select(
        RememberedMatch.public_id,
        RememberedMatch.name,
        RememberedMatch.email,
        Membership.public_id,
        Person.name,
        RememberedMatch.created_at,
    )
    .outerjoin(Membership, Membership.id == RememberedMatch.membership_id)
    .outerjoin(Person, Person.id == Membership.person_id)
    .where(RememberedMatch.cohort_id == bindparam("cohort_id"))
    .order_by(RememberedMatch.name, RememberedMatch.id)
)


@dataclass(frozen=True, slots=True)
class RememberedName:
    """A name, and an address where the report had one, folded; without a member it is nobody of the cohort."""

    id: str
    name: str
    email: str
    membership_id: str | None
    member_name: str | None
    created_at: datetime


def read_memory(session: Session, cohort_id: int) -> dict[Known, MemberKey | None]:
    """All that is remembered of the cohort's reports, for the importer. One statement."""
    rows = session.connection().execute(_MEMORY, {"cohort_id": cohort_id}).all()
    return {(name, email): membership_id for name, email, membership_id in rows}


def remember_rows(
    session: Session, cohort_id: int, rows: Iterable[ImportRow], membership_id: int | None, *, now: datetime
) -> None:
    """Remembers of these rows who somebody said they are, instead of what was said before."""
    keys = {fold_known(row.name, row.email) for row in rows}
    _forget(session, cohort_id, keys)
    new = [
        {
            "public_id": new_public_id(),
            "cohort_id": cohort_id,
            "name": name,
            "email": email,
            "membership_id": membership_id,
            "created_at": now,
        }
        for name, email in sorted(keys)
    ]
    if new:
        session.execute(insert(RememberedMatch), new)


def forget_rows(session: Session, cohort_id: int, rows: Iterable[ImportRow]) -> None:
    """Forgets what was said of these rows."""
    _forget(session, cohort_id, {fold_known(row.name, row.email) for row in rows})


def list_remembered(session: Session, cohort: Cohort, *, actor: Actor) -> list[RememberedName]:
    """The cohort's remembered names, by name."""
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    return [RememberedName(*row) for row in session.connection().execute(_LINES, {"cohort_id": cohort.id}).all()]


def forget_name(session: Session, cohort: Cohort, public_id: str, *, actor: Actor, now: datetime) -> None:
    """Forgets one of them: the next report asks again. What was recorded by it stays."""
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    statement = select(RememberedMatch).where(
        RememberedMatch.cohort_id == cohort.id, RememberedMatch.public_id == public_id
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound
    session.delete(found)
    audit.record(session, "cohort.name_forgotten", cohort, actor=actor, now=now)


def _forget(session: Session, cohort_id: int, keys: set[Known]) -> None:
    known = select(RememberedMatch.id, RememberedMatch.name, RememberedMatch.email).where(
        RememberedMatch.cohort_id == cohort_id
    )
    old: Mapping[Known, int] = {(name, email): number for number, name, email in session.execute(known)}
    if numbers := [old[key] for key in keys if key in old]:
        session.execute(delete(RememberedMatch).where(RememberedMatch.id.in_(numbers)))
