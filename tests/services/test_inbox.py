"""The inbox: an item for each message, its own person's alone, and no link with a secret in it."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from coaching.channels.base import InboxEntry
from coaching.channels.inbox import Inbox
from coaching.models import InboxItem, Message, MessageKind, Person, Purpose
from coaching.services.actors import load_actor
from coaching.services.capabilities import issue_capability
from coaching.services.delivery import PostOffice, SendingRules, send_due_messages
from coaching.services.inbox import list_inbox, mark_all_read, mark_read, put_in_inbox
from coaching.services.outbox import enqueue
from coaching.services.privacy import erase_person, export_person
from tests.factories import NOW, make_person
from tests.services.check_in_rows import make_planned_member, post
from tests.services.outbox_rows import Clock, make_message

SECRET = "s" * 43


def put(session: Session, person: Person, number: int, path: str = "/check-ins/00000000000000000000") -> InboxItem:
    """An item of the person's, as the channel has it put there."""
    message = make_message(session, person, subject_id=1000 + number)
    entry = InboxEntry(message.message_id, "poll", f"Item {number}", "Text", path)
    assert put_in_inbox(session, entry, now=NOW)
    return session.scalars(select(InboxItem).where(InboxItem.message_id == message.message_id)).one()


def send_by_inbox(engine: Engine) -> dict[str, int]:
    sessions = sessionmaker(engine)

    def put_entry(entry: InboxEntry) -> bool:
        with sessions.begin() as session:
            return put_in_inbox(session, entry, now=NOW)

    office = PostOffice(
        session_factory=sessions,
        channels={"inbox": Inbox(put_entry)},
        base_url="https://coaching.example.org",
        clock=Clock(),
        new_token=lambda: "t",
        chance=lambda: 1.0,
        rules=SendingRules(),
    )
    return dict(send_due_messages(office))


def test_a_check_in_leads_to_its_own_page_and_not_by_the_link_of_a_mail(engine: Engine, session: Session) -> None:
    member = make_planned_member(session)
    post(session)
    message = session.scalars(select(Message)).one()
    secret = message.secret
    assert secret
    message.channel = "inbox"
    member.person.email = None
    session.commit()
    assert send_by_inbox(engine) == {"sent": 1}
    item = session.scalars(select(InboxItem)).one()
    assert item.path.startswith("/check-ins/")
    assert len(item.path) == len("/check-ins/") + 20
    assert "You can answer, and change your answer, until" in item.text
    everything = f"{item.title} {item.text} {item.path}"
    assert secret not in everything
    assert "Answer in a minute" not in item.text
    assert not {"mail", "signing", "Hello", "http"} & set(everything.replace(":", " ").split())


@pytest.mark.parametrize("path", ["https://elsewhere.example", "//elsewhere.example", "javascript:alert(1)"])
def test_an_item_leads_to_no_other_site(session: Session, path: str) -> None:
    with pytest.raises(Exception, match="ck_inbox_item_path"):
        put(session, make_person(session), 1, path)


def test_a_whole_inbox_is_read_up_to_what_was_seen(session: Session) -> None:
    person = make_person(session)
    actor = load_actor(session, person)
    first, second, third = (put(session, person, number) for number in (1, 2, 3))
    others = put(session, make_person(session), 4)
    page = list_inbox(session, actor=actor, limit=2)
    assert ([line.title for line in page.lines], page.total, page.unread) == (["Item 3", "Item 2"], 3, 3)
    mark_read(first, actor=actor, now=NOW)
    session.flush()
    assert mark_all_read(session, actor=actor, now=NOW, newest=second.public_id) == 1
    session.expire_all()
    assert [each.read_at for each in (first, second, third, others)] == [NOW, NOW, None, None]
    assert mark_all_read(session, actor=actor, now=NOW) == 1


def test_an_inbox_is_exported_and_erased_with_its_person(session: Session) -> None:
    person = make_person(session)
    put(session, person, 1)
    held = export_person(session, person, actor=None)["inbox_item"]
    assert [(line["title"], line["text"]) for line in held] == [("Item 1", "Text")]
    erase_person(session, person, actor=None, now=NOW)
    assert session.scalars(select(InboxItem)).all() == []


def test_a_link_that_has_ended_holds_the_message_back_here_too(engine: Engine, session: Session) -> None:
    person = make_person(session)
    issue_capability(session, Purpose.INVITATION, 1, person.id, secret=SECRET, expires_at=NOW, now=NOW)
    enqueue(
        session,
        kind=MessageKind.INVITATION,
        subject_id=1,
        recipient=person,
        facts={"to": "Cohort 1", "by": "Carol"},
        secret=SECRET,
        channel="inbox",
        now=NOW,
    )
    session.commit()
    assert send_by_inbox(engine) == {"cancelled": 1}
