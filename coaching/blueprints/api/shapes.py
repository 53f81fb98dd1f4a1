"""The lines that services read, as JSON and as OpenAPI: what is written and what is described are one and the same.

A named tuple or a dataclass has its fields and its properties, so that what a page shows of a line is in the API too.
Lines are told apart by the names of their classes. They are described when the document is made, because most processes
never make it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

import orjson

PLAIN: Mapping[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    Any: {},
}
COMPONENTS = "#/components/schemas/"
_KNOWN: dict[type, dict[str, Any]] = {}
_NAMED: dict[str, type] = {}


def to_json(value: Any) -> bytes:
    """Lines, rows and what is put together of them; moments as single objects have them, with their offset."""
    return orjson.dumps(value, default=_written, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS)


def shape_of(kind: Any) -> dict[str, Any]:
    """The JSON Schema of what `to_json` makes of a value of this type. Raises TypeError for what it cannot say.

    A line is only referred to, by its name; `named_shapes` has what is there under the name.
    """
    if kind in PLAIN:
        return dict(PLAIN[kind])
    if isinstance(kind, type):
        return _shape_of_class(kind)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return {"anyOf": [shape_of(one) for one in inner if one is not NoneType] + [{"type": "null"}]}
    if origin in (list, tuple):
        return {"type": "array", "items": shape_of(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": shape_of(inner[1])}
    raise TypeError(f"There is no JSON Schema for {kind!r} here.")


def named_shapes() -> dict[str, dict[str, Any]]:
    """Every line that was referred to, and the lines in those, by name."""
    shapes: dict[str, dict[str, Any]] = {}
    while waiting := _NAMED.keys() - shapes.keys():
        shapes |= {name: _shape_of_line(_NAMED[name]) for name in sorted(waiting)}
    return shapes


def _shape_of_class(kind: type) -> dict[str, Any]:
    if issubclass(kind, StrEnum):
        return {"type": "string", "enum": [member.value for member in kind]}
    if _NAMED.setdefault(kind.__name__, kind) is not kind:
        raise TypeError(f"Two classes whose lines go into JSON are called {kind.__name__}. Rename one of them.")
    return {"$ref": f"{COMPONENTS}{kind.__name__}"}


def _shape_of_line(kind: Any) -> dict[str, Any]:
    parts = get_type_hints(kind) if is_typeddict(kind) else _parts(kind)
    return {
        "type": "object",
        "required": sorted(kind.__required_keys__) if is_typeddict(kind) else list(parts),
        "properties": {name: shape_of(part) for name, part in parts.items()},
        "additionalProperties": False,
    }


def _written(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in _parts(type(value))}


def _fields(kind: Any) -> list[str]:
    if is_dataclass(kind):
        return [field.name for field in fields(kind)]
    if issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return list(kind._fields)
    raise TypeError(f"{kind!r} does not go into JSON.")


def _parts(kind: type) -> dict[str, Any]:
    """The types of a line's fields and properties, by name."""
    if kind not in _KNOWN:
        types = get_type_hints(kind)
        named = {name: types[name] for name in _fields(kind)}
        properties = {name: one.fget for name, one in vars(kind).items() if isinstance(one, property)}
        _KNOWN[kind] = named | {name: get_type_hints(read)["return"] for name, read in properties.items()}
    return _KNOWN[kind]
