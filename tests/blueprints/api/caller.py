"""What the tests of the API call it with: a client that sends somebody's token, and knows what an answer must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from json import dumps
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.clock import utc_now
from coaching.models import Person
from coaching.services.api_tokens import create_api_token
from coaching.tokens import new_secret

PREFIX = "/api/v1"
SEEN = "seen"


def make_token(session: Session, person: Person, *scopes: str) -> str:
    """A new token of the person's, which may do everything unless scopes are named."""
    _, shown = create_api_token(
        session,
        person,
        label="tests",
        scopes=frozenset(scopes or ("read", "write")),
        days=30,
        secret=new_secret(),
        now=utc_now(),
    )
    return shown


@dataclass
class Caller:
    """A program with a token. Paths are those after /api/v1."""

    client: FlaskClient
    token: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, **({"json": json} if json is not None else {}) | options)

    def put(self, path: str, json: Any = None, *, etag: str | None = None, **options: Any) -> TestResponse:
        return self.call("PUT", path, json=json, **self._if_match(path, etag, options))

    def patch(self, path: str, json: Any = None, *, etag: str | None = None, **options: Any) -> TestResponse:
        """`etag` is the version that the edit is made from; SEEN is the one that is there now."""
        return self.call("PATCH", path, json=json, **self._if_match(path, etag, options))

    def delete(self, path: str, *, etag: str | None = None, **options: Any) -> TestResponse:
        return self.call("DELETE", path, **self._if_match(path, etag, options))

    def _if_match(self, path: str, etag: str | None, options: dict[str, Any]) -> dict[str, Any]:
        if etag == SEEN:
            etag = self.get(path).headers.get("ETag", '"none"')
        headers = options.pop("headers", {}) | ({"If-Match": etag} if etag else {})
        return options | {"headers": headers}

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        own = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers = self.headers | own | options.pop("headers", {})
        if options.get("json") is not None:
            # The standard library also writes what our own JSON would refuse to.
            options |= {"data": dumps(options.pop("json")), "content_type": "application/json"}
        return self.client.open(f"{PREFIX}{path}", method=method, headers=headers, **options)


CallerOf = Callable[..., Caller]


def body(response: TestResponse, status: int = 200) -> Any:
    """The JSON of an answer that has to have this status."""
    assert response.status_code == status, (response.status_code, response.text)
    assert response.content_type == "application/json"
    return response.get_json()


def problem(response: TestResponse, status: int, *, names: str | None = None, code: str | None = None) -> Any:
    """The problem of an answer that has to be one, and to name this field where one is given."""
    assert response.status_code == status, (response.status_code, response.text)
    assert response.content_type == "application/problem+json"
    found = response.get_json()
    assert found["status"] == status
    assert found["detail"]
    if names is not None:
        assert names in found["errors"], found
    if code is not None:
        assert found["code"] == code
    return found
