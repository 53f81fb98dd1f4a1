"""Where replies go: to the run or the goal that the check-in counts from; and what becomes of those that cannot."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import (
    Anchor,
    AnswerChoice,
    AnswerFlow,
    CheckIn,
    CheckInReply,
    CheckInState,
    FollowUpQuestion,
    Goal,
    GoalState,
    Membership,
    PracticeEntry,
    QuestionKind,
    Rating,
    ReachSnapshot,
    Role,
)
from coaching.services import check_in_flow, check_in_ratings
from coaching.services.check_in_ratings import list_goal_answers
from coaching.services.check_ins import answer_check_in, choose_answer
from tests.factories import (
    NOW,
    actor_of,
    make_check_in,
    make_goal,
    make_membership,
    make_project,
    make_run,
    make_step,
)

DAY = timedelta(days=1)
TODAY = date(2026, 6, 15)


def asked(session: Session, member: Membership, anchor: Anchor, anchor_id: int, *flows: AnswerFlow) -> CheckIn:
    """A check-in that counts from this, with a further question for each flow."""
    step = make_step(session, member.cohort, anchor=anchor)
    for place, flow in enumerate(flows):
        is_rating = flow == AnswerFlow.GOAL_RATING
        step.questions.append(
            FollowUpQuestion(
                position=place, kind=QuestionKind.SCALE if is_rating else QuestionKind.NUMBER, prompt=flow.value,
                lowest=-2, highest=2, flows_to=flow,
            )
        )  # fmt: skip
    return make_check_in(session, step, member, anchor_id=anchor_id, state=CheckInState.ASKED, asked_at=NOW)


def say(session: Session, check_in: CheckIn, *values: Any, days: int = 0, **more: Any) -> list[str]:
    """Answers with these values to the further questions, and tells what could not be used."""
    replies = {
        question.public_id: value
        for question, value in zip(check_in.step.questions, values, strict=False)
        if value is not None
    }
    actor = actor_of(session, check_in.membership.person)
    now, words = NOW + days * DAY, {"choice": AnswerChoice.DID_IT, "via": "page"} | more
    given = answer_check_in(session, check_in, actor=actor, now=now, replies=replies, **words)
    session.flush()
    return [given.unused_because, *(reply.unused_because for reply in given.replies)]


def figures(session: Session) -> list[tuple[int, str, int]]:
    statement = select(ReachSnapshot.run_id, ReachSnapshot.metric, ReachSnapshot.value).order_by(ReachSnapshot.id)
    return [(run_id, metric.value, value) for run_id, metric, value in session.execute(statement)]


def ratings(session: Session) -> list[tuple[int, date]]:
    session.expire_all()
    statement = select(Rating.score, Rating.rated_on).order_by(Rating.id)
    return [(score, on) for score, on in session.execute(statement)]


@pytest.fixture
def member(session: Session) -> Membership:
    return make_membership(session)


def test_what_is_asked_after_a_launch_is_of_that_run(session: Session, member: Membership) -> None:
    project = make_project(session, owners=(member,))
    meant, _other = make_run(session, project), make_run(session, project, launched_on=date(2026, 6, 1))
    flows = (AnswerFlow.LEARNERS, AnswerFlow.ACTIVE, AnswerFlow.COMPLETED_50, AnswerFlow.NOWHERE)
    check_in = asked(session, member, Anchor.LAUNCH, meant.id, *flows)
    assert say(session, check_in, 90, 40, 20, 3.5, enrolments=100) == [""] * 5
    metrics = ("joiners", "learners", "active", "completed_50")
    assert figures(session) == [(meant.id, *pair) for pair in zip(metrics, (100, 90, 40, 20), strict=True)]
    assert session.scalars(select(PracticeEntry.run_id)).one() == meant.id


def test_after_the_end_a_figure_is_of_the_one_run_there_is(session: Session, member: Membership) -> None:
    check_in = asked(session, member, Anchor.COHORT_END, member.cohort_id, AnswerFlow.LEARNERS)
    assert say(session, check_in, 90, enrolments=100) == [check_in_flow.NO_RUN, check_in_flow.NO_RUN_FOR_IT]
    run = make_run(session, make_project(session, owners=(member,)))
    assert say(session, check_in, 90, enrolments=100) == ["", ""]
    assert figures(session) == [(run.id, "joiners", 100), (run.id, "learners", 90)]
    make_run(session, run.project, launched_on=date(2026, 6, 1))
    # The enrolments stay with the run that they were given to; of the others nobody could say.
    assert say(session, check_in, 95, enrolments=110) == ["", check_in_flow.NO_RUN_FOR_IT]
    another = asked(session, member, Anchor.SESSION_END, 1)
    assert say(session, another, enrolments=120) == [check_in_flow.SEVERAL_RUNS]


def test_a_run_of_somebody_elses_course_takes_nothing(session: Session, member: Membership) -> None:
    check_in = asked(session, member, Anchor.LAUNCH, make_run(session).id, AnswerFlow.LEARNERS)
    assert say(session, check_in, 90, enrolments=100) == [check_in_flow.NO_RUN, check_in_flow.NO_RUN_FOR_IT]
    assert figures(session) == []


def test_a_run_that_opened_later_takes_nothing_and_the_answer_is_kept(session: Session, member: Membership) -> None:
    run = make_run(session, make_project(session, owners=(member,)), launched_on=date(2026, 7, 1))
    check_in = asked(session, member, Anchor.LAUNCH, run.id, AnswerFlow.LEARNERS)
    assert say(session, check_in, 90, enrolments=100) == [check_in_flow.OPENED_LATER] * 2
    assert session.scalars(select(CheckInReply.number)).one() == 90


class TestGoals:
    @pytest.fixture
    def goal(self, session: Session, member: Membership) -> Goal:
        return make_goal(session, member)

    @pytest.fixture
    def check_in(self, session: Session, member: Membership, goal: Goal) -> CheckIn:
        return asked(session, member, Anchor.GOAL_DUE, goal.id, AnswerFlow.GOAL_RATING)

    def test_a_reply_is_a_rating_corrected_the_same_day_and_a_new_one_later(
        self, session: Session, check_in: CheckIn, goal: Goal, member: Membership
    ) -> None:
        assert say(session, check_in, 1) == ["", ""]
        say(session, check_in, -1)
        assert ratings(session) == [(-1, TODAY)]
        assert session.scalars(select(Rating.rated_by_id)).one() == member.person_id
        say(session, check_in, -1, days=1, note="No change.")
        assert ratings(session) == [(-1, TODAY)]
        say(session, check_in, 2, days=2)
        assert ratings(session) == [(-1, TODAY), (2, TODAY + 2 * DAY)]
        # Taken back the same day it goes; what was said on another day stands.
        say(session, check_in, days=2)
        assert ratings(session) == [(-1, TODAY)]
        say(session, check_in, days=3)
        assert ratings(session) == [(-1, TODAY)]

    def test_ones_own_rating_of_the_day_is_left_alone(
        self, session: Session, check_in: CheckIn, goal: Goal, member: Membership
    ) -> None:
        session.add(Rating(goal=goal, rated_by_id=member.person_id, score=0, rated_on=TODAY, created_at=NOW))
        say(session, check_in, 1)
        say(session, check_in)
        assert ratings(session) == [(0, TODAY)]

    def test_levels_have_to_be_written_first(self, session: Session, check_in: CheckIn, goal: Goal) -> None:
        goal.more = ""
        assert say(session, check_in, 1) == ["", check_in_ratings.NO_LEVELS]
        assert ratings(session) == []
        goal.more = "More of it"
        assert say(session, check_in, 1) == ["", ""]
        assert ratings(session) == [(1, TODAY)]

    def test_a_goal_that_has_ended_is_not_rated_and_one_on_another_scale_anew(
        self, session: Session, check_in: CheckIn, goal: Goal
    ) -> None:
        say(session, check_in, 1)
        goal.edition = 2
        assert say(session, check_in, 1) == ["", ""]
        assert ratings(session) == [(1, TODAY), (1, TODAY)]
        goal.state, goal.ended_on = GoalState.DROPPED, TODAY
        assert say(session, check_in, -2) == ["", check_in_ratings.ENDED]
        say(session, check_in)
        assert ratings(session) == [(1, TODAY), (1, TODAY)]

    @pytest.mark.parametrize("which", ["another anchor", "somebody else's goal"])
    def test_what_asks_about_no_goal_of_theirs_rates_none(
        self, session: Session, member: Membership, which: str
    ) -> None:
        anchor = Anchor.SESSION_END if which == "another anchor" else Anchor.GOAL_DUE
        check_in = asked(session, member, anchor, make_goal(session).id, AnswerFlow.GOAL_RATING)
        assert say(session, check_in, 1) == ["", check_in_ratings.NO_GOAL]
        assert ratings(session) == []

    def test_the_goals_page_tells_what_was_said(
        self, session: Session, check_in: CheckIn, goal: Goal, member: Membership
    ) -> None:
        # One that counts from something else with the same number says nothing about the goal.
        say(session, asked(session, member, Anchor.SESSION_END, goal.id))
        say(session, check_in, choice=AnswerChoice.NOT_YET, note="In autumn.")
        coach = make_membership(session, member.cohort, role=Role.COACH)
        (line,) = list_goal_answers(session, goal, actor=actor_of(session, coach.person))
        assert (line.id, line.choice, line.note) == (check_in.public_id, AnswerChoice.NOT_YET, "In autumn.")


def test_replies_change_with_the_answer_and_stay_with_a_tap(session: Session, member: Membership) -> None:
    check_in = asked(session, member, Anchor.COHORT_END, member.cohort_id, AnswerFlow.NOWHERE, AnswerFlow.NOWHERE)
    say(session, check_in, 1, 2, note="Both")
    say(session, check_in, None, 3, note="One")
    actor = actor_of(session, member.person)
    given = choose_answer(session, check_in, actor=actor, now=NOW, choice=AnswerChoice.NOT_YET, via="link")
    assert (given.choice, given.note, [reply.number for reply in given.replies]) == (AnswerChoice.NOT_YET, "One", [3])
    session.flush()
    session.expire_all()
    assert session.scalars(select(CheckInReply.number)).all() == [3]


def test_a_reply_to_a_question_of_another_step_is_refused(session: Session, member: Membership) -> None:
    check_in = asked(session, member, Anchor.COHORT_END, member.cohort_id, AnswerFlow.NOWHERE)
    other = asked(session, member, Anchor.SESSION_END, 1, AnswerFlow.NOWHERE)
    foreign = {other.step.questions[0].public_id: 3}
    actor = actor_of(session, member.person)
    with pytest.raises(Invalid):
        answer_check_in(session, check_in, actor=actor, now=NOW, choice=AnswerChoice.DID_IT, via="api", replies=foreign)
