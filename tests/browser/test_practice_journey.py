"""From an idea to the first figure of reach, by phone, in a real browser, on both engines.

A participant adds the course that they think of, moves it along the board, logs its launch from their home by two taps
and adds how many have enrolled; the coach sees it on the cohort's board, the coordinator in the programme. Each of the
pages on the way is looked over by axe, and none is wider than its screen.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CohortKind, Person, Programme, Role
from coaching.services.actors import load_actor
from coaching.services.cohorts import open_cohort
from coaching.services.memberships import add_member
from tests.browser.conftest import Product
from tests.browser.visitors import Visitor
from tests.databases import make_engine

PHONE = 360
COURSE = "Sepsis: the first hour"
SECRETS = {"coach": "c" * 43, "amy": "a" * 43}

pytestmark = [pytest.mark.browser]


def test_from_idea_to_reach(browser: Browser, product: Product) -> None:
    ruth = f"{product.base}/invitations/{product.prepare()}"
    open_rowan(product)
    product.start()
    amy = Visitor(browser, product, width=PHONE)
    amy.come_in(f"{product.base}/invitations/{SECRETS['amy']}")
    board = start_with_an_idea(amy)
    move_along(amy, board)
    log_the_launch(amy)
    add_what_can_follow(amy)

    coach, coordinator = Visitor(browser, product), Visitor(browser, product)
    coach.come_in(f"{product.base}/invitations/{SECRETS['coach']}")
    see_on_the_board(coach)
    coordinator.come_in(ruth)
    see_in_the_programme(coordinator)
    for visitor in (amy, coach, coordinator):
        # Chromium itself says so of the form that was refused.
        assert [text for text in visitor.said if "422" not in text] == []
        visitor.context.close()


def open_rowan(product: Product) -> None:
    """A cohort under way with a coach and a participant, who have their invitations."""
    engine, today = make_engine(product.environment["COACHING_DATABASE_URL"]), date.today()
    with Session(engine) as session, session.begin():
        now, programme = utc_now(), session.scalars(select(Programme)).one()
        ruth = load_actor(session, session.scalars(select(Person)).one())
        days = {"starts_on": today - timedelta(weeks=6), "ends_on": today + timedelta(weeks=20)}
        cohort = open_cohort(
            session, programme, actor=ruth, now=now, name="Rowan", kind=CohortKind.COACHING, timezone="Europe/London",
            **days,
        )  # fmt: skip
        session.flush()
        for name, role in (("coach", Role.COACH), ("amy", Role.PARTICIPANT)):
            add_member(
                session, cohort, actor=ruth, secret=SECRETS[name], now=now, email=f"{name}@example.org",
                name=f"{name.title()} Ash", role=role,
            )  # fmt: skip
    engine.dispose()


def look_over(visitor: Visitor, what: str) -> None:
    """Nothing on the page keeps anybody out, and nothing runs over its edge."""
    violations = Axe().run(visitor.page).response["violations"]
    assert [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in violations] == [], what
    width = visitor.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], what


def start_with_an_idea(amy: Visitor) -> str:
    """The address of the board, which is a tap from home."""
    amy.page.goto("/")
    amy.follow("Add a project")
    look_over(amy, "the form of a new project")
    amy.fill(title=COURSE)
    amy.press("Add the project")
    expect(amy.page.get_by_role("heading", level=1, name=COURSE)).to_be_visible()
    amy.page.goto("/")
    amy.follow("All in Rowan")
    expect(amy.page.get_by_role("heading", name="Idea 1 project")).to_be_visible()
    return amy.page.url


def move_along(amy: Visitor, board: str) -> None:
    """By the button at the card, with the keyboard alone; and one step back, which says why."""
    page = amy.page
    for stage in ("designing", "building", "piloted"):
        page.get_by_role("button", name=f"Now {stage}: {COURSE}").press("Enter")
        expect(page.get_by_role("heading", name=f"{stage.title()} 1 project")).to_be_visible()
    look_over(amy, "the board on a phone")
    amy.follow("Another stage")
    page.locator("[name=stage]").select_option("building")
    amy.press("Save the stage")
    expect(page.get_by_text("Say why it goes back").first).to_be_visible()
    look_over(amy, "the form of a stage, refused")
    amy.fill(note="Two patients found it too long.")
    amy.press("Save the stage")
    expect(page.get_by_role("heading", name="Building 1 project")).to_be_visible()
    assert page.url.partition("#")[0] == board


def log_the_launch(amy: Visitor) -> None:
    """Two taps from home where the figure is not known yet: the course and the day stand there."""
    amy.page.goto("/")
    amy.follow("Log a launch")
    expect(amy.page.locator("[name=title]")).to_have_value(COURSE)
    expect(amy.page.locator("[name=launched_on]")).not_to_have_value("")
    look_over(amy, "the form of a launch")
    amy.press("Log the launch")
    expect(amy.page.get_by_text("Well done!")).to_be_visible()


def add_what_can_follow(amy: Visitor) -> None:
    """The page says what its record still lacks, and each is a link to where it is said."""
    page = amy.page
    left = page.locator("#next")
    for what in ("Say where it runs", "Add its link", "Name who built it with you", "Add how many have enrolled"):
        expect(left.get_by_role("link", name=what)).to_be_visible()
    look_over(amy, "the project")
    project = page.url
    left.get_by_role("link", name="Add how many have enrolled").click()
    amy.fill(value="120")
    amy.press("Save the figure")
    expect(page.get_by_text("The figure is kept")).to_be_visible()
    look_over(amy, "the run")
    page.goto(project)
    left.get_by_role("link", name="Say where it runs").click()
    page.locator("[name=platform]").select_option("futurelearn")
    amy.fill(url="https://www.futurelearn.com/courses/sepsis", audience="Nurses")
    amy.press("Save the project")
    expect(page.get_by_text("120 enrolments")).to_be_visible()
    expect(left.get_by_role("listitem")).to_have_count(2)


def see_on_the_board(coach: Visitor) -> None:
    coach.page.goto("/")
    coach.follow("Rowan")
    coach.follow("By stage")
    card = coach.page.locator("section", has=coach.page.get_by_role("heading", name="Launched 1 project"))
    expect(card).to_contain_text(COURSE)
    expect(card).to_contain_text("Amy Ash")
    expect(card).to_contain_text("120 enrolments")
    look_over(coach, "the board at a desk")


def see_in_the_programme(coordinator: Visitor) -> None:
    coordinator.page.goto("/programmes")
    coordinator.follow("Course School")
    coordinator.follow("Course projects")
    row = coordinator.page.get_by_role("row", name=COURSE)
    expect(row).to_contain_text("Launched")
    expect(row).to_contain_text("120")
    look_over(coordinator, "the programme's projects")
    coordinator.follow("Stopped")
    expect(coordinator.page.get_by_text("No project is like that")).to_be_visible()
