"""Finding a time on pages: the form without JavaScript, the answers by link and in the app, one step to a session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CoachingSession, Message, MessageKind, Poll, PollAnswer, PollChoice, PollState
from coaching.services.letter_links import LINK_PATHS
from coaching.services.polls import create_poll
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, wrong_fields
from tests.factories import actor_of, make_session
from tests.worlds import World


def _day(days: int) -> str:
    return (utc_now() + timedelta(days=days)).date().isoformat()


@pytest.fixture
def typed(world: World) -> dict[str, str]:
    return {
        "title": "Circle 4",
        "note": "Bring your plan",
        "timezone": "Europe/London",
        "duration_minutes": "60",
        "closes_day": _day(5),
        "closes_time": "18:00",
        "day-1": _day(10),
        "time-1": "10:00",
        "day-3": _day(11),
        "time-3": "10:00",
        f"ask-{world.member.public_id}": "required",
        f"ask-{world.fellow_member.public_id}": "optional",
        f"ask-{world.coach_member.public_id}": "no",
    }


@pytest.fixture
def poll(session: Session, world: World) -> Poll:
    now = utc_now()
    start = datetime.combine(now.date(), datetime.min.time()) + timedelta(days=10, hours=10)
    return create_poll(
        session,
        world.cohort,
        actor=actor_of(session, world.coach),
        now=now,
        title="Circle 4",
        timezone="Europe/London",
        duration_minutes=60,
        closes_local=start - timedelta(days=5),
        slots=[start, start + timedelta(days=1)],
    )


def _path(world: World, ending: str = "") -> str:
    return f"/cohorts/{world.cohort.public_id}/polls{ending}"


def _link(session: Session, world: World) -> str:
    secret = session.scalars(select(Message.secret).where(Message.recipient_id == world.participant.id)).one()
    return LINK_PATHS[MessageKind.POLL].format(secret=secret)


def _said(poll: Poll, *choices: str) -> dict[str, str]:
    return {f"slot-{slot.public_id}": choice for slot, choice in zip(poll.slots, choices, strict=True)}


def test_a_coach_proposes_times(session: Session, world: World, browse: Browse, typed: dict[str, str]) -> None:
    coach = browse(world.coach)
    assert "No poll yet" in words(coach.get(_path(world)))
    page = coach.get(_path(world, "/new"))
    assert fields(page)[f"ask-{world.member.public_id}"] == "required"
    assert fields(page)[f"ask-{world.coach_member.public_id}"] == "no"
    answer = coach.post(_path(world), typed)
    made = session.scalars(select(Poll)).one()
    landed(answer, f"/polls/{made.public_id}")
    assert [one.is_required for one in made.invitees] == [True, False]
    assert len(made.slots) == 2
    assert "2 people are asked by mail" in words(coach.get(f"/polls/{made.public_id}"))
    assert "0 of 2 have answered" in words(coach.get(_path(world)))


def test_more_rows_come_with_everything_that_was_typed(
    session: Session, world: World, browse: Browse, typed: dict[str, str]
) -> None:
    page = browse(world.coach).post(_path(world), typed | {"more": "yes", "title": ""})
    assert page.status_code == 200
    shown = fields(page)
    assert {name: shown[name] for name in typed if name != "title"} == {
        name: value for name, value in typed.items() if name != "title"
    }
    assert "day-16" in shown
    assert "day-17" not in shown
    assert session.scalars(select(Poll)).all() == []


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"day-3": ""}, "day-3", "Fill this in."),
        ({"time-3": "25:00"}, "time-3", "Write a time as HH:MM"),
        ({"day-3": "2020-01-01"}, "time-3", "This time has passed."),
        ({"day-3": "2199-01-01"}, "day-3", "Choose a year"),
        ({"day-3": "", "time-3": ""}, "day-1", "Propose 2 to 40 times."),
        ({"closes_day": ""}, "closes_day", "Fill this in."),
        ({"closes_day": "2020-01-01"}, "closes_time", "Leave people some time"),
        ({"timezone": "Mars"}, "timezone", "is not a time zone"),
    ],
)
def test_what_is_wrong_is_said_where_it_can_be_mended(
    world: World, browse: Browse, typed: dict[str, str], changes: dict[str, str], field: str, said: str
) -> None:
    page = browse(world.coach).post(_path(world), typed | changes)
    refused(page, 422, said)
    assert wrong_fields(page) == [field]
    shown = fields(page)
    assert {name: shown.get(name) for name in typed if name != "timezone"} == {
        name: value for name, value in (typed | changes).items() if name != "timezone"
    }


def test_the_link_answers_without_signing_in_and_changes(
    session: Session, world: World, poll: Poll, new_client: Callable[[], FlaskClient], count_queries: Any
) -> None:
    address, reader = _link(session, world), new_client()
    with count_queries() as statements:
        page = reader.get(address)
    assert [one for one in statements if not one.lstrip().upper().startswith("SELECT")] == []
    assert "(Europe/London)" in words(page)
    silent = reader.post(address, data=_said(poll, "yes", ""))
    refused(silent, 422, "Say whether you could come at this time.")
    assert wrong_fields(silent) == [f"slot-{poll.slots[1].public_id}"]
    assert fields(silent)[f"slot-{poll.slots[0].public_id}"] == "yes"
    wrong = reader.post(address, data=_said(poll, "yes", "perhaps"))
    refused(wrong, 422, "Choose one of the options.")
    landed(reader.post(address, data=_said(poll, "yes", "no")), f"{address}?kept=yes")
    again = reader.get(f"{address}?kept=yes")
    assert {name: value for name, value in fields(again).items() if name.startswith("slot-")} == _said(
        poll, "yes", "no"
    )
    reader.post(address, data=_said(poll, "if_need_be", "no"))
    session.expire_all()
    assert sorted(session.scalars(select(PollAnswer.choice))) == [PollChoice.IF_NEED_BE, PollChoice.NO]
    assert [link for link in links(again) if link.startswith(("/members", "/cohorts", "/polls"))] == []
    assert reader.get("/account").status_code in {302, 303, 401}


@pytest.mark.parametrize(
    ("end", "said"),
    [("chosen", "A time was chosen Circle 4 is on"), ("closed", "closed without a time"), ("over", "is over")],
)
def test_a_link_that_is_over_says_what_became_of_it(
    session: Session,
    world: World,
    poll: Poll,
    browse: Browse,
    new_client: Callable[[], FlaskClient],
    end: str,
    said: str,
) -> None:
    address, reader, coach = _link(session, world), new_client(), browse(world.coach)
    if end == "chosen":
        page = coach.post(f"/polls/{poll.public_id}/choice", {"slot_id": poll.slots[1].public_id, "location": "Room 4"})
        held = session.scalars(select(CoachingSession)).one()
        landed(page, f"/sessions/{held.public_id}")
    elif end == "closed":
        landed(coach.post(f"/polls/{poll.public_id}/closing"), f"/polls/{poll.public_id}")
    else:
        poll.closes_at = utc_now()
    for answer in (reader.get(address), reader.post(address, data=_said(poll, "yes", "yes"))):
        assert answer.status_code == 409
        assert said in words(answer)
        assert "slot-" not in answer.text
    assert session.scalars(select(PollAnswer)).all() == []
    # In the app, too, and to those who are asked and those who run the cohort.
    for who in (world.participant, world.coach):
        page = browse(who).get(f"/polls/{poll.public_id}")
        assert page.status_code == 200
        assert "slot-" not in page.text.replace("slot-passed", "")


def test_a_participant_answers_in_the_app_and_sees_nobody_elses_answer(
    session: Session, world: World, poll: Poll, browse: Browse
) -> None:
    participant, path = browse(world.participant), f"/polls/{poll.public_id}"
    assert "Circle 4" in words(participant.get(_path(world)))
    cohort = f"/cohorts/{world.cohort.public_id}"
    assert "When could you meet for Circle 4?" in words(participant.get(cohort))
    landed(participant.post(f"{path}/answer", _said(poll, "yes", "if_need_be")), path)
    page = participant.get(path)
    assert fields(page)[f"slot-{poll.slots[1].public_id}"] == "if_need_be"
    assert "Fellow Person" not in words(page)
    assert "Finding a time for Circle 4" in words(participant.get(cohort))
    assert "Circle 4" not in words(browse(world.observer).get(_path(world)))
    results = words(browse(world.coach).get(path))
    assert "1 yes, 0 if need be, 0 no, 1 without an answer" in results
    assert "Fellow Person" in results


def test_a_taken_time_is_shown_and_not_chosen(session: Session, world: World, poll: Poll, browse: Browse) -> None:
    coach, path = browse(world.coach), f"/polls/{poll.public_id}"
    make_session(session, world.cohort, title="In the way", starts_at=poll.slots[0].starts_at, led_by_id=world.coach.id)
    page = words(coach.get(path))
    assert "The coach is elsewhere" in page
    assert "Coach Person holds In the way of Cohort 9." in page
    refused(coach.post(f"{path}/choice", {"slot_id": poll.slots[0].public_id}), 409, "holds “In the way”")
    session.expire_all()
    assert poll.state == PollState.OPEN


def test_reminding_is_done_once(session: Session, world: World, poll: Poll, browse: Browse) -> None:
    coach, path = browse(world.coach), f"/polls/{poll.public_id}"
    landed(coach.post(f"{path}/reminder"), path)
    assert "2 people are reminded" in words(coach.get(path))
    refused(coach.post(f"{path}/reminder"), 409, "reminded already")
    assert len(session.scalars(select(Message)).all()) == 4


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_it_is_edited_while_no_time_is_chosen(session: Session, world: World, poll: Poll, browse: Browse) -> None:
    browser, address = browse(world.coach), f"/polls/{poll.public_id}"
    assert f"{address}/edit" in links(browser.get(address))
    shown = form(browser.get(f"{address}/edit"))
    assert (shown["title"], shown["closes_day"], shown["version"]) == ("Circle 4", _day(5), "1")
    late = browser.post(f"{address}/edit", shown | {"closes_day": _day(30)})
    refused(late, 422, "Time on that day: Answers end before the last of the proposed times.")
    assert wrong_fields(late) == ["closes_time"]
    assert fields(late)["closes_day"] == _day(30)
    landed(browser.post(f"{address}/edit", shown | {"title": "Circle 5", "closes_day": _day(6)}), address)
    assert "Circle 5" in words(browser.get(address))
    stale = browser.post(f"{address}/edit", shown | {"title": "Circle 6"})
    assert stale.status_code == 409
    assert fields(stale)["title"] == "Circle 6"
    browser.post(f"{address}/closing")
    assert f"{address}/edit" not in links(browser.get(address))
    closed = form(browser.get(f"{address}/edit"))
    refused(browser.post(f"{address}/edit", closed | {"title": "Late"}), 409, "This poll was closed already.")
