"""The calendar in a mail, as the mail library and two calendar libraries read it."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import vobject
from icalendar import Calendar

from coaching.channels.base import Letter
from coaching.channels.calendar_part import organised
from coaching.channels.mime import render_mail, write_mail
from coaching.services.calendar_events import write_cancellation, write_part
from tests.channels.calendar_facts import COPY, INVITE, MEETING, REMINDER

SENDER = '"Coaching, the ""team""" <coaching@example.org>'
LINK = "https://coaching.example.org/rsvp/" + "s" * 43


def letter(facts: dict[str, Any], kind: str = "session_invite", **values: Any) -> Letter:
    standard = {
        "kind": kind,
        "message_id": "<0123456789abcdefghjk@coaching.internal>",
        "name": "Ann Author",
        "address": "ann@example.org",
        "timezone": "Europe/London",
        "facts": facts,
        "link": LINK,
        "written_at": datetime(2026, 7, 6, 8, 0, tzinfo=UTC),
    }
    return Letter(**standard | values)


def read(facts: dict[str, Any], **values: Any) -> EmailMessage:
    wire = write_mail(letter(facts, **values), sender="Coaching <coaching@example.org>")
    parsed = email.message_from_bytes(wire, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


CANCELLED = INVITE | {"act": "cancelled", "method": "CANCEL", "calendar": write_cancellation(COPY, None, [MEETING])}


@pytest.mark.parametrize("facts", [INVITE, CANCELLED], ids=["request", "cancel"])
def test_a_mail_has_text_html_calendar_and_the_same_as_a_file(facts: dict[str, Any]) -> None:
    """The alternatives in the order of their wealth: a program takes the last that it knows."""
    mail = read(facts)
    assert mail.get_content_type() == "multipart/mixed"
    alternatives, attached = mail.iter_parts()
    plain, html, calendar = alternatives.iter_parts()
    assert [one.get_content_type() for one in (plain, html, calendar)] == ["text/plain", "text/html", "text/calendar"]
    assert calendar.get_param("method") == facts["method"]
    assert calendar.get_content_charset() == "utf-8"
    assert calendar["Content-Disposition"] is None
    assert (attached.get_content_type(), attached.get_filename()) == ("application/ics", "invite.ics")
    assert attached.get_payload(decode=True) == calendar.get_payload(decode=True)


@pytest.mark.parametrize("facts", [INVITE, CANCELLED], ids=["request", "cancel"])
def test_two_libraries_read_the_same_event(facts: dict[str, Any]) -> None:
    words = organised(facts["calendar"], sender="Coaching <coaching@example.org>", link=LINK)
    one, other = Calendar.from_ical(words), vobject.readOne(words)
    (event,) = one.walk("VEVENT")
    assert (one["METHOD"], other.method.value) == (facts["method"], facts["method"])
    assert event["UID"] == other.vevent.uid.value == COPY.uid
    assert event["SEQUENCE"] == int(other.vevent.sequence.value) == COPY.sequence
    assert event["SUMMARY"] == other.vevent.summary.value == MEETING.title
    assert event["DTSTART"].dt == other.vevent.dtstart.value == MEETING.starts_at
    assert event["ORGANIZER"] == other.vevent.organizer.value == "mailto:coaching@example.org"
    assert event["ORGANIZER"].params["CN"] == "Coaching"
    assert event["ATTENDEE"] == other.vevent.attendee.value == "mailto:ann@example.org"
    assert event["URL"] == LINK


def test_every_line_of_the_calendar_is_folded_and_none_is_what_somebody_wrote() -> None:
    evil = "Circle\r\nBEGIN:VEVENT\r\nUID:stolen"
    meeting = type(MEETING)(1, evil, evil, evil * 20, MEETING.starts_at, MEETING.ends_at, "Asia/Tokyo")
    words = organised(write_part(COPY, None, [meeting]), sender=SENDER, link=LINK)
    assert max(len(line.encode()) for line in words.split("\r\n")) <= 75
    assert len(Calendar.from_ical(words).walk("VEVENT")) == 1
    assert words.count("\r\nORGANIZER") == 1


def test_a_mail_without_a_link_has_none_in_its_event() -> None:
    mail = read(INVITE, link="")
    (event,) = Calendar.from_ical(mail.get_payload(1).get_payload(decode=True)).walk("VEVENT")
    assert "URL" not in event


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(days=7), "7 days"),
        (timedelta(days=1, seconds=-40), "1 day"),
        (timedelta(hours=19), "19 hours"),
        (timedelta(hours=1, seconds=-9), "1 hour"),
        (timedelta(minutes=45), "45 minutes"),
        (timedelta(seconds=50), "1 minute"),
    ],
)
def test_a_reminder_says_how_near_the_session_is_when_it_is_written(before: timedelta, said: str) -> None:
    """A scheduler or a mail server that was away for a while must not make it wrong."""
    mail = letter(REMINDER, "session_reminder", written_at=MEETING.starts_at - before)
    assert render_mail(mail).subject.startswith(f"In {said}: Circle 3, with <cake>, Tuesday 7 July 2026, 09:00")


def test_a_reminder_names_the_readers_zone_and_the_sessions_where_it_differs() -> None:
    plain = render_mail(letter(REMINDER, "session_reminder", timezone="America/New_York")).plain
    assert "Tuesday 7 July 2026, 04:00 to 05:00 (America/New York)" in plain
    assert "That is 17:00 in Asia/Tokyo." in plain
    assert "That is" not in render_mail(letter(REMINDER, "session_reminder", timezone="Asia/Tokyo")).plain
