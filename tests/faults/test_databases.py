"""Databases that go away or have no room left in the middle of a batch: nothing is lost or doubled, it is said plainly,
and everything goes on by itself."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from coaching.blueprints.problems import FULL
from coaching.config import Settings
from coaching.database import open_engine
from coaching.extensions import db
from coaching.jobs import Pace, Workshop, start_scheduler
from coaching.services.lateness import read_lag
from tests.blueprints.pages.browsing import Browser, words
from tests.conftest import SECRET_KEY
from tests.faults.plant import Plant
from tests.faults.process import make_pace
from tests.faults.states import StateLog
from tests.mail_server import MailServer
from tests.postgres import server_folder
from tests.services.outbox_rows import Clock, make_message, states

MAILS = 20


def wait_until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "It did not come about in time."
        time.sleep(0.02)


def administer(statement: str) -> None:
    with psycopg.connect(host=str(server_folder()), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement.encode())


@contextmanager
def shut(database: str, application: str) -> Iterator[None]:
    """As a server that restarts looks to this application: every connection is cut, and no new one is let in."""
    administer(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
    try:
        administer(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{application}'")
        yield
    finally:
        administer(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_server_that_restarts_within_a_batch_loses_and_doubles_nothing(
    engine: Engine,
    session: Session,
    legal_states: StateLog,
    make_settings: Callable[..., Settings],
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(MAILS):
        make_message(session)
    session.commit()
    with MailServer(delay=0.01) as server, caplog.at_level(logging.INFO, "coaching"):
        settings = make_settings(database_url=f"{database_url}&application_name=shut", mail_url=server.url)
        stop = start_scheduler(settings, pace=make_pace(lease=1), name="here:1")
        try:
            for enough in (3, 9):
                assert len(server.wait_for(enough)) >= enough
                with shut(str(engine.url.database), "shut"):
                    time.sleep(0.2)
            wait_until(lambda: states(session)["sent"] == MAILS)
        finally:
            stop()
        assert len(server.received) == len({mail.message_id for mail in server.received}) == MAILS
    assert read_lag(session.connection(), now=Clock().now) == (None, None, None)
    assert legal_states.changes()
    levels = [record.levelname for record in caplog.records if "The database" in record.message]
    assert levels == ["ERROR", "INFO"] * (len(levels) // 2)
    assert 2 <= len(levels) <= 4


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_is_said_plainly_and_everything_goes_on_when_there_is_room(
    engine: Engine,
    session: Session,
    legal_states: StateLog,
    make_settings: Callable[..., Settings],
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(MAILS):
        make_message(session, facts={"to": "Cohort 1", "by": "Carol Coach " * 400})
    session.commit()
    room = [0]
    # Without the pages that earlier tests have left free.
    with sqlite3.connect(str(engine.url.database)) as plain:
        plain.execute("VACUUM")
    plain.close()
    narrow = open_engine(database_url)

    @event.listens_for(narrow, "checkout")
    def limit(connection: sqlite3.Connection, *_rest: object) -> None:
        (used,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {used + room[0]}").close()

    clock = Clock()
    with ExitStack() as leaving, MailServer() as server, caplog.at_level(logging.INFO, "coaching"):
        settings = make_settings(database_url=database_url, mail_url=server.url)
        plant = Plant(Workshop(settings, narrow, "here:1", Pace(), Event(), clock), clock)
        leaving.callback(plant.workshop.close)
        plant.run_for(minutes=5)
        assert states(session)["sent"] < MAILS
        said = [record.message for record in caplog.records if record.levelname == "ERROR" and "disk" in record.message]
        assert len(said) == 1
        assert said[0].startswith("The disk of the database is full: nothing is posted or sent.")
        room[0] = 10_000
        plant.run_for(minutes=15)
        assert states(session) == {"sent": MAILS}
        assert "The database can be worked with again." in caplog.text
        assert len(server.received) == len({mail.message_id for mail in server.received}) == MAILS
    assert plant.lag() == (None, None, None)
    assert legal_states.changes()
    narrow.dispose()


def test_who_saves_something_on_a_full_disk_is_told_that_it_was_not_kept(app: Flask, client: FlaskClient) -> None:
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorname = "SQLITE_FULL"

    def refuse(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT"):
            raise OperationalError(statement, {}, cause)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        # Asking for a new password is noted, whoever asks.
        answer = Browser(client, SECRET_KEY).post("/password-reset", {"email": "ann@example.org"})
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    assert answer.status_code == 503
    assert FULL in words(answer)
