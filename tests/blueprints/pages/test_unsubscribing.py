"""The link to unsubscribe in a mail: it shows its kind, and switches that off and on, without a cookie."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Message, MessageKind, MessageState, OptOut
from coaching.services.outbox import enqueue
from coaching.tokens import derive_secret, hash_secret, link_token, new_secret
from tests.blueprints.pages.browsing import words
from tests.worlds import World

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def path(session: Session, world: World) -> str:
    """The link in a poll's mail, and another mail of that kind that waits."""
    secret = derive_secret(new_secret(), "unsubscribe")
    for subject in (1, 2):
        message = enqueue(
            session, kind=MessageKind.POLL, subject_id=subject, recipient=world.participant, facts={}, now=utc_now()
        )
    message.unsubscribe_hash = hash_secret(secret)
    session.flush()
    link = link_token(message.public_id, secret)
    session.commit()
    return f"/unsubscribe/{link}"


@pytest.fixture
def reader(app: Flask, path: str) -> FlaskClient:
    return app.test_client(use_cookies=False)


def _off(session: Session) -> list[MessageKind]:
    session.expire_all()
    found = list(session.scalars(select(OptOut.kind)))
    # On SQLite a look holds the one lock that the product needs to write.
    session.rollback()
    return found


def test_opening_it_writes_nothing_and_a_button_ends_the_kind(session: Session, reader: FlaskClient, path: str) -> None:
    shown = reader.get(path)
    assert "Get no more polls?" in words(shown)
    assert shown.headers["Cache-Control"] == "no-store"
    assert _off(session) == []
    assert reader.post(path, data={}).location == path
    assert _off(session) == [MessageKind.POLL]
    assert {message.state for message in session.scalars(select(Message))} == {MessageState.CANCELLED}
    session.rollback()
    assert "You get no more polls" in words(reader.get(path))
    reader.post(f"{path}/return", data={})
    assert _off(session) == []
    assert "Get no more polls?" in words(reader.get(path))


def test_a_mail_programs_own_button_needs_no_cookie_and_may_be_pressed_twice(
    session: Session, reader: FlaskClient, path: str
) -> None:
    for _ in range(2):
        assert reader.post(path, data=ONE_CLICK).status_code == 200
    assert _off(session) == [MessageKind.POLL]


def test_an_unknown_link_and_who_is_shut_out_switch_nothing(
    session: Session, reader: FlaskClient, path: str, world: World
) -> None:
    assert reader.post("/unsubscribe/unknown", data=ONE_CLICK).status_code == 404
    world.participant.suspended_at = utc_now()
    session.commit()
    assert reader.post(path, data=ONE_CLICK).status_code == 404
    assert _off(session) == []
