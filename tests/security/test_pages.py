"""Every page, whole, refused or broken: a strict content policy, and nothing on it that the policy would refuse.

The same pages are shown once more of a world whose every text is an attack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from coaching.channels.base import Letter
from coaching.channels.mime import write_mail
from coaching.clock import utc_now
from tests.databases import Databases
from tests.security.conftest import standing_stage
from tests.security.markup import finds_in
from tests.security.recipes import FORMS, request_options
from tests.security.stage import Stage, is_api
from tests.security.table import ROWS
from tests.security.test_mass_assignment import ROW_BY_ENDPOINT, doer

VIEWERS = ("anonymous", "participant", "observer", "coach", "coordinator", "administrator")
SCRIPT = "<script>alert(1)</script>"
ATTACKS = (
    f"{SCRIPT}",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{7*7}}{% raw %}",
    "</textarea></title></option><svg onload=alert(1)>",
    "javascript:alert(1)//",
)
ATTACK = "".join(ATTACKS)
EVIDENCE = {"evidence.content", "api_evidence.content"}


def shown(stage: Stage, identity: str) -> Iterator[tuple[str, TestResponse]]:
    """Every page that this identity gets, with the refusals."""
    for row in ROWS:
        if stage.method(row.endpoint) == "GET" and not row.endpoint.startswith(("assets.", "health.")):
            path = row.path(stage, stage.world.here)
            yield row.name, stage.look(identity, path).response


def check_page(name: str, response: TestResponse) -> None:
    check_headers(name, response)
    if response.mimetype == "text/html" and response.data:
        assert finds_in(response.text) == [], name


def check_headers(name: str, response: TestResponse) -> None:
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy, name
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';"), name
    for directive in ("form-action 'self'", "base-uri 'none'", "object-src 'none'", "frame-ancestors"):
        assert directive in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff", name
    assert response.headers["Referrer-Policy"] == "same-origin", name
    assert "Set-Cookie" not in response.headers or not name.startswith("api_"), name
    assert "no-store" in response.headers["Cache-Control"] or name in STORED, name


# What is the same for everybody may be kept.
STORED = frozenset({"api_docs.openapi", "assets.asset", "feeds.read"})


@pytest.mark.parametrize("identity", VIEWERS)
def test_every_page_keeps_to_the_content_policy(stage: Stage, identity: str) -> None:
    for name, response in shown(stage, identity):
        check_page(name, response)


@pytest.mark.parametrize("endpoint", sorted(FORMS))
def test_a_form_that_is_shown_again_keeps_to_it(stage: Stage, endpoint: str) -> None:
    """Sent with nothing and sent with attacks: refused on a page, never with a fault, and nothing of it is markup."""
    row, here = ROW_BY_ENDPOINT[endpoint], stage.world.here
    attacked = {name: value if name == "version" else ATTACK for name, value in _fields(stage, endpoint).items()}
    for data in ({}, {"version": "1"}, attacked, {ATTACK: ATTACK}):
        answer = stage.send(doer(row), "POST", row.path(stage, here), data=data)
        check_page(endpoint, answer.response)


def _fields(stage: Stage, endpoint: str) -> dict[str, Any]:
    fields: dict[str, Any] = request_options(endpoint, stage.world.here)["data"]
    return fields


BROKEN: dict[int, tuple[str, str, dict[str, Any]]] = {
    400: ("POST", "/account", {"headers": {"X-CSRFToken": "no"}}),
    401: ("GET", "/api/v1/me", {"headers": {"Authorization": "Bearer no"}}),
    404: ("GET", "/nowhere", {}),
    405: ("DELETE", "/account", {}),
    413: ("POST", "/account", {"data": {"name": "x" * 7_000_000}}),
}


@pytest.mark.parametrize("status", sorted(BROKEN))
def test_refusals_are_dressed_too(stage: Stage, status: int) -> None:
    method, path, options = BROKEN[status]
    response = stage.send("coach", method, path, **options).response
    assert response.status_code == status
    check_page(f"{status}", response)


@pytest.fixture
def in_production(databases: Databases, make_app: Callable[..., Flask]) -> Iterator[Stage]:
    with standing_stage(databases, make_app, "sqlite", environment="production") as stage:
        yield stage


@pytest.mark.parametrize("path", ["/", "/api/v1/me"])
def test_a_fault_is_dressed_and_tells_nothing(in_production: Stage, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = "home.show" if path == "/" else "api_me.show"

    def fail() -> None:
        raise RuntimeError("the text of a fault, with Amara's words in it")

    monkeypatch.setitem(in_production.app.view_functions, endpoint, fail)
    response = in_production.send("coach", "GET", path).response
    assert response.status_code == 500
    assert "Amara" not in response.text
    assert "RuntimeError" not in response.text
    check_page("fault", response)


def test_an_asset_says_what_it_is(stage: Stage) -> None:
    for name in stage.app.extensions["assets"]:
        response = stage.client.get(f"/assets/0/{name}")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.mimetype in {"text/css", "text/javascript", "image/svg+xml", "image/png", "text/plain"}


@pytest.fixture(scope="module")
def hostile(databases: Databases, make_app: Callable[..., Flask]) -> Iterator[Stage]:
    with standing_stage(databases, make_app, "sqlite", attack=ATTACK) as stage:
        yield stage


@pytest.mark.parametrize("identity", [*VIEWERS, "neighbour", "coach_beside"])
def test_what_people_wrote_is_text_on_every_page(hostile: Stage, identity: str) -> None:
    for name, response in shown(hostile, identity):
        check_page(name, response)
        if response.mimetype == "text/html":
            assert "49{% raw" not in response.text
        elif response.mimetype not in {"text/calendar", "text/csv"}:
            endpoint = name.partition(" |")[0]
            if response.headers.get("Content-Disposition", "").startswith("attachment") and endpoint in EVIDENCE:
                # The bytes are as they were brought, and no browser opens them here.
                continue
            # What is held about somebody is a file for programs, from a page.
            assert is_api(hostile.path(endpoint, hostile.world.here)) or endpoint == "held_data.download"
            assert response.mimetype in {"application/json", "application/problem+json"} or not response.data


@pytest.mark.parametrize("attack", [attack for attack in ATTACKS if "{{" not in attack])
def test_an_attack_that_gets_through_is_found(attack: str) -> None:
    assert finds_in(f"<p title='{attack}'><a href='{attack}'></a></p><p>{attack}</p>")


def test_the_attacks_reach_the_pages(hostile: Stage) -> None:
    """What the test above looks for is there, as text."""
    here = hostile.world.here
    pages = {
        "goals.show": "coach",
        "sessions.show": "coach",
        "cohorts.show": "coach",
        "imports.show": "coach",
        "members.show": "coach",
        "projects.show": "participant",
        "home.show": "participant",
        "programmes.show": "coordinator",
    }
    for endpoint, identity in pages.items():
        text = hostile.send(identity, "GET", hostile.path(endpoint, here)).response.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text, endpoint
        assert "{{7*7}}" in text


@pytest.mark.parametrize("path", ["/{}", "/?x={}", "/sign-in?next={}", "/sign-in?next=/account?{}", "/goals/{}"])
@pytest.mark.parametrize("identity", ["anonymous", "coach"])
def test_what_stands_in_an_address_is_text(stage: Stage, path: str, identity: str) -> None:
    answer = stage.send(identity, "GET", path.format(ATTACK))
    check_page(path, answer.response)


@pytest.mark.parametrize("kind", ["check_in", "invitation", "password_reset", "poll"])
def test_what_people_wrote_is_text_in_a_mail(kind: str) -> None:
    facts = dict.fromkeys(
        ("to", "by", "question", "label", "cohort", "programme", "title", "note"), f"{ATTACK}\r\nBcc: x@example.org"
    )
    facts |= {"closes_at": utc_now().isoformat()}
    link = "https://coaching.example.org/check-in/secret"
    item: dict[str, Any] = facts | {"nudge": 1, "needs_consent": False, "link": link, "about": ATTACK}
    poll: dict[str, Any] = {"slots": [utc_now().isoformat()], "minutes": 60, "is_reminder": False}
    letter = Letter(
        kind=kind,
        message_id="<1@coaching.internal>",
        name=f"{ATTACK}\r\nBcc: x@example.org",
        address="amara@example.org",
        timezone="Europe/London",
        facts=facts | poll | {"items": [item, item | {"needs_consent": True}]},
        link=link,
        written_at=utc_now(),
    )
    wire = write_mail(letter, sender="Coaching <coaching@example.org>")
    head, _, body = wire.partition(b"\r\n\r\n")
    assert b"\r\nBcc:" not in head
    assert SCRIPT.encode() not in body.partition(b"text/html")[2]
