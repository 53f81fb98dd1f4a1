"""Schedulers that are killed with SIGKILL while they remind, and two of them at once: everybody is reminded once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.config import Settings
from coaching.models import CoachingSession, Message, MessageKind, MessageState
from tests.factories import make_session
from tests.faults.process import kill, make_pace, running, start_process
from tests.faults.test_kills import wait_until
from tests.mail_server import MailServer
from tests.services.calendar_rows import make_group
from tests.services.outbox_rows import states

KILLS, SESSIONS, PEOPLE = 2, 8, 5
# One session a batch, so that a scheduler can be killed between two as well as within one.
PACE = make_pace(lease=0.5, batch=7)


@pytest.fixture
def due(session: Session) -> int:
    """Sessions whose hour has come by the real clock; the number of reminders that there will be."""
    now = utc_now()
    cohort, _members = make_group(session, PEOPLE - 1)
    for _ in range(SESSIONS):
        make_session(session, cohort, starts_at=now + timedelta(minutes=50), next_reminder_at=now)
    session.commit()
    return SESSIONS * PEOPLE


def count_reminders(session: Session) -> int:
    found = session.scalar(select(func.count()).where(Message.kind == MessageKind.SESSION_REMINDER))
    session.commit()
    return found or 0


def test_killed_between_writing_and_sending_nobody_is_left_out_or_reminded_twice(
    session: Session, due: int, make_settings: Callable[..., Settings], database_url: str
) -> None:
    random = Random(23)
    with MailServer(delay=0.002) as server:
        settings = make_settings(database_url=database_url, mail_url=server.url)
        for number in range(KILLS):
            process = start_process(settings, PACE)
            # Some lives end as soon as anything is written, others when some of it has arrived.
            if number % 2:
                enough = len(server.received) + random.randrange(1, 9)
                wait_until(lambda enough=enough: len(server.handler.received) >= enough, 3)  # type: ignore[misc]
            else:
                more = min(count_reminders(session) + 1, due)
                wait_until(lambda more=more: count_reminders(session) >= more, 3)  # type: ignore[misc]
            kill(process)
            # A batch is written whole or not at all.
            assert count_reminders(session) % PEOPLE == 0
        with running(settings, PACE), running(settings, PACE):
            unsettled = (MessageState.DUE, MessageState.CLAIMED, MessageState.TRANSMITTING, MessageState.RETRY)

            def is_done() -> bool:
                found = states(session)
                return found.total() == due and not any(found[state] for state in unsettled)

            assert wait_until(is_done, 30), states(session)
        found = states(session)
        arrived = Counter(mail.message_id for mail in server.received)
        assert found["sent"] + found["unknown"] == due
        assert found["unknown"] <= KILLS
        assert set(arrived.values()) == {1}
        assert len(arrived) >= found["sent"]
    planned = session.scalars(select(CoachingSession.next_reminder_at)).all()
    assert planned == [None] * SESSIONS
