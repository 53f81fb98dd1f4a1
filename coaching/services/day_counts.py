"""How many days lie between two days, where a threshold stands in a row and not in the statement's values."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):  # noqa: N801  It is read as a function of the database is.
    """The days from the second day to the first. Both are days, not moments."""

    type = Integer()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _by_julian_days(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = _sides(element, compiler, options)
    return f"(julianday({later}) - julianday({earlier}))"


@compiles(days_between, "postgresql")
def _by_subtraction(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = _sides(element, compiler, options)
    return f"({later} - {earlier})"


def _sides(element: days_between, compiler: SQLCompiler, options: dict[str, Any]) -> list[str]:
    sides: list[ColumnElement[Any]] = list(element.clauses)
    return [compiler.process(side, **options) for side in sides]
