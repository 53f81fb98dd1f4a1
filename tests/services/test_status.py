"""The status: what waits, since when, and which schedulers live."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from coaching.models import CheckInState, MessageState, SchedulerHeartbeat
from coaching.schema import head_revision
from coaching.services.outbox import log_deliveries
from coaching.services.status import describe_status, read_status
from tests.factories import NOW
from tests.services.check_in_rows import make_planned_member, post, wake_earlier
from tests.services.outbox_rows import make_message

Counter = Callable[[], AbstractContextManager[list[str]]]


def status(session: Session) -> dict[str, Any]:
    found = read_status(session, now=NOW, late_after=timedelta(minutes=10))
    assert json.loads(json.dumps(found)) == found
    return found


def test_an_idle_product_has_nought_of_everything(session: Session) -> None:
    assert status(session) == {
        "schema": head_revision(),
        "problems": [],
        "is_late": False,
        "late_after_seconds": 600,
        "messages": {state.value: 0 for state in MessageState},
        "channels": {"mail": {state.value: 0 for state in MessageState}},
        "unknown_messages": 0,
        "oldest_due_seconds": None,
        "mail_rates": [],
        "oldest_due_check_in_seconds": None,
        "oldest_due_message_seconds": None,
        "oldest_held_seconds": None,
        "rates": {span: {"sent": 0, "failed": 0, "retried": 0} for span in ("minute", "hour")},
        "check_ins": {state.value: 0 for state in CheckInState},
        "schedulers": [],
    }


def test_messages_and_check_ins_are_counted_by_state(session: Session) -> None:
    make_planned_member(session)
    post(session)
    make_message(session, state=MessageState.UNKNOWN)
    found = status(session)
    assert found["check_ins"] == {"due": 4, "asked": 1, "answered": 0, "expired": 0, "cancelled": 0}
    assert {state: number for state, number in found["messages"].items() if number} == {"due": 1, "unknown": 1}
    assert found["unknown_messages"] == 1


def test_every_message_is_counted_once_under_its_channel(session: Session) -> None:
    for number, state in enumerate(MessageState, start=1):
        for _ in range(number):
            make_message(session, state=state, lease_until=NOW)
    make_message(session, state=MessageState.FAILED, channel="chat")
    found = status(session)
    expected = {state.value: number for number, state in enumerate(MessageState, start=1)}
    assert found["channels"]["mail"] == expected
    assert found["channels"]["chat"]["failed"] == sum(found["channels"]["chat"].values()) == 1
    assert found["messages"] == expected | {"failed": expected["failed"] + 1}


def test_rates_are_of_attempts_in_the_last_minute_and_hour(session: Session) -> None:
    message = make_message(session)
    ages = {"sent": (0, 59, 61, 3599, 3601), "failed": (30,), "retry": (70, 80), "cancelled": (1,)}
    for outcome, seconds in ages.items():
        for age in seconds:
            log_deliveries(session, [(message.id, "")], MessageState(outcome), now=NOW - timedelta(seconds=age))
    assert status(session)["rates"] == {
        "minute": {"sent": 2, "failed": 1, "retried": 0},
        "hour": {"sent": 4, "failed": 1, "retried": 2},
    }


def test_it_takes_as_many_statements_whatever_there_is(session: Session, count_queries: Counter) -> None:
    def count() -> int:
        with count_queries() as statements:
            status(session)
        return len(statements)

    few = count()
    for state in MessageState:
        make_message(session, state=state, channel=f"by {state}")
    make_planned_member(session)
    session.flush()
    assert count() == few


def test_in_words_what_there_is_to_look_at_comes_first(session: Session) -> None:
    assert describe_status(status(session)).startswith("All is well.")
    make_message(session, due_at=NOW - timedelta(minutes=42))
    lines = describe_status(status(session)).splitlines()
    assert lines[:3] == [
        "A message has been due for 42 minutes.",
        "No scheduler runs, and something is due. Start one: coaching scheduler",
        "",
    ]
    assert "Longest due: check-in none, message 42 minutes" in lines
    assert "Last hour: 0 sent, 0 failed, 0 retried" in lines


def test_the_oldest_due_is_the_message_or_the_check_in_that_waits_longest(session: Session) -> None:
    make_message(session, due_at=NOW + timedelta(hours=1))
    assert status(session)["oldest_due_seconds"] is None
    make_message(session, state=MessageState.RETRY, due_at=NOW - timedelta(seconds=90))
    make_message(session, state=MessageState.SENT, due_at=NOW - timedelta(days=9))
    assert status(session)["oldest_due_seconds"] == 90
    wake_earlier(session, make_planned_member(session))
    assert status(session)["oldest_due_seconds"] == 2 * 3600


def test_schedulers_show_how_long_ago_they_were_seen(session: Session) -> None:
    session.add(SchedulerHeartbeat(name="b:2", started_at=NOW - timedelta(hours=1), seen_at=NOW - timedelta(seconds=4)))
    session.add(SchedulerHeartbeat(name="a:1", started_at=NOW - timedelta(hours=2), seen_at=NOW - timedelta(days=1)))
    session.flush()
    assert [(each["name"], each["age_seconds"]) for each in status(session)["schedulers"]] == [
        ("a:1", 86400),
        ("b:2", 4),
    ]


def test_the_status_names_no_person_and_no_address(session: Session) -> None:
    make_message(session)
    assert "@" not in json.dumps(status(session))
