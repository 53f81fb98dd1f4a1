"""A season of sessions, end to end, in a real browser with a real mail server, on both engines.

A coach schedules a series across a change of the clocks and is shown it before; the invites arrive, and two calendar
libraries that had no part in writing them agree on what they say; one session is moved, another cancelled; somebody
joins late; what Zoom and Teams saw is imported; and the grid says who came.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Mailbox, Product, wait_for
from tests.browser.visitors import Visitor, add_member
from tests.calendar_client import CalendarClient, Shown

HERE = Path(__file__).parent
LONDON = ZoneInfo("Europe/London")
GEORGE, RINGO = "george.harrison@gmail.com", "ringorocks@beatles.org"
JOHNNY = "johnny.walker@scotch.aero"
COUNT = 4

pytestmark = [pytest.mark.browser]


class Invite(NamedTuple):
    """The calendar in a mail, as the libraries read it."""

    text: str
    method: str
    uid: str
    sequence: int
    starts: tuple[datetime, ...]
    recurrences: tuple[datetime, ...]


def test_a_season(
    browser: Browser, product: Product, mailbox: tuple[Mailbox, str], real_reports: Callable[[str], Path | None]
) -> None:
    zoom = real_reports("zoom_participants.csv") or HERE / "zoom_report.csv"
    teams = real_reports("teams_attendance_utf16be.csv") or HERE / "teams_report.csv"
    live_a_season(browser, product, mailbox, zoom, teams)


def live_a_season(browser: Browser, product: Product, mailbox: tuple[Mailbox, str], zoom: Path, teams: Path) -> None:
    mails = mailbox[0]
    invitation = f"{product.base}/invitations/{product.prepare()}"
    product.start()
    coordinator, coach = Visitor(browser, product), Visitor(browser, product)
    coordinator.come_in(invitation)
    open_band(coordinator)
    coach.come_in(mails.link_to("coach@example.org", "/invitations/"))
    cohort = find_band(coach)
    add_member(coach, "George Harrison", GEORGE, role="participant")
    add_member(coach, "Ringo Starr", RINGO, role="participant")

    first = before_a_change()
    expected = [wall(first + timedelta(weeks=week)) for week in range(COUNT)]
    schedule_series(coach, cohort, first)
    check_invited(mails, expected)
    session = coach.page.url
    expected[1] = wall(first + timedelta(weeks=1, days=1, hours=2))
    move_second(coach, session, expected[1])
    check_moved(mails, expected[1], wall(first + timedelta(weeks=1)))
    cancel_third(coach, session)
    check_cancelled(mails, expected.pop(2))
    assert_calendar(mails, GEORGE, expected)

    coach.page.goto(cohort)
    add_member(coach, "Johnny Walker", JOHNNY, role="participant")
    assert_calendar(mails, JOHNNY, expected)

    import_zoom(coach, cohort, zoom)
    import_teams(coach, cohort, teams)
    check_grid(coach, cohort)
    for visitor in (coordinator, coach):
        assert visitor.said == []
        visitor.context.close()


def before_a_change() -> datetime:
    """Ten in the morning in London, some days before its clocks change next, and not within the next two weeks."""
    day = datetime.now(LONDON).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(weeks=2)
    while (day + timedelta(days=4)).utcoffset() == day.utcoffset():
        day += timedelta(days=1)
    return day


def wall(at: datetime) -> datetime:
    """The moment at which the clocks in London show this."""
    return at.replace(tzinfo=LONDON).astimezone(UTC)


def open_band(coordinator: Visitor) -> None:
    coordinator.page.goto("/programmes")
    coordinator.follow("Course School")
    coordinator.follow("Open a cohort")
    coordinator.choose("kind", "coaching")
    coordinator.fill(
        name="The band",
        starts_on=str(datetime.now(LONDON).date()),
        ends_on=str((before_a_change() + timedelta(days=60)).date()),
    )
    coordinator.press("Open the cohort")
    add_member(coordinator, "Asha Coach", "coach@example.org", role="coach")


def find_band(coach: Visitor) -> str:
    coach.page.goto("/")
    coach.follow("The band")
    return coach.page.url


def schedule_series(coach: Visitor, cohort: str, first: datetime) -> None:
    """Nothing is saved before each session has been shown, with what the clocks do to it."""
    coach.page.goto(cohort)
    coach.follow("Schedule a session")
    coach.fill(title="Circle", local_day=f"{first:%Y-%m-%d}", local_time="10:00", duration_minutes="60")
    coach.page.locator("[name=timezone]").select_option("Europe/London")
    coach.page.get_by_text("Repeat it").click()
    coach.page.locator("[name=frequency]").select_option(label="Every week")
    coach.fill(count=str(COUNT))
    coach.press("Save the session")
    expect(coach.page.get_by_text("Nothing is saved yet")).to_be_visible()
    turn = "forward" if first.utcoffset() == timedelta() else "back"
    expect(coach.page.get_by_role("row", name="went " + turn)).to_have_count(1)
    expect(
        coach.page.get_by_text(f"the clocks in Europe/London went {turn} by 60 minutes. It is still at 10:00")
    ).to_be_visible()
    coach.press("Save the series")
    expect(coach.page.get_by_text(f"Circle is scheduled: {COUNT} sessions.")).to_be_visible()


def move_second(coach: Visitor, session: str, to: datetime) -> None:
    at = to.astimezone(LONDON)
    open_of_series(coach, session, 2)
    coach.follow("Edit or move")
    coach.fill(local_day=f"{at:%Y-%m-%d}", local_time=f"{at:%H:%M}")
    coach.choose("scope", "one")
    coach.press("Save")
    expect(coach.page.get_by_text("The session is saved.")).to_be_visible()
    expect(coach.page.get_by_role("heading", name="Who has this time")).to_be_visible()
    wait_for(lambda: reloaded(coach, "has it"), "everybody to have the new time")


def reloaded(coach: Visitor, words: str) -> bool:
    coach.page.reload()
    return coach.page.get_by_text(f"Everybody {words}").count() == 1


def cancel_third(coach: Visitor, session: str) -> None:
    open_of_series(coach, session, 3)
    coach.page.get_by_text("Cancel the session").first.click()
    coach.choose("scope", "one")
    coach.fill(reason="A holiday.")
    coach.press("Cancel the session")
    expect(coach.page.get_by_text("Circle is cancelled.")).to_be_visible()


def open_of_series(coach: Visitor, session: str, number: int) -> None:
    coach.page.goto(session)
    coach.page.get_by_text(f"session 1 of {COUNT}").click()
    coach.page.locator(".series-sessions li").nth(number - 1).get_by_role("link").click()


def check_invited(mails: Mailbox, expected: list[datetime]) -> None:
    """Each library reads the series as one event with a rule, at the same moments as the other."""
    for address in (GEORGE, RINGO):
        (invite,) = invites(mails, address, 1)
        assert (invite.method, invite.recurrences) == ("REQUEST", ())
        assert invite.starts == (expected[0],)
        assert [start for start, _end, _title in shown(mails, address)] == expected


def check_moved(mails: Mailbox, to: datetime, was: datetime) -> None:
    """Only the session that moved is sent again, as a part of the same event."""
    for address in (GEORGE, RINGO):
        first, second = invites(mails, address, 2)
        assert (second.method, second.starts, second.recurrences) == ("REQUEST", (to,), (was,))
        assert second.uid == first.uid
        assert second.sequence > first.sequence


def check_cancelled(mails: Mailbox, was: datetime) -> None:
    for address in (GEORGE, RINGO):
        first, second, third = invites(mails, address, 3)
        assert (third.method, third.recurrences) == ("CANCEL", (was,))
        assert third.uid == first.uid
        assert third.sequence > second.sequence


def assert_calendar(mails: Mailbox, address: str, expected: list[datetime]) -> None:
    """What a calendar program shows that took all the mails, in whichever order."""
    invites(mails, address, 1)
    for backwards in (False, True):
        assert [start for start, _end, _title in shown(mails, address, backwards=backwards)] == expected


def shown(mails: Mailbox, address: str, *, backwards: bool = False) -> list[Shown]:
    client = CalendarClient()
    texts = [calendar_in(mail) for to, mail in mails.mails if to == address]
    found = [text for text in texts if text]
    for text in reversed(found) if backwards else found:
        client.receive(text)
    (uid,) = client.entries
    return client.shows(uid)


def invites(mails: Mailbox, address: str, count: int) -> list[Invite]:
    """Waits until somebody has at least as many invites, and gives them in their order."""

    def look() -> list[Invite] | None:
        texts = [calendar_in(mail) for to, mail in list(mails.mails) if to == address]
        found = [read_invite(text) for text in texts if text]
        return found if len(found) >= count else None

    return wait_for(look, f"{count} invites to {address}")


def calendar_in(mail: EmailMessage) -> str | None:
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            content = part.get_content()
            assert isinstance(content, str)
            return content.replace("\r\n", "\n").replace("\n", "\r\n")
    return None


def read_invite(text: str) -> Invite:
    """Read by both libraries, which must agree."""
    theirs, ours = Calendar.from_ical(text), vobject.readOne(text)
    events = theirs.walk("VEVENT")
    assert len(events) == len(ours.vevent_list)
    starts = tuple(event["DTSTART"].dt.astimezone(UTC) for event in events)
    assert starts == tuple(event.dtstart.value.astimezone(UTC) for event in ours.vevent_list)
    assert str(theirs["METHOD"]) == ours.method.value
    assert {str(event["UID"]) for event in events} == {event.uid.value for event in ours.vevent_list}
    recurrences = tuple(event["RECURRENCE-ID"].dt.astimezone(UTC) for event in events if "RECURRENCE-ID" in event)
    return Invite(text, str(theirs["METHOD"]), str(events[0]["UID"]), int(events[0]["SEQUENCE"]), starts, recurrences)


def import_zoom(coach: Visitor, cohort: str, report: Path) -> None:
    log_session(coach, cohort, "Circle on launching", "2020-09-24", "11:30", "80", "America/New_York")
    record(coach, report, {"George Harrison": "Present", "Ringo Starr": "Partial"})


def import_teams(coach: Visitor, cohort: str, report: Path) -> None:
    log_session(coach, cohort, "Circle on numbers", "2022-11-14", "09:30", "20", "Europe/London")
    record(coach, report, {"Johnny Walker": "Present"})


def log_session(coach: Visitor, cohort: str, title: str, day: str, at: str, minutes: str, zone: str) -> None:
    coach.page.goto(cohort)
    coach.follow("Schedule a session")
    coach.fill(title=title, local_day=day, local_time=at, duration_minutes=minutes)
    coach.page.locator("[name=timezone]").select_option(zone)
    coach.press("Save the session")
    expect(coach.page.get_by_text(f"{title} is logged. Now say who came.")).to_be_visible()


def record(coach: Visitor, report: Path, expected: dict[str, str]) -> None:
    """Whoever is nobody of the cohort is set aside, and then everything is settled."""
    coach.follow("Import a report")
    coach.page.locator("[name=file]").set_input_files(report)
    coach.press("Check the report")
    for name, status in expected.items():
        expect(coach.page.get_by_role("row", name=name)).to_contain_text(status)
    coach.press("Record attendance")
    coach.page.get_by_role("button", name="Set aside").last.click()
    expect(coach.page.get_by_text("Every row is settled.")).to_be_visible()
    coach.follow("Back to the session")
    for name, status in expected.items():
        expect(coach.page.get_by_role("group", name=name).get_by_label(status)).to_be_checked()


def check_grid(coach: Visitor, cohort: str) -> None:
    """Both sessions were before anybody joined: who was there counts, and nobody is absent from them."""
    coach.page.goto(f"{cohort}/attendance")
    table = coach.page.get_by_role("table")
    for name, cells in {
        "George Harrison": ["Present", "Before joining", "1 of 1"],
        "Ringo Starr": ["Partial", "Before joining", "1 of 1"],
        "Johnny Walker": ["Before joining", "Present", "1 of 1"],
    }.items():
        expect(table.get_by_role("row", name=name).get_by_role("cell")).to_contain_text(cells)
    expect(coach.page.get_by_role("region", name="Picture of the attendance").get_by_role("img")).to_be_visible()
