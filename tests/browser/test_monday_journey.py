"""A coach's Monday, end to end, in a real browser, on both engines.

Nothing is booked with somebody, and the coach is told so; they book a one-to-one, prepare it, hold it by the frame of
its record, agree on an action, rate a goal that the participant rated, too, and write notes of two classes. Then the
participant and the coordinator look, and each sees what is theirs and nothing else.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Mailbox, Product
from tests.browser.visitors import Visitor, add_member

STARTED = date.today() - timedelta(weeks=6)
AMY, COACH = "amy@example.org", "coach@example.org"
GOAL = "Launch the sepsis course"
LEVELS = {
    "much_more": "Three runs",
    "more": "Two runs",
    "expected": "One run",
    "less": "A piloted week",
    "much_less": "A plan",
}
PRIVATE = "She doubts herself more than her course."
SHARED = "We look at the first week together."
ACTION = "Ask Femi to read the first week"

pytestmark = [pytest.mark.browser]


def test_a_coachs_monday(browser: Browser, product: Product, mailbox: tuple[Mailbox, str]) -> None:
    mails = mailbox[0]
    invitation = f"{product.base}/invitations/{product.prepare()}"
    product.start()
    coordinator, coach, amy = Visitor(browser, product), Visitor(browser, product), Visitor(browser, product, width=390)
    coordinator.come_in(invitation)
    cohort = open_rowan(coordinator)
    coach.come_in(mails.link_to(COACH, "/invitations/"))
    coach.page.goto(cohort)
    add_member(coach, "Amy Ash", AMY, role="participant")
    amy.come_in(mails.link_to(AMY, "/invitations/"))
    member, goal = set_a_goal(amy)

    record = book(coach)
    prepare(coach, record)
    hold(coach, record)
    rate(coach, goal, -1)
    expect(coach.page.get_by_text("sees it 1 level higher than the coach")).to_be_visible()
    write_notes(coach, member)
    expect_nobody_waits(coach)

    look_as_participant(amy, member)
    look_as_coordinator(coordinator, member, goal)
    for visitor in (coordinator, coach, amy):
        assert [text for text in visitor.said if "404" not in text] == []


def open_rowan(coordinator: Visitor) -> str:
    coordinator.page.goto("/programmes")
    coordinator.follow("Course School")
    coordinator.follow("Open a cohort")
    coordinator.choose("kind", "coaching")
    coordinator.fill(name="Rowan", starts_on=str(STARTED), ends_on=str(STARTED + timedelta(weeks=26)))
    coordinator.press("Open the cohort")
    expect(coordinator.page.get_by_text("Rowan is open")).to_be_visible()
    cohort = coordinator.page.url
    add_member(coordinator, "Carol Coach", COACH, role="coach")
    return cohort


def set_a_goal(amy: Visitor) -> tuple[str, str]:
    """On a phone, with the levels at once; and how Amy sees it herself. The addresses of her page and of the goal."""
    page = amy.page
    page.goto("/")
    amy.follow("Set a goal")
    amy.fill(statement=GOAL, why="Nobody should learn it on the ward.")
    page.get_by_text("The five levels: write them now").click()
    amy.fill(**LEVELS)
    amy.press("Set the goal")
    expect(page.get_by_role("heading", level=1, name=GOAL)).to_be_visible()
    amy.press("I agree to this goal")
    goal = page.url
    rate(amy, goal, 0)
    page.get_by_role("link", name="Amy Ash").first.click()
    expect(page.get_by_role("heading", level=1, name="Amy Ash")).to_be_visible()
    return page.url, goal


def rate(visitor: Visitor, goal: str, score: int) -> None:
    visitor.page.goto(goal)
    visitor.choose("score", f"'{score}'")
    visitor.press("Save the rating")
    expect(visitor.page.get_by_role("heading", name="Ratings")).to_be_visible()


def book(coach: Visitor) -> str:
    """From the reason why somebody needs their coach to a one-to-one with them; the address of its record."""
    page = coach.page
    page.goto("/needs")
    expect(page.get_by_role("link", name="Nothing booked", exact=True)).to_be_visible()
    page.get_by_role("link", name="Book: Amy Ash").click()
    expect(page.locator("[name=pair_with]")).to_have_value(
        page.locator("[name=pair_with] option:checked").get_attribute("value") or ""
    )
    coach.fill(local_day=str(date.today() + timedelta(days=1)), local_time="09:00", duration_minutes="45")
    coach.press("Save the session")
    expect(page.get_by_role("heading", level=1, name="One-to-one with Amy Ash")).to_be_visible()
    return f"{page.url.partition('?')[0].rstrip('/')}/record"


def prepare(coach: Visitor, record: str) -> None:
    coach.page.goto(record.replace("/record", "/preparation"))
    expect(coach.page.get_by_text(GOAL)).to_be_visible()


def hold(coach: Visitor, record: str) -> None:
    """By the frame of goal, reality, options and will. What was typed stays while an action is added."""
    page = coach.page
    page.goto(record)
    coach.press("Use GROW as a frame")
    coach.fill(goal="A date for the launch.", reality=SHARED, statement=ACTION)
    coach.press("Add the action")
    expect(page.locator("#actions").get_by_role("link", name=ACTION)).to_be_visible()
    expect(page.locator("[name=reality]")).to_have_value(SHARED)
    coach.press("Save the record")
    expect(page.get_by_text(SHARED)).to_be_visible()


def write_notes(coach: Visitor, member: str) -> None:
    page = coach.page
    page.goto(f"{member}/private-notes")
    coach.fill(body=PRIVATE)
    coach.press("Keep the note")
    expect(page.get_by_text(PRIVATE)).to_be_visible()
    page.goto(f"{member}/notes")
    coach.choose("note_class", "pair")
    coach.fill(body="Between us: **one** step a week.")
    coach.press("Keep the note")
    expect(page.locator("strong", has_text="one")).to_be_visible()


def expect_nobody_waits(coach: Visitor) -> None:
    """Booking mended the reason. Nobody had to tick it off."""
    coach.page.goto("/needs")
    expect(coach.page.get_by_text("Nobody is waiting for you")).to_be_visible()


def look_as_participant(amy: Visitor, member: str) -> None:
    page = amy.page
    page.goto(member)
    expect(page.locator("#actions").get_by_role("link", name=ACTION, exact=True)).to_be_visible()
    expect(page.locator("#notes").get_by_text("Between us")).to_be_visible()
    assert PRIVATE not in page.content()
    assert_refused(amy, f"{member}/private-notes")
    page.goto("/account/data")
    assert PRIVATE not in page.content()


def look_as_coordinator(coordinator: Visitor, member: str, goal: str) -> None:
    """Actions, and that there is a goal; not what it says, and neither note."""
    page = coordinator.page
    page.goto(member)
    expect(page.locator("#actions").get_by_role("link", name=ACTION, exact=True)).to_be_visible()
    for unseen in (PRIVATE, "Between us", GOAL, LEVELS["less"]):
        assert unseen not in page.content()
    for address in (goal, f"{member}/private-notes"):
        assert_refused(coordinator, address)


def assert_refused(visitor: Visitor, address: str) -> None:
    answer = visitor.page.goto(address)
    assert answer is not None
    assert answer.status in {403, 404}
    assert GOAL not in visitor.page.content()
