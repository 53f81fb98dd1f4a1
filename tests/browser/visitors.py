"""People at browsers of their own, and what several journeys do."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Product

PASSWORD = "a long and quiet sentence"


class Visitor:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser, product: Product, *, width: int = 1280) -> None:
        self.context = browser.new_context(
            base_url=product.base, viewport={"width": width, "height": 900}, timezone_id="Europe/London"
        )
        self.context.set_default_timeout(20_000)
        self.page = self.context.new_page()
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text) if message.type == "error" else None)
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def come_in(self, link: str) -> Page:
        """Accepts an invitation and is signed in."""
        self.page.goto(link)
        self.page.get_by_label("Choose a password").fill(PASSWORD)
        self.page.get_by_role("button", name="Start").click()
        expect(self.page.get_by_text("Your account is ready")).to_be_visible()
        return self.page

    def fill(self, **fields: str) -> None:
        """Fills inputs by the names that they have in the form."""
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").first.fill(value)

    def choose(self, name: str, value: str) -> None:
        """Chooses by the label, as people do: it covers the whole choice."""
        number = self.page.locator(f"[name={name}][value={value}]").get_attribute("id")
        self.page.locator(f"label[for='{number}']").click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()


def add_member(visitor: Visitor, name: str, email: str, *, role: str) -> None:
    visitor.follow("Add someone")
    visitor.fill(name=name, email=email)
    visitor.choose("role", role)
    visitor.press("Add")
    expect(visitor.page.get_by_text(f"{name} is added")).to_be_visible()


def welcome_questions(visitor: Visitor) -> None:
    """May be asked at any hour of any day: a journey is made whenever the tests run."""
    visitor.page.goto("/account/asking")
    visitor.page.locator("[name=weekly_limit]").select_option("7")
    visitor.page.locator("[name=from_hour]").select_option("0")
    visitor.page.locator("[name=until_hour]").select_option("24")
    visitor.page.get_by_text("On Saturdays and Sundays, too").click()
    visitor.press("Save")
