"""What the timetable asks at every tick is answered by a partial index, so that it costs the same whatever waits."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from coaching.services.check_in_posting import is_any_due, post_due_check_ins
from coaching.services.check_ins import expire_check_ins
from coaching.services.claims import claim_messages, is_anything_due
from coaching.services.reminder_posting import is_any_reminder_due, post_due_reminders
from coaching.services.settlements import sweep_leases
from coaching.services.status import read_status
from tests.factories import NOW
from tests.services.check_in_rows import make_planned_member

Watch = Callable[[], AbstractContextManager[list[str]]]
ONE = timedelta(minutes=1)

TICKS: dict[str, tuple[Callable[[Session], object], list[str]]] = {
    "looking for check-ins": (lambda session: is_any_due(session.connection(), now=NOW), ["ix_check_in_wake"]),
    "posting": (lambda session: post_due_check_ins(session, now=NOW, limit=50), ["ix_check_in_wake"]),
    "looking for reminders": (
        lambda session: is_any_reminder_due(session.connection(), now=NOW),
        ["ix_coaching_session_next_reminder"],
    ),
    "reminding": (
        lambda session: post_due_reminders(session, now=NOW, limit=50),
        ["ix_coaching_session_next_reminder"],
    ),
    "looking for messages": (
        lambda session: is_anything_due(session.connection(), now=NOW, channels=["mail"]),
        ["ix_message_due"],
    ),
    "claiming": (
        lambda session: claim_messages(session, token="t", now=NOW, lease=ONE, limit=50, channels=["mail"]),
        ["ix_message_due"],
    ),
    "sweeping": (
        lambda session: sweep_leases(session, now=NOW, idempotent=[], resend_after=ONE),
        ["ix_message_leased", "ix_message_leased", "ix_message_unknown", "ix_message_due"],
    ),
    "expiring": (lambda session: expire_check_ins(session, now=NOW, limit=50), ["ix_check_in_open"]),
}


def plan_of(session: Session, statement: str, parameters: Any) -> str:
    """How the engine goes about a statement, where it may read a table from end to end only if it has to."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN "
    else:
        explain = "EXPLAIN QUERY PLAN "
    return "\n".join(str(row) for row in connection.exec_driver_sql(explain + statement, parameters))


@pytest.mark.parametrize("name", TICKS)
def test_a_tick_asks_its_index(engine: Engine, session: Session, name: str) -> None:
    tick, indexes = TICKS[name]
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "WITH")):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        tick(session)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == len(indexes)
    for (statement, parameters), index in zip(asked, indexes, strict=True):
        assert index in plan_of(session, statement, parameters)


def named(plan: str) -> set[str]:
    """The indexes that a plan goes by."""
    return set(re.findall(r"ix_\w+", plan))


def test_the_status_is_read_off_the_indexes(engine: Engine, session: Session) -> None:
    """What waits longest, messages by state, the undecided, and the rates, each from the index that has it."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if any(table in statement for table in ("message", "delivery", "check_in")):
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        read_status(session, now=NOW, late_after=ONE)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    plans = [plan_of(session, *each) for each in asked]
    counted = {"ix_message_due", "ix_message_leased", "ix_message_unknown", "ix_message_ended"}
    oldest = {"ix_check_in_wake", "ix_message_due", "ix_message_leased"}
    check_ins = {"ix_check_in_wake", "ix_check_in_open", "ix_check_in_ended"}
    expected = [counted, oldest, {"ix_message_unknown"}, {"ix_delivery_at"}, check_ins]
    assert [indexes - named(plan) for indexes, plan in zip(expected, plans, strict=True)] == [set()] * 5


BY_PERSON = {
    "coalesce(check_in.wake_at": ("ix_membership_person_id", "ix_check_in_wake"),
    "coalesce(message.kind": ("ix_message_recipient_id", "uq_message_once"),
}


@pytest.mark.parametrize("sign", BY_PERSON)
def test_all_that_somebody_has_is_found_by_the_person(engine: Engine, session: Session, sign: str) -> None:
    """And not among all that wakes within the week, or all that was ever sent: a batch costs the same whatever else
    there is."""
    make_planned_member(session)
    way, detour = BY_PERSON[sign]
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT") and sign in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    try:
        post_due_check_ins(session, now=NOW, limit=50)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert asked
    for each in asked:
        plan = plan_of(session, *each)
        assert way in plan
        assert detour not in plan
