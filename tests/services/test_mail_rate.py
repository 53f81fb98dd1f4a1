"""The cap on mails a minute: all schedulers together never pass it, and no clock makes it hold mail for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from coaching.channels.base import Outcome
from coaching.config import Settings
from coaching.models import MailHost, Message, Person
from coaching.services.delivery import PostOffice, send_due_messages
from coaching.services.mail_rate import LARGEST_SKEW, WINDOW, MailRate, find_room, take_places
from coaching.services.status import describe_status, read_status
from tests.factories import NOW, make_person
from tests.faults.process import make_pace, running
from tests.mail_server import MailServer
from tests.services.outbox_rows import Clock, ObedientChannel, make_message, make_office, states

RATE = MailRate("mail.example.org", 10)


def make_messages(session: Session, count: int) -> None:
    person = make_person(session)
    for _ in range(count):
        make_message(session, person)
    session.commit()


def make_capped_office(engine: Engine, clock: Clock, rate: MailRate = RATE) -> tuple[PostOffice, list[ObedientChannel]]:
    channels = [ObedientChannel() for _ in range(3)]
    return make_office(engine, channels[0], clock, further={"mail": channels[1:]}, rate=rate), channels


def take(engine: Engine, wanted: int, now: datetime) -> int:
    with Session(engine) as session, session.begin():
        return take_places(session, RATE, wanted, now=now).places


def test_two_post_offices_at_once_hand_over_no_more_than_the_cap(engine: Engine, session: Session) -> None:
    make_messages(session, 30)
    clock = Clock()
    offices = [make_capped_office(engine, clock) for _ in range(2)]
    threads = [Thread(target=send_due_messages, args=(office,)) for office, _channels in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(len(channel.sent) for _office, channels in offices for channel in channels) == 10
    assert states(session) == {"sent": 10, "due": 20}
    assert {message.attempts for message in session.query(Message).filter_by(state="due")} == {0}
    found = read_status(session, now=NOW + timedelta(seconds=30), late_after=timedelta(seconds=20))
    rate = {"host": "mail.example.org", "a_minute": 10, "last_minute": 10, "held_messages": 20}
    assert found["mail_rates"] == [rate]
    why = "COACHING_MAIL_RATE, 10 mails a minute to mail.example.org, holds back 20 messages that are due."
    assert found["problems"][-1] == why
    assert "Mail to mail.example.org: 10 of at most 10 in the last minute, 20 held back" in describe_status(found)
    session.commit()
    # Held back by the cap: the next ticks do not even claim it.
    assert send_due_messages(offices[0][0]) == {}
    clock.wait(seconds=WINDOW)
    for office, _channels in offices:
        send_due_messages(office)
    assert states(session) == {"sent": 20, "due": 10}


def test_in_no_minute_there_are_more_wherever_it_begins(engine: Engine, session: Session) -> None:
    make_messages(session, 40)
    clock, left = Clock(), []

    class Timed(ObedientChannel):
        def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
            left.append(clock())
            return super().send(wire, message_id=message_id, address=address)

    offices = [make_office(engine, Timed(), clock, rate=MailRate("mail.example.org", 7)) for _ in range(2)]
    ends = NOW + timedelta(minutes=4)
    clock.wait(seconds=0.7)
    while clock() < ends:
        for office in offices:
            send_due_messages(office)
        clock.wait(seconds=7.3)
    assert max(sum(begin <= each < begin + timedelta(minutes=1) for each in left) for begin in left) == 7
    assert len(left) >= 7 * 3


def test_the_cap_is_of_one_host_and_counts_what_was_sent_alone(engine: Engine, session: Session) -> None:
    make_messages(session, 4)
    clock = Clock()
    office, channels = make_capped_office(engine, clock)
    for channel in channels:
        channel.is_down = True
    assert send_due_messages(office) == {"down": 4}
    assert session.query(MailHost).all() == []
    session.commit()
    assert take(engine, 10, NOW) == 10
    other, _channels = make_capped_office(engine, clock, MailRate("other.example.org", 3))
    assert send_due_messages(other)["sent"] == 3


def test_without_a_cap_there_is_no_statement_more(
    engine: Engine, session: Session, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    make_messages(session, 3)
    with count_queries() as statements:
        assert send_due_messages(make_office(engine, ObedientChannel(), Clock())) == {"sent": 3}
    assert [statement for statement in statements if "mail_host" in statement] == []


@pytest.mark.parametrize("skew", [-LARGEST_SKEW, -3, 3, LARGEST_SKEW])
def test_machines_whose_clocks_differ_pass_the_cap_no_more_than_one_does(engine: Engine, skew: int) -> None:
    taken: list[tuple[int, int]] = []
    for second in range(0, 600, 9):
        now = NOW + timedelta(seconds=second)
        taken += [(second, take(engine, 3, now)), (second, take(engine, 3, now + timedelta(seconds=skew)))]
    minutes = [sum(count for at, count in taken if begin <= at < begin + 60) for begin in range(540)]
    # A clock that is further ahead than a minute forgets, when it is first read, what left a moment ago.
    assert max(minutes[0 if skew <= WINDOW else 60 :]) == 10
    assert max(minutes) <= 20
    assert sum(count for _at, count in taken) >= 50


@pytest.mark.parametrize("jump", [timedelta(seconds=90), timedelta(days=1), timedelta(days=-1)])
def test_a_clock_that_jumps_holds_nothing_up_for_longer_than_it_must(engine: Engine, jump: timedelta) -> None:
    assert take(engine, 10, NOW + jump) == 10
    waited = 0
    while waited <= 2 * WINDOW + LARGEST_SKEW and take(engine, 1, NOW + timedelta(seconds=waited)) == 0:
        waited += 1
    assert waited <= WINDOW + LARGEST_SKEW
    if abs(jump) > timedelta(seconds=LARGEST_SKEW):
        assert waited <= WINDOW


def test_a_hold_of_a_clock_that_ran_ahead_is_over_when_it_is_set_back(engine: Engine, session: Session) -> None:
    make_messages(session, 12)
    clock = Clock(NOW + timedelta(days=1))
    office, _channels = make_capped_office(engine, clock)
    assert send_due_messages(office)["sent"] == 10
    clock.now = NOW
    assert send_due_messages(office)["sent"] == 0
    clock.wait(seconds=WINDOW)
    assert send_due_messages(office)["sent"] == 2


def test_a_look_at_the_room_takes_none(engine: Engine) -> None:
    with engine.connect() as connection:
        assert find_room(connection, RATE, 4, now=NOW) == (4, None)
    assert take(engine, 8, NOW) == 8
    with engine.connect() as connection:
        assert find_room(connection, RATE, 4, now=NOW) == (2, NOW + timedelta(seconds=WINDOW))
    assert (take(engine, 4, NOW), take(engine, 4, NOW)) == (2, 0)


def test_two_processes_hand_over_no_more_than_the_cap(
    engine: Engine, session: Session, make_settings: Callable[..., Settings], database_url: str
) -> None:
    make_messages(session, 30)
    with MailServer(pipelines=True) as server, ExitStack() as stack:
        settings = make_settings(database_url=database_url, mail_url=server.url, mail_rate=7)
        for _ in range(2):
            stack.enter_context(running(settings, make_pace(batch=5)))
        server.wait_for(7)
        # Some dozens of ticks more, in which nothing more leaves.
        time.sleep(0.5)
        stack.close()
        assert len(server.received) == 7
    assert states(session) == {"sent": 7, "due": 23}
    assert session.query(Person).count() == 1
