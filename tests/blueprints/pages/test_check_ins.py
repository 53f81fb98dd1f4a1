"""A check-in in the app: answered by its participant, and read by those who run the cohort."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import (
    AnswerChoice,
    Asking,
    CheckInAnswer,
    CheckInState,
    Delivery,
    Held,
    MessageState,
    PracticeEntry,
)
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, wrong_fields
from tests.factories import make_message
from tests.worlds import Traces, World


@pytest.fixture
def address(traces: Traces) -> str:
    """The one that is open and not answered yet."""
    return f"/check-ins/{traces.open_check_in.public_id}"


def _answer(session: Session, traces: Traces) -> CheckInAnswer | None:
    session.expire_all()
    check_in_id = traces.open_check_in.id
    return session.scalars(select(CheckInAnswer).where(CheckInAnswer.check_in_id == check_in_id)).one_or_none()


class TestAnswering:
    def test_an_answer_is_kept_and_can_be_changed(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str
    ) -> None:
        browser = browse(world.participant)
        run_id = form(browser.get(address))["run_id"]
        assert form(browser.get(address)) == {"note": "", "enrolments": "", "run_id": run_id}
        typed = {"choice": "did_it", "note": "We are live", "enrolments": "1,300", "run_id": run_id}
        landed(browser.post(address, typed), address)
        page = browser.get(address)
        assert "Thank you. Your answer is kept" in words(page)
        assert form(page) == typed | {"enrolments": "1300"}
        assert "Change my answer" in words(page)
        landed(browser.post(address, {"choice": "not_yet", "note": "", "enrolments": ""}), address)
        answer = _answer(session, traces)
        assert answer is not None
        assert (answer.choice, answer.note, answer.enrolments, answer.via) == (AnswerChoice.NOT_YET, "", None, "page")

    def test_what_was_done_is_in_the_practice_log(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str
    ) -> None:
        browser = browse(world.participant)
        browser.post(address, {"choice": "did_it", "note": "We are live"})
        assert session.scalars(select(PracticeEntry.text)).all() == ["We are live"]
        log = f"/members/{world.member.public_id}/practice"
        assert log in links(browser.get(address))
        assert "We are live" in words(browser.get(log))

    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str
    ) -> None:
        typed = {"choice": "", "note": "Half way", "enrolments": "some"}
        answer = browse(world.participant).post(address, typed)
        refused(answer, 422, "Your answer: Fill this in.", "Enrolments so far: Write a whole number.")
        assert sorted(wrong_fields(answer)) == ["choice", "enrolments"]
        assert fields(answer) | {"note": "Half way", "enrolments": "some"} == fields(answer)
        assert _answer(session, traces) is None

    @pytest.mark.parametrize(
        ("state", "shift", "said"),
        [
            (CheckInState.ASKED, -1, "The time to answer this check-in is over."),
            (CheckInState.EXPIRED, 9, "The time to answer this check-in is over."),
            (CheckInState.CANCELLED, 9, "This check-in was called off"),
        ],
    )
    def test_what_has_ended_takes_no_answer(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str,
        state: CheckInState, shift: int, said: str,
    ) -> None:  # fmt: skip
        traces.open_check_in.state = state
        traces.open_check_in.closes_at = utc_now() + timedelta(days=shift)
        browser = browse(world.participant)
        assert "Send my answer" not in words(browser.get(address))
        refused(browser.post(address, {"choice": "did_it"}), 409, said)
        assert _answer(session, traces) is None

    def test_what_is_not_asked_yet_says_when(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str
    ) -> None:
        traces.open_check_in.state = CheckInState.DUE
        traces.open_check_in.due_at = utc_now() + timedelta(days=2)
        browser = browse(world.participant)
        assert "Not asked yet" in words(browser.get(address))
        refused(browser.post(address, {"choice": "did_it"}), 409, "This check-in is not open yet.")


class TestReading:
    @pytest.mark.parametrize("who", ["coach", "coordinator", "administrator"])
    def test_those_who_run_the_cohort_read_and_answer_for_nobody(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str, who: str
    ) -> None:
        browser = browse(getattr(world, who))
        page = browser.get(f"/check-ins/{traces.check_in.public_id}")
        assert "Participant Person answered" in words(page)
        assert "We are live!" in words(page)
        assert "No answer yet" in words(browser.get(address))
        assert "choice" not in fields(browser.get(address))
        assert browser.post(address, {"choice": "did_it"}).status_code == 403
        assert _answer(session, traces) is None

    @pytest.mark.parametrize("who", ["fellow", "observer", "outsider"])
    def test_for_the_others_it_is_not_there(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str, who: str
    ) -> None:
        browser = browse(getattr(world, who))
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"choice": "did_it"}).status_code == 404
        assert _answer(session, traces) is None


class TestWhatWasNotAsked:
    def test_what_the_weekly_limit_left_no_room_for_is_no_silence(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str
    ) -> None:
        check_in = traces.open_check_in
        check_in.state, check_in.wake_at, check_in.asked_at = CheckInState.EXPIRED, None, None
        check_in.held = Held.WEEKLY_LIMIT
        session.commit()
        page = words(browse(world.coach).get(address))
        assert "Never asked" in page
        assert "before the weekly limit left room for it" in page
        assert "No answer" not in page

    def test_what_was_called_off_says_why(
        self, session: Session, browse: Browse, world: World, traces: Traces, address: str
    ) -> None:
        check_in = traces.open_check_in
        check_in.state, check_in.wake_at, check_in.asked_at = CheckInState.CANCELLED, None, None
        message = make_message(session, world.participant, subject_id=check_in.id, state=MessageState.CANCELLED)
        outcome = {"outcome": MessageState.CANCELLED, "at": check_in.due_at}
        message.deliveries.append(Delivery(detail="Their course is at another stage.", **outcome))
        session.add(Asking(check_in_id=check_in.id, message_id=message.id, number=9))
        session.commit()
        assert "Their course is at another stage." in words(browse(world.coach).get(address))
