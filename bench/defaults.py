"""What the product fills in where a row of the bench does not say: a new column with a default needs nothing here."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, Table


def product_defaults(table: Table, named: Collection[str]) -> dict[str, Any]:
    """The model's defaults of the columns that may not be null and that nobody named."""
    missing = [column for column in table.c if column.name not in named and not column.nullable]
    return {column.name: _default_of(column) for column in missing if not column.primary_key}


def _default_of(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        raise LookupError(f"The bench has to say what {column} is: the product has no default for it.")
    return default.arg(None) if default.is_callable else default.arg
