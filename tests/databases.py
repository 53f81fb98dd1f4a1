"""The databases of one test worker: on each engine one that is emptied between tests, and new ones where asked for."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, make_url
from sqlalchemy.orm import Session

from coaching.database import open_engine
from coaching.models import Base
from coaching.schema import MIGRATIONS
from coaching.services.demo import build_demo
from tests.factories import NOW
from tests.postgres import server_folder, server_url

ENGINES = ("sqlite", "postgresql")


def make_engine(url: str) -> Engine:
    """An engine as the product makes it, on which a test's commit need not reach the disk."""
    engine = open_engine(url)
    hurry(engine)
    return engine


def hurry(engine: Engine) -> None:
    """Leaves out what guards against the world outside: no test cuts the power, or the line to PostgreSQL."""
    # The pool has no public way to be told so once it stands; a ping is a round trip before each transaction.
    engine.pool._pre_ping = False
    if engine.dialect.name == "sqlite":
        event.listen(
            engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF").close()
        )


@dataclass(frozen=True)
class Database:
    """A database with the models' tables."""

    url: str
    engine: Engine

    def clean(self) -> None:
        """Empties every table. DELETE, because for a test's few rows TRUNCATE takes ten times as long."""
        statements = [f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables)]
        with self.engine.begin() as connection:
            if self.engine.dialect.name == "sqlite":
                for statement in statements:
                    connection.exec_driver_sql(statement)
                return
            # A test that left a transaction open is to be told so, rather than to hang here.
            connection.exec_driver_sql("; ".join(["SET LOCAL lock_timeout = '5s'", *statements]))


class Databases:
    """All databases of a worker. SQLite's are files in `folder`, PostgreSQL's carry the worker's name. `shared` is a
    folder that all workers of a run have."""

    def __init__(self, folder: Path, shared: Path, worker: str) -> None:
        self._folder = folder
        self._shared = shared
        self._worker = worker
        self._numbers = count(1)
        self._standing: dict[str, Database] = {}
        self._demos: dict[str, Database] = {}

    def standing(self, engine_name: str) -> Database:
        """The worker's own database on this engine, made with its tables when it is first asked for."""
        if engine_name not in self._standing:
            self._standing[engine_name] = self._with_tables(engine_name)
        return self._standing[engine_name]

    def demo(self, engine_name: str) -> Engine:
        """An engine on the demo programme as it is at `NOW`, made once, because that takes seconds."""
        if engine_name not in self._demos:
            url = self._create(engine_name, like=self._shared_demo(engine_name))
            self._demos[engine_name] = Database(url, make_engine(url))
        return self._demos[engine_name].engine

    def _shared_demo(self, engine_name: str) -> str:
        """The URL of the demo that all workers of a run copy, built by the first of them that wants it."""
        note = self._shared / f"demo_{engine_name}"
        with (self._shared / "demo.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not note.exists():
                made = self._with_tables(engine_name)
                with Session(made.engine) as session:
                    build_demo(session, seed=2022, now=NOW)
                    session.commit()
                made.engine.dispose()
                note.write_text(made.url)
        return note.read_text()

    @contextmanager
    def copy_of_demo(self, engine_name: str) -> Iterator[str]:
        """The URL of a demo programme of one's own, to commit to. A copy takes a hundredth of what building takes."""
        # Without a connection the file is whole, and PostgreSQL copies only what nobody is connected to.
        self.demo(engine_name).dispose()
        url = self._create(engine_name, like=self._demos[engine_name].url)
        yield url
        self._drop(url)

    @contextmanager
    def empty(self, engine_name: str) -> Iterator[str]:
        """The URL of a new database without any table, which goes at the end."""
        url = self._create(engine_name)
        yield url
        self._drop(url)

    def close(self) -> None:
        for database in (*self._standing.values(), *self._demos.values()):
            database.engine.dispose()
            self._drop(database.url)

    def _with_tables(self, engine_name: str) -> Database:
        url = self._create(engine_name)
        engine = make_engine(url)
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            MigrationContext.configure(connection).stamp(ScriptDirectory(str(MIGRATIONS)), "head")
        return Database(url, engine)

    def _create(self, engine_name: str, *, like: str | None = None) -> str:
        name = f"{self._worker}_{next(self._numbers)}"
        template = like and make_url(like).database
        if engine_name == "sqlite":
            file = self._folder / f"{name}.db"
            if template:
                shutil.copyfile(template, file)
            return f"sqlite:///{file}"
        url = server_url(name)
        _administer(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return url

    def _drop(self, url: str) -> None:
        name = make_url(url).database
        assert name is not None
        if url.startswith("sqlite"):
            for ending in ("", "-wal", "-shm"):
                Path(name + ending).unlink(missing_ok=True)
        else:
            _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(statement: str) -> None:
    with psycopg.connect(host=str(server_folder()), user="postgres", dbname="postgres", autocommit=True) as connection:
        connection.execute(statement.encode())
