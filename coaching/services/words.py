"""The words of an enumeration, written into a statement as they are.

A hot statement binds only what changes from call to call. Its fixed words stand in it as literals: nothing is converted
for them at each call, and PostgreSQL can match them to the condition of a partial index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Dialect, String, literal_column, type_coerce
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import UserDefinedType


def is_one_of(column: InstrumentedAttribute[StrEnum], words: Iterable[StrEnum]) -> ColumnElement[bool]:
    """Whether the column holds one of these words. They are our own, and have nothing in them to be quoted."""
    return type_coerce(column, String).in_([literal_column(f"'{word.value}'", String) for word in words])


def is_word(column: InstrumentedAttribute[StrEnum], word: StrEnum) -> ColumnElement[bool]:
    """Whether the column holds this word."""
    return type_coerce(column, String) == literal_column(f"'{word.value}'", String)


class _Word(UserDefinedType[StrEnum]):
    """A column of words that is only read, each word by one look-up: SQLAlchemy's own way takes two calls a value."""

    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        self.words = words

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        return {word.value: word for word in self.words}.__getitem__


def read_word(column: ColumnElement[Any] | InstrumentedAttribute[Any], words: type[StrEnum]) -> ColumnElement[Any]:
    """A column of the select list that is never null, where hundreds of rows are read at once."""
    return type_coerce(column, _Word(words))
