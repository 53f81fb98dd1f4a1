"""A check-in by the link in its mail: whoever holds it answers this one question, and sees nothing else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.clock import utc_now
from coaching.models import AnswerChoice, Asking, CheckInAnswer, CheckInState, Purpose
from coaching.services.capabilities import issue_capability
from coaching.tokens import hash_secret, new_secret
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.factories import make_asking_link
from tests.worlds import Traces, World

KEPT = "?kept=yes"


@pytest.fixture
def secret(session: Session, traces: Traces) -> str:
    return make_asking_link(session, traces.open_check_in)


@pytest.fixture
def reader(app: Flask, session: Session, secret: str) -> FlaskClient:
    """A mail program's browser that keeps no cookies."""
    session.commit()
    return app.test_client(use_cookies=False)


def _answers(session: Session, traces: Traces) -> list[CheckInAnswer]:
    session.expire_all()
    check_in_id = traces.open_check_in.id
    return list(session.scalars(select(CheckInAnswer).where(CheckInAnswer.check_in_id == check_in_id)))


def _plain(answer: TestResponse, status: int, said: str) -> None:
    """A page that says what is the matter, without a form to answer with."""
    assert answer.status_code == status
    assert said in words(answer), words(answer)
    assert "choice" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_looking_writes_nothing(
    session: Session,
    traces: Traces,
    secret: str,
    reader: FlaskClient,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    with count_queries() as statements:
        page = reader.get(f"/check-in/{secret}")
    assert "Did you launch?" in words(page)
    assert statements
    assert [one for one in statements if not one.lstrip().upper().startswith("SELECT")] == []
    assert reader.head(f"/check-in/{secret}").status_code == 200
    assert _answers(session, traces) == []


def test_the_page_says_what_is_recorded_and_not_what_its_address_says(reader: FlaskClient, secret: str) -> None:
    assert "Thank you" not in words(reader.get(f"/check-in/{secret}?kept=did_it"))
    assert reader.post(f"/check-in/{secret}/not_yet").status_code == 303
    assert "Recorded: Not yet." in words(reader.get(f"/check-in/{secret}?kept=not_yet"))
    other = words(reader.get(f"/check-in/{secret}?kept=did_it"))
    assert "Recorded: Yes, I did it." not in other
    assert "Your answer is kept." in other


def test_an_answer_is_kept_without_cookies_or_signing_in(
    session: Session, traces: Traces, secret: str, reader: FlaskClient
) -> None:
    typed = {"choice": "did_it", "note": "Live since Monday", "enrolments": "1300"}
    answer = reader.post(f"/check-in/{secret}", data=typed)
    landed(answer, f"/check-in/{secret}{KEPT}")
    assert "Your answer is kept." in words(reader.get(f"/check-in/{secret}{KEPT}"))
    (given,) = _answers(session, traces)
    assert (given.choice, given.note, given.enrolments, given.via) == (
        AnswerChoice.DID_IT, "Live since Monday", 1300, "link",
    )  # fmt: skip
    assert reader.get("/").status_code in {302, 303, 401}


def test_answering_again_takes_the_place_of_the_first(
    session: Session, traces: Traces, secret: str, reader: FlaskClient
) -> None:
    reader.post(f"/check-in/{secret}", data={"choice": "did_it", "note": "Live"})
    reader.post(f"/check-in/{secret}", data={"choice": "not_yet", "note": "It closed again"})
    (given,) = _answers(session, traces)
    assert (given.choice, given.note) == (AnswerChoice.NOT_YET, "It closed again")
    assert given.changed_at is not None


def test_no_history_is_shown(world: World, traces: Traces, secret: str, reader: FlaskClient) -> None:
    reader.post(f"/check-in/{secret}", data={"choice": "did_it", "note": "Live since Monday", "enrolments": "77"})
    for page in (reader.get(f"/check-in/{secret}"), reader.get(f"/check-in/{secret}{KEPT}")):
        assert "Live since Monday" not in page.text
        assert fields(page)["enrolments"] == ""
        assert "choice" not in fields(page)
        # Not the earlier answer, nor any other thing or person.
        for text in ("We are live!", "Sepsis, early", "Participant Person", "Launch a course with my team"):
            assert text not in page.text
        assert [link for link in links(page) if link.startswith(("/members", "/cohorts", "/goals", "/account"))] == []


def test_the_link_signs_nobody_in(browse: Browse, traces: Traces, secret: str) -> None:
    browser = browse()
    assert browser.get(f"/check-in/{secret}").status_code == 200
    browser.post(f"/check-in/{secret}", {"choice": "did_it"})
    assert browser.get("/account").status_code in {302, 303, 401}


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    session: Session, traces: Traces, secret: str, reader: FlaskClient
) -> None:
    answer = reader.post(f"/check-in/{secret}", data={"note": "Half way", "enrolments": "some"})
    refused(answer, 422, "Your answer: Fill this in.", "Enrolments so far: Write a whole number.")
    assert sorted(wrong_fields(answer)) == ["choice", "enrolments"]
    assert fields(answer) | {"note": "Half way", "enrolments": "some"} == fields(answer)
    assert _answers(session, traces) == []


