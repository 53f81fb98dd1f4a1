"""One tap in a mail, "stop asking me" and the question of consent, by link: GET shows, POST records."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import (
    AnswerChoice,
    CheckIn,
    CheckInAnswer,
    CheckInState,
    FollowUpQuestion,
    Membership,
    MembershipStatus,
    QuestionKind,
)
from tests import factories
from tests.blueprints.pages.browsing import fields, landed, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.blueprints.pages.test_check_in_links import secret  # noqa: F401  A fixture.
from tests.worlds import Traces, World


@pytest.fixture
def link(secret: str) -> str:  # noqa: F811
    return f"/check-in/{secret}"


@pytest.fixture
def question(session: Session, traces: Traces) -> FollowUpQuestion:
    question = FollowUpQuestion(
        step_id=traces.open_check_in.step_id, position=1, kind=QuestionKind.SCALE, prompt="How sure are you?",
        is_required=True, lowest=1, highest=5, lowest_label="not at all", highest_label="very",
    )  # fmt: skip
    session.add(question)
    session.flush()
    return question


@pytest.fixture
def to_come(session: Session, world: World, traces: Traces) -> CheckIn:
    """An alumni check-in whose moment is ahead."""
    step = factories.make_step(session, world.cohort, label="Six months on", offset="P6M", is_alumni=True)
    return factories.make_check_in(session, step, world.member, due_at=utc_now() + timedelta(days=100))


class Seen:
    """What the database holds, read in a transaction of its own: the app writes between two looks."""

    def __init__(self, session: Session, member: Membership, check_in: CheckIn, to_come: CheckIn) -> None:
        self.session = session
        self.member_id, self.check_in_id, self.to_come_id = member.id, check_in.id, to_come.id

    def answer(self) -> tuple[AnswerChoice, str, str, list[float | None]] | None:
        self.session.expire_all()
        statement = select(CheckInAnswer).where(CheckInAnswer.check_in_id == self.check_in_id)
        given = self.session.scalars(statement).one_or_none()
        found = None
        if given is not None:
            found = given.choice, given.via, given.note, [reply.number for reply in given.replies]
        self.session.rollback()
        return found

    def choices(self) -> tuple[bool, bool | None, CheckInState, CheckInState]:
        """Whether they stopped, their consent, and how the check-in of the link and the one to come stand."""
        self.session.expire_all()
        member = self.session.get_one(Membership, self.member_id)
        states = [self.session.get_one(CheckIn, one).state for one in (self.check_in_id, self.to_come_id)]
        found = member.follow_ups_stopped_at is not None, member.alumni_consent, states[0], states[1]
        self.session.rollback()
        return found


@pytest.fixture
def seen(session: Session, world: World, traces: Traces, to_come: CheckIn) -> Seen:
    return Seen(session, world.member, traces.open_check_in, to_come)


@pytest.fixture
def reply(question: FollowUpQuestion) -> str:
    """The name of the further question's field."""
    return f"reply-{question.public_id}"


@pytest.fixture
def reader(app: Flask, session: Session, link: str, seen: Seen, reply: str) -> FlaskClient:
    """A mail program's browser that keeps no cookies."""
    session.commit()
    return app.test_client(use_cookies=False)


