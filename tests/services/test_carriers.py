"""Several connections at once: one message on its way over each, and one that is lost holds up none of the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from coaching.channels.base import Outcome, Verdict
from coaching.channels.smtp import SmtpChannel
from coaching.models import Message
from coaching.services.delivery import PostOffice, SendingRules, send_due_messages
from tests.factories import make_person
from tests.mail_server import MailServer
from tests.services.outbox_rows import Clock, ObedientChannel, deliveries, make_message, make_office, states

PATIENCE = 10


@dataclass
class SlowChannel(ObedientChannel):
    """Hands nothing over before it is let."""

    has_begun: Event = field(default_factory=Event)
    may_end: Event = field(default_factory=Event)

    def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
        self.has_begun.set()
        assert self.may_end.wait(PATIENCE)
        return super().send(wire, message_id=message_id, address=address)


@dataclass
class RefusedChannel(ObedientChannel):
    """Cannot be opened, and tells when it was tried."""

    is_down: bool = True
    was_tried: Event = field(default_factory=Event)

    def open(self) -> None:
        self.was_tried.set()
        super().open()


def make_wide_office(
    engine: Engine, *channels: ObedientChannel, clock: Clock | None = None, **values: object
) -> PostOffice:
    first, *further = channels
    return make_office(engine, first, clock or Clock(), further={"mail": further}, **values)


@contextmanager
def sending(office: PostOffice) -> Iterator[list[dict[str, int]]]:
    """Sends in a thread, and is done at the end. What came of it is in the list then."""
    tallies: list[dict[str, int]] = []
    thread = Thread(target=lambda: tallies.append(dict(send_due_messages(office))))
    thread.start()
    try:
        yield tallies
    finally:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "It did not come about in time."
        time.sleep(0.005)


def test_over_each_connection_one_message_is_on_its_way_and_no_more(engine: Engine, session: Session) -> None:
    for _ in range(7):
        make_message(session)
    session.commit()
    channels = [SlowChannel() for _ in range(3)]
    with sending(make_wide_office(engine, *channels)) as tallies:
        for channel in channels:
            assert channel.has_begun.wait(PATIENCE)
        assert states(session) == {"transmitting": 3, "claimed": 4}
        channels[1].may_end.set()
        # The one that is free takes the rest, however long the others are kept waiting.
        wait_until(lambda: states(session) == {"sent": 5, "transmitting": 2})
        for channel in channels:
            channel.may_end.set()
    assert tallies == [{"sent": 7}]
    sent = [number for channel in channels for _to, number, _wire in channel.sent]
    assert len(sent) == len(set(sent)) == 7
    assert [len(channel.sent) for channel in channels] == [1, 5, 1]


def test_few_messages_open_few_connections(engine: Engine, session: Session) -> None:
    make_message(session)
    session.commit()
    first, second = ObedientChannel(), ObedientChannel()
    assert send_due_messages(make_wide_office(engine, first, second)) == {"sent": 1}
    assert (first.opened, second.opened) == (1, 0)


def test_a_connection_that_is_refused_leaves_the_others_at_work(engine: Engine, session: Session) -> None:
    """As by a server that lets a client have one connection at a time."""
    for _ in range(6):
        make_message(session)
    session.commit()
    first, second, clock = SlowChannel(), RefusedChannel(), Clock()
    office = make_wide_office(engine, first, second, clock=clock)
    with sending(office) as tallies:
        assert second.was_tried.wait(PATIENCE)
        first.may_end.set()
    assert tallies == [{"sent": 6}]
    assert not office.desks["mail"].is_shut(clock())
    # It is tried again, but not before its pause is over.
    second.is_down = False
    make_message(session), make_message(session)
    session.commit()
    assert send_due_messages(office) == {"sent": 2}
    assert second.opened == 0
    clock.wait(seconds=15)
    make_message(session), make_message(session)
    session.commit()
    first.may_end.clear()
    with sending(office) as tallies:
        wait_until(lambda: second.opened == 1)
        first.may_end.set()
    assert tallies == [{"sent": 2}]


def test_what_a_lost_connection_was_to_carry_goes_by_another_and_costs_no_attempt(
    engine: Engine, session: Session
) -> None:
    people = [make_person(session) for _ in range(4)]
    for person in people:
        make_message(session, person)
    down = {str(person.email): Outcome(Verdict.DOWN, "The mail server hangs up.") for person in people}
    session.commit()
    first, second = SlowChannel(), ObedientChannel(down)
    with sending(make_wide_office(engine, first, second)) as tallies:
        assert first.has_begun.wait(PATIENCE)
        wait_until(lambda: states(session)["due"] == 1)
        first.may_end.set()
    assert tallies == [{"sent": 4, "down": 1}]
    assert len(second.sent) == 1
    assert {message.attempts for message in session.query(Message)} == {1}


def test_when_every_connection_is_down_the_channel_is_left_alone(engine: Engine, session: Session) -> None:
    for _ in range(5):
        make_message(session)
    session.commit()
    clock = Clock()
    office = make_wide_office(engine, ObedientChannel(is_down=True), ObedientChannel(is_down=True), clock=clock)
    assert send_due_messages(office) == {"down": 5}
    assert states(session) == {"due": 5}
    assert send_due_messages(office) == {}
    clock.wait(seconds=15)
    assert send_due_messages(office) == {"down": 5}
    assert {message.attempts for message in session.query(Message)} == {0}


def test_what_comes_due_while_one_connection_hangs_goes_by_another(engine: Engine, session: Session) -> None:
    make_message(session)
    session.commit()
    first, second = SlowChannel(), ObedientChannel()
    rules = SendingRules(look_again=timedelta(seconds=0.02))
    with sending(make_wide_office(engine, first, second, rules=rules)) as tallies:
        assert first.has_begun.wait(PATIENCE)
        make_message(session)
        session.commit()
        wait_until(lambda: states(session) == {"transmitting": 1, "sent": 1})
        first.may_end.set()
    assert tallies == [{"sent": 2}]
    assert len(second.sent) == 1


def test_told_to_stop_each_connection_finishes_its_message_and_the_rest_goes_back(
    engine: Engine, session: Session
) -> None:
    for _ in range(5):
        make_message(session)
    session.commit()
    channels, told = [SlowChannel(), SlowChannel()], Event()
    with sending(make_wide_office(engine, *channels, should_stop=told.is_set)) as tallies:
        for channel in channels:
            assert channel.has_begun.wait(PATIENCE)
        told.set()
        for channel in channels:
            channel.may_end.set()
    assert tallies == [{"sent": 2}]
    assert states(session) == {"sent": 2, "due": 3}


def test_no_connection_s_outcome_is_lost_with_a_database_that_is_away(engine: Engine, session: Session) -> None:
    for _ in range(5):
        make_message(session)
    session.commit()
    channels, is_away = [SlowChannel(), SlowChannel()], Event()

    def refuse(*_arguments: object) -> None:
        if is_away.is_set():
            raise OperationalError("UPDATE", {}, Exception("The database is away."))

    office = make_wide_office(engine, *channels)
    raised: list[BaseException] = []

    def send() -> None:
        with pytest.raises(OperationalError) as error:
            send_due_messages(office)
        raised.append(error.value)

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        thread = Thread(target=send)
        thread.start()
        for channel in channels:
            assert channel.has_begun.wait(PATIENCE)
        is_away.set()
        for channel in channels:
            channel.may_end.set()
        thread.join(PATIENCE)
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    assert len(raised) == 1
    assert states(session) == {"transmitting": 2, "claimed": 3}
    # What was not tried need not wait for the end of its lease either.
    assert send_due_messages(office) == {"sent": 3}
    assert states(session) == {"sent": 5}
    assert len(channels[0].sent) + len(channels[1].sent) == 5


def test_a_channel_that_raises_leaves_its_message_undecidable_and_the_scheduler_at_work(
    engine: Engine, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(ObedientChannel):
        def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
            raise ValueError("words of the message")

    message = make_message(session)
    session.commit()
    assert send_due_messages(make_wide_office(engine, Broken(), ObedientChannel())) == {"unknown": 1}
    assert deliveries(session, message) == [("unknown", "The channel failed: ValueError.")]
    assert "words of the message" not in caplog.text


@pytest.mark.parametrize("pipelines", [False, True])
def test_a_real_server_that_cuts_one_of_several_connections(
    engine: Engine, session: Session, *, pipelines: bool
) -> None:
    addresses = [f"person{number}@example.org" for number in range(12)] + ["cut@example.org", "drop@example.org"]
    for address in addresses:
        make_message(session, make_person(session, email=address))
    session.commit()
    with MailServer(delay=0.05, pipelines=pipelines) as server:
        first, *rest = [SmtpChannel("127.0.0.1", server.port, "coaching@example.org", timeout=10) for _ in range(3)]
        office = make_office(engine, first, Clock(), further={"mail": rest})
        tally = send_due_messages(office)
        office.close()
        assert tally == {"sent": 12, "retry": 1, "unknown": 1}
        assert server.handler.most_at_once in {2, 3}
        assert sorted(mail.recipient for mail in server.received) == sorted({*addresses} - {"cut@example.org"})
        assert len(server.received) == len({mail.message_id for mail in server.received}) == 13
