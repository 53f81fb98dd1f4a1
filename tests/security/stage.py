"""Where the cells of the matrix are played: an app on the world, and one request after another that leaves no trace.

The app's own commit is held back to a flush, and what a request wrote goes with its session. So the world is built
once, every request meets the same rows, and a test can still tell what would have been kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from coaching.blueprints.access import PUBLIC_ENDPOINTS
from coaching.extensions import db
from coaching.models import ApiToken, AuthSession, Person
from coaching.services import passwords
from coaching.tokens import hash_secret, new_public_id
from tests.factories import HASTY
from tests.security.recipes import SEEN
from tests.security.world import Place, World

# The columns of the table. Each has a sign-in session for the pages and a token of all scopes for the API.
PEOPLE = (
    "participant", "fellow", "withdrawn", "applicant", "neighbour", "stranger",
    "coach", "former_coach", "coach_beside", "coach_there", "observer",
    "coordinator", "coordinator_there", "administrator",
)  # fmt: skip
# Those who are nobody, whoever they were: at every guarded page they are asked to sign in, and the API says 401.
NOBODIES = (
    "anonymous", "suspended", "signed_out", "expired", "revoked", "unknown", "forged", "basic", "wrong_door",
)  # fmt: skip
RAW_CSRF = "0" * 40
DECOY = HASTY.hash("no account has this password")
WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|CREATE|ALTER|DROP|MERGE)\b", re.IGNORECASE)
# What stands in an address and is no identifier: the kind of mail, the moment that skills are rated at.
WORDS = {"templates": "check_in", "mail-templates": "check_in", "assessments": "after"}
_PLACEHOLDER = re.compile(r"([\w-]+)/<(\w+:)?(\w+)>")
_OF_ONE_SHOWING = re.compile(rb'name="(csrf_token|form_id)" value="[^"]+"')
_NAMED_FIELD = re.compile(r'<li><a href="#field-([^"]+)"')


def is_api(path: str) -> bool:
    return path.startswith("/api/")


@dataclass(frozen=True)
class Identity:
    """How somebody comes: what they send to pages and what to the API."""

    name: str
    to_pages: Mapping[str, str]
    to_api: Mapping[str, str]


@dataclass
class Answer:
    """What came back, what was written on the way, and what of it would have been kept."""

    response: TestResponse
    writes: list[str] = field(default_factory=list)
    kept: list[str] | None = None

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def kind(self) -> str:
        """The class of the answer: `ok`, `in` for "sign in first", or the status."""
        if self.status < 300:
            return "ok"
        if self.status < 400:
            leads_to_sign_in = urlsplit(self.response.location or "").path == "/sign-in"
            return "in" if leads_to_sign_in and not self.kept else "ok"
        return str(self.status)

    @property
    def problem_field(self) -> set[str]:
        """The fields that a problem names."""
        return set((self.response.get_json(silent=True) or {}).get("errors", {}))

    @property
    def refused_fields(self) -> set[str]:
        """The fields that a refusal names, a problem's or those at the head of a page."""
        if self.status != 422:
            return set()
        return self.problem_field or set(_NAMED_FIELD.findall(self.response.text))

    def bare(self, *said: str) -> tuple[int, bytes, dict[str, str]]:
        """All that is sent back, without what the asker said themselves and what differs each time."""
        body = _OF_ONE_SHOWING.sub(b"", self.response.data)
        headers = {name: value for name, value in self.response.headers if name not in {"Date", "Content-Length"}}
        if "Set-Cookie" in headers:
            headers["Set-Cookie"] = re.sub(r"coaching=[^;]+", "coaching=", headers["Set-Cookie"])
        for word in said:
            body = body.replace(word.encode(), b"?")
        return self.status, body, headers


