"""A year of asking, end to end, in a real browser with a real mail server, on both engines.

A coordinator adds a question to the programme's plan; two people of a cohort that has ended are asked by mail; one
answers with a tap and says a little more, and may be asked for a whole year; the other wants to be asked no more; a
mail program unsubscribes with one click; and the coordinator reads of each mail why it was written, and what will be.
"""

from __future__ import annotations

from datetime import date, timedelta
from email.message import EmailMessage
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Mailbox, Product, wait_for
from tests.browser.visitors import Visitor, add_member, welcome_questions

# Fifteen days ago, so that the check-in of two weeks after the end fell due yesterday.
ENDED = date.today() - timedelta(days=15)
AMY, BEN = "amy@example.org", "ben@example.org"

pytestmark = [pytest.mark.browser]


def test_a_year_of_asking(browser: Browser, product: Product, mailbox: tuple[Mailbox, str]) -> None:
    mails = mailbox[0]
    invitation = f"{product.base}/invitations/{product.prepare()}"
    product.start()
    coordinator = Visitor(browser, product)
    coordinator.come_in(invitation)
    cohort = open_cedar(coordinator)
    ask_how_sure(coordinator)
    for name, address in (("Amy Ash", AMY), ("Ben Birch", BEN)):
        coordinator.page.goto(cohort)
        add_member(coordinator, name, address, role="participant")
        person = Visitor(browser, product, width=390)
        person.come_in(mails.link_to(address, "/invitations/"))
        welcome_questions(person)
        person.context.close()

    answer_with_a_tap(Visitor(browser, product, width=390), mails.link_to(AMY, "/check-in/"))
    stop_being_asked(Visitor(browser, product, width=390), mails.link_to(BEN, "/check-in/"))
    unsubscribe_with_one_click(check_in_mail(mails, AMY))
    read_what_was_said(coordinator, cohort)
    read_why(coordinator, cohort)
    assert coordinator.said == []


def open_cedar(coordinator: Visitor) -> str:
    coordinator.page.goto("/programmes")
    coordinator.follow("Course School")
    coordinator.follow("Open a cohort")
    coordinator.choose("kind", "formal")
    coordinator.fill(name="Cedar", starts_on=str(ENDED - timedelta(weeks=12)), ends_on=str(ENDED))
    coordinator.press("Open the cohort")
    expect(coordinator.page.get_by_text("Cedar is open")).to_be_visible()
    return coordinator.page.url


def ask_how_sure(coordinator: Visitor) -> None:
    """A further question, on a scale, in the plan that the cohort follows with all of its programme."""
    page = coordinator.page
    page.goto("/programmes")
    coordinator.follow("Course School")
    coordinator.follow("Follow-ups")
    page.get_by_role("row", name="Two weeks on").get_by_role("link", name="Change").click()
    first = page.get_by_role("group", name="Question 1")
    first.get_by_role("textbox", name="Question").fill("How sure do you feel?")
    first.get_by_role("combobox", name="Kind").select_option("scale")
    coordinator.press("Save the step")
    expect(page.get_by_role("heading", name="Follow-ups")).to_be_visible()


def answer_with_a_tap(stranger: Visitor, link: str) -> None:
    """What looks into a mail before its reader opens the link too, and changes nothing."""
    for _ in range(2):
        stranger.page.goto(link)
        expect(stranger.page.get_by_role("button", name="Record: Yes, I did it")).to_be_visible()
    stranger.press("Record: Yes, I did it")
    expect(stranger.page.get_by_text("That counts already")).to_be_visible()
    stranger.page.get_by_role("group", name="How sure do you feel?").get_by_text("4", exact=True).click()
    stranger.fill(note="Two colleagues join in.")
    stranger.press("Send this too")
    expect(stranger.page.get_by_text("Your answer is kept")).to_be_visible()
    stranger.press("Yes, you may")
    expect(stranger.page.get_by_text("you said yes")).to_be_visible()
    stranger.context.close()


def stop_being_asked(stranger: Visitor, link: str) -> None:
    stranger.page.goto(f"{link.rpartition('/')[0]}/stop")
    stranger.press("Stop asking me about Cedar")
    expect(stranger.page.get_by_role("heading", name="You are not asked any more")).to_be_visible()
    stranger.page.goto(link)
    expect(stranger.page.get_by_role("button", name="Record: Yes, I did it")).to_have_count(0)
    stranger.context.close()


def check_in_mail(mails: Mailbox, address: str) -> EmailMessage:
    def look() -> EmailMessage | None:
        theirs = (mail for to, mail in mails.mails if to == address and "List-Unsubscribe" in mail)
        return next(theirs, None)

    return wait_for(look, "a mail that can be unsubscribed from")


def unsubscribe_with_one_click(mail: EmailMessage) -> None:
    """As a mail program does it (RFC 8058): a POST without a cookie, of the words that the mail has for it."""
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    request = Request(mail["List-Unsubscribe"].strip("<>"), data=b"List-Unsubscribe=One-Click")
    with urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def read_what_was_said(coordinator: Visitor, cohort: str) -> None:
    page = coordinator.page
    page.goto(cohort)
    coordinator.follow("Amy Ash")
    for section in ("#check-ins", "#practice"):
        expect(page.locator(section).get_by_text("Two colleagues join in.")).to_be_visible()
    page.locator("#check-ins").get_by_role("link", name="Two weeks on").click()
    expect(page.get_by_text("How sure do you feel?")).to_be_visible()
    page.goto(cohort)
    coordinator.follow("Ben Birch")
    expect(page.get_by_text("asked not to be asked")).to_be_visible()


def read_why(coordinator: Visitor, cohort: str) -> None:
    """Nothing more goes to either: one wants no questions, the other no mails of this kind."""
    page = coordinator.page
    page.goto(f"{cohort}/messages?view=sent")
    expect(page.get_by_text("14 days after Cedar ended on").first).to_be_visible()
    page.goto(f"{cohort}/messages")
    expect(page.get_by_text("They switched check-ins off.").first).to_be_visible()
    expect(page.get_by_text("Ben Birch")).to_have_count(0)
