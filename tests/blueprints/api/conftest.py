"""A cohort with everybody around it, and a caller for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from coaching.models import Cohort, Membership, Person, Programme, Role
from tests import factories
from tests.blueprints.api.caller import Caller, CallerOf, make_token


@dataclass
class World:
    """One cohort with a coach, two participants and an observer; its coordinator; and people who have no part in it."""

    programme: Programme
    cohort: Cohort
    administrator: Person
    coordinator: Person
    coach: Person
    participant: Person
    fellow: Person
    observer: Person
    outsider: Person
    member: Membership
    fellow_member: Membership
    coach_member: Membership


@pytest.fixture
def world(session: Session) -> World:
    programme = factories.make_programme(session)
    cohort = factories.make_cohort(session, programme)
    people = {
        name: factories.make_person(session, name=f"{name.title()} Person", is_administrator=name == "administrator")
        for name in ("administrator", "coach", "participant", "fellow", "observer", "outsider")
    }
    coach = factories.make_membership(session, cohort, people["coach"], role=Role.COACH)
    member = factories.make_membership(session, cohort, people["participant"])
    fellow = factories.make_membership(session, cohort, people["fellow"])
    factories.make_membership(session, cohort, people["observer"], role=Role.OBSERVER)
    # Somebody of another programme, so that "not yours" is asked by one who is not a stranger everywhere.
    factories.make_membership(session, None, people["outsider"], role=Role.COACH)
    coordinator = factories.make_coordinator(session, programme)
    return World(
        programme=programme,
        cohort=cohort,
        coordinator=coordinator,
        member=member,
        fellow_member=fellow,
        coach_member=coach,
        **people,
    )


@pytest.fixture
def caller(session: Session, new_client: Callable[[], FlaskClient]) -> CallerOf:
    """A caller with a token of the person's, of all scopes unless some are named; without a person it has none."""

    def make(person: Person | None = None, *scopes: str) -> Caller:
        return Caller(new_client(), make_token(session, person, *scopes) if person else None)

    return make
