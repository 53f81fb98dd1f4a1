"""The shape of a list as the API has it."""

from __future__ import annotations

from functools import cache
from typing import Any

from marshmallow import Schema, fields

from coaching.schemas.base import BaseSchema


@cache
def list_of(schema: type[BaseSchema]) -> type[Schema]:
    """A list that is whole: `items`, and null for the address of a next page. The same class each time, because the
    description of the API knows a shape by its name."""
    shown: dict[str, Any] = {
        "items": fields.List(fields.Nested(schema), dump_only=True),
        "next": fields.String(dump_only=True, dump_default=None, allow_none=True),
    }
    return BaseSchema.from_dict(shown, name=f"{schema.__name__.removesuffix('Schema')}List")
