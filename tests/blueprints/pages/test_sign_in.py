"""Signing in and out: who gets in, what a failure leaves, where one lands, and the links of the demo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import AuthSession, Person, SignInFailure
from coaching.services.sign_in import start_auth_session
from coaching.tokens import hash_secret, new_secret
from tests import factories
from tests.blueprints.pages.browsing import Browse, Browser, landed, refused, words
from tests.conftest import SECRET_KEY
from tests.worlds import World

PASSWORD = "correct horse battery"
PASSWORD_HASH = factories.HASTY.hash(PASSWORD)


@pytest.fixture
def person(session: Session) -> Person:
    return factories.make_person(session, name="Amara Okafor", email="amara@example.org", password_hash=PASSWORD_HASH)


def _sign_in(browser: Browser, email: str = "amara@example.org", password: str = PASSWORD, to: str = "") -> object:
    return browser.post("/sign-in" + to, {"email": email, "password": password})


def test_the_right_password_leads_home_and_keeps_only_a_hash(session: Session, browse: Browse, person: Person) -> None:
    browser = browse()
    landed(_sign_in(browser, email=" Amara@Example.ORG "), "/")
    assert "Hello, Amara" in words(browser.get("/"))
    with browser.client.session_transaction() as kept:
        secret = kept["_user_id"]
    row = session.scalars(select(AuthSession)).one()
    assert (row.person_id, row.via, row.secret_hash) == (person.id, "password", hash_secret(secret))


@pytest.mark.usefixtures("person")
def test_one_lands_on_the_page_that_was_asked_for(browse: Browse) -> None:
    browser = browse()
    asked = browser.get("/account")
    assert asked.headers["Location"] == "/sign-in?next=/account"
    assert 'action="/sign-in?next=/account"' in browser.get("/sign-in?next=/account").text
    landed(_sign_in(browser, to="?next=/account"), "/account")


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "/nowhere", "/sign-in"]
)
def test_one_lands_nowhere_else(browse: Browse, wanted: str) -> None:
    landed(_sign_in(browse(), to=f"?next={wanted}"), "/")


@pytest.mark.usefixtures("person")
def test_known_and_unknown_accounts_are_refused_alike_and_remembered(session: Session, browse: Browse) -> None:
    known = _sign_in(browse(), password="wrong")
    unknown = _sign_in(browse(), email="nobody@example.org", password="wrong")
    refused(known, 422, "is not right")
    assert words(known) == words(unknown)
    assert 'value="amara@example.org"' in known.text
    assert "wrong" not in known.text
    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 2


@pytest.mark.usefixtures("person")
def test_after_five_failures_even_the_right_password_waits(browse: Browse) -> None:
    browser = browse()
    for _ in range(5):
        assert _sign_in(browser, password="wrong").status_code == 422
    answer = _sign_in(browser)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "900"
    assert "Wait a quarter of an hour" in words(answer)


def test_what_is_left_out_is_named(browse: Browse) -> None:
    refused(browse().post("/sign-in", {"email": "", "password": ""}), 422, "E-mail address: Fill this in.")


def test_a_form_without_its_token_is_turned_away(browse: Browse, person: Person) -> None:
    answer = browse().client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 400
    assert "The form had expired" in words(answer)


@pytest.mark.parametrize(("site", "is_kept"), [("same-origin", True), ("cross-site", False)])
def test_words_in_a_form_that_ended_can_be_copied(browse: Browse, site: str, is_kept: bool) -> None:
    typed = {"body": "A long thought about <b>the cohort</b>", "password": "a-password-of-somebody's"}
    answer = browse().client.post("/sign-in", data=typed, headers={"Sec-Fetch-Site": site})
    assert ("A long thought about &lt;b&gt;the cohort" in answer.text) is is_kept
    assert "a-password" not in answer.text


def test_who_is_in_is_taken_home(session: Session, browse: Browse, person: Person) -> None:
    answer = browse(person).get("/sign-in")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_signing_in_anew_ends_the_session_before(session: Session, browse: Browse, person: Person) -> None:
    browser = browse(person)
    assert browser.get("/").status_code == 200
    landed(_sign_in(browser), "/")
    before, after = session.scalars(select(AuthSession).order_by(AuthSession.id))
    assert before.ended_at is not None
    assert after.ended_at is None


def test_signing_out_ends_the_session_on_the_server(session: Session, browse: Browse, person: Person) -> None:
    browser = browse(person)
    with browser.client.session_transaction() as kept:
        stolen = dict(kept)
    landed(browser.post("/sign-out"), "/sign-in")
    assert "You are signed out." in words(browser.get("/sign-in"))
    with browser.client.session_transaction() as kept:
        kept.update(stolen)
    assert browser.get("/").status_code == 302


def test_the_suspended_are_out_at_their_next_request(session: Session, browse: Browse, person: Person) -> None:
    browser = browse(person)
    assert browser.get("/").status_code == 200
    person.suspended_at = utc_now()
    assert browser.get("/").status_code == 302


def test_a_form_sent_when_signed_out_says_that_nothing_was_saved(browse: Browse, world: World) -> None:
    browser = browse()
    assert browser.post(f"/cohorts/{world.cohort.public_id}/edit", {"name": "New"}).status_code == 302
    assert "nothing was saved" in words(browser.get("/sign-in"))


def test_synthetic_data_is_marked_even_here(session: Session, browse: Browse) -> None:
    assert "synthetic" not in words(browse().get("/sign-in"))
    factories.make_programme(session, is_synthetic=True)
    assert "everything here is synthetic data" in words(browse().get("/sign-in"))


class TestDemoLinks:
    """They exist in development alone, and take over only what `coaching demo` made."""

    @pytest.fixture
    def browser(self, make_app: Callable[..., Flask], database_url: str) -> Browser:
        app = make_app(database_url=database_url, environment="development")
        return Browser(app.test_client(), SECRET_KEY)

    @pytest.fixture
    def link(self, session: Session, person: Person) -> Callable[..., str]:
        def make(via: str = "demo", age: timedelta = timedelta(0)) -> str:
            secret = new_secret()
            start_auth_session(session, person, secret=secret, via=via, now=utc_now() - age)
            session.commit()
            return f"/demo/{secret}"

        return make

    def test_one_signs_in_again_and_again(self, browser: Browser, link: Callable[..., str]) -> None:
        address = link()
        for _ in range(2):
            answer = browser.get(address)
            assert (answer.status_code, answer.headers["Location"]) == (302, "/")
        assert "Hello, Amara" in words(browser.get("/"))

    def test_it_takes_over_no_other_kind_of_session(self, browser: Browser, link: Callable[..., str]) -> None:
        assert browser.get(link(via="password")).status_code == 410
        assert browser.get("/").status_code == 302

    def test_one_that_has_ended_says_how_to_get_another(self, browser: Browser, link: Callable[..., str]) -> None:
        answer = browser.get(link(age=timedelta(days=15)))
        assert answer.status_code == 410
        assert "coaching demo --links" in words(answer)

    def test_elsewhere_there_are_none(self, browse: Browse, link: Callable[..., str]) -> None:
        assert browse().get(link()).status_code == 404
