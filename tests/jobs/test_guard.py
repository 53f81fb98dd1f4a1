"""The guard: a fault of ours is logged each time, what keeps the database from working once and when it is over."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

import pytest
from psycopg import errors
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from coaching.database import Trouble, open_engine, trouble_of
from coaching.jobs.guard import Guard


def failing(error: Exception) -> Callable[[], None]:
    def work() -> None:
        raise error

    return work


def trouble(name: str) -> OperationalError:
    cause = sqlite3.OperationalError("the words of a row")
    cause.sqlite_errorname = name
    return OperationalError("INSERT", {}, cause)


def test_what_keeps_the_database_is_said_once_for_all_jobs_and_once_when_it_is_over(
    caplog: pytest.LogCaptureFixture,
) -> None:
    guard = Guard()
    with caplog.at_level(logging.INFO, "coaching"):
        for _ in range(3):
            guard.run("heartbeat", failing(trouble("SQLITE_FULL")))
            guard.run("send_messages", failing(trouble("SQLITE_FULL")))
        assert [record.levelname for record in caplog.records] == ["ERROR"]
        assert "The disk of the database is full" in caplog.text
        guard.run("heartbeat", lambda: None)
        assert len(caplog.records) == 1
        guard.run("send_messages", lambda: None)
        guard.run("send_messages", lambda: None)
    assert [record.levelname for record in caplog.records] == ["ERROR", "INFO"]
    assert "words of a row" not in caplog.text


def test_a_fault_of_ours_is_logged_each_time(caplog: pytest.LogCaptureFixture) -> None:
    guard = Guard()
    for _ in range(2):
        guard.run("tidy", failing(ValueError("the words of a row")))
    assert [record.message.splitlines()[0] for record in caplog.records] == ["The job tidy failed: ValueError."] * 2
    assert "words of a row" not in caplog.text


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (errors.DiskFull("x"), Trouble.FULL),
        (errors.AdminShutdown("x"), Trouble.AWAY),
        (errors.CannotConnectNow("x"), Trouble.AWAY),
        (errors.OperationalError("server closed the connection unexpectedly"), Trouble.AWAY),
        (errors.DeadlockDetected("x"), Trouble.LOCKED),
        (errors.UndefinedTable("x"), None),
    ],
)
def test_what_postgresql_says_is_understood(cause: Exception, expected: Trouble | None) -> None:
    assert trouble_of(OperationalError("SELECT", {}, cause)) == expected


def test_a_slip_in_a_statement_is_no_trouble(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(Exception, match="nosuch") as caught:
        connection.execute(text("SELECT * FROM nosuch"))
    assert trouble_of(caught.value) is None


def test_a_database_out_of_reach_is_away(engine_name: str) -> None:
    nowhere = {"sqlite": "sqlite:////nosuch/x.db", "postgresql": "postgresql+psycopg://postgres@/x?host=/nosuch"}
    engine = open_engine(nowhere[engine_name])
    with pytest.raises(OperationalError) as caught:
        engine.connect()
    assert trouble_of(caught.value) == Trouble.AWAY
    engine.dispose()
