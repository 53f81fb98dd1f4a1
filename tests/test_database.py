"""How transactions begin on SQLite: readers wait for nobody, writers wait for one another, and not for ever."""

from __future__ import annotations

from threading import Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from coaching import database
from coaching.database import read_options


@pytest.fixture(params=["sqlite"])
def engine_name(request: pytest.FixtureRequest) -> str:
    """PostgreSQL locks rows, and waits by itself."""
    return request.param


def test_a_writer_waits_until_the_other_is_done(engine: Engine) -> None:
    order = []

    def write() -> None:
        with engine.begin():
            order.append("second")

    with engine.begin():
        thread = Thread(target=write)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_a_writer_who_waited_in_vain_is_told_and_can_write_afterwards(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.02)
    with engine.connect() as waiting:
        with engine.begin(), pytest.raises(OperationalError, match="database is locked"):
            waiting.execute(text("SELECT 1"))
        waiting.rollback()
        assert waiting.execute(text("PRAGMA busy_timeout")).scalar_one() == 20_000


def test_who_writes_by_the_web_is_told_to_try_again(
    engine: Engine, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    with engine.begin():
        refused = client.post("/check-in/a-secret", data={"choice": "did_it"})
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "2"


def test_a_reader_waits_for_no_writer(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    with engine.begin(), engine.connect() as reader:
        assert reader.execution_options(**read_options(engine)).execute(text("SELECT 1")).scalar_one() == 1
