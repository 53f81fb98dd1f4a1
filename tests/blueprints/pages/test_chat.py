"""The chat address on its page: given, tried out, removed, and never shown."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.channels import chat_addresses
from coaching.models import ContactAddress, Message
from tests.blueprints.pages.browsing import Browse, landed, links, refused, words
from tests.worlds import World

TOKEN = "abcdefghij0123456789"
WEBHOOK = {"address": f"https://chat.example.org/hooks/{TOKEN}", "label": "My own channel"}


def test_an_address_is_given_tried_out_and_removed(session: Session, browse: Browse, world: World) -> None:
    browser = browse(world.participant)
    assert "/account/chat" in links(browser.get("/account"))
    refused(browser.post("/account/chat", WEBHOOK | {"address": "discord://1/2"}), 422, "Only Slack, Mattermost")
    landed(browser.post("/account/chat", WEBHOOK), "/account/chat")
    page = browser.get("/account/chat")
    assert "My own channel" in words(page)
    assert "Nothing was sent there yet." in words(page)
    assert TOKEN not in page.text
    landed(browser.post("/account/chat/test"), "/account/chat")
    landed(browser.post("/account/chat/test"), "/account/chat")
    assert "Wait a minute" in words(browser.get("/account/chat"))
    assert session.scalars(select(Message.channel)).all() == ["chat"]
    session.commit()
    landed(browser.post("/account/chat/removal"), "/account/chat")
    assert session.scalars(select(ContactAddress)).all() == []
    session.commit()
    assert browser.post("/account/chat/test").status_code == 404


def test_a_site_without_chat_says_so(browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_addresses, "find_spec", lambda _name: None)
    browser = browse(world.participant)
    assert "/account/chat" not in links(browser.get("/account"))
    assert "Chat is not set up on this site" in words(browser.get("/account/chat"))
    assert browser.post("/account/chat", WEBHOOK).status_code == 409
