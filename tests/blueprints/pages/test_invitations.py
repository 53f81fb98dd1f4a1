"""Invitations: opening the link uses nothing up, accepting it does, and lets the person in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Person, Purpose
from coaching.services.capabilities import issue_capability
from coaching.services.passwords import is_password_right
from coaching.tokens import new_secret
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words

PASSWORD = "a short sentence works"


@pytest.fixture
def invited(session: Session) -> Person:
    return factories.make_person(session, name="amara", email="amara@example.org")


def make_link(session: Session, person: Person, purpose: Purpose = Purpose.INVITATION, days: int = 14) -> str:
    secret, now = new_secret(), utc_now()
    ends = now + timedelta(days=days)
    issue_capability(session, purpose, person.id, person.id, secret=secret, expires_at=ends, now=now)
    return f"/invitations/{secret}"


def _typed(**values: str) -> dict[str, str]:
    return {"name": "Amara Okafor", "timezone": "Africa/Lagos", "password": PASSWORD} | values


def test_looking_uses_nothing_up_and_accepting_lets_in(session: Session, browse: Browse, invited: Person) -> None:
    link, browser = make_link(session, invited), browse()
    for _ in range(3):
        page = browser.get(link)
        assert page.status_code == 200
    assert "You will sign in as amara@example.org." in words(page)
    assert fields(page)["timezone"] == "Europe/London"
    landed(browser.post(link, _typed()), "/")
    assert "Welcome, Amara Okafor. Your account is ready." in words(browser.get("/"))
    session.refresh(invited)
    assert (invited.name, invited.timezone) == ("Amara Okafor", "Africa/Lagos")
    assert is_password_right(PASSWORD, invited.password_hash)


def test_it_works_once(session: Session, browse: Browse, invited: Person) -> None:
    link = make_link(session, invited)
    landed(browse().post(link, _typed()), "/")
    again = browse()
    for answer in (again.get(link), again.post(link, _typed(password="another good sentence"))):
        assert answer.status_code == 410
        assert "This invitation has ended" in words(answer)
    assert again.get("/").status_code == 302
    session.refresh(invited)
    assert is_password_right(PASSWORD, invited.password_hash)


def test_what_is_wrong_is_said_and_what_was_typed_stays(session: Session, browse: Browse, invited: Person) -> None:
    link = make_link(session, invited)
    answer = browse().post(link, _typed(password="short"))
    refused(answer, 422, "Choose a password of 12 to 256 characters.")
    assert fields(answer) | {"name": "Amara Okafor", "timezone": "Africa/Lagos"} == fields(answer)
    assert "short" not in answer.text.replace("A short sentence works well.", "")
    refused(browse().post(link, _typed(timezone="Mars/Olympus")), 422, "is not a time zone")
    session.refresh(invited)
    assert invited.password_hash is None


def test_an_old_one_says_whom_to_ask(session: Session, browse: Browse, invited: Person) -> None:
    answer = browse().get(make_link(session, invited, days=-1))
    assert answer.status_code == 410
    assert "ask your coach to send the invitation again" in words(answer)


def test_a_link_for_something_else_is_not_taken(session: Session, browse: Browse, invited: Person) -> None:
    link = make_link(session, invited, Purpose.PASSWORD_RESET)
    assert browse().get(link).status_code == 400
    assert browse().post(link, _typed()).status_code == 400


def test_an_unknown_one_is_not_there(browse: Browse) -> None:
    assert browse().get("/invitations/nothing").status_code == 404
    assert browse().post("/invitations/nothing", _typed()).status_code == 404


def test_whoever_was_signed_in_here_is_not_any_more(session: Session, browse: Browse, invited: Person) -> None:
    link = make_link(session, invited)
    browser = browse(factories.make_person(session, name="Somebody Else"))
    landed(browser.post(link, _typed()), "/")
    assert "Hello, Amara" in words(browser.get("/"))
