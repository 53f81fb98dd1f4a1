"""Inserts and updates that SQLAlchemy spells differently on the two engines, or spells too slowly for many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

import orjson
from sqlalchemy import JSON, Connection, Date, Dialect, FromClause, Insert, Select, Table, select
from sqlalchemy.orm import Session

from coaching.models.base import UTCDateTime
from coaching.services.numbers import among, packed


def insert_missing(session: Session, table: FromClause) -> Insert:
    """An INSERT that leaves out each row which a unique key has already, whoever of two writers came first."""
    statement: Insert = _own_insert(session, table).on_conflict_do_nothing()
    return statement


def insert_or_update(session: Session, table: Table, *, key: Sequence[str], changes: Sequence[str]) -> Insert:
    """An INSERT that writes `changes` into the row which the unique `key` has already: the newest word counts."""
    statement = _own_insert(session, table)
    values = {name: statement.excluded[name] for name in changes}
    upsert: Insert = statement.on_conflict_do_update(index_elements=list(key), set_=values)
    return upsert


def _own_insert(session: Session, table: FromClause) -> Any:
    """The engine's own INSERT, by name: the other engine's, which nobody needs, would take a thirtieth of a start."""
    return import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}").insert(table)


def insert_rows(
    connection: Connection,
    table: Table,
    shared: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    *,
    only_missing: bool = False,
) -> None:
    """Many rows by the quickest way that each driver has, which is several times as fast as a dictionary a row.

    `shared` is what every row has; `columns` name the values of each of `rows`. Nothing is filled in: a column that
    is not named must be one that the database fills. `only_missing` leaves out rows that a unique key has already.
    """
    if not rows:
        return
    ending = " ON CONFLICT DO NOTHING" if only_missing else ""
    fixed = tuple(_made(table, name, connection.dialect, value) for name, value in shared.items())
    names = (*shared, *columns)
    if connection.dialect.name == "sqlite":
        makers = [_maker(table, name, connection.dialect) for name in columns]
        filled = [fixed + row for row in _all_made(makers, rows)]
        connection.exec_driver_sql(_insert_values(table, names, connection.dialect) + ending, filled)
    else:
        records = _records(columns, rows)
        text = _insert_records(table, tuple(shared), tuple(columns), connection.dialect) + ending
        connection.exec_driver_sql(text, (*fixed, records))


def insert_identified(
    connection: Connection,
    table: Table,
    shared: Mapping[str, Any],
    columns: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
) -> dict[str, int]:
    """Rows that begin with their public identifiers, as `insert_rows` has them; and the number of each by it."""
    engine = connection.dialect.name
    if engine == "sqlite":
        # Its driver tells nothing of rows that it writes many of.
        insert_rows(connection, table, shared, columns, rows)
        keys = packed(connection, [row[0] for row in rows])
        return dict(connection.execute(_numbers_of(table), {"keys": keys}).all())
    text = _insert_records(table, tuple(shared), tuple(columns), connection.dialect) + " RETURNING public_id, id"
    fixed = tuple(_made(table, name, connection.dialect, value) for name, value in shared.items())
    return dict(connection.exec_driver_sql(text, (*fixed, _records(columns, rows))).all())


@lru_cache(maxsize=8)
def _numbers_of(table: Table) -> Select[Any]:
    return select(table.c.public_id, table.c.id).where(among(table.c.public_id, "keys", "sqlite"))


def update_rows(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Writes `columns` of many rows, each its own values: a row is its number and then the values."""
    if not rows:
        return
    names = ("id", *columns)
    if connection.dialect.name == "sqlite":
        makers = [_maker(table, name, connection.dialect) for name in names]
        filled = [(*row[1:], row[0]) for row in _all_made(makers, rows)]
        connection.exec_driver_sql(_update_values(table, tuple(columns), connection.dialect), filled)
    else:
        records = _records(names, rows)
        connection.exec_driver_sql(_update_records(table, tuple(columns), connection.dialect), (records,))


def _records(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> str:
    """The rows as JSON, one by one: hundreds of dictionaries at once would set off the collector of garbage."""
    return "[" + b",".join([orjson.dumps(dict(zip(names, row, strict=True))) for row in rows]).decode() + "]"


@lru_cache(maxsize=64)
def _update_values(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    changes = ", ".join(f"{quote(name)} = ?" for name in columns)
    return f"UPDATE {quote(table.name)} SET {changes} WHERE id = ?"  # noqa: S608


@lru_cache(maxsize=64)
def _update_records(table: Table, columns: tuple[str, ...], dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    changes = ", ".join(f"{quote(name)} = record.{quote(name)}" for name in columns)
    record = ", ".join(f"{quote(name)} {table.c[name].type.compile(dialect)}" for name in ("id", *columns))
    source = f"json_to_recordset(CAST(%s AS JSON)) AS record({record})"
    return f"UPDATE {quote(table.name)} SET {changes} FROM {source} WHERE {quote(table.name)}.id = record.id"  # noqa: S608


@lru_cache(maxsize=64)
def _insert_values(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    """For SQLite, whose driver prepares the statement once and binds row after row in C."""
    marks = ", ".join("?" * len(names))
    return f"{_insert_into(table, names, dialect)} VALUES ({marks})"


@lru_cache(maxsize=64)
def _insert_records(table: Table, shared: tuple[str, ...], columns: tuple[str, ...], dialect: Dialect) -> str:
    """For PostgreSQL, which takes all rows in one parameter and one statement instead of a message a row."""
    kinds = {name: table.c[name].type.compile(dialect) for name in (*shared, *columns)}
    quote = dialect.identifier_preparer.quote
    values = [f"CAST(%s AS {kinds[name]})" for name in shared] + [f"record.{quote(name)}" for name in columns]
    record = ", ".join(f"{quote(name)} {kinds[name]}" for name in columns)
    source = f"json_to_recordset(CAST(%s AS JSON)) AS record({record})"
    return f"{_insert_into(table, (*shared, *columns), dialect)} SELECT {', '.join(values)} FROM {source}"  # noqa: S608


def _insert_into(table: Table, names: tuple[str, ...], dialect: Dialect) -> str:
    quote = dialect.identifier_preparer.quote
    return f"INSERT INTO {quote(table.name)} ({', '.join(quote(name) for name in names)})"


@lru_cache(maxsize=256)
def _maker(table: Table, name: str, dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns a value of this column into what the driver takes; None where it is that already."""
    kind = table.c[name].type
    if isinstance(kind, JSON):
        return lambda value: orjson.dumps(value).decode()
    make = kind.dialect_impl(dialect).bind_processor(dialect)
    # Rows that are written together share few moments and days.
    return lru_cache(maxsize=1024)(make) if make and isinstance(kind, UTCDateTime | Date) else make


def _made(table: Table, name: str, dialect: Dialect, value: Any) -> Any:
    make = _maker(table, name, dialect)
    return make(value) if make else value


def _all_made(
    makers: Sequence[Callable[[Any], Any] | None], rows: Sequence[tuple[Any, ...]]
) -> Iterable[tuple[Any, ...]]:
    """The rows with every value as the driver takes it: column by column, because most have nothing to do."""
    columns = zip(*rows, strict=True)
    made = (map(make, column) if make else column for make, column in zip(makers, columns, strict=True))
    return zip(*made, strict=True)
