"""Programmes and their coordinators."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, NotFound
from coaching.models import Person, Programme, ProgrammeCoordinator
from coaching.policies import Actor, may_administer, may_open_cohort, may_view_programme, require
from coaching.services import audit
from coaching.services.follow_up_plans import create_default_plan
from coaching.services.practice_factors import add_usual_factors
from coaching.services.zones import check_zone


def create_programme(
    session: Session,
    *,
    actor: Actor | None,
    now: datetime,
    slug: str,
    name: str,
    timezone: str,
    description: str = "",
) -> Programme:
    """A new programme with the default follow-up plan and the usual words for what helps and hinders.

    By an administrator, or from the command line (`actor` None).
    """
    require(actor is None or may_administer(actor), seen=actor is not None, message="Administrators make programmes.")
    if session.scalars(select(Programme.id).where(Programme.slug == slug)).first() is not None:
        raise Conflict("There is a programme with this short name already. Choose another.")
    programme = Programme(slug=slug, name=name, description=description, timezone=check_zone(timezone), created_at=now)
    session.add(programme)
    create_default_plan(session, programme, now=now)
    add_usual_factors(session, programme, now=now)
    audit.record(session, "programme.created", programme, actor=actor, now=now)
    return programme


def appoint_coordinator(
    session: Session, programme: Programme, person: Person, *, actor: Actor | None, now: datetime
) -> None:
    """Gives the person the post. Administrators grant it: nobody grants above their own level."""
    require(
        actor is None or may_administer(actor),
        seen=actor is not None and may_view_programme(actor, programme.id),
        message="An administrator appoints coordinators.",
    )
    if session.get(ProgrammeCoordinator, (programme.id, person.id)) is not None:
        raise Conflict("This person coordinates the programme already.")
    session.add(ProgrammeCoordinator(programme_id=programme.id, person_id=person.id, appointed_at=now))
    audit.record(session, "programme.coordinator_appointed", person, actor=actor, now=now)


def get_programme(session: Session, public_id: str, *, actor: Actor) -> Programme:
    """A programme that the actor coordinates or opens cohorts in."""
    programme = session.scalars(select(Programme).where(Programme.public_id == public_id)).one_or_none()
    if programme is None or not may_open_cohort(actor, programme.id):
        raise NotFound
    return programme


def find_programme(session: Session, slug: str) -> Programme:
    """A programme by its short name, for the command line."""
    programme = session.scalars(select(Programme).where(Programme.slug == slug)).one_or_none()
    if programme is None:
        raise NotFound("There is no programme with this short name.")
    return programme


def find_filter_programme(session: Session, public_id: str) -> Programme | None:
    """A programme to narrow a list down to. It tells nothing: the list shows what its asker may see, or nothing."""
    return session.scalars(select(Programme).where(Programme.public_id == public_id)).one_or_none()


def list_programmes(session: Session, *, actor: Actor) -> list[Programme]:
    """The programmes that the actor coordinates or opens cohorts in, by name."""
    statement = select(Programme).order_by(Programme.name, Programme.id)
    if not actor.is_administrator:
        coached = {s.programme_id for s in actor.standings.values() if may_open_cohort(actor, s.programme_id)}
        statement = statement.where(Programme.id.in_(actor.programme_ids | coached))
    return list(session.scalars(statement))
