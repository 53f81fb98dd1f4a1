"""A series by its pages: looked at before it is saved, changed and cancelled by scope, copied; without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import CoachingSession, MembershipStatus, Person, Role, SessionState
from tests import factories
from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, links, refused, title, words
from tests.blueprints.pages.marking import wrong_fields
from tests.worlds import World

# London's clocks go forward on 30 March 2031, New York's on 9 March.
TYPED = {
    "title": "Open studio", "local_day": "2031-03-19", "local_time": "09:30", "timezone": "Europe/London",
    "duration_minutes": "60", "location": "", "join_url": "https://meet.example.org/x", "agenda": "One\nTwo",
    "preparation": "Read.", "materials": "", "pair_with": "", "frequency": "weekly", "count": "3", "until": "",
}  # fmt: skip


def _sessions(session: Session) -> list[CoachingSession]:
    statement = select(CoachingSession).where(CoachingSession.series_id.is_not(None))
    return list(session.scalars(statement.order_by(CoachingSession.recurrence_start)))


def _address(world: World, ending: str) -> str:
    return f"/cohorts/{world.cohort.public_id}/{ending}"


def _saved(session: Session, browser: Browser, world: World, **values: Any) -> list[CoachingSession]:
    made = TYPED | values
    answer = browser.post(_address(world, "series"), made)
    sessions = _sessions(session)
    landed(answer, f"/sessions/{sessions[0].public_id}")
    return sessions


def test_a_series_is_shown_with_what_the_clocks_do_and_saved_as_it_was_shown(
    session: Session, browse: Browse, world: World
) -> None:
    browser = browse(world.coach)
    world.participant.timezone = "America/New_York"
    session.commit()
    shown = browser.post(_address(world, "sessions"), TYPED)
    assert shown.status_code == 200
    seen = words(shown)
    assert "Every Wednesday, 3 sessions. Nothing is saved yet." in seen
    assert "the clocks in Europe/London went forward by 60 minutes. It is still at 09:30." in seen
    assert "For Participant Person (America/New York) it moves from 05:30 to 04:30." in seen
    assert _sessions(session) == []
    kept = {name: value for name, value in fields(shown).items() if name in TYPED}
    assert kept == TYPED
    again = browser.post(_address(world, "series/preview"), kept | {"exceptions": ["2031-03-26"]})
    assert fields(again)["exceptions"] == "2031-03-26"
    assert browser.post(_address(world, "series/preview"), kept | {"change": "yes"}).status_code == 200
    sessions = _saved(session, browser, world, exceptions=["2031-03-26"])
    assert [one.local_start.day for one in sessions] == [19, 2]
    page = browser.get(f"/sessions/{sessions[1].public_id}")
    for text in ("Every Wednesday: session 2 of 2", "https://meet.example.org/x", "Read.", "Led by Coach Person"):
        assert text in words(page)
    assert f"/sessions/{sessions[0].public_id}" in links(page)
    assert "Weekly series, 2 of 2" in words(browser.get(f"/cohorts/{world.cohort.public_id}"))


def test_nothing_moves_is_said(browse: Browse, world: World) -> None:
    shown = browse(world.coach).post(_address(world, "sessions"), TYPED | {"local_day": "2031-05-07"})
    assert "No clock moves within these 3 sessions" in words(shown)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"count": "10000"}, "How many sessions: Write a whole number from 2 to 200."),
        ({"count": "", "until": ""}, "How many sessions: Say how many"),
        ({"count": "", "until": "2031-03-01"}, "Or until: The series would end before its first session."),
        ({"until": "2031-05-01"}, "Or until: Say how many sessions there are or until which day, not both."),
        ({"frequency": ""}, "How often: Choose how often the sessions are."),
        ({"frequency": "monthly_last_weekday"}, "Begin on 2031-03-26."),
        ({"local_day": "2031-02-30"}, "Day: Write a date as YYYY-MM-DD."),
        ({"timezone": "Mars/Olympus"}, "is not a time zone"),
        ({"join_url": "javascript:alert(1)"}, "Link to join online: Write a whole web address"),
        ({"exceptions": "2031-03-20"}, "Left out: The series has no session on 2031-03-20."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    session: Session, browse: Browse, world: World, typed: dict[str, str], said: str
) -> None:
    browser = browse(world.coach)
    for address in ("sessions", "series", "series/preview"):
        answer = browser.post(_address(world, address), TYPED | typed)
        refused(answer, 422, said)
        assert fields(answer)["agenda"] == "One\nTwo"
    assert _sessions(session) == []


def test_it_is_changed_and_cancelled_by_scope(session: Session, browse: Browse, world: World) -> None:
    browser = browse(world.coach)
    sessions = _saved(session, browser, world)
    address = f"/sessions/{sessions[1].public_id}"
    names = {*TYPED, "version"} - {"pair_with", "frequency", "count", "until"}
    form = {name: value for name, value in fields(browser.get(f"{address}/edit")).items() if name in names}
    changes = {"title": "Studio", "local_time": "11:00", "scope": "following"}
    seen = browser.post(f"{address}/edit", form | changes)
    assert "It moves 2 sessions of the series. Nothing is saved yet." in words(seen)
    assert "the clocks in Europe/London went forward by 60 minutes. It is still at 11:00." in words(seen)
    session.expire_all()
    assert [one.local_start.hour for one in sessions] == [9, 9, 9]
    kept = {name: value for name, value in fields(seen).items() if name in names | {"scope"}}
    assert kept == form | changes
    changed = browser.post(f"{address}/edit", kept | {"change": "yes"})
    assert {name: fields(changed)[name] for name in kept} == kept
    landed(browser.post(f"{address}/edit", kept | {"seen": "yes"}), address)
    assert "This session and those that follow are saved." in words(browser.get(address))
    session.expire_all()
    assert [(one.title, one.local_start.hour) for one in sessions] == [
        ("Open studio", 9), ("Studio", 11), ("Studio", 11)
    ]  # fmt: skip
    assert sessions[2].starts_at == datetime(2031, 4, 2, 10, tzinfo=UTC)
    stale = browser.post(f"{address}/edit", form | {"title": "Mine", "scope": "all"})
    refused(stale, 409, "What is saved now", "Studio")
    assert fields(stale)["scope"] == "all"
    version = fields(browser.get(address))["version"]
    landed(
        browser.post(f"{address}/cancellation", {"version": version, "reason": "Snow", "scope": "following"}), address
    )
    session.expire_all()
    assert [one.state == SessionState.CANCELLED for one in sessions] == [False, True, True]


def test_a_change_of_several_is_saved_at_once_where_the_clocks_do_nothing(
    session: Session, browse: Browse, world: World
) -> None:
    browser = browse(world.coach)
    sessions = _saved(session, browser, world, local_day="2031-05-07")
    address = f"/sessions/{sessions[0].public_id}"
    names = {*TYPED, "version"} - {"pair_with", "frequency", "count", "until"}
    form = {name: value for name, value in fields(browser.get(f"{address}/edit")).items() if name in names}
    landed(browser.post(f"{address}/edit", form | {"local_time": "11:00", "scope": "all"}), address)
    session.expire_all()
    assert [one.local_start.hour for one in sessions] == [11, 11, 11]


def test_what_the_coach_holds_already_is_shown_and_can_be_left_out(
    session: Session, browse: Browse, world: World
) -> None:
    browser = browse(world.coach)
    # By the second, London is an hour ahead of UTC.
    for day, hour in ((datetime(2031, 3, 26), 9), (datetime(2031, 4, 2), 8)):
        factories.make_session(
            session, world.cohort, title="Clinic", starts_at=day.replace(hour=hour, tzinfo=UTC),
            ends_at=day.replace(hour=hour + 1, tzinfo=UTC), led_by_id=world.coach.id,
        )  # fmt: skip
    session.commit()
    shown = words(browser.post(_address(world, "sessions"), TYPED))
    assert "The coach holds something else at the time of 2 sessions." in shown
    assert shown.count(f"You hold “Clinic” of {world.cohort.name} at that time.") == 2
    answer = browser.post(_address(world, "series"), TYPED | {"exceptions": []})
    refused(answer, 409, "Wednesday 26 March 2031", "Wednesday 2 April 2031", "Choose other times.", "Save the series")
    assert words(answer).count("You hold “Clinic”") == 2
    assert {name: value for name, value in fields(answer).items() if name in TYPED} == TYPED
    assert _sessions(session) == []
    left = browser.post(_address(world, "series"), TYPED | {"exceptions": ["2031-03-26", "2031-04-02"]})
    landed(left, f"/sessions/{_sessions(session)[0].public_id}")


def test_a_session_of_no_series_offers_no_scope_and_takes_none(session: Session, browse: Browse, world: World) -> None:
    held = factories.make_session(session, world.cohort, starts_at=datetime(2031, 3, 10, 9, tzinfo=UTC))
    browser, address = browse(world.coach), f"/sessions/{held.public_id}"
    assert "scope" not in fields(browser.get(f"{address}/edit"))
    refused(browser.post(f"{address}/cancellation", {"version": "1", "scope": "all"}), 422, "belongs to no series")


def test_prompts_are_put_into_the_agenda_and_nothing_is_saved(session: Session, browse: Browse, world: World) -> None:
    browser = browse(world.coach)
    form = fields(browser.post(_address(world, "sessions"), TYPED | {"fill": "grow"}))
    assert form["agenda"].startswith("One\nTwo\n\nGoal\n")
    assert "What will you do" in form["agenda"]
    assert (form["title"], form["count"]) == ("Open studio", "3")
    assert session.scalars(select(CoachingSession)).all() == []


def test_a_copy_begins_with_what_the_session_says(session: Session, browse: Browse, world: World) -> None:
    browser = browse(world.coach)
    sessions = _saved(session, browser, world)
    page = browser.get(_address(world, f"sessions/new?copy={sessions[0].public_id}"))
    form = fields(page)
    assert {name: form[name] for name in ("title", "join_url", "agenda", "preparation", "local_time")} == {
        name: TYPED[name] for name in ("title", "join_url", "agenda", "preparation", "local_time")
    }
    assert form["local_day"] == "2031-03-26"
    assert "copy" in title(page).lower()
    elsewhere = factories.make_session(session)
    for wrong in (elsewhere.public_id, "0" * 20):
        assert browser.get(_address(world, f"sessions/new?copy={wrong}")).status_code == 404


def test_who_leads_is_asked_where_there_are_several_coaches(session: Session, browse: Browse, world: World) -> None:
    assert "led_by" not in fields(browse(world.coach).get(_address(world, "sessions/new")))
    second: Person = factories.make_person(session, name="Second Coach")
    other = factories.make_membership(session, world.cohort, second, role=Role.COACH)
    session.commit()
    suggested = {
        who: fields(browse(who).get(_address(world, "sessions/new")))["led_by"] for who in (world.coach, second)
    }
    assert suggested == {world.coach: world.coach_member.public_id, second: other.public_id}
    browser = browse(world.coordinator)
    sessions = _saved(session, browser, world, led_by=other.public_id)
    assert "Led by Second Coach" in words(browser.get(f"/sessions/{sessions[0].public_id}"))


def test_a_copy_of_a_one_to_one_with_somebody_who_left_asks_who_meets(
    session: Session, browse: Browse, world: World
) -> None:
    held = factories.make_session(session, world.cohort, title="Just us", pair_membership_id=world.member.id)
    world.member.status = MembershipStatus.WITHDRAWN
    session.commit()
    page = browse(world.coach).get(_address(world, f"sessions/new?copy={held.public_id}"))
    refused(page, 200, "Who meets: Participant Person is not in the cohort now. Choose who meets.")
    assert wrong_fields(page) == ["pair_with"]
