"""A person's chat address: one, never shown again, tried out through the outbox, and gone with what was to go there."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, sessionmaker

from coaching.channels.chat import ChatChannel
from coaching.config import Settings
from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import ContactAddress, FollowUpStep, Message, Person
from coaching.policies import Actor
from coaching.services.actors import load_actor
from coaching.services.chat import REMOVED, read_chat, remove_chat, send_chat_test, set_chat
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.delivery import PostOffice, SendingRules, send_due_messages
from coaching.services.outbox import list_messages
from coaching.services.privacy import erase_person, export_person
from tests.channels.webhook_server import Webhook, webhook_server
from tests.factories import NOW, make_person
from tests.services.check_in_rows import make_planned_member
from tests.services.outbox_rows import Clock, deliveries, make_message, states

TOKEN = "abcdefghij0123456789"
SETTINGS = Settings(chat_hosts=frozenset({"127.0.0.1"}))


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with webhook_server() as server:
        yield server


@pytest.fixture
def person(session: Session) -> Person:
    """Somebody who is told by chat alone."""
    person = make_person(session)
    person.email = None
    session.flush()
    return person


@pytest.fixture
def actor(session: Session, person: Person) -> Actor:
    return load_actor(session, person)


def give(session: Session, actor: Actor, port: int = 8065, label: str = "My channel") -> None:
    address = f"http://127.0.0.1:{port}/hooks/{TOKEN}"
    set_chat(session, actor=actor, address=address, label=label, settings=SETTINGS, is_installed=True, now=NOW)
    session.flush()


def office(engine: Engine) -> PostOffice:
    return PostOffice(
        session_factory=sessionmaker(engine),
        channels={"chat": ChatChannel(SETTINGS, timeout=2)},
        base_url="https://coaching.example.org",
        clock=Clock(),
        new_token=lambda: "t",
        chance=lambda: 1.0,
        rules=SendingRules(),
    )


def test_a_test_message_goes_out_by_the_outbox_and_what_became_of_it_is_told(
    engine: Engine, session: Session, actor: Actor, webhook: Webhook, caplog: pytest.LogCaptureFixture
) -> None:
    give(session, actor, webhook.port)
    webhook.answer = 503
    message = send_chat_test(session, actor=actor, now=NOW)
    session.commit()
    with caplog.at_level(logging.DEBUG):
        assert dict(send_due_messages(office(engine))) == {"retry": 1}
    state = read_chat(session, actor=actor)
    assert state is not None
    assert (state.label, state.last_outcome, state.last_detail) == (
        "My channel",
        "retry",
        "The chat server answered 503.",
    )
    assert b"You asked for this test." in webhook.came[0][2]
    # The address itself is where the next attempt needs it, and nowhere else.
    session.refresh(message)
    assert (message.address, TOKEN in str(message.wire)) == ("My channel", True)
    message.due_at, webhook.answer = NOW, 200
    session.commit()
    assert dict(send_due_messages(office(engine))) == {"sent": 1}
    session.refresh(message)
    assert message.wire is None
    assert TOKEN not in caplog.text + str(deliveries(session, message))


def test_an_address_is_in_no_list_and_no_export(session: Session, person: Person, actor: Actor) -> None:
    give(session, actor)
    send_chat_test(session, actor=actor, now=NOW)
    administrator = load_actor(session, make_person(session, is_administrator=True))
    held = export_person(session, person, actor=None)
    assert held["contact_address"] == [{"channel": "chat", "label": "My channel", "created_at": NOW}]
    assert TOKEN not in str((held, list_messages(session, actor=administrator), read_chat(session, actor=actor)))
    erase_person(session, person, actor=None, now=NOW)
    assert session.scalars(select(ContactAddress)).all() == []


def test_another_address_takes_over_what_waits(
    engine: Engine, session: Session, person: Person, actor: Actor, webhook: Webhook
) -> None:
    give(session, actor, 1)
    make_message(session, person, channel="chat", wire=b'{"url": "http://127.0.0.1:1/"}')
    give(session, actor, webhook.port, "")
    assert session.scalars(select(ContactAddress.label)).all() == ["Mattermost at 127.0.0.1"]
    session.commit()
    assert dict(send_due_messages(office(engine))) == {"sent": 1}
    assert webhook.came


def test_what_was_to_go_there_is_called_off_with_it(
    engine: Engine, session: Session, person: Person, actor: Actor
) -> None:
    give(session, actor)
    message = make_message(session, person, channel="chat")
    other = make_message(session, person)
    remove_chat(session, actor=actor, now=NOW)
    session.expire_all()
    assert (message.state, other.state) == ("cancelled", "due")
    assert deliveries(session, message) == [("cancelled", REMOVED)]
    assert read_chat(session, actor=actor) is None
    with pytest.raises(NotFound):
        send_chat_test(session, actor=actor, now=NOW)
    make_message(session, person, channel="chat")
    session.commit()
    assert dict(send_due_messages(office(engine))) == {"cancelled": 1}
    assert states(session) == {"cancelled": 2, "due": 1}


def test_check_ins_go_by_chat_to_who_gave_an_address_and_else_by_mail(session: Session) -> None:
    member, other = (make_planned_member(session) for _ in range(2))
    session.execute(update(FollowUpStep).values(channel="chat"))
    give(session, load_actor(session, member.person))
    post_due_check_ins(session, now=NOW, limit=10, channels=("chat", "inbox", "mail"))
    channels = {message.recipient_id: message.channel for message in session.scalars(select(Message))}
    assert channels == {member.person_id: "chat", other.person_id: "mail"}


def test_tests_go_out_once_a_minute(session: Session, actor: Actor) -> None:
    give(session, actor)
    send_chat_test(session, actor=actor, now=NOW)
    with pytest.raises(Conflict, match="Wait a minute"):
        send_chat_test(session, actor=actor, now=NOW + timedelta(seconds=59))
    send_chat_test(session, actor=actor, now=NOW + timedelta(seconds=60))
    assert len(session.scalars(select(Message)).all()) == 2


def test_what_cannot_be_used_is_refused_at_its_field_and_where_chat_is_missing(session: Session, actor: Actor) -> None:
    for is_installed, kind in ((True, Invalid), (False, Conflict)):
        with pytest.raises(kind) as refusal:
            set_chat(
                session, actor=actor, address="discord://1/2", label="", settings=SETTINGS,
                is_installed=is_installed, now=NOW,
            )  # fmt: skip
        assert isinstance(refusal.value, Conflict) or set(refusal.value.messages) == {"address"}
