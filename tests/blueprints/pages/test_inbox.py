"""The inbox's page: the newest first, unread by word and weight, marked by POST alone, counted in the menu for free."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import InboxItem
from tests.blueprints.pages.browsing import Browse, Browser, landed, links, words
from tests.services.test_inbox import put
from tests.worlds import World

Counter = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def participant(browse: Browse, world: World) -> Browser:
    return browse(world.participant)


def test_an_empty_inbox_says_what_will_be_in_it(participant: Browser) -> None:
    page = participant.get("/inbox")
    assert "what you are told within Coaching instead of by mail" in words(page)
    assert "/inbox" in links(participant.get("/"))


def test_items_are_read_one_by_one_and_all_at_once(session: Session, participant: Browser, world: World) -> None:
    items = [put(session, world.participant, number, "/account").public_id for number in range(3)]
    stranger = put(session, world.coach, 9).public_id
    session.commit()
    page = participant.get("/inbox")
    text = words(page)
    assert text.index("Item 2") < text.index("Item 0")
    assert "3 messages unread." in text
    assert "Inbox 3 unread" in words(participant.get("/"))
    assert set(session.scalars(select(InboxItem.read_at))) == {None}
    session.commit()
    opened = participant.post(f"/inbox/{items[0]}/read", {"open": "yes"})
    assert opened.location == "/account"
    assert participant.post(f"/inbox/{items[1]}/read").location == "/inbox"
    # One that came after the page was made is not among those that it marks.
    put(session, world.participant, 5)
    session.commit()
    landed(participant.post("/inbox/read", {"newest": items[2]}), "/inbox")
    said = participant.get("/inbox")
    assert "1 message is marked as read." in words(said)
    assert "1 message unread." in words(said)
    assert participant.post(f"/inbox/{stranger}/read").status_code == 404
    assert participant.post("/inbox/read", {"newest": stranger}).status_code == 404
    assert participant.post("/inbox/read").status_code == 422


def test_the_pages_of_an_inbox_follow_one_another(session: Session, participant: Browser, world: World) -> None:
    for number in range(26):
        put(session, world.participant, number)
    session.commit()
    assert "/inbox?start=25" in links(participant.get("/inbox"))
    last = participant.get("/inbox?start=25")
    assert "26–26 of 26" in words(last)
    assert "Mark all as read" not in words(last)
    assert "Nothing on this page" in words(participant.get("/inbox?start=99"))


def test_the_count_in_the_menu_takes_no_statement_of_its_own(
    session: Session, participant: Browser, world: World, count_queries: Counter
) -> None:
    put(session, world.participant, 1)
    session.commit()
    participant.get("/account")
    with count_queries() as statements:
        participant.get("/account")
    about = [one for one in statements if "inbox_item" in one]
    assert len(about) == 1
    assert "programme.is_synthetic" in about[0]


def test_the_list_takes_the_same_number_of_statements_for_any_number(
    session: Session, participant: Browser, world: World, count_queries: Counter
) -> None:
    counts = []
    for more in (1, 20):
        for number in range(more):
            put(session, world.participant, 100 * more + number)
        session.commit()
        with count_queries() as statements:
            participant.get("/inbox")
        counts.append(len(statements))
    assert counts[0] == counts[1]
