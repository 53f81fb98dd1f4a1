"""Password resets: asked for without telling who has an account, and done by a link that works once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Message, MessageKind, Person, Purpose
from coaching.services.capabilities import issue_capability
from coaching.services.passwords import is_password_right
from coaching.tokens import new_secret
from tests import factories
from tests.blueprints.pages.browsing import Browse, landed, refused, words

PASSWORD = "a new short sentence"


@pytest.fixture
def person(session: Session) -> Person:
    return factories.make_person(session, email="amara@example.org", password_hash="nothing fits this")


def _link(session: Session, person: Person, age: timedelta = timedelta(0)) -> str:
    secret, now = new_secret(), utc_now() - age
    ends = now + timedelta(hours=1)
    issue_capability(session, Purpose.PASSWORD_RESET, person.id, person.id, secret=secret, expires_at=ends, now=now)
    return f"/password-reset/{secret}"


def test_it_never_tells_who_has_an_account(session: Session, browse: Browse, person: Person) -> None:
    pages = []
    for email in ("amara@example.org", "nobody@example.org"):
        browser = browse()
        landed(browser.post("/password-reset", {"email": email}), "/sign-in")
        pages.append(words(browser.get("/sign-in")))
    assert pages[0] == pages[1]
    assert "If there is an account with that address" in pages[0]
    message = session.scalars(select(Message)).one()
    assert (message.kind, message.recipient_id) == (MessageKind.PASSWORD_RESET, person.id)


def test_an_address_that_is_none_is_named(browse: Browse) -> None:
    answer = browse().post("/password-reset", {"email": "amara"})
    refused(answer, 422, "E-mail address: Write an e-mail address")
    assert 'value="amara"' in answer.text


def test_the_link_changes_the_password_once_and_signs_out_everywhere(
    session: Session, browse: Browse, person: Person
) -> None:
    elsewhere, link = browse(person), _link(session, person)
    assert elsewhere.get("/").status_code == 200
    browser = browse()
    assert browser.get(link).status_code == browser.get(link).status_code == 200
    landed(browser.post(link, {"password": PASSWORD}), "/sign-in")
    assert "Your password is changed" in words(browser.get("/sign-in"))
    session.refresh(person)
    assert is_password_right(PASSWORD, person.password_hash)
    assert elsewhere.get("/").status_code == 302
    for answer in (browser.get(link), browser.post(link, {"password": "yet another sentence"})):
        assert answer.status_code == 410
        assert "Send me a new one" in words(answer)
    session.refresh(person)
    assert is_password_right(PASSWORD, person.password_hash)


def test_a_short_password_is_refused_and_the_link_still_works(session: Session, browse: Browse, person: Person) -> None:
    link, browser = _link(session, person), browse()
    refused(browser.post(link, {"password": "short"}), 422, "Choose a password of 12 to 256 characters.")
    landed(browser.post(link, {"password": PASSWORD}), "/sign-in")


def test_it_ends_after_an_hour(session: Session, browse: Browse, person: Person) -> None:
    assert browse().get(_link(session, person, age=timedelta(hours=1, seconds=1))).status_code == 410