def test_looking_at_any_of_the_links_changes_nothing(
    link: str, reader: FlaskClient, seen: Seen, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    with count_queries() as statements:
        for end in ("", "/did_it", "/not_yet", "/cannot_say", "/stop", "/alumni-consent", "?kept=did_it"):
            assert reader.get(link + end).status_code == 200, end
            assert reader.head(link + end).status_code == 200, end
    assert [one for one in statements if not one.lstrip().upper().startswith("SELECT")] == []
    assert seen.answer() is None
    assert reader.get(f"{link}/perhaps").status_code == 404


def test_one_tap_shows_the_answer_and_one_button_records_it(link: str, reader: FlaskClient, seen: Seen) -> None:
    page = reader.get(f"{link}/not_yet")
    assert "Your answer: Not yet . It is not recorded yet." in words(page)
    assert page.text.count("<button") == 1 + page.text.count('name="theme"')
    assert "Record: Not yet" in words(page)
    landed(reader.post(f"{link}/not_yet"), f"{link}?kept=not_yet")
    assert seen.answer() == (AnswerChoice.NOT_YET, "link", "", [])


def test_after_the_tap_the_rest_is_offered_and_counts_with_it(
    link: str, reader: FlaskClient, seen: Seen, reply: str
) -> None:
    reader.post(f"{link}/did_it")
    page = reader.get(f"{link}?kept=did_it")
    assert "Recorded: Yes, I did it." in words(page)
    assert "How sure are you?" in words(page)
    assert fields(page)["choice"] == "did_it"
    landed(reader.post(link, data={"choice": "did_it", "note": "Since Monday", reply: "4"}), f"{link}?kept=yes")
    assert seen.answer() == (AnswerChoice.DID_IT, "link", "Since Monday", [4])
    # A tap on another answer changes that alone.
    reader.post(f"{link}/not_yet")
    assert seen.answer() == (AnswerChoice.NOT_YET, "link", "Since Monday", [4])


def test_what_is_wrong_with_a_reply_stands_at_it_and_what_was_typed_stays(
    link: str, reader: FlaskClient, seen: Seen, reply: str
) -> None:
    answer = reader.post(link, data={"choice": "did_it", "note": "Half way"})
    refused(answer, 422, "How sure are you: Fill this in.")
    assert wrong_fields(answer) == [reply]
    assert (fields(answer)["note"], fields(answer)["choice"]) == ("Half way", "did_it")
    refused(reader.post(link, data={"choice": "did_it", reply: "6"}), 422, "Write a whole number from 1 to 5.")
    assert seen.answer() is None


def test_what_could_not_be_counted_is_told(
    session: Session, world: World, link: str, reader: FlaskClient, reply: str
) -> None:
    factories.make_run(session, factories.make_project(session, owners=(world.member,)))
    session.commit()
    reader.post(link, data={"choice": "did_it", "enrolments": "50", reply: "3"})
    page = words(reader.get(f"{link}?kept=yes"))
    assert "Enrolments so far: There are several course runs that it could be of." in page


class TestStopping:
    def test_it_says_what_it_means_and_does_it_and_takes_it_back(
        self, link: str, reader: FlaskClient, seen: Seen
    ) -> None:
        page = words(reader.get(f"{link}/stop"))
        for told in ("This ends all check-ins about Cohort 9", "Six months on", "“Six weeks on” is open now"):
            assert told in page
        landed(reader.post(f"{link}/stop"), f"{link}/stop")
        assert "You are not asked any more" in words(reader.get(f"{link}/stop"))
        assert seen.choices() == (True, None, CheckInState.CANCELLED, CheckInState.CANCELLED)
        ended = reader.get(link)
        assert ended.status_code == 409
        assert "You asked not to be asked any more about this cohort" in words(ended)
        assert f"{link}/stop" in ended.text
        landed(reader.post(f"{link}/stop/end"), f"{link}/stop")
        assert seen.choices()[:3] == (False, None, CheckInState.ASKED)
        assert reader.get(link).status_code == 200

    def test_it_is_never_too_late_but_for_who_has_left(
        self, session: Session, world: World, traces: Traces, link: str, reader: FlaskClient
    ) -> None:
        traces.open_check_in.closes_at = utc_now() - timedelta(days=1)
        session.commit()
        assert reader.get(f"{link}/stop").status_code == 200
        world.member.status = MembershipStatus.WITHDRAWN
        session.commit()
        answer = reader.post(f"{link}/stop")
        assert answer.status_code == 409
        assert "You have left Cohort 9" in words(answer)


class TestConsent:
    @pytest.fixture
    def question_again(self, to_come: CheckIn) -> str:
        return f"May we ask you again in {to_come.due_at:%B %Y}?"

    def test_it_is_asked_once_an_answer_is_there(
        self, question_again: str, link: str, reader: FlaskClient, seen: Seen
    ) -> None:
        assert question_again not in words(reader.get(link))
        reader.post(f"{link}/did_it")
        for kept in ("did_it", "yes"):
            assert question_again in words(reader.get(f"{link}?kept={kept}"))
        landed(reader.post(f"{link}/alumni-consent", data={"may_ask": "yes"}), f"{link}/alumni-consent")
        assert "Thank you, you said yes" in words(reader.get(f"{link}/alumni-consent"))
        assert question_again not in words(reader.get(f"{link}?kept=yes"))
        landed(reader.post(f"{link}/alumni-consent", data={"may_ask": "no"}), f"{link}/alumni-consent")
        assert seen.choices() == (False, False, CheckInState.ANSWERED, CheckInState.CANCELLED)
        assert reader.post(f"{link}/alumni-consent", data={"may_ask": "perhaps"}).status_code == 422

    @pytest.fixture
    def alumni(self, session: Session, traces: Traces, reader: FlaskClient) -> None:
        """The check-in of the link is one that asks first."""
        traces.open_check_in.step.is_alumni = True
        session.commit()

    @pytest.mark.usefixtures("alumni")
    def test_an_alumni_check_in_asks_that_first_and_a_yes_leads_to_its_question(
        self, link: str, reader: FlaskClient, seen: Seen
    ) -> None:
        for end in ("", "/did_it"):
            landed(reader.get(link + end), f"{link}/alumni-consent")
        assert "May we still ask you?" in words(reader.get(f"{link}/alumni-consent"))
        assert reader.post(f"{link}/did_it").status_code == 409
        assert seen.answer() is None
        landed(reader.post(f"{link}/alumni-consent", data={"may_ask": "yes"}), link)
        assert "Did you launch?" in words(reader.get(link))
        landed(reader.post(f"{link}/did_it"), f"{link}?kept=did_it")

    @pytest.mark.usefixtures("alumni")
    def test_a_no_ends_it(self, link: str, reader: FlaskClient, seen: Seen) -> None:
        landed(reader.post(f"{link}/alumni-consent", data={"may_ask": "no"}), f"{link}/alumni-consent")
        assert "Thank you, you said no" in words(reader.get(f"{link}/alumni-consent"))
        assert seen.choices()[2] == CheckInState.CANCELLED
