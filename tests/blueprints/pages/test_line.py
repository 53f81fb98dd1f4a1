"""The page of a line: the picture with its words, the list by month, narrowed down and in pages, without a script."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.blueprints.pages.line import PAGE
from coaching.clock import utc_now
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, links, refused, words
from tests.worlds import Traces, World


def test_a_coach_sees_picture_and_list(browse: Browse, world: World, traces: Traces) -> None:
    browser, address = browse(world.coach), f"/members/{world.member.public_id}/line"
    assert address in links(browser.get(f"/members/{world.member.public_id}"))
    page = browser.get(address)
    seen = words(page)
    for text in ("Held Present", "Launch a course with my team Rated +1", "Coming To come", "We are live!"):
        assert text in seen, text
    marks = re.findall(r'<a class="lane-mark[^>]* href="([^"]+)" aria-label="([^"]+)"', page.text)
    assert (f"/sessions/{traces.held.public_id}", True) in [(url, "Held, present" in said) for url, said in marks]
    assert page.text.count("<desc ") == 2
    assert "<script>" not in page.text
    assert 'style="' not in page.text


def test_a_coordinator_reads_no_goals(browse: Browse, world: World, traces: Traces) -> None:
    page = browse(world.coordinator).get(f"/members/{world.member.public_id}/line")
    assert "Held Present" in words(page)
    assert "Launch a course with my team" not in page.text
    assert "Goal" not in words(page)


def test_ones_own_line_is_reached_from_home(browse: Browse, world: World, traces: Traces) -> None:
    browser = browse(world.participant)
    assert "/line" in links(browser.get("/"))
    assert "Held Present" in words(browser.get("/line"))
    assert "Held" not in words(browse(world.fellow).get("/line?kinds=goal"))
    assert "Nothing here" in words(browse(world.outsider).get("/line?kinds=session"))


def test_it_is_narrowed_down_and_paged_by_its_address(session: Session, browse: Browse, world: World) -> None:
    now = utc_now()
    for number in range(PAGE + 5):
        made = {"statement": f"Number {number}.", "created_at": now - timedelta(days=number)}
        factories.make_action(session, world.member, **made)
    session.commit()
    browser, address = browse(world.participant), f"/members/{world.member.public_id}/line"
    first = browser.get(f"{address}?kinds=action")
    assert ("Number 0." in words(first), f"Number {PAGE}." in words(first)) == (True, False)
    assert "Active" not in words(first).split("As a list")[1]
    assert fields(first)["kinds"] == "action"
    onward = next(link for link in links(first) if "after=" in link)
    second = browser.get(onward)
    assert f"Number {PAGE + 4}." in words(second)
    assert '<svg class="lanes' not in second.text
    day = (now - timedelta(days=3)).date().isoformat()
    alone = words(browser.get(f"{address}?kinds=action&from={day}&to={day}"))
    assert ("Number 3." in alone, "Number 2." in alone) == (True, False)


def test_what_cannot_be_is_said_at_its_field(browse: Browse, world: World) -> None:
    browser = browse(world.participant)
    answer = browser.get("/line?from=2026-05-01&to=2026-04-01")
    refused(answer, 422, "From: The first day is after the last one.")
    assert (fields(answer)["from"], fields(answer)["to"]) == ("2026-05-01", "2026-04-01")
    refused(browser.get("/line?from=yesterday"), 422, "From: Write a date as YYYY-MM-DD.")
    refused(browser.get("/line?kinds=secret"), 422, "Show: ")
    refused(browser.get("/line?after=20260101-x"), 422)
    assert browser.get("/line?from=&to=&kinds=").status_code == 200
