"""What a bench stands on: a filled database on one engine, and the app on it."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from bench.dataset import build
from bench.shape import Effort, Shape, public_id
from coaching.app import create_app
from coaching.clock import utc_now
from coaching.config import Settings
from coaching.database import open_engine, read_options
from coaching.extensions import db
from coaching.models import Person
from coaching.services.api_tokens import create_api_token
from coaching.services.sign_in import start_auth_session
from tests.postgres import server_folder, server_url

DATABASE = "bench"
SECRET = "only-for-the-bench-0123456789-abcdef"
NOTES_KEY = "a-key-of-notes-only-for-the-bench-012345678"
TOKEN_SECRET = "bench-" + "t" * 40
BROWSER_SECRET = "bench-" + "b" * 40


class Stage:
    """A filled database, and what is needed to ask it: the engine as the product makes it, the driver, the app."""

    def __init__(self, engine_name: str, url: str, shape: Shape, folder: Path, effort: Effort) -> None:
        self.engine_name, self.url, self.shape = engine_name, url, shape
        self.folder, self.effort = folder, effort
        self.engine = open_engine(url)

    @property
    def clock(self) -> Callable[[], float]:
        """SQLite works inside our thread, so the thread's own time tells all, whatever else the machine does."""
        return time.thread_time if self.engine_name == "sqlite" else time.perf_counter

    @cached_property
    def app(self) -> Flask:
        return create_app(Settings(environment="test", database_url=self.url, secret_key=SECRET, instance=self.folder))

    def close(self) -> None:
        self.engine.dispose()
        if "app" in self.__dict__:
            with self.app.app_context():
                db.engine.dispose()

    def driver(self) -> Any:
        """A connection of the bare driver, set up as well as ours are."""
        if self.engine_name == "sqlite":
            connection = self.engine.raw_connection().driver_connection
            assert connection is not None
            return connection
        folder = server_folder()
        return psycopg.connect(host=str(folder), user="postgres", dbname=DATABASE, autocommit=True, prepare_threshold=3)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session on one connection that is set up for reading, as the app's is for a GET."""
        options = read_options(self.engine)
        with self.engine.connect().execution_options(**options) as connection, Session(connection) as session:
            yield session

    def person(self, session: Session, number: int) -> Person:
        return session.query(Person).filter_by(public_id=public_id("p", number)).one()

    @cache  # noqa: B019  A stage lives as long as its run.
    def token_for(self, person_number: int) -> str:
        """An API token of this person, ready for the Authorization header."""
        with Session(self.engine) as session:
            person = self.person(session, person_number)
            secret = f"{TOKEN_SECRET}{person_number}"
            scopes = frozenset({"read", "write"})
            _token, shown = create_api_token(
                session, person, label="bench", scopes=scopes, days=30, secret=secret, now=utc_now()
            )
            session.commit()
        return f"Bearer {shown}"

    @cache  # noqa: B019  A stage lives as long as its run.
    def cookie_for(self, person_number: int) -> str:
        """The cookie of a browser in which this person is signed in."""
        secret = f"{BROWSER_SECRET}{person_number}"
        with Session(self.engine) as session:
            start_auth_session(session, self.person(session, person_number), secret=secret, via="bench", now=utc_now())
            session.commit()
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = secret, True
        kept = client.get_cookie("coaching")
        assert kept is not None
        return f"coaching={kept.value}"

    def asker(self, path: str, *, token: str = "", cookie: str = "") -> Callable[[], bytes]:
        """A call of the whole WSGI application with a GET, which returns the body and refuses anything but 200."""
        base = _environment(path, token=token, cookie=cookie)
        application, statuses = self.app.wsgi_app, [""]

        def start_response(status: str, _headers: Any, _error: Any = None) -> Any:
            statuses[0] = status
            return lambda _data: None

        def ask() -> bytes:
            answer = application({**base, "wsgi.input": io.BytesIO()}, start_response)
            body = b"".join(answer)
            getattr(answer, "close", lambda: None)()
            if not statuses[0].startswith("200"):
                raise RuntimeError(f"{path} answered {statuses[0]}: {body[:400]!r}")
            return body

        return ask


def _environment(path: str, *, token: str, cookie: str) -> dict[str, Any]:
    headers = {name: value for name, value in (("Authorization", token), ("Cookie", cookie)) if value}
    builder = EnvironBuilder(path, headers=headers)
    try:
        return builder.get_environ()
    finally:
        builder.close()


@contextmanager
def set_up(engine_name: str, shape: Shape, effort: Effort, *, is_filled: bool = True) -> Iterator[Stage]:
    """Builds the database in a new place, which is gone afterwards. Filling it takes a minute."""
    with tempfile.TemporaryDirectory(prefix="coaching-bench-") as folder:
        url = f"sqlite:///{folder}/bench.db" if engine_name == "sqlite" else _create_database()
        stage = Stage(engine_name, url, shape, Path(folder), effort)
        if is_filled:
            build(stage.engine, shape)
        yield stage
        stage.close()


def _create_database() -> str:
    url = server_url(DATABASE)
    with psycopg.connect(host=str(server_folder()), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    return url
