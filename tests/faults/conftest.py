"""A post office that delivers to a real mail server, by a clock that the test turns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from coaching.channels.smtp import SmtpChannel
from coaching.services.delivery import PostOffice
from tests.faults.states import StateLog, noted_states
from tests.mail_server import MailServer
from tests.services.outbox_rows import Clock, make_office


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(engine: Engine, server: MailServer, clock: Clock) -> Iterator[PostOffice]:
    channel = SmtpChannel("127.0.0.1", server.port, "Coaching <coaching@example.org>", timeout=0.5)
    yield make_office(engine, channel, clock)
    channel.close()


@pytest.fixture
def legal_states(engine: Engine, session: Session) -> Iterator[StateLog]:
    """Notes every change of state in this test, and lets it fail where there is one that may not be."""
    with noted_states(engine) as log:
        yield log
        # What is left open would keep the triggers from being taken away.
        session.rollback()
        illegal = log.illegal()
    assert illegal == []
