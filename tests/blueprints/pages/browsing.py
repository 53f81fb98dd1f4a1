"""What the tests of pages browse with: somebody's own browser, and what stands on a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.clock import utc_now
from coaching.models import Person
from coaching.services.sign_in import start_auth_session
from coaching.tokens import new_secret

CSRF_SALT = "wtf-csrf-token"


@dataclass
class Browser:
    """A browser that sends each form with the token that its page would have held."""

    client: FlaskClient
    secret_key: str

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        with self.client.session_transaction() as kept:
            raw = kept.setdefault("csrf_token", "0" * 40)
        token = URLSafeTimedSerializer(self.secret_key, salt=CSRF_SALT).dumps(raw)
        return self.client.post(path, data={"csrf_token": token} | (data or {}), **options)

    def sign_in(self, session: Session, person: Person) -> Browser:
        """Signs in without a password, which takes argon2 a while."""
        secret = new_secret()
        start_auth_session(session, person, secret=secret, via="password", now=utc_now())
        with self.client.session_transaction() as kept:
            kept["_user_id"], kept["_fresh"] = secret, True
        return self


Browse = Callable[..., Browser]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.fields: dict[str, str] = {}
        self.title = ""
        self._tag = ""
        self._in_body = False
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        self._tag = tag
        self._in_body |= tag == "body"
        if tag == "a":
            self.links.append(given.get("href") or "")
        elif tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.fields[name] = given.get("value") or ""
        elif tag == "select":
            self._select = name
            self.fields.setdefault(name, "")
        elif tag == "option" and "selected" in given:
            self.fields[self._select] = given.get("value") or ""
        elif tag == "textarea":
            self._area = name
            self.fields[name] = ""

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        # The page's own: a picture in it has a title, too.
        if self._tag == "title" and not self._in_body:
            self.title += data
        elif self._area:
            self.fields[self._area] += data.removeprefix("\n")
        elif self._tag not in {"script", "style"}:
            self.words.append(data)


def _read(response: TestResponse) -> _Page:
    return _read_text(response.text)


@lru_cache(maxsize=4)
def _read_text(text: str) -> _Page:
    """Kept for a while, because a test asks one page several things, and to read it takes as long as to make it."""
    page = _Page()
    page.feed(text)
    return page


def words(response: TestResponse) -> str:
    """What a person reads on the page, with single blanks."""
    return " ".join(" ".join(_read(response).words).split())


def fields(response: TestResponse) -> dict[str, str]:
    """What stands in the fields of the page's forms, for the test to change."""
    return dict(_read(response).fields)


def links(response: TestResponse) -> list[str]:
    """Where the page leads."""
    return _read(response).links


def title(response: TestResponse) -> str:
    return _read(response).title.strip()


def landed(response: TestResponse, path: str) -> None:
    """The form was taken, and the browser is sent on to this page."""
    assert response.status_code == 303, (response.status_code, words(response))
    assert response.headers["Location"] == path


def refused(response: TestResponse, status: int, *said: str) -> None:
    """The form is shown again with this status, and says this."""
    assert response.status_code == status, (response.status_code, words(response))
    assert "There is a problem" in words(response)
    for text in said:
        assert text in words(response), words(response)
