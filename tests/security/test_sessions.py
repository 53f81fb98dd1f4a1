"""Sign-in sessions: a new secret at each sign-in, dead on the server at its end; cookies that stay where they are.

What a browser once held is played back here, as a thief would.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.clock import utc_now
from coaching.models import CheckInState, Message, MessageKind, Person, Purpose
from coaching.services.api_tokens import create_api_token
from coaching.services.capabilities import issue_capability
from coaching.services.people import restore_person, suspend_person
from coaching.tokens import new_secret
from tests import factories
from tests.blueprints.pages.browsing import Browser
from tests.conftest import SECRET_KEY

PASSWORD = "correct horse battery"
COOKIE = "coaching"


@pytest.fixture
def person(session: Session) -> Person:
    return factories.make_person(session, email="amara@example.org", password_hash=factories.HASTY.hash(PASSWORD))


@pytest.fixture
def browser(new_client: Callable[[], FlaskClient]) -> Browser:
    return Browser(new_client(), SECRET_KEY)


def sign_in(browser: Browser, password: str = PASSWORD) -> TestResponse:
    return browser.post("/sign-in", {"email": "amara@example.org", "password": password})


def held(browser: Browser) -> str:
    """What the browser sends to say who it is."""
    cookie = browser.client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def is_in(app: Flask, cookie: str) -> bool:
    """Whether this old cookie still opens a page, in a browser that holds nothing else."""
    answer = app.test_client(use_cookies=False).get("/account", headers={"Cookie": f"{COOKIE}={cookie}"})
    assert answer.status_code in {200, 302}
    return answer.status_code == 200


def secret_of(browser: Browser) -> str | None:
    with browser.client.session_transaction() as kept:
        return kept.get("_user_id")


@pytest.mark.usefixtures("person")
def test_what_was_held_before_signing_in_is_worth_nothing_after(app: Flask, browser: Browser) -> None:
    browser.get("/sign-in")
    before = held(browser)
    assert sign_in(browser).status_code == 303
    assert held(browser) != before
    assert not is_in(app, before)
    assert is_in(app, held(browser))


@pytest.mark.usefixtures("person")
def test_each_sign_in_has_a_secret_of_its_own_and_ends_the_one_before(app: Flask, browser: Browser) -> None:
    sign_in(browser)
    first, first_secret = held(browser), secret_of(browser)
    sign_in(browser)
    assert secret_of(browser) != first_secret
    assert not is_in(app, first)
    assert is_in(app, held(browser))


@pytest.mark.usefixtures("person")
def test_a_form_from_before_signing_in_is_refused_after(browser: Browser) -> None:
    """The CSRF token is the session's too: one that somebody else prepared does not survive the sign-in."""
    browser.get("/sign-in")
    with browser.client.session_transaction() as kept:
        raw = kept["csrf_token"]
    sign_in(browser)
    with browser.client.session_transaction() as kept:
        assert kept.get("csrf_token") != raw


@pytest.mark.usefixtures("person")
def test_signed_out_is_out_whoever_kept_the_cookie(app: Flask, browser: Browser) -> None:
    sign_in(browser)
    kept = held(browser)
    browser.post("/sign-out")
    assert not is_in(app, kept)


@pytest.mark.usefixtures("person")
def test_another_browser_stays_in_when_one_signs_out(
    app: Flask, browser: Browser, new_client: Callable[[], FlaskClient]
) -> None:
    other = Browser(new_client(), SECRET_KEY)
    sign_in(browser)
    sign_in(other)
    browser.post("/sign-out")
    assert is_in(app, held(other))


def test_suspension_shuts_every_door_at_the_next_request(
    app: Flask, browser: Browser, session: Session, person: Person
) -> None:
    now = utc_now()
    sign_in(browser)
    _, token = create_api_token(
        session, person, label="x", scopes=frozenset({"read"}), days=1, secret=new_secret(), now=now
    )
    links: dict[str, str] = {purpose: new_secret() for purpose in Purpose}
    for purpose, secret in links.items():
        issue_capability(
            session, purpose, person.id, person.id, secret=secret, expires_at=now + timedelta(days=1), now=now
        )
    member = factories.make_membership(session, person=person)
    step = factories.make_step(session, member.cohort)
    check_in = factories.make_check_in(session, step, member, state=CheckInState.ASKED, due_at=now, asked_at=now)
    links["check-in"] = factories.make_asking_link(session, check_in)
    session.commit()
    bearer = {"Authorization": f"Bearer {token}"}
    assert browser.get("/account").status_code == 200
    assert browser.get("/api/v1/me", headers=bearer).status_code == 200
    assert browser.get(f"/check-in/{links['check-in']}").status_code == 200

    suspend_person(session, person, actor=None, now=now)
    session.commit()
    assert browser.get("/account").status_code == 302
    assert browser.get("/api/v1/me", headers=bearer).status_code == 401
    assert sign_in(browser).status_code == 422
    assert browser.get(f"/invitations/{links[Purpose.INVITATION]}").status_code == 404
    assert browser.get(f"/password-reset/{links[Purpose.PASSWORD_RESET]}").status_code == 404
    assert browser.get(f"/check-in/{links['check-in']}").status_code == 404
    browser.post("/password-reset", {"email": "amara@example.org"})
    assert session.scalars(select(Message).where(Message.kind == MessageKind.PASSWORD_RESET)).all() == []

    # Coming back does not bring back what was ended.
    restore_person(session, person, actor=None, now=now)
    session.commit()
    assert browser.get("/api/v1/me", headers=bearer).status_code == 401
    assert sign_in(browser).status_code == 303


