"""How connections behave on each engine: SQLite's settings, and who begins a transaction how.

SQLite gets full durability, a write-ahead log, foreign keys, and `BEGIN IMMEDIATE` for whatever may write, so that a
writer waits at its start instead of failing in its middle. Readers (`READS`) take a deferred snapshot on SQLite and
autocommit on PostgreSQL, where a transaction around a few small reads costs more than the reads.
"""

from __future__ import annotations

import sqlite3
from enum import Enum
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError

BUSY_SECONDS = 20
ASK_AGAIN_AFTER = 0.001
BUSY_TIMEOUT = f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}"
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    # Batches change the same pages again and again: from a log of 16 MB instead of 4 they are copied back less often.
    "PRAGMA wal_autocheckpoint=4000",
    BUSY_TIMEOUT,
)


# What the engines call them, as far as it is worth telling apart: SQLite by a name, PostgreSQL by five characters.
_FULL = ("SQLITE_FULL", "53100")
_LOCKED = ("SQLITE_BUSY", "SQLITE_LOCKED", "40P01", "55P03")
_AWAY = ("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY", "57P", "08")


class Trouble(Enum):
    """What a database can be kept from working by that is no fault of ours, and passes."""

    FULL = "full"
    LOCKED = "locked"
    AWAY = "away"


def trouble_of(error: BaseException) -> Trouble | None:
    """What it is that keeps the database from working; None for any other error."""
    if not isinstance(error, DBAPIError):
        return None
    name = str(getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or "")
    for trouble, names in ((Trouble.FULL, _FULL), (Trouble.LOCKED, _LOCKED), (Trouble.AWAY, _AWAY)):
        if name.startswith(names):
            return trouble
    # PostgreSQL's driver has no name for a server that cannot be reached.
    is_unnamed = not name and error.orig is not None and isinstance(error, OperationalError)
    return Trouble.AWAY if error.connection_invalidated or is_unnamed else None


def read_options(engine: Engine) -> dict[str, Any]:
    """The execution options of a connection that only reads, for `Session.connection` or `Engine.connect`."""
    return {"only_reads": True} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}


def schema_revision(connection: Connection) -> str | None:
    """The revision of the schema that the database is at; None where it has none.

    Asked here and not of Alembic, whose import would cost a web worker a quarter of its start.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` needs for this database URL."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 20}}
    return {
        "pool_size": 5,
        "max_overflow": 10,
        "pool_pre_ping": True,
        "connect_args": {"options": "-c timezone=utc", "prepare_threshold": 3},
    }


def open_engine(url: str) -> Engine:
    """An engine of our own on this database, with what it needs attached; the app's is made by its extension."""
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    return engine


def prepare_engine(engine: Engine) -> None:
    """Attaches what SQLite needs to each new connection and each begin; PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def switch_on(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling is off: `begin` below begins instead.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            _insist(connection, pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        only_reads = connection.get_execution_options().get("only_reads", False)
        # Straight to the driver: through SQLAlchemy this takes longer than the small reads that follow.
        driver: Any = connection.connection.driver_connection
        if only_reads:
            driver.execute("BEGIN").close()
            return
        driver.execute("PRAGMA busy_timeout=0").close()
        try:
            _insist(driver, "BEGIN IMMEDIATE")
        finally:
            driver.execute(BUSY_TIMEOUT).close()


def _insist(driver: sqlite3.Connection, statement: str) -> None:
    """Executes a statement that others' locks may refuse, again and again, every millisecond.

    SQLite's own waiting asks ever more rarely, at last ten times a second, and can find the door shut each time while
    others go in and out; and it does not wait at all when a new file is to become a write-ahead log.
    """
    patience = monotonic() + BUSY_SECONDS
    while True:
        try:
            driver.execute(statement).close()
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or monotonic() > patience:
                # As SQLAlchemy says it, so that whoever handles a busy database handles this too.
                raise OperationalError(statement, None, error) from error
        sleep(ASK_AGAIN_AFTER)
