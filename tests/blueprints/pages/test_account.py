"""One's own account: name and zone, and tokens that are shown once."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import ApiToken
from coaching.services.api_tokens import create_api_token
from coaching.tokens import hash_secret, new_secret
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words


def test_name_and_zone_are_changed(session: Session, browse: Browse) -> None:
    person = factories.make_person(session, name="Old Name")
    browser = browse(person)
    shown = fields(browser.get("/account"))
    values = {"version": shown["version"], "name": "  New   Name ", "timezone": "Asia/Kolkata"}
    landed(browser.post("/account", values), "/account")
    assert "Your account is saved." in words(browser.get("/account"))
    session.refresh(person)
    assert (person.name, person.timezone) == ("New Name", "Asia/Kolkata")


def test_what_is_wrong_is_said_and_nothing_is_saved(session: Session, browse: Browse) -> None:
    person = factories.make_person(session, name="Old Name")
    browser = browse(person)
    answer = browser.post("/account", {"version": "1", "name": "", "timezone": "Asia/Kolkata"})
    refused(answer, 422, "Name: Fill this in.")
    assert fields(answer)["timezone"] == "Asia/Kolkata"
    session.refresh(person)
    assert person.timezone == "Europe/London"


def test_a_form_from_before_somebody_elses_change_keeps_what_was_typed(session: Session, browse: Browse) -> None:
    person = factories.make_person(session, name="Old Name")
    browser = browse(person)
    browser.get("/account")
    person.name = "Name from the phone"
    answer = browser.post("/account", {"version": "1", "name": "Mine", "timezone": "Europe/London"})
    refused(answer, 409, "What is saved now", "Name from the phone")
    assert fields(answer)["name"] == "Mine"
    again = {"version": fields(answer)["version"], "name": "Mine", "timezone": "Europe/London"}
    landed(browser.post("/account", again), "/account")
    session.refresh(person)
    assert person.name == "Mine"


def test_a_token_is_shown_once(session: Session, browse: Browse) -> None:
    browser = browse(factories.make_person(session))
    answer = browser.post("/account/tokens", {"label": "Report", "scopes": "read", "days": "30"})
    assert answer.status_code == 201
    assert answer.headers["Cache-Control"] == "no-store"
    secret = fields(answer)["token"]
    token = session.scalars(select(ApiToken)).one()
    assert (token.label, token.scopes, token.secret_hash) == ("Report", "read", hash_secret(secret))
    assert (token.expires_at - token.created_at).days == 30
    page = browser.get("/account")
    assert "Report" in words(page)
    assert secret not in page.text


def test_a_token_needs_a_name_and_a_scope(session: Session, browse: Browse) -> None:
    browser = browse(factories.make_person(session))
    refused(browser.post("/account/tokens", {"label": "", "scopes": "read", "days": "90"}), 422, "Fill this in.")
    answer = browser.post("/account/tokens", {"label": "Report", "days": "366"})
    refused(answer, 422, "What may it do?")
    assert fields(answer) | {"label": "Report", "days": "366"} == fields(answer)
    assert session.scalars(select(ApiToken)).all() == []


def test_a_token_is_revoked_by_its_owner_alone(session: Session, browse: Browse) -> None:
    owner, other = factories.make_person(session), factories.make_person(session)
    token, _ = create_api_token(
        session, owner, label="Report", scopes=frozenset({"read"}), days=9, secret=new_secret(), now=utc_now()
    )
    address = f"/account/tokens/{token.public_id}/revocation"
    assert browse(other).post(address).status_code == 404
    session.refresh(token)
    assert token.revoked_at is None
    browser = browse(owner)
    assert re.search(r"Revoke Report", browser.get("/account").text)
    landed(browser.post(address), "/account")
    session.refresh(token)
    assert token.revoked_at is not None
    assert "Revoke Report" not in browser.get("/account").text
