"""Lateness: which row is how late, what is said of it, and when a scheduler's silence counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.models import MessageState, SchedulerHeartbeat
from coaching.services.lateness import describe_seconds, read_lag, read_problems
from tests.factories import NOW, actor_of, make_person
from tests.services.check_in_rows import make_planned_member, wake_earlier
from tests.services.outbox_rows import make_message

Counter = Callable[[], AbstractContextManager[list[str]]]
LATE_AFTER = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)


def problems(session: Session, *, later: timedelta = timedelta(0)) -> list[str]:
    administrator = actor_of(session, make_person(session, is_administrator=True))
    return read_problems(session, actor=administrator, now=NOW + later, late_after=LATE_AFTER)


def beat(session: Session, name: str, ago: timedelta) -> None:
    session.add(SchedulerHeartbeat(name=name, started_at=NOW - timedelta(days=1), seen_at=NOW - ago))
    session.flush()


def test_what_waits_longest_is_told_apart_by_what_it_is(session: Session) -> None:
    assert read_lag(session.connection(), now=NOW) == (None, None, None)
    make_message(session, due_at=NOW + MINUTE)
    make_message(session, due_at=NOW - 2 * MINUTE)
    make_message(session, state=MessageState.SENT, due_at=NOW - 90 * MINUTE)
    make_message(session, state=MessageState.CLAIMED, lease_until=NOW + MINUTE)
    wake_earlier(session, make_planned_member(session))
    assert read_lag(session.connection(), now=NOW) == (2 * 3600, 120, None)
    assert read_lag(session.connection(), now=NOW + 2 * MINUTE) == (2 * 3600 + 120, 240, 60)


def test_late_is_what_waits_for_longer_than_the_settings_say(session: Session) -> None:
    beat(session, "here:1", -LATE_AFTER - timedelta(seconds=30))
    make_message(session, due_at=NOW)
    assert problems(session, later=LATE_AFTER) == []
    assert problems(session, later=LATE_AFTER + MINUTE) == ["A message has been due for 11 minutes."]


def test_a_message_that_nobody_takes_up_after_its_lease_is_late(session: Session) -> None:
    beat(session, "here:1", -LATE_AFTER - timedelta(seconds=30))
    make_message(session, state=MessageState.TRANSMITTING, lease_until=NOW)
    assert problems(session, later=LATE_AFTER + MINUTE) == [
        "A message has been with a scheduler for 11 minutes longer than it may."
    ]


def test_messages_of_unknown_fate_are_counted_and_nothing_else_is(session: Session) -> None:
    make_message(session, state=MessageState.UNKNOWN)
    make_message(session, state=MessageState.FAILED)
    assert problems(session)[0].startswith("1 message may or may not have arrived.")


def test_without_a_scheduler_alive_what_is_due_is_said_to_wait(session: Session) -> None:
    """One that was killed a day ago is told of no more, but it does not count as one that runs."""
    beat(session, "gone:1", timedelta(hours=23))
    assert problems(session) == []
    make_message(session, due_at=NOW)
    assert problems(session) == ["No scheduler runs, and something is due. Start one: coaching scheduler"]
    beat(session, "here:1", timedelta(seconds=30))
    assert problems(session) == []


def test_a_scheduler_that_fell_silent_is_named_for_an_hour(session: Session) -> None:
    beat(session, "here:1", timedelta(seconds=9))
    beat(session, "gone:1", timedelta(seconds=31))
    assert problems(session) == ["Scheduler gone:1 was last heard of 31 seconds ago. It hangs, or it was killed."]
    assert problems(session, later=timedelta(minutes=59))[0].startswith("Scheduler gone:1 was last heard of 59 min")
    assert not any("gone:1" in each for each in problems(session, later=timedelta(minutes=60)))


def test_a_scheduler_of_another_clock_is_said_to_have_one(session: Session) -> None:
    beat(session, "there:1", timedelta(minutes=-5))
    assert problems(session) == ["Scheduler there:1 was heard of 5 minutes from now. One of the clocks is wrong."]


def test_looking_takes_three_statements(session: Session, count_queries: Counter) -> None:
    actor = actor_of(session, make_person(session, is_administrator=True))
    with count_queries() as statements:
        read_problems(session, actor=actor, now=NOW, late_after=LATE_AFTER)
    assert len(statements) == 3


def test_it_is_for_administrators(session: Session) -> None:
    with pytest.raises(NotFound):
        read_problems(session, actor=actor_of(session, make_person(session)), now=NOW, late_after=LATE_AFTER)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1.9, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7199, "1 hour"), (200000, "2 days")],
)
def test_a_span_is_said_in_its_largest_unit(seconds: float, words: str) -> None:
    assert describe_seconds(seconds) == words
