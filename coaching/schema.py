"""The revision of a database's schema: read it, upgrade it, downgrade it.

`serve`, `upgrade`, the health page and the tests all come here. The caller gives the engine, prepared as
`coaching.database` does it; the revisions themselves are in `coaching/migrations/versions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, func, select

from coaching.database import read_options, schema_revision
from coaching.errors import Conflict, Invalid

MIGRATIONS = Path(__file__).resolve().parent / "migrations"
TOO_NEW = "schema-too-new"
# Any number will do, as long as every process that changes the schema waits for the same one.
SCHEMA_LOCK = 0x636F616368


@cache
def head_revision() -> str | None:
    """The newest revision that this version of the software knows; none before the first was written."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def current_revision(engine: Engine) -> str | None:
    """The revision that the database is at; none when it is empty."""
    with engine.connect().execution_options(**read_options(engine)) as connection:
        return schema_revision(connection)


def is_current(connection: Connection) -> bool:
    """Whether the database is at the revision that this version of the software needs."""
    return schema_revision(connection) == head_revision()


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Brings the schema up to a revision, with all that is in the tables. Any number of processes may call it at once.

    Raises Conflict where a newer version of the software has been at the database.
    """
    if revision == "head" and current_revision(engine) == head_revision():
        return
    with schema_lock(engine) as connection:
        refuse_newer(schema_revision(connection))
        try:
            command.upgrade(_config(connection), revision)
        except CommandError as error:
            raise Invalid.field("revision", f"There is no revision {revision[:40]!r} to upgrade to.") from error


def refuse_newer(revision: str | None) -> None:
    """Raises Conflict where a newer version of the software has been at the database: it would be misread."""
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise Conflict(
            f"The database is at revision {revision}, which this version does not know. "
            "Install the version that was here last, or a newer one.",
            code=TOO_NEW,
        )


def downgrade(engine: Engine, revision: str) -> None:
    """Takes the schema down to an earlier revision; `base` leaves no table."""
    with schema_lock(engine) as connection:
        command.downgrade(_config(connection), revision)


@contextmanager
def schema_lock(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that no other process's change of the schema can enter before it ends."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with _unenforced_foreign_keys(connection), connection.begin():
                yield connection
                _refuse_broken_foreign_keys(connection)
        else:
            with connection.begin():
                connection.execute(select(func.pg_advisory_xact_lock(SCHEMA_LOCK)))
                yield connection


@contextmanager
def _unenforced_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by making it anew, and dropping the old one would take the rows that point to it along.

    The switch works outside a transaction only, hence on the driver's own connection, which does not begin one.
    """
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101
    driver.execute("PRAGMA foreign_keys=OFF").close()
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON").close()


def _refuse_broken_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({row[0] for row in broken}))
        raise Conflict(f"The change of the schema was undone: it would leave rows that point nowhere, in {tables}.")


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
