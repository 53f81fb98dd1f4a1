"""Saying whether one comes by the link in an invite: one session or a series, and nothing else of anybody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.clock import utc_now
from coaching.models import (
    CalendarInvite,
    Capability,
    CoachingSession,
    MembershipStatus,
    Purpose,
    Rsvp,
    RsvpChoice,
    Series,
    SessionState,
)
from coaching.services.capabilities import issue_capability
from coaching.tokens import new_secret
from tests.blueprints.pages.browsing import Browse, fields, landed, links, words
from tests.blueprints.pages.marking import wrong_fields
from tests.factories import make_session
from tests.worlds import Traces, World

Count = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def reader(new_client: Callable[[], FlaskClient]) -> FlaskClient:
    return new_client()


def _link(session: Session, world: World, **subject: int) -> str:
    secret, now = new_secret(), utc_now()
    invite = CalendarInvite(person_id=world.participant.id, created_at=now, **subject)
    session.add(invite)
    session.flush()
    issue_capability(
        session, Purpose.RSVP, invite.id, world.participant.id, secret=secret,
        expires_at=now + timedelta(days=30), now=now,
    )  # fmt: skip
    session.commit()
    return f"/rsvp/{secret}"


@pytest.fixture
def coming(session: Session, traces: Traces) -> CoachingSession:
    return traces.coming


@pytest.fixture
def series(session: Session, world: World) -> list[CoachingSession]:
    """One session that was, three to come, one of which was cancelled, and one after it."""
    now = utc_now()
    row = Series(
        cohort_id=world.cohort.id, title="Circle", local_start=datetime(2026, 1, 5, 10), timezone="Europe/London",
        duration_minutes=60, rule="FREQ=WEEKLY", created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    held = [
        make_session(session, world.cohort, title=f"Circle {week}", starts_at=now + timedelta(weeks=week, days=1))
        for week in range(-1, 4)
    ]
    for one in held:
        one.series_id = row.id
    held[2].state = SessionState.CANCELLED
    session.flush()
    return held


def _answers(session: Session) -> dict[int, RsvpChoice]:
    session.expire_all()
    return {given.session_id: given.choice for given in session.scalars(select(Rsvp))}


def _typed(page: TestResponse, **choices: str) -> dict[str, str]:
    kept = {name: value for name, value in fields(page).items() if name.startswith(("starts-", "choice-"))}
    return kept | choices


def test_looking_writes_nothing_and_an_answer_is_kept(
    session: Session, world: World, coming: CoachingSession, reader: FlaskClient, count_queries: Count
) -> None:
    address = _link(session, world, session_id=coming.id)
    with count_queries() as statements:
        page = reader.get(address)
    assert [one for one in statements if not one.lstrip().upper().startswith("SELECT")] == []
    assert "Coming" in words(page)
    assert "(Europe/London)" in words(page)
    choice = f"choice-{coming.public_id}"
    landed(reader.post(address, data=_typed(page, **{choice: "maybe", "note": "By train"})), f"{address}?kept=yes")
    again = reader.get(f"{address}?kept=yes")
    assert (fields(again)[choice], fields(again)["note"]) == ("maybe", "By train")
    reader.post(address, data=_typed(again, **{choice: "no", "note": ""}))
    (given,) = session.scalars(select(Rsvp))
    session.refresh(given)
    assert (given.choice, given.note, given.via) == (RsvpChoice.NO, "", "link")
    assert [link for link in links(again) if link.startswith(("/members", "/cohorts", "/sessions"))] == []


def test_a_series_is_answered_one_by_one_or_at_once(
    session: Session, world: World, series: list[CoachingSession], reader: FlaskClient
) -> None:
    address = _link(session, world, series_id=series[0].series_id)
    page = reader.get(address)
    shown = [held for held in series if f"choice-{held.public_id}" in page.text]
    assert shown == [series[1], series[3], series[4]]
    reader.post(address, data=_typed(page, all="yes"))
    assert _answers(session) == {held.id: RsvpChoice.YES for held in shown}
    page = reader.get(address)
    reader.post(address, data=_typed(page, **{f"choice-{series[3].public_id}": "no", "all": ""}))
    assert _answers(session) == {held.id: RsvpChoice.YES for held in shown} | {series[3].id: RsvpChoice.NO}
    # A session that is not on this page is not answered by it.
    other = make_session(session, world.cohort, starts_at=utc_now() + timedelta(days=2))
    session.commit()
    reader.post(address, data=_typed(page, **{f"choice-{other.public_id}": "yes"}))
    assert other.id not in _answers(session)


def test_what_cannot_be_taken_is_said_at_its_field_and_stays_typed(
    session: Session, world: World, coming: CoachingSession, reader: FlaskClient
) -> None:
    address, choice = _link(session, world, session_id=coming.id), f"choice-{coming.public_id}"
    page = reader.get(address)
    silent = reader.post(address, data=_typed(page, note="Late"))
    assert (silent.status_code, set(wrong_fields(silent))) == (422, {choice})
    assert fields(silent)["note"] == "Late"
    wrong = reader.post(address, data=_typed(page, **{choice: "perhaps"}))
    assert wrong.status_code == 422
    assert "Choose one of the options." in words(wrong)
    coming.starts_at += timedelta(hours=1)
    coming.ends_at += timedelta(hours=1)
    session.commit()
    late = reader.post(address, data=_typed(page, **{choice: "yes"}))
    assert late.status_code == 409
    assert "was moved meanwhile" in words(late)
    assert _answers(session) == {}


@pytest.mark.parametrize(
    ("end", "status", "said"),
    [
        ("cancelled", 409, "This session was cancelled"),
        ("begun", 409, "It is too late to answer"),
        ("left", 409, "You are not expected any more"),
        ("expired", 410, "This link has ended"),
        ("suspended", 404, ""),
        ("another's", 404, ""),
    ],
)
def test_where_there_is_nothing_to_answer_a_page_says_so(
    session: Session, world: World, coming: CoachingSession, reader: FlaskClient, end: str, status: int, said: str
) -> None:
    address, now = _link(session, world, session_id=coming.id), utc_now()
    if end == "cancelled":
        coming.state = SessionState.CANCELLED
    elif end == "begun":
        coming.starts_at = now
    elif end == "left":
        world.member.status = MembershipStatus.WITHDRAWN
    elif end == "suspended":
        world.participant.suspended_at = now
    elif end == "another's":
        session.scalars(select(CalendarInvite)).one().person_id = world.fellow.id
    else:
        session.scalars(select(Capability)).one().expires_at = now
    session.commit()
    for answer in (reader.get(address), reader.post(address, data={f"choice-{coming.public_id}": "yes"})):
        assert answer.status_code == status
        assert said in words(answer)
        assert "choice-" not in answer.text
    assert _answers(session) == {}


def test_the_link_signs_nobody_in(session: Session, world: World, coming: CoachingSession, browse: Browse) -> None:
    browser, address = browse(), _link(session, world, session_id=coming.id)
    assert browser.get(address).status_code == 200
    browser.post(address, {f"choice-{coming.public_id}": "yes"})
    assert browser.get("/account").status_code in {302, 303, 401}