class Stage:
    """An app with the world in its database, and everybody who may knock."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world = app, world
        self.client = app.test_client(use_cookies=False)
        self.identities: dict[str, Identity] = {}
        # What was shown already. Mutants are to be asked anew.
        self.shown: dict[tuple[str, str], Answer] = {}
        self.remembers = True
        self.watching: Answer | None = None
        with app.app_context():
            self.engine: Engine = db.engine
        event.listen(self.engine, "before_cursor_execute", self._note)

    @cached_property
    def rules(self) -> dict[str, Rule]:
        """Every rule by its endpoint. An endpoint has one rule here, and a rule one method."""
        rules = {rule.endpoint: rule for rule in self.app.url_map.iter_rules()}
        assert len(rules) == len(list(self.app.url_map.iter_rules()))
        return rules

    def method(self, endpoint: str) -> str:
        methods = self.rules[endpoint].methods or set()
        (method,) = methods - {"HEAD", "OPTIONS"}
        return method

    def is_public(self, endpoint: str) -> bool:
        return endpoint in PUBLIC_ENDPOINTS

    def nouns(self, endpoint: str) -> list[str]:
        """What stands in the address, by the word before it: `/goals/<id:public_id>` has a goal."""
        return [_noun(found[1]) for found in _PLACEHOLDER.finditer(self.rules[endpoint].rule)]

    def path(self, endpoint: str, place: Place, **instead: str) -> str:
        """The address with the identifiers of this place. `instead` puts others in, by noun."""

        def fill(found: re.Match[str]) -> str:
            segment = found[1]
            noun = _noun(segment)
            known = WORDS.get(segment) or place.secrets.get(segment) or place.ids.get(noun) or "no-such-secret"
            return f"{segment}/{instead.get(noun, known)}"

        rule = self.rules[endpoint].rule.replace("/assets/<digest>/<path:name>", "/assets/0/js/coaching.js")
        return _PLACEHOLDER.sub(fill, rule).replace("<any(did_it, not_yet, cannot_say):choice>", "did_it")

    def path_to_nothing(self, endpoint: str) -> str:
        """The same address with identifiers that nothing has."""
        return self.path(endpoint, self.world.here, **{noun: new_public_id() for noun in self.nouns(endpoint)})

    def send(self, identity: str | Identity, method: str, path: str, **options: Any) -> Answer:
        """One request, of which nothing stays."""
        who = self.identities[identity] if isinstance(identity, str) else identity
        headers = dict(who.to_api if is_api(path) else who.to_pages) | dict(options.pop("headers", {}))
        if headers.get("If-Match") == SEEN:
            headers["If-Match"] = self._etag(path) if method in CONDITIONAL else '"none"'
        with self.watched() as answer:
            answer.response = self.client.open(path, method=method, headers=headers, **options)
        return answer

    def look(self, identity: str, path: str) -> Answer:
        """What is shown there. Nothing that is sent here is kept, so it is the same whenever it is asked."""
        if not self.remembers:
            return self.send(identity, "GET", path)
        if (identity, path) not in self.shown:
            self.shown[identity, path] = self.send(identity, "GET", path)
        return self.shown[identity, path]

    def _etag(self, path: str) -> str:
        """The version that is there, as somebody sees it who may. Goals are not the administrator's to see."""
        seen = [self.look(who, path).response.headers.get("ETag") for who in ("administrator", "coach")]
        return next(filter(None, seen), '"none"')

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if self.watching is not None and WRITING.match(statement):
            self.watching.writes.append(statement)

    @contextmanager
    def watched(self) -> Iterator[Answer]:
        """Notes what is written and what is kept, and keeps none of it."""
        answer = Answer(TestResponse([], "200 OK", {}, request=None))  # type: ignore[arg-type]

        def hold_back() -> None:
            db.session.flush()
            answer.kept = [*(answer.kept or []), *answer.writes]

        unhurried = passwords._hasher, passwords._decoy
        passwords._hasher, passwords._decoy = HASTY, lambda: DECOY
        db.session.commit = hold_back
        self.watching = answer
        try:
            yield answer
        finally:
            self.watching = None
            del db.session.commit
            passwords._hasher, passwords._decoy = unhurried

    def admit(self, session: Session) -> None:
        """Gives everybody what they knock with."""
        self._admit_people(session)
        self._admit_nobodies(session)

    def _admit_people(self, session: Session) -> None:
        for name in PEOPLE:
            person = self.world.people[name]
            cookie = self._cookie(self._auth_session(session, person, name))
            token = self._token(session, person, name, "read write private_notes")
            self.identities[name] = Identity(name, cookie, token)
        coach = self.world.people["coach"]
        for name, scopes in (("reader", "read private_notes"), ("writer", "write private_notes")):
            self.identities[name] = Identity(name, self._cookie(None), self._token(session, coach, name, scopes))

    def _admit_nobodies(self, session: Session) -> None:
        coach, suspended, now = self.world.people["coach"], self.world.people["suspended"], self.world.now
        nothing = self._cookie(None)
        whole = self.identities["coach"]
        old = {
            "suspended": (
                self._auth_session(session, suspended, "suspended"),
                self._token(session, suspended, "suspended", "read write"),
            ),
            "signed_out": (self._auth_session(session, coach, "signed-out", ended_at=now), {}),
            "expired": (
                self._auth_session(session, coach, "expired", expires_at=now - timedelta(seconds=1)),
                self._token(session, coach, "expired", "read write", expires_at=now - timedelta(seconds=1)),
            ),
            "revoked": (
                self._auth_session(session, coach, "revoked", ended_at=now),
                self._token(session, coach, "revoked", "read write", revoked_at=now),
            ),
            "unknown": ("a-secret-that-no-session-has", {"Authorization": "Bearer coaching_no-such-token"}),
        }
        for name, (secret, bearer) in old.items():
            self.identities[name] = Identity(name, self._cookie(secret), bearer)
        forged = whole.to_pages["Cookie"][:-2] + "xx"
        self.identities |= {
            "anonymous": Identity("anonymous", nothing, {}),
            "forged": Identity("forged", nothing | {"Cookie": forged}, {"Authorization": "Bearer"}),
            # The password that is right, by a scheme that we do not have.
            "basic": Identity("basic", nothing, {"Authorization": "Basic Y29hY2g6YSBsb25nIGVub3VnaCBwYXNzd29yZA=="}),
            # The API's key at the pages' door, and the pages' key at the API's.
            "wrong_door": Identity("wrong_door", nothing | whole.to_api, whole.to_pages),
        }

    def _auth_session(self, session: Session, person: Person, name: str, **values: Any) -> str:
        secret, now = f"auth-session-of-{name}", self.world.now
        row = {"started_at": now, "expires_at": now + timedelta(days=2), "via": "password"} | values
        session.add(AuthSession(secret_hash=hash_secret(secret), person_id=person.id, **row))
        return secret

    def _token(self, session: Session, person: Person, name: str, scopes: str, **values: Any) -> dict[str, str]:
        shown, now = f"coaching_token-of-{name}", self.world.now
        row = {"created_at": now, "expires_at": now + timedelta(days=2), "label": name} | values
        session.add(ApiToken(secret_hash=hash_secret(shown), person_id=person.id, scopes=scopes, **row))
        return {"Authorization": f"Bearer {shown}"}

    def _cookie(self, secret: str | None) -> dict[str, str]:
        """A browser's cookie, and the CSRF token that goes with it."""
        held: dict[str, Any] = {"csrf_token": RAW_CSRF}
        if secret is not None:
            held |= {"_user_id": secret, "_fresh": True}
        interface: Any = self.app.session_interface
        value = interface.get_signing_serializer(self.app).dumps(held)
        return {"Cookie": f"{self.app.config['SESSION_COOKIE_NAME']}={value}", "X-CSRFToken": self.csrf_token()}

    def csrf_token(self, raw: str = RAW_CSRF) -> str:
        token: Any = URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token").dumps(raw)
        return str(token)


# What is only done to the version that was seen.
CONDITIONAL = {"PATCH", "PUT", "DELETE"}


def _noun(segment: str) -> str:
    """`goals` have a goal; `reach`, `practice` and `series` are their own."""
    return segment if segment == "series" else segment.removesuffix("s")
