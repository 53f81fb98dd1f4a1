"""A cohort with everybody around it, and a browser for each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Person
from tests.blueprints.pages.browsing import Browse, Browser
from tests.conftest import SECRET_KEY
from tests.worlds import Traces, World, leave_traces, make_world


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


@pytest.fixture
def traces(session: Session, world: World) -> Traces:
    """What the cohort has left behind by now: pages look at the real clock."""
    return leave_traces(session, world, utc_now())


@pytest.fixture
def browse(session: Session, new_client: Callable[[], FlaskClient]) -> Browse:
    """A browser of the person's, signed in; without a person nobody is."""

    def open_browser(person: Person | None = None) -> Browser:
        browser = Browser(new_client(), SECRET_KEY)
        return browser if person is None else browser.sign_in(session, person)

    return open_browser
