"""Rows by hundreds of keys, as one parameter: as many parameters would take longer to read than the rows to find."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import ARRAY, ColumnElement, Connection, any_, bindparam, column, text
from sqlalchemy.orm import InstrumentedAttribute

ENGINES = ("sqlite", "postgresql")


def among(key: ColumnElement[Any] | InstrumentedAttribute[Any], name: str, engine: str) -> ColumnElement[bool]:
    """Whether a column is one of the keys that are bound under this name (`packed`), as each engine spells it."""
    if engine == "postgresql":
        return key == any_(bindparam(name, type_=ARRAY(key.type)))
    values = text(f"SELECT value FROM json_each(:{name})").columns(column("value", key.type))  # noqa: S608
    return key.in_(values)


def packed(connection: Connection, keys: Iterable[int | str]) -> Any:
    """Numbers, or public identifiers, as `among` takes them on this engine."""
    listed = list(keys)
    return listed if connection.dialect.name == "postgresql" else orjson.dumps(listed).decode()