@pytest.mark.parametrize("act", ["get", "post"])
class TestNothingToAnswer:
    @pytest.fixture
    def open_link(self, app: Flask, session: Session, secret: str, act: str) -> Callable[[], TestResponse]:
        def open_link() -> TestResponse:
            session.commit()
            client = app.test_client(use_cookies=False)
            if act == "get":
                return client.get(f"/check-in/{secret}")
            return client.post(f"/check-in/{secret}", data={"choice": "did_it"})

        return open_link

    def test_a_link_that_has_ended(
        self, session: Session, traces: Traces, open_link: Callable[[], TestResponse]
    ) -> None:
        traces.open_check_in.closes_at = utc_now() - timedelta(minutes=1)
        _plain(open_link(), 410, "This check-in is over")
        assert _answers(session, traces) == []

    @pytest.mark.parametrize(
        ("state", "due", "closes", "said"),
        [
            (CheckInState.EXPIRED, -9, 9, "This check-in is over"),
            (CheckInState.CANCELLED, -9, 9, "This check-in was called off"),
            (CheckInState.DUE, 1, 9, "This check-in is not open yet"),
        ],
    )
    def test_a_check_in_that_takes_no_answer(
        self, session: Session, traces: Traces, open_link: Callable[[], TestResponse],
        state: CheckInState, due: int, closes: int, said: str,
    ) -> None:  # fmt: skip
        check_in, now = traces.open_check_in, utc_now()
        check_in.state = state
        check_in.due_at, check_in.closes_at = now + timedelta(days=due), now + timedelta(days=closes)
        _plain(open_link(), 409, said)
        assert _answers(session, traces) == []

    def test_a_link_for_something_else(
        self, session: Session, world: World, traces: Traces, secret: str, open_link: Callable[[], TestResponse]
    ) -> None:
        session.execute(update(Asking).values(secret_hash=None))
        now, person = utc_now(), world.participant.id
        issue_capability(
            session, Purpose.PASSWORD_RESET, person, person, secret=secret, expires_at=now + timedelta(days=1), now=now
        )
        _plain(open_link(), 400, "This link is for something else.")
        assert _answers(session, traces) == []

    def test_a_link_that_nobody_knows(self, session: Session, open_link: Callable[[], TestResponse]) -> None:
        session.execute(update(Asking).values(secret_hash=hash_secret(new_secret())))
        _plain(open_link(), 404, "This link is not known.")

    def test_the_link_of_somebody_suspended(
        self, session: Session, world: World, traces: Traces, open_link: Callable[[], TestResponse]
    ) -> None:
        world.participant.suspended_at = utc_now()
        _plain(open_link(), 404, "This link is not known.")
        assert _answers(session, traces) == []
