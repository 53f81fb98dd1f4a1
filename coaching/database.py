"""How connections behave on each engine: SQLite's settings, and who begins a transaction how.

SQLite gets full durability, a write-ahead log, foreign keys, and `BEGIN IMMEDIATE` for whatever may write, so that a
writer waits at its start instead of failing in its middle. Readers (`READS`) take a deferred snapshot on SQLite and
autocommit on PostgreSQL, where a transaction around a few small reads costs more than the reads.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, event, inspect, text

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=20000",
)


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


def prepare_engine(engine: Engine) -> None:
    """Attaches what SQLite needs to each new connection and each begin; PostgreSQL needs nothing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def switch_on(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling is off: `begin` below begins instead.
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute(pragma).close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        only_reads = connection.get_execution_options().get("only_reads", False)
        # Straight to the driver: through SQLAlchemy this takes longer than the small reads that follow.
        connection.connection.cursor().execute("BEGIN" if only_reads else "BEGIN IMMEDIATE").close()
