"""The outbox, for administrators: by state, page by page, and sent again where nobody can know."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Message, MessageState
from tests import factories
from tests.blueprints.pages.browsing import Browse, Browser, landed, links, words
from tests.blueprints.pages.marking import ids
from tests.services.outbox_rows import make_message
from tests.worlds import World


@pytest.fixture
def administrator(browse: Browse, world: World) -> Browser:
    return browse(world.administrator)


def test_an_empty_outbox_says_what_will_be_in_it(administrator: Browser) -> None:
    assert "Check-ins go out by themselves" in words(administrator.get("/messages"))


def test_messages_stand_by_state(session: Session, administrator: Browser) -> None:
    waits = make_message(session, factories.make_person(session, email="waits@example.org"))
    make_message(session, factories.make_person(session, email="left@example.org"), state=MessageState.SENT)
    everything = words(administrator.get("/messages"))
    assert waits.state == MessageState.DUE
    assert everything.index("left@example.org") < everything.index("waits@example.org")
    sent = administrator.get("/messages?state=sent")
    assert "left@example.org" in words(sent)
    assert "waits@example.org" not in words(sent)
    assert "What to do" not in words(sent)
    nothing = administrator.get("/messages?state=failed")
    assert "There is nothing in this state." in words(nothing)
    assert links(nothing).count("/messages") >= 2


def test_what_needs_a_look_is_said_to_administrators_here_and_at_home(
    session: Session, browse: Browse, world: World, administrator: Browser
) -> None:
    calm = [words(administrator.get(path)) for path in ("/", "/messages")]
    make_message(session, due_at=utc_now() - timedelta(minutes=42))
    for path, before in zip(("/", "/messages"), calm, strict=True):
        page = words(administrator.get(path))
        assert "A message has been due for 42 minutes." in page
        assert "No scheduler runs" in page
        assert "needs a look" not in before
    assert "needs a look" not in words(browse(world.coordinator).get("/"))


@pytest.mark.parametrize("address", ["/messages?state=lost", "/messages?start=x", "/messages?start=-5"])
def test_an_address_that_asks_for_nonsense_shows_everything(
    session: Session, administrator: Browser, address: str
) -> None:
    make_message(session, factories.make_person(session, email="waits@example.org"))
    assert "waits@example.org" in words(administrator.get(address))


def test_a_page_beyond_the_last_is_empty(session: Session, administrator: Browser) -> None:
    make_message(session)
    page = administrator.get(f"/messages?start={10**30}")
    assert page.status_code == 200
    assert "No message here" in words(page)


def test_the_pages_follow_one_another(session: Session, administrator: Browser) -> None:
    for number in range(51):
        make_message(session, factories.make_person(session, email=f"to{number}@example.org"))
    first = administrator.get("/messages")
    assert "1–50 of 51" in words(first)
    assert "/messages?start=50" in links(first)
    second = administrator.get("/messages?start=50")
    assert "51–51 of 51" in words(second)
    assert "to0@example.org" in words(second)
    assert "/messages?start=50" not in links(second)


def test_a_message_of_unknown_fate_is_sent_again(session: Session, administrator: Browser) -> None:
    person = factories.make_person(session, email="maybe@example.org")
    message = make_message(session, person, state=MessageState.UNKNOWN)
    page = administrator.get("/messages?state=unknown")
    assert "Nobody can know the fate of some of these" in words(page)
    assert "Send again to maybe@example.org" in words(page)
    assert ids(page)
    number, fixed = message.id, message.message_id
    landed(administrator.post(f"/messages/{message.public_id}/resend"), "/messages?state=unknown")
    session.expire_all()
    again = session.get_one(Message, number)
    assert (again.state, again.message_id) == (MessageState.DUE, fixed)
    assert "It goes out again, with the same Message-ID." in words(administrator.get("/messages"))
    assert administrator.post(f"/messages/{message.public_id}/resend").status_code == 409


def test_a_message_of_unknown_fate_is_left_and_can_still_be_sent_again(
    session: Session, administrator: Browser
) -> None:
    person = factories.make_person(session, email="maybe@example.org")
    message = make_message(session, person, state=MessageState.UNKNOWN)
    assert "Decide under Messages" in words(administrator.get("/"))
    assert "Leave it as it is, to maybe@example.org" in words(administrator.get("/messages?state=unknown"))
    landed(administrator.post(f"/messages/{message.public_id}/leave"), "/messages?state=unknown")
    page = words(administrator.get("/messages?state=unknown"))
    assert "Left as it is: nobody knows whether it arrived." in page
    assert "Send again to maybe@example.org" in page
    assert "Leave it" not in page
    assert "Nobody can know" not in page
    assert "Decide under Messages" not in words(administrator.get("/"))
    assert administrator.post(f"/messages/{message.public_id}/leave").status_code == 409


@pytest.mark.parametrize("who", ["coordinator", "coach", "participant", "outsider"])
def test_for_the_others_it_is_not_there(session: Session, browse: Browse, world: World, who: str) -> None:
    message = make_message(session, state=MessageState.UNKNOWN)
    browser = browse(getattr(world, who))
    assert browser.get("/messages").status_code == 404
    assert browser.post(f"/messages/{message.public_id}/resend").status_code == 404
    assert browser.post(f"/messages/{message.public_id}/leave").status_code == 404
    session.refresh(message)
    assert message.state == MessageState.UNKNOWN
