"""The main job, end to end, in a real browser with a real mail server, on both engines.

A coordinator comes in, a coach opens a cohort, schedules a session and records who came from a Zoom report; a
participant sets a goal and logs the launch of a course; the timetable mails a check-in; it is answered by its link
without signing in; and the coordinator sees it all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Mailbox, Product
from tests.browser.visitors import Visitor, add_member, welcome_questions

OUR_REPORT = Path(__file__).with_name("zoom_report.csv")
# Fifteen days ago, so that the check-in of two weeks after the end fell due yesterday.
ENDED = date.today() - timedelta(days=15)

pytestmark = [pytest.mark.browser]


def test_the_main_job(
    browser: Browser, product: Product, mailbox: tuple[Mailbox, str], real_reports: Callable[[str], Path | None]
) -> None:
    live_the_main_job(browser, product, mailbox, real_reports("zoom_participants.csv") or OUR_REPORT)


def live_the_main_job(browser: Browser, product: Product, mailbox: tuple[Mailbox, str], report: Path) -> None:
    mails = mailbox[0]
    invitation = f"{product.base}/invitations/{product.prepare()}"
    product.start()

    coordinator = Visitor(browser, product)
    coordinator.come_in(invitation)
    open_cohort(coordinator, "Cohort before", kind="formal")
    add_member(coordinator, "Asha Coach", "coach@example.org", role="coach")

    coach = Visitor(browser, product)
    coach.come_in(mails.link_to("coach@example.org", "/invitations/"))
    open_cohort(coach, "The band", kind="coaching")
    add_member(coach, "George Harrison", "george.harrison@gmail.com", role="participant")
    add_member(coach, "Ringo Starr", "ringorocks@beatles.org", role="participant")
    hold_session(coach)
    record_attendance(coach, report)
    correct_by_keyboard(coach)

    participant = Visitor(browser, product, width=390)
    participant.come_in(mails.link_to("george.harrison@gmail.com", "/invitations/"))
    welcome_questions(participant)
    set_goal(participant)
    log_launch(participant)

    answer_by_link(Visitor(browser, product, width=390), mails.link_to("george.harrison@gmail.com", "/check-in/"))
    see_it_all(coordinator)
    for visitor in (coordinator, coach, participant):
        assert visitor.said == []
        visitor.context.close()


def open_cohort(visitor: Visitor, name: str, *, kind: str) -> None:
    visitor.page.goto("/programmes")
    visitor.follow("Course School")
    visitor.follow("Open a cohort")
    visitor.choose("kind", kind)
    visitor.fill(name=name, starts_on=str(ENDED - timedelta(weeks=12)), ends_on=str(ENDED))
    visitor.press("Open the cohort")
    expect(visitor.page.get_by_text(f"{name} is open")).to_be_visible()


def hold_session(coach: Visitor) -> None:
    """Logs a session after the fact, at the time of the report."""
    coach.follow("Schedule a session")
    coach.fill(title="Circle on launching", local_day="2020-09-24", local_time="11:30", duration_minutes="80")
    coach.page.locator("[name=timezone]").select_option("America/New_York")
    coach.press("Save the session")
    expect(coach.page.get_by_role("heading", name="Circle on launching")).to_be_visible()


def record_attendance(coach: Visitor, report: Path) -> None:
    coach.follow("Import a report")
    coach.page.locator("[name=file]").set_input_files(report)
    coach.press("Check the report")
    expect(coach.page.get_by_role("row", name="George Harrison")).to_contain_text("Present")
    expect(coach.page.get_by_role("row", name="Ringo Starr")).to_contain_text("Partial")
    coach.press("Record attendance")
    coach.follow("Back to the session")
    george = coach.page.get_by_role("group", name="George Harrison")
    expect(george.get_by_label("Present")).to_be_checked()
    expect(coach.page.get_by_role("group", name="Ringo Starr").get_by_label("Partial")).to_be_checked()


def correct_by_keyboard(coach: Visitor) -> None:
    """From the section's last button on, with nothing but the keyboard; the last press saves."""
    page = coach.page
    page.get_by_role("link", name="Import a report").focus()
    # The link to the rows that wait comes before the first member.
    for key in ("Tab", "Tab", "ArrowRight", "Tab", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("Attendance is saved: 2 changes.")).to_be_visible()
    expect(page.get_by_role("group", name="George Harrison").get_by_label("Late")).to_be_checked()
    expect(page.get_by_role("group", name="Ringo Starr").get_by_label("Excused")).to_be_checked()
    page.get_by_text("How this is known, member by member").click()
    expect(page.get_by_text("Excused instead of partial")).to_be_visible()


def set_goal(participant: Visitor) -> None:
    participant.page.goto("/")
    participant.follow("Set a goal")
    participant.fill(statement="Launch a course with my team", why="Twice as many ask as we can teach")
    participant.press("Set the goal")
    expect(participant.page.get_by_role("heading", name="Launch a course with my team")).to_be_visible()


def log_launch(participant: Visitor) -> None:
    participant.page.goto("/")
    participant.follow("Log a launch")
    participant.fill(title="Slide guitar for beginners", launched_on=str(ENDED - timedelta(days=7)), enrolments="120")
    participant.press("Log the launch")
    expect(participant.page.get_by_role("heading", name="Slide guitar for beginners")).to_be_visible()
    expect(participant.page.get_by_text("120 enrolments")).to_be_visible()


def answer_by_link(stranger: Visitor, link: str) -> None:
    """One tap in the mail, opened twice, as by a scanner first; recorded by its button without any account."""
    stranger.page.goto(link)
    stranger.page.goto(link)
    stranger.press("Record: Yes, I did it")
    expect(stranger.page.get_by_text("That counts already")).to_be_visible()
    stranger.fill(note="Open since two weeks, the discussion is lively.", enrolments="150")
    stranger.press("Send this too")
    expect(stranger.page.get_by_text("Your answer is kept")).to_be_visible()
    stranger.press("Yes, you may")
    expect(stranger.page.get_by_text("you said yes")).to_be_visible()
    stranger.page.goto("/")
    expect(stranger.page.get_by_role("heading", name="Sign in")).to_be_visible()
    stranger.context.close()


def see_it_all(coordinator: Visitor) -> None:
    coordinator.page.goto("/programmes")
    coordinator.follow("Course School")
    expect(coordinator.page.get_by_text("150", exact=True).first).to_be_visible()
    coordinator.follow("The band")
    row = coordinator.page.get_by_role("row", name="George Harrison").first
    expect(row).to_contain_text("Did it")
    expect(row).to_contain_text("150")
    expect(row).to_contain_text("Slide guitar for beginners")
