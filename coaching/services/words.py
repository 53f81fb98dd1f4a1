"""The words of an enumeration, written into a statement as they are.

A hot statement binds only what changes from call to call. Its fixed words stand in it as literals: nothing is converted
for them at each call, and PostgreSQL can match them to the condition of a partial index.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import ColumnElement, String, literal_column, type_coerce
from sqlalchemy.orm import InstrumentedAttribute


def is_one_of(column: InstrumentedAttribute[StrEnum], words: Iterable[StrEnum]) -> ColumnElement[bool]:
    """Whether the column holds one of these words. They are our own, and have nothing in them to be quoted."""
    return type_coerce(column, String).in_([literal_column(f"'{word.value}'", String) for word in words])


def is_word(column: InstrumentedAttribute[StrEnum], word: StrEnum) -> ColumnElement[bool]:
    """Whether the column holds this word."""
    return type_coerce(column, String) == literal_column(f"'{word.value}'", String)
