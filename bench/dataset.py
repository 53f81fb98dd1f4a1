"""A large database of a lifelike shape, written straight through the driver: executemany on SQLite, COPY on PostgreSQL.

A cohort has 15 participants and a coach, ten weekly sessions with everyone's attendance, five check-ins and three goals
a participant, and five courses of three owners with three runs, each with five figures over time.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Dialect, Engine, Table

from bench.dataset_rows import TABLES, Rows
from bench.defaults import product_defaults
from bench.shape import Shape
from coaching.models import Base


def build(engine: Engine, shape: Shape) -> None:
    """Makes the tables and fills them, then lets the database learn their statistics."""
    Base.metadata.create_all(engine)
    writer = _write_sqlite if engine.dialect.name == "sqlite" else _write_postgresql
    connection = engine.raw_connection()
    try:
        for name, (columns, rows) in TABLES.items():
            table, named = Base.metadata.tables[name], columns.split()
            rest = _defaults(table, named, engine.dialect)
            filled = (row + tuple(rest.values()) for row in rows(shape))
            writer(connection.driver_connection, table, [*named, *rest], filled)
        connection.commit()
    finally:
        connection.close()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
        plain.exec_driver_sql("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE")


def _defaults(table: Table, named: list[str], dialect: Dialect) -> dict[str, Any]:
    """What the rows do not name and the product would fill in, as the driver takes it."""
    found = {}
    for name, value in product_defaults(table, named).items():
        process = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        found[name] = process(value) if process else value
    return found


def _write_sqlite(driver: Any, table: Table, columns: list[str], rows: Rows) -> None:
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table.name} ({_quoted(columns)}) VALUES ({marks})"
    driver.execute("BEGIN IMMEDIATE")
    driver.executemany(statement, (tuple(map(_for_sqlite, row)) for row in rows))
    driver.execute("COMMIT")


def _quoted(columns: list[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _for_sqlite(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"
    return value.isoformat() if isinstance(value, date) else value


def _write_postgresql(driver: Any, table: Table, columns: list[str], rows: Rows) -> None:
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY {table.name} ({_quoted(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        if "id" in columns and table.c.id.type.python_type is int:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT max(id) FROM {table.name}))"
            )
