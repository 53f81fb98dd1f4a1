"""A cohort with everybody around it, and a caller for each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from coaching.models import Person
from tests.blueprints.api.caller import Caller, CallerOf, make_token
from tests.worlds import World, make_world


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


@pytest.fixture
def caller(session: Session, new_client: Callable[[], FlaskClient]) -> CallerOf:
    """A caller with a token of the person's, of all scopes unless some are named; without a person it has none."""

    def make(person: Person | None = None, *scopes: str) -> Caller:
        return Caller(new_client(), make_token(session, person, *scopes) if person else None)

    return make
