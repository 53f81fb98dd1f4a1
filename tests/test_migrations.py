"""The schema's revisions: they agree with the models, go up and down with data, and bear a crowd."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, Enum, MetaData, Table, func, insert, inspect, select

from coaching.errors import Conflict
from coaching.models import Base
from coaching.schema import MIGRATIONS, current_revision, downgrade, head_revision, is_current, schema_lock, upgrade
from tests.databases import make_engine

ROOT = Path(__file__).resolve().parents[1]
# What a column holds where neither its type nor its default satisfies the table's checks.
VALUES = {
    ("coaching_session", "duration_minutes"): 60,
    ("series", "duration_minutes"): 60,
    ("poll", "duration_minutes"): 60,
    ("calendar_invite", "series_id"): None,
    ("inbox_item", "path"): "",
    ("goal", "ended_on"): None,
    ("skill_scale", "points"): 5,
}
BY_TYPE: dict[type, Any] = {str: "x", int: 1, bool: True, bytes: b"x", date: date(2026, 6, 1), object: {}, float: 1.0}
# Forked from one program, so that they really start together.
CROWD = """
import os, sys
from coaching.schema import upgrade
from tests.databases import make_engine

children = []
for _ in range(4):
    child = os.fork()
    if not child:
        upgrade(make_engine(sys.argv[1]))
        os._exit(0)
    children.append(child)
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
"""


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    """An engine on a database without any table."""
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def revisions() -> list[str]:
    """Every revision, oldest first."""
    walked = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    return [script.revision for script in walked][::-1]


def reflect(bind: Engine | Connection) -> list[Table]:
    """The tables that the database has, parents first."""
    metadata = MetaData()
    metadata.reflect(bind)
    return [table for table in metadata.sorted_tables if table.name != "alembic_version"]


def value_for(column: Column[Any]) -> Any:
    """A value that the column takes: a reference leads to row 1, a choice is its first word."""
    table = column.table.name
    if (table, column.name) in VALUES:
        return VALUES[table, column.name]
    model = Base.metadata.tables.get(table)
    modelled = model.columns.get(column.name) if model is not None else None
    if modelled is not None and isinstance(modelled.type, Enum):
        return modelled.type.enums[0]
    if modelled is not None and modelled.default is not None and modelled.default.is_scalar and not column.foreign_keys:
        return getattr(modelled.default.arg, "value", modelled.default.arg) or value_by_type(column)
    return value_by_type(column)


def value_by_type(column: Column[Any]) -> Any:
    kind = column.type.python_type
    if kind is datetime:
        return datetime(2026, 6, 1, 9, tzinfo=UTC)
    return BY_TYPE[kind]


def fill(engine: Engine) -> dict[str, int]:
    """Puts a row into every table that has none, and says how many rows each has."""
    counts = {}
    with engine.begin() as connection:
        for table in reflect(connection):
            rows = connection.scalar(select(func.count()).select_from(table))
            if not rows:
                connection.execute(insert(table).values({column.name: value_for(column) for column in table.columns}))
            counts[table.name] = rows or 1
    return counts


def shape(engine: Engine) -> dict[str, dict[str, str]]:
    """All that the database knows of its tables, with checks and partial indexes, which Alembic does not compare."""
    inspector = inspect(engine)
    parts = {
        "columns": inspector.get_columns,
        "primary key": inspector.get_pk_constraint,
        "foreign keys": inspector.get_foreign_keys,
        "unique": inspector.get_unique_constraints,
        "indexes": inspector.get_indexes,
        "checks": inspector.get_check_constraints,
    }
    names = [name for name in inspector.get_table_names() if name != "alembic_version"]
    return {name: {part: written(read(name)) for part, read in parts.items()} for name in names}


def written(found: Any) -> str:
    """What was reflected as text, whatever order it came in."""
    if isinstance(found, dict):
        return str({key: written(value) for key, value in found.items()})
    return str(sorted(map(written, found)) if isinstance(found, list) else found)


def test_revisions_are_numbered_in_their_order() -> None:
    assert revisions() == [f"{number:04}" for number in range(1, len(revisions()) + 1)]


def test_models_and_revisions_agree(empty_engine: Engine, engine: Engine) -> None:
    upgrade(empty_engine)
    with empty_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert shape(empty_engine) == shape(engine), "Write a revision: make revision m='what changes'."


def test_every_revision_goes_up_and_down_with_data(empty_engine: Engine) -> None:
    expected: dict[str, int] = {}
    for revision in revisions():
        upgrade(empty_engine, revision)
        counts = fill(empty_engine)
        assert {name: counts[name] for name in expected if name in counts} == expected
        expected = counts
    for revision in [*revisions()[-2::-1], "base"]:
        downgrade(empty_engine, revision)
        fill(empty_engine)
    assert reflect(empty_engine) == []
    assert current_revision(empty_engine) is None
    upgrade(empty_engine)
    assert len(fill(empty_engine)) == len(Base.metadata.tables)


def test_current_says_whether_the_schema_is_the_newest(empty_engine: Engine) -> None:
    with empty_engine.connect() as connection:
        assert not is_current(connection)
    upgrade(empty_engine)
    with empty_engine.connect() as connection:
        assert is_current(connection)
    assert current_revision(empty_engine) == head_revision() == revisions()[-1]


def test_many_processes_upgrade_at_once(empty_engine: Engine) -> None:
    url = empty_engine.url.render_as_string(hide_password=False)
    done = subprocess.run([sys.executable, "-c", CROWD, url], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert current_revision(empty_engine) == head_revision()


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_table_made_anew_keeps_the_rows_that_point_to_it(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    before = fill(empty_engine)
    with schema_lock(empty_engine) as connection:
        operations = Operations(MigrationContext.configure(connection))
        for table in ("goal", "attendance", "person"):
            with operations.batch_alter_table(table, recreate="always"):
                pass
        rows = {table.name: connection.scalar(select(func.count()).select_from(table)) for table in reflect(connection)}
    assert rows == before


def test_an_upgrade_of_a_current_schema_waits_for_nobody(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    with schema_lock(empty_engine):
        upgrade(empty_engine)


def test_a_failed_change_of_the_schema_leaves_nothing(empty_engine: Engine) -> None:
    with suppress(ZeroDivisionError), schema_lock(empty_engine) as connection:
        Base.metadata.create_all(connection)
        raise ZeroDivisionError
    assert reflect(empty_engine) == []


def test_a_newer_database_is_left_alone(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    with empty_engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Conflict, match="9999"):
        upgrade(empty_engine)
    assert current_revision(empty_engine) == "9999"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_sqlite_refuses_a_change_that_breaks_references(empty_engine: Engine) -> None:
    upgrade(empty_engine)
    with pytest.raises(Conflict, match="auth_session"), schema_lock(empty_engine) as connection:
        connection.exec_driver_sql(
            "INSERT INTO auth_session (secret_hash, person_id, started_at, expires_at, via) VALUES ('x', 7, 0, 0, 'x')"
        )
    with empty_engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM auth_session").scalar() == 0
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
