"""The OpenAPI document: problems, security, headers and the statuses that every operation can answer with."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from threading import Lock
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import fields

from coaching.blueprints.addresses import PublicIdConverter
from coaching.blueprints.api.shapes import COMPONENTS, named_shapes, to_json
from coaching.schemas.coaching_session import WallClock

PREFIX = "/api/v1"
PROBLEM_TYPE = "application/problem+json"
ABOUT = """Cohort coaching that keeps the evidence of practice.

Send an API token as `Authorization: Bearer TOKEN`. It may do what its person may do, within its scopes: `read` for
GET, `write` for everything else, and `private_notes` beside these for one's coach-private notes. What is not yours answers like what is not there: 404.

* **Refusals** are problem details (RFC 9457). `code` is for programs, `detail` says what to do, and `errors` names
  each field.
* **Lists** hold `items` and `next`, the address of the next page or null; so does the header `Link`. The argument
  `limit` takes 1 to 100, and 50 where it is left out.
* **Edits** need the `ETag` of what you read, as `If-Match`: 428 without it, 412 where somebody came first. A GET with
  `If-None-Match` answers 304 where nothing changed.
* **`Idempotency-Key`** on a POST makes it safe to send again: within 24 hours the same key with the same request gets
  the same answer, with `Idempotency-Replayed: true`, and acts once. Refusals are not kept.
"""
PROBLEM = {
    "type": "object",
    "description": "What went wrong, and what to do about it (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What to do, for people."},
        "code": {"type": "string", "description": "A stable word for programs."},
        "errors": {
            "type": "object",
            "description": "Each field that cannot be used, with what to do; `owners.0` is the first of the owners.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "reference": {"type": "string", "description": "What to tell the administrator of a fault."},
    },
}
MEANINGS = {
    400: "The body is not JSON.",
    401: "The API token is missing, over, revoked or unknown.",
    403: "The token or the person may look at this, but not do this.",
    404: "It is not there, or not yours to see.",
    409: "The state of things does not admit this, or somebody changed it meanwhile.",
    412: "`If-Match` names an older version. Load it again.",
    413: "The body is too large.",
    415: "The body has another content type than this operation takes.",
    422: "A field, an argument or a header cannot be used; `errors` names it.",
    428: "Send the ETag of what you read as `If-Match`.",
    429: "Too many attempts. Wait for as long as `Retry-After` says.",
    500: "A fault on our side. Nothing was changed.",
    503: "The database is busy. Nothing was changed.",
}
IDEMPOTENCY_KEY = {
    "description": "Makes the request safe to send again: 1 to 128 printable ASCII characters of your choice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[ -~]+$"},
}
REPLAYED = {
    "description": "`true` where this is the answer that an earlier request with this key got.",
    "schema": {"type": "string", "enum": ["true"]},
}
LINK = {"description": 'The next page, as `<address>; rel="next"`.', "schema": {"type": "string"}}
LOCATION = {"description": "The address of what was made.", "schema": {"type": "string"}}


class ProblemApi(Api):
    """flask-smorest's Api without what other modules do: errors become HTTP in `problems.py`."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leaves the handlers to `problems.py`."""

    def _register_responses(self) -> None:
        """A documented problem for each status, under the name by which flask-smorest refers to it."""
        self.spec.components.schema("Problem", PROBLEM)
        for code, meaning in MEANINGS.items():
            content = {PROBLEM_TYPE: {"schema": {"$ref": f"{COMPONENTS}Problem"}, "example": _example(code)}}
            response = {"description": meaning, "content": content}
            self.spec.components.response(HTTPStatus(code).name, response, lazy=True)
        self.spec.components.response(HTTPStatus(304).name, {"description": "Nothing changed."}, lazy=True)


def make_api(app: Flask) -> ProblemApi:
    """The Api of one app, with all that operations refer to."""
    plugin = MarshmallowPlugin(schema_name_resolver=_schema_name)
    api = ProblemApi(
        app,
        spec_kwargs={
            "title": "Coaching",
            "version": "v1",
            "openapi_version": "3.1.0",
            "marshmallow_plugin": plugin,
            "info": {"description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}},
            "security": [{"token": []}],
        },
    )
    api.register_converter(PublicIdConverter, _public_id_schema)
    api.ma_plugin.converter.add_attribute_function(_own_fields)
    components = api.spec.components
    components.security_scheme("token", {"type": "http", "scheme": "bearer", "description": "An API token."})
    components.parameter("IDEMPOTENCY_KEY", "header", IDEMPOTENCY_KEY | {"name": "Idempotency-Key"}, lazy=True)
    components.header("REPLAYED", REPLAYED, lazy=True)
    components.header("LINK", LINK, lazy=True)
    components.header("LOCATION", LOCATION, lazy=True)
    return api


def adopt(api: ProblemApi, app: Flask, blueprint: Blueprint) -> None:
    """Tells flask-smorest whose a blueprint is: what its decorators do in a request depends on it."""
    app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = api


class Document:
    """The OpenAPI document of an app: made when it is first asked for, because most processes never are."""

    def __init__(self, api: ProblemApi, app: Flask, blueprints: Sequence[Blueprint]) -> None:
        self._api, self._app, self._blueprints = api, app, blueprints
        self._lock = Lock()
        self._body: bytes | None = None

    def body(self) -> bytes:
        with self._lock:
            if self._body is None:
                self._body = self._write()
            return self._body

    def _write(self) -> bytes:
        spec = self._api.spec
        for blueprint in self._blueprints:
            blueprint.register_views_in_doc(self._api, self._app, spec, name=blueprint.name, parameters=None)
            spec.tag({"name": blueprint.tag, "description": blueprint.description})
        for name, shape in named_shapes().items():
            spec.components.schema(name, shape)
        return to_json(spec.to_dict())


def _example(status: int) -> dict[str, Any]:
    title = HTTPStatus(status).phrase
    code = title.lower().replace(" ", "-")
    return {
        "type": f"urn:coaching:problem:{code}",
        "title": title,
        "status": status,
        "detail": "What to do about it.",
        "code": code,
    }


def _public_id_schema(converter: PublicIdConverter) -> dict[str, Any]:
    return {"type": "string", "pattern": f"^{converter.regex}$"}


def _own_fields(_converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """What the document says of fields that JSON Schema has no word for."""
    if isinstance(field, WallClock):
        return {"format": "date-time-local", "examples": ["2026-03-09T09:00"]}
    return {}


def _schema_name(schema: Any) -> str:
    """The schema's name in the document; one that is loaded in part, for an edit, has a name of its own."""
    cls: Any = resolve_schema_cls(schema)
    name = cls.__name__.removesuffix("Schema")
    is_part = not isinstance(schema, type) and getattr(schema, "partial", False)
    return f"{name}Part" if is_part else name
