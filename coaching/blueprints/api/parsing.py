"""How the API reads a request: strictly, and with a refusal that names the field, whatever was sent.

webargs, which flask-smorest reads with, is made stricter here: bodies go through orjson (no NaN, no depth without
end), a body in another format is refused instead of ignored, and a field or an argument may be given once.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NoReturn

import orjson
from flask import Request, request
from flask_smorest.fields import Upload
from marshmallow import Schema, ValidationError, fields
from webargs.core import missing
from webargs.flaskparser import FlaskParser
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from coaching.errors import Invalid
from coaching.schemas.base import LONGEST_KEY, invalid_from

LARGEST_JSON = 1024 * 1024
BODY = "body"
MULTIPART = "multipart/form-data"
UTF_8 = frozenset({"utf-8", "utf8", "us-ascii"})
ONCE = "Give this once."


class FilePart(Upload):
    """A file of a multipart body."""

    default_error_messages = {  # noqa: RUF012
        "required": "Choose a file.",
        "null": "Choose a file.",
        "invalid": "Send this as a file, with a file name.",
    }

    def _deserialize(self, value: Any, _attr: str | None, _data: Any, **_context: Any) -> FileStorage:
        if not isinstance(value, FileStorage):
            raise self.make_error("invalid")
        return value


def read_body() -> bytes:
    """The body of a request that is no upload. Raises Invalid (`too-large`) past the cap for JSON."""
    # One byte more than may come: of a body in chunks, whose length nobody knows before, just so much is read.
    request.max_content_length = LARGEST_JSON + 1
    try:
        body = request.get_data(cache=True)
    except RequestEntityTooLarge as error:
        raise _too_large() from error
    if len(body) > LARGEST_JSON:
        raise _too_large()
    return body


def _too_large() -> Invalid:
    text = f"What was sent is too large. Send at most {LARGEST_JSON // 1024**2} MB of JSON."
    return Invalid(text, {BODY: [text]}, code="too-large")


def read_json(body: bytes) -> Any:
    """The value that the body writes. Raises Invalid (`malformed`) where it is no JSON, or names a field twice.

    Readers differ on which of two values counts, so that one who checks and one who acts would see two requests.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        text = f"The body is not JSON in UTF-8. Mend it at line {error.lineno}, column {error.colno}."
        if body.startswith(BOM_UTF8):
            text = "The body begins with a byte order mark. Send the JSON without it."
        raise Invalid(text, {BODY: [text]}, code="malformed") from error
    doubled = _doubled(body)
    if doubled:
        text = "The body names a field twice. Send each field once."
        raise Invalid(text, {name[:LONGEST_KEY]: [ONCE] for name in doubled}, code="malformed")
    return value


class _Fields(dict[str, Any]):
    """An object of the body, with the names that came in it more than once."""

    doubled: tuple[str, ...] = ()


def _doubled(body: bytes) -> list[str]:
    """The paths of the fields that a body of sound JSON names more than once; orjson keeps the last and is silent."""
    is_any = False

    def collect(pairs: list[tuple[str, Any]]) -> _Fields:
        nonlocal is_any
        found = _Fields(pairs)
        if len(found) < len(pairs):
            is_any = True
            found.doubled = tuple(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        return found

    try:
        value = json.loads(body, object_pairs_hook=collect)
    except RecursionError as error:
        text = "The body is nested too deeply."
        raise Invalid(text, {BODY: [text]}, code="malformed") from error
    return list(_paths(value, "")) if is_any else []


def _paths(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, _Fields):
        yield from (f"{path}{name}" for name in value.doubled)
        for name, inner in value.items():
            yield from _paths(inner, f"{path}{name}.")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _paths(inner, f"{path}{number}.")


class StrictParser(FlaskParser):
    """webargs' reader, where each schema says itself what it does with the unknown: it refuses it."""

    DEFAULT_UNKNOWN_BY_LOCATION = {}  # noqa: RUF012  webargs declares it so.
    __location_map__ = {**FlaskParser.__location_map__, "multipart": "load_multipart"}  # noqa: RUF012

    def _get_schema(self, argmap: Any, req: Request) -> Schema:
        # To make a schema takes longer than to use it, and it keeps nothing of a request.
        return _one_of(argmap) if isinstance(argmap, type) else super()._get_schema(argmap, req)

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        return _single(req.args.lists(), schema)

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002
        """The JSON of the body; nothing sent is an object without fields."""
        body = read_body()
        if not body:
            return missing
        if not req.is_json:
            raise Invalid(
                "Send this as JSON, with the content type application/json.",
                {"Content-Type": ["Send application/json."]},
                code="wrong-type",
            )
        charset = req.mimetype_params.get("charset", "utf-8")
        if charset.lower() not in UTF_8:
            text = "Send JSON in UTF-8: it has no other encoding."
            raise Invalid(text, {"Content-Type": [text]}, code="wrong-type")
        return read_json(body)

    def load_multipart(self, req: Request, schema: Schema) -> Any:
        """Fields and files of a multipart body in one mapping."""
        if req.mimetype != MULTIPART:
            raise Invalid(
                f"Send this as {MULTIPART}, with the file in the field file.",
                {"Content-Type": [f"Send {MULTIPART}."]},
                code="wrong-type",
            )
        return _single([*req.form.lists(), *req.files.lists()], schema)

    def _on_validation_error(self, error: ValidationError, *_request: Any, **_options: Any) -> NoReturn:
        # webargs would put the location before each name; a name alone is what the sender wrote.
        raise invalid_from(error.messages) from error


@cache
def _one_of(kind: type[Schema]) -> Schema:
    return kind()


def _single(values: Iterable[tuple[str, list[Any]]], schema: Schema) -> dict[str, Any]:
    """Each name with its one value; a name that came twice is refused, save where the field is a list."""
    found: dict[str, list[Any]] = {}
    for name, several in values:
        found.setdefault(name, []).extend(several)
    listed = {name for name, field in schema.load_fields.items() if isinstance(field, fields.List)}
    doubled = {name: [ONCE] for name, several in found.items() if len(several) > 1 and name not in listed}
    if doubled:
        raise ValidationError(doubled)
    return {name: several if name in listed else several[0] for name, several in found.items()}
