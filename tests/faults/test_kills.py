"""Twenty times in the middle of a batch the scheduler is killed with SIGKILL and started anew: nothing is lost, and
nothing is doubled to a receiver that goes by our Message-ID."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.config import Settings
from coaching.jobs import Pace
from coaching.models import CheckIn, CheckInState, Cohort, Message, MessageState
from tests.faults.process import kill, make_pace, running, start_process
from tests.mail_server import MailServer
from tests.services.check_in_rows import make_planned_cohort, make_wakeful_member
from tests.services.outbox_rows import states

pytestmark = pytest.mark.usefixtures("legal_states")

KILLS = 20
CHECK_INS = 120
# Short, so that what one life held is free for the next: a scheduler in the field keeps it for minutes.
PACE = make_pace(lease=0.5, batch=7)
UNSETTLED = (MessageState.DUE, MessageState.CLAIMED, MessageState.TRANSMITTING, MessageState.RETRY)


@pytest.fixture
def cohort(session: Session) -> Cohort:
    """Participants whose first check-in is due, by the real clock."""
    cohort = make_planned_cohort(session, ends_on=(utc_now() - timedelta(days=16)).date())
    for _ in range(CHECK_INS):
        make_wakeful_member(session, cohort)
    session.commit()
    return cohort


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.005)
    return is_so()


def kill_again_and_again(
    settings: Settings, pace: Pace, count_arrivals: Callable[[], int], random: Random, *, times: int = KILLS
) -> None:
    """Each life ends at an instant drawn anew: before its first mail, between two, or within one."""
    for _ in range(times):
        process = start_process(settings, pace)
        enough = count_arrivals() + random.randrange(6)
        wait_until(lambda enough=enough: count_arrivals() >= enough, 3)  # type: ignore[misc]
        time.sleep(random.random() * 0.02)
        kill(process)


def run_to_the_end(settings: Settings, pace: Pace, session: Session, *, unfinished: tuple[MessageState, ...]) -> None:
    """Lets one last scheduler work until everything is posted and nothing is unfinished."""

    def is_done() -> bool:
        found = states(session)
        due = session.scalar(select(CheckIn.id).where(CheckIn.state == CheckInState.DUE, CheckIn.due_at <= utc_now()))
        session.commit()
        return due is None and found.total() == CHECK_INS and not any(found[state] for state in unfinished)

    with running(settings, pace):
        assert wait_until(is_done, 60), f"It did not finish: {states(session)}"


def messages_by_state(session: Session) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {state.value: set() for state in MessageState}
    for number, state in session.execute(select(Message.message_id, Message.state)):
        found[state].add(number)
    session.commit()
    return found


def test_over_smtp_nothing_is_lost_or_doubled_and_the_undecidable_is_listed(
    engine: Engine, session: Session, cohort: Cohort, make_settings: Callable[..., Settings], database_url: str
) -> None:
    random = Random(20)
    with MailServer(delay=0.005) as server:
        settings = make_settings(database_url=database_url, mail_url=server.url)
        kill_again_and_again(settings, PACE, lambda: len(server.handler.received), random)
        run_to_the_end(settings, PACE, session, unfinished=UNSETTLED)

        found = messages_by_state(session)
        arrived = Counter(mail.message_id for mail in server.received)
        everything = set().union(*found.values())
        assert len(everything) == session.query(CheckIn).filter_by(state=CheckInState.ASKED).count() == CHECK_INS
        session.commit()
        # Each message is settled as sent, and arrived once, or is listed as undecidable: at most one for each
        # connection of a process that was killed.
        assert found["sent"] | found["unknown"] == everything
        assert found["sent"] <= set(arrived)
        assert set(arrived.values()) == {1}
        assert len(found["unknown"]) <= KILLS * settings.mail_connections

        # With the policy on, the undecidable goes once more: then all have arrived, some of them in two equal copies.
        trusting = make_settings(database_url=database_url, mail_url=server.url, resend_unknown=True)
        run_to_the_end(trusting, PACE, session, unfinished=(*UNSETTLED, MessageState.UNKNOWN))
        assert messages_by_state(session)["sent"] == everything
        copies: dict[str, set[bytes]] = {}
        for mail in server.received:
            copies.setdefault(mail.message_id, set()).add(mail.content)
        assert set(copies) == everything
        assert {len(contents) for contents in copies.values()} == {1}
        doubled = {
            number for number, count in Counter(mail.message_id for mail in server.received).items() if count > 1
        }
        assert doubled <= found["unknown"]


def test_into_a_mail_drop_everything_arrives_once(
    session: Session, cohort: Cohort, make_settings: Callable[..., Settings], database_url: str, tmp_path: Path
) -> None:
    drop = tmp_path / "mail"
    settings = make_settings(database_url=database_url, mail_url=f"file:{drop}")
    kill_again_and_again(settings, PACE, lambda: len(list(drop.glob("*.eml"))), Random(21), times=8)
    run_to_the_end(settings, PACE, session, unfinished=UNSETTLED)
    found = messages_by_state(session)
    assert len(found["sent"]) == CHECK_INS
    assert {file.name for file in drop.iterdir()} == {f"{number.strip('<>')}.eml" for number in found["sent"]}


def test_two_at_once_killed_in_turn_lose_and_double_nothing(
    session: Session, cohort: Cohort, make_settings: Callable[..., Settings], database_url: str
) -> None:
    random = Random(22)
    with MailServer(delay=0.005) as server:
        settings = make_settings(database_url=database_url, mail_url=server.url)
        with running(settings, PACE):
            for _ in range(5):
                process = start_process(settings, PACE)
                enough = len(server.received) + random.randrange(6)
                wait_until(lambda enough=enough: len(server.handler.received) >= enough, 3)  # type: ignore[misc]
                kill(process)
        run_to_the_end(settings, PACE, session, unfinished=UNSETTLED)
        found = messages_by_state(session)
        arrived = Counter(mail.message_id for mail in server.received)
        assert len(found["sent"] | found["unknown"]) == CHECK_INS
        assert found["sent"] <= set(arrived)
        assert set(arrived.values()) == {1}


def test_four_at_once_that_are_asked_to_end_leave_nothing_half_done(
    session: Session, cohort: Cohort, make_settings: Callable[..., Settings], database_url: str
) -> None:
    """Each finishes what is on its way and puts the rest of its batch back: nothing is undecidable."""
    with MailServer(delay=0.005) as server:
        settings = make_settings(database_url=database_url, mail_url=server.url)
        with ExitStack() as schedulers:
            for _ in range(4):
                schedulers.enter_context(running(settings, PACE))
            assert wait_until(lambda: len(server.received) >= CHECK_INS // 3, 60)
        found = messages_by_state(session)
        assert {state for state, numbers in found.items() if numbers} <= {"due", "sent"}
        assert found["sent"] == {mail.message_id for mail in server.received}
        run_to_the_end(settings, PACE, session, unfinished=UNSETTLED)
        assert len(messages_by_state(session)["sent"]) == CHECK_INS
        assert set(Counter(mail.message_id for mail in server.received).values()) == {1}
