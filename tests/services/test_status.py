"""The status: what waits, since when, and which schedulers live."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from coaching.models import CheckInState, MessageState, SchedulerHeartbeat
from coaching.schema import head_revision
from coaching.services.status import read_status
from tests.factories import NOW
from tests.services.check_in_rows import make_planned_member, post
from tests.services.outbox_rows import make_message


def status(session: Session) -> dict[str, Any]:
    found = read_status(session, now=NOW)
    assert json.loads(json.dumps(found)) == found
    return found


def test_an_idle_product_has_nought_of_everything(session: Session) -> None:
    assert status(session) == {
        "schema": head_revision(),
        "messages": {state.value: 0 for state in MessageState},
        "unknown_messages": 0,
        "oldest_due_seconds": None,
        "mail_rates": [],
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


def test_the_oldest_due_is_the_message_or_the_check_in_that_waits_longest(session: Session) -> None:
    make_message(session, due_at=NOW + timedelta(hours=1))
    assert status(session)["oldest_due_seconds"] is None
    make_message(session, state=MessageState.RETRY, due_at=NOW - timedelta(seconds=90))
    make_message(session, state=MessageState.SENT, due_at=NOW - timedelta(days=9))
    assert status(session)["oldest_due_seconds"] == 90
    make_planned_member(session)
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
