"""Days that a statement works out from its rows, which the two engines spell differently."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):  # noqa: N801  It is read as a function of the database is.
    """How many days lie between the second day and the first. Both are days, not moments.

    It is there for thresholds that stand in a row, and not among the statement's values.
    """

    type = Integer()
    inherit_cache = True


class latest_of(FunctionElement[date]):  # noqa: N801  As above.
    """The latest of several days of one row. None of them may be null: engines disagree about what comes of that."""

    type = Date()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _by_julian_days(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = _sides(element, compiler, options)
    return f"(julianday({later}) - julianday({earlier}))"


@compiles(days_between, "postgresql")
def _by_subtraction(element: days_between, compiler: SQLCompiler, **options: Any) -> str:
    later, earlier = _sides(element, compiler, options)
    return f"({later} - {earlier})"


@compiles(latest_of, "sqlite")
def _by_max(element: latest_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"max({', '.join(_sides(element, compiler, options))})"


@compiles(latest_of, "postgresql")
def _by_greatest(element: latest_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"greatest({', '.join(_sides(element, compiler, options))})"


def _sides(element: days_between | latest_of, compiler: SQLCompiler, options: dict[str, Any]) -> list[str]:
    sides: list[ColumnElement[Any]] = list(element.clauses)
    return [compiler.process(side, **options) for side in sides]
