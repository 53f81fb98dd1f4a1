"""What pages show of calendars: who has a session's time, an address made and ended, and a session as a file."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CoachingSession, Membership
from coaching.services.calendar_events import uid_of
from tests.blueprints.pages.browsing import Browse, words
from tests.factories import make_person
from tests.services.calendar_rows import cancel, mails_of, make_at, make_group, move, schedule, send_all

Group = tuple[CoachingSession, list[Membership]]
ADDRESS = re.compile(r'value="http://localhost(/feeds/[\w-]+\.ics)"')


@pytest.fixture
def group(session: Session) -> Group:
    cohort, members = make_group(session)
    soon = (utc_now() + timedelta(days=5)).replace(hour=10, minute=0, second=0, microsecond=0, tzinfo=None)
    held = make_at(session, cohort, soon)
    schedule(session, held, now=utc_now())
    return held, members


def test_the_page_says_who_has_the_time_and_first_who_does_not(session: Session, browse: Browse, group: Group) -> None:
    held, (coach, ann, bob) = group
    page, path = browse(coach.person), f"/sessions/{held.public_id}"
    assert "0 of 3 have it." in words(page.get(path))
    send_all(session)
    assert "Everybody has it. Name by name" in words(page.get(path))
    move(session, held, now=utc_now(), hours=3)
    bobs = mails_of(session, bob)[0]
    send_all(session)
    bobs.state = "failed"
    session.flush()
    seen = words(page.get(path))
    assert "2 of 3 have it." in seen
    assert f"{bob.person.name} Was refused" in seen
    assert seen.index("Was refused") < seen.index("Who has it") < seen.index(ann.person.name, seen.index("Was refused"))
    assert "Who has this time" not in words(browse(ann.person).get(path))
    cancel(session, held, now=utc_now())
    seen = words(page.get(path))
    assert "Who knows that it is cancelled" in seen
    assert "0 of 3 have it: that it is cancelled." in seen


def test_who_was_never_told_is_no_news_once_a_session_has_begun(session: Session, browse: Browse) -> None:
    cohort, (coach, _ann, _bob) = make_group(session)
    logged = make_at(session, cohort, (utc_now() - timedelta(days=5)).replace(microsecond=0, tzinfo=None))
    schedule(session, logged, now=utc_now())
    seen = words(browse(coach.person).get(f"/sessions/{logged.public_id}"))
    assert "Nobody was invited" in seen
    assert "Not told yet" not in seen


def test_an_address_is_shown_once_works_and_is_ended(session: Session, browse: Browse, group: Group) -> None:
    held, (_coach, ann, _bob) = group
    page = browse(ann.person)
    assert "You have no address yet." in words(page.get("/account"))
    made = page.post("/account/feed")
    (address,) = ADDRESS.findall(made.text)
    assert (made.status_code, made.headers["Cache-Control"]) == (201, "no-store")
    assert held.public_id in browse().get(address).text
    assert address not in page.get("/account").text
    of_cohort = ADDRESS.findall(page.post(f"/cohorts/{held.cohort.public_id}/feed").text)
    assert browse().get(of_cohort[0]).status_code == 200
    again = page.post("/account/feed")
    assert "The address that you had before has ended." in words(again)
    assert browse().get(address).status_code == 404
    ends = re.findall(r'action="(/account/calendar-feeds/\w+/end)"', page.get("/account").text)
    assert len(ends) == 2
    for path in ends:
        assert page.post(path).status_code == 303
    assert [browse().get(one).status_code for one in (*ADDRESS.findall(again.text), *of_cohort)] == [404, 404]


def test_a_session_is_downloaded_as_a_file(browse: Browse, session: Session, group: Group) -> None:
    held, (_coach, ann, _bob) = group
    answer = browse(ann.person).get(f"/sessions/{held.public_id}/invite.ics")
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invite.ics"'
    (event,) = Calendar.from_ical(answer.text).walk("VEVENT")
    assert (event["UID"], event["DTSTART"].dt) == (uid_of(held.public_id), held.starts_at)
    outsider = browse(make_person(session)).get(f"/sessions/{held.public_id}/invite.ics")
    assert outsider.status_code == 404
