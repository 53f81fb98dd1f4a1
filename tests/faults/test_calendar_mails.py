"""Invites and reminders as they arrive from a real mail server, and what is called off before it can."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import CoachingSession, Membership, MembershipStatus, Message, Rsvp, RsvpChoice
from coaching.services import session_effects
from coaching.services.calendar_events import uid_of
from coaching.services.delivery import PostOffice, send_due_messages
from coaching.services.reminder_posting import post_due_reminders
from tests.calendar_client import CalendarClient
from tests.factories import NOW, make_membership
from tests.mail_server import MailServer, Received
from tests.services.calendar_rows import cancel, make_at, make_group, make_series, move, schedule
from tests.services.outbox_rows import Clock, states

AT = datetime(2026, 7, 7, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Act = Callable[[Session, CoachingSession, Membership], Any]


def sent_by(session: Session, office: PostOffice, server: MailServer) -> list[Received]:
    """What arrives now."""
    session.commit()
    before = len(server.received)
    send_due_messages(office)
    return server.received[before:]


def calendar_in(mail: Received) -> str:
    """The calendar of a mail, after all that a mail library has to say about how it came."""
    assert not mail.mail.defects
    (part,) = [one for one in mail.mail.walk() if one.get_content_type() == "text/calendar"]
    words = part.get_payload(decode=True).decode()
    assert isinstance(words, str)
    by_one, by_other = Calendar.from_ical(words), vobject.readOne(words)
    methods = {str(by_one["METHOD"]), str(by_other.method.value), str(part.get_param("method"))}
    assert len(methods) == 1
    assert [str(one["UID"]) for one in by_one.walk("VEVENT")] == [one.uid.value for one in by_other.vevent_list]
    return words


def events(mail: Received) -> list[Any]:
    return list(Calendar.from_ical(calendar_in(mail)).walk("VEVENT"))


def method(mail: Received) -> str:
    return str(Calendar.from_ical(calendar_in(mail))["METHOD"])


def test_a_series_is_lived_through_in_mails(session: Session, server: MailServer, office: PostOffice) -> None:
    """Scheduled, one moved, one cancelled, somebody joins, somebody leaves: each mail as a mail program has it."""
    cohort, (_coach, ann, bob) = make_group(session)
    series, held = make_series(session, cohort)
    schedule(session, *held)
    uid, client = uid_of(series.public_id), CalendarClient()

    def arrive(*members: Membership) -> dict[str, Received]:
        mails = {mail.recipient: mail for mail in sent_by(session, office, server)}
        assert set(mails) >= {one.person.email for one in members}
        if ann.person.email in mails:
            client.receive(calendar_in(mails[ann.person.email]))
        return mails

    def shows() -> list[datetime]:
        return [start for start, _end, _title in client.shows(uid)]

    first = arrive(ann, bob)[ann.person.email or ""]
    assert [one.get_content_type() for one in first.mail.walk() if not one.is_multipart()] == [
        "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    assert events(first)[0]["RRULE"]["COUNT"] == [4]
    assert shows() == [one.starts_at for one in held]

    move(session, held[1], hours=2)
    (moved,) = events(arrive(ann, bob)[ann.person.email or ""])
    assert (moved["UID"], moved["SEQUENCE"]) == (uid, 1)
    assert moved["RECURRENCE-ID"].dt.replace(tzinfo=None) == held[1].recurrence_start
    assert shows() == [one.starts_at for one in held]

    cancel(session, held[2])
    off = arrive(ann, bob)[ann.person.email or ""]
    assert (method(off), events(off)[0]["RECURRENCE-ID"].dt.replace(tzinfo=None)) == (
        "CANCEL",
        held[2].recurrence_start,
    )
    assert shows() == [held[0].starts_at, held[1].starts_at, held[3].starts_at]

    late = make_membership(session, cohort)
    session_effects.follow_joined(session, late, now=NOW)
    (mail,) = arrive(late).values()
    newcomer = CalendarClient()
    newcomer.receive(calendar_in(mail))
    assert [start for start, _end, _title in newcomer.shows(uid)] == shows()

    ann.status = MembershipStatus.WITHDRAWN
    session.flush()
    session_effects.follow_left(session, ann, now=NOW)
    (mail,) = arrive(ann).values()
    assert (method(mail), events(mail)[0].get("RECURRENCE-ID"), shows()) == ("CANCEL", None, [])
    # What was said is kept by those to whom it was said, and not by the outbox.
    kept = session.execute(select(Message.facts, Message.secret, Message.wire)).all()
    assert {str(row) for row in kept} == {"({}, None, None)"}


def test_who_has_a_session_still_to_come_hears_that_it_was_held_already(
    session: Session, server: MailServer, office: PostOffice
) -> None:
    """The mail has no link to answer by: one whose time is over would keep the mail from leaving."""
    cohort, members = make_group(session)
    held = make_at(session, cohort)
    schedule(session, held)
    sent_by(session, office, server)
    move(session, held, hours=-24 * 40)
    assert held.ends_at < NOW - DAY
    mails = sent_by(session, office, server)
    assert {mail.recipient for mail in mails} == {one.person.email for one in members}
    for mail in mails:
        assert events(mail)[0]["DTSTART"].dt == held.starts_at
        body = mail.mail.get_body(("plain",))
        assert body is not None
        assert "/rsvp/" not in body.get_content()


def decline(session: Session, held: CoachingSession, member: Membership) -> None:
    said = {"choice": RsvpChoice.NO, "starts_at": held.starts_at, "answered_at": NOW, "via": "page"}
    session.add(Rsvp(session_id=held.id, membership_id=member.id, **said))


def leave(session: Session, _held: CoachingSession, member: Membership) -> None:
    member.status = MembershipStatus.WITHDRAWN
    session.flush()
    session_effects.follow_left(session, member, now=AT - DAY)


@pytest.mark.parametrize(
    ("act", "is_for_all"),
    [
        (lambda session, held, _member: cancel(session, held, now=AT - DAY), True),
        (lambda session, held, _member: move(session, held, now=AT - DAY, hours=3), True),
        (decline, False),
        (leave, False),
    ],
    ids=["cancelled", "moved", "declined", "left"],
)
def test_a_reminder_that_does_not_hold_any_more_does_not_leave(
    session: Session, server: MailServer, office: PostOffice, clock: Clock, act: Act, *, is_for_all: bool
) -> None:
    cohort, (coach, ann, bob) = make_group(session)
    held = make_at(session, cohort, datetime(2026, 7, 7, 10, 0), location="Room 4")
    schedule(session, held)
    sent_by(session, office, server)
    clock.now = AT - DAY
    post_due_reminders(session, now=clock(), limit=10)
    act(session, held, ann)
    mails = sent_by(session, office, server)
    reminded = {mail.recipient for mail in mails if str(mail.mail["Subject"]).startswith("In 1 day")}
    assert reminded == (set() if is_for_all else {coach.person.email, bob.person.email})


def test_a_server_that_was_away_until_the_session_began_reminds_nobody(
    session: Session, server: MailServer, office: PostOffice, clock: Clock
) -> None:
    cohort, _members = make_group(session)
    schedule(session, make_at(session, cohort, datetime(2026, 7, 7, 10, 0)))
    sent_by(session, office, server)
    clock.now = AT - DAY
    post_due_reminders(session, now=clock(), limit=10)
    server.stop()
    assert sent_by(session, office, server) == []
    server.start_again()
    clock.now = AT
    assert sent_by(session, office, server) == []
    assert states(session)["cancelled"] == 3