def test_a_new_password_ends_every_session(app: Flask, browser: Browser, session: Session, person: Person) -> None:
    sign_in(browser)
    kept, now, secret = held(browser), utc_now(), new_secret()
    issue_capability(
        session,
        Purpose.PASSWORD_RESET,
        person.id,
        person.id,
        secret=secret,
        expires_at=now + timedelta(hours=1),
        now=now,
    )
    session.commit()
    assert browser.post(f"/password-reset/{secret}", {"password": "another long password"}).status_code == 303
    assert not is_in(app, kept)
    # A link works once.
    assert browser.post(f"/password-reset/{secret}", {"password": "a third long password"}).status_code == 410


def test_an_invitation_cannot_undo_a_password_that_was_set_since(
    browser: Browser, session: Session, person: Person
) -> None:
    """Whoever finds an old invitation in a mailbox must not take over an account by it."""
    now, invitation, reset = utc_now(), new_secret(), new_secret()
    for purpose, secret in ((Purpose.INVITATION, invitation), (Purpose.PASSWORD_RESET, reset)):
        issue_capability(
            session, purpose, person.id, person.id, secret=secret, expires_at=now + timedelta(days=1), now=now
        )
    session.commit()
    browser.post(f"/password-reset/{reset}", {"password": "another long password"})
    assert browser.get(f"/invitations/{invitation}").status_code == 410


@pytest.mark.usefixtures("person")
def test_a_header_does_not_make_another_sender(browser: Browser) -> None:
    """Who guesses cannot begin anew by claiming to come from elsewhere."""
    answers = []
    for number in range(6):
        claims = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        data = {"email": "amara@example.org", "password": "a wrong password"}
        answers.append(browser.post("/sign-in", data, headers=claims).status_code)
    assert answers == [422] * 5 + [429]


def cookies_set(response: TestResponse) -> dict[str, set[str]]:
    """The attributes of each cookie that the answer sets."""
    found = {}
    for line in response.headers.getlist("Set-Cookie"):
        value, *attributes = line.split("; ")
        found[value.partition("=")[0]] = set(attributes)
    return found


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("base_url", ["http://localhost", "https://coaching.example.org"])
def test_cookies_are_for_our_server_alone(
    make_app: Callable[..., Flask], database_url: str, session: Session, base_url: str
) -> None:
    session.commit()
    app = make_app(database_url=database_url, base_url=base_url)
    # Where TLS ends at a proxy the request itself is plain: the settings say what the browser speaks.
    browser = Browser(app.test_client(), SECRET_KEY)
    found = cookies_set(sign_in(browser)) | cookies_set(browser.post("/appearance", {"theme": "dark"}))
    assert set(found) == {COOKIE, "theme"}
    for attributes in found.values():
        assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= attributes
        assert ("Secure" in attributes) == base_url.startswith("https")
        assert not any(attribute.startswith("Domain") for attribute in attributes)


@pytest.mark.usefixtures("person")
def test_under_tls_a_form_has_to_come_from_our_own_pages(
    make_app: Callable[..., Flask], database_url: str, session: Session
) -> None:
    session.commit()
    app = make_app(database_url=database_url, base_url="https://coaching.example.org")
    answers = []
    for referrer in ("https://coaching.example.org/sign-in", "https://evil.example/", None):
        browser = Browser(app.test_client(), SECRET_KEY)
        with browser.client.session_transaction(base_url="https://coaching.example.org") as kept:
            kept["csrf_token"] = "0" * 40
        headers = {"Referer": referrer} if referrer else {}
        answers.append(
            browser.post(
                "/sign-in",
                {"email": "amara@example.org", "password": PASSWORD},
                base_url="https://coaching.example.org",
                headers=headers,
            ).status_code
        )
    assert answers == [303, 400, 400]
