"""Which run the figures of a check-in are of: named where it is asked, and said again by the answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import (
    Anchor,
    AnswerChoice,
    AnswerFlow,
    CheckIn,
    CheckInState,
    CourseRun,
    FollowUpQuestion,
    Membership,
    QuestionKind,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
)
from coaching.services.asked_run import AskedRun, find_asked_run
from coaching.services.check_ins import answer_check_in
from coaching.services.reach import report_reach
from tests.factories import NOW, actor_of, make_check_in, make_membership, make_project, make_run, make_step

TODAY = NOW.date()


@pytest.fixture
def member(session: Session) -> Membership:
    return make_membership(session)


@pytest.fixture
def check_in(session: Session, member: Membership) -> CheckIn:
    step = make_step(session, member.cohort)
    step.questions.append(
        FollowUpQuestion(
            position=0, kind=QuestionKind.NUMBER, prompt="How many completed?", flows_to=AnswerFlow.COMPLETED_90
        )
    )
    return make_check_in(session, step, member, state=CheckInState.ASKED, asked_at=NOW)


def old_run(session: Session, member: Membership, weeks: int, **values: object) -> CourseRun:
    """A run of the member's whose figure is so many weeks old."""
    as_of = TODAY - timedelta(weeks=weeks)
    project = make_project(session, owners=(member,))
    run = make_run(session, project, **({"launched_on": as_of - timedelta(days=20)} | values))
    report_reach(
        session, run, metric=ReachMetric.JOINERS, value=weeks, as_of=as_of, source=ReachSource.PARTICIPANT,
        recorded_by_id=None, now=NOW,
    )  # fmt: skip
    session.flush()
    return run


def asked(session: Session, check_in: CheckIn) -> AskedRun | None:
    actor = actor_of(session, check_in.membership.person)
    return find_asked_run(session, check_in, actor=actor, now=NOW)


def say(session: Session, check_in: CheckIn, value: int, run_id: str | None) -> str:
    actor = actor_of(session, check_in.membership.person)
    answer = answer_check_in(
        session, check_in, actor=actor, now=NOW, choice=AnswerChoice.NOT_YET, via="link", enrolments=value,
        replies={check_in.step.questions[0].public_id: value - 1}, run_id=run_id,
    )  # fmt: skip
    session.flush()
    return answer.unused_because


def figures(session: Session, run: CourseRun) -> list[tuple[str, int, date]]:
    statement = select(ReachSnapshot.metric, ReachSnapshot.value, ReachSnapshot.as_of).where(
        ReachSnapshot.run_id == run.id, ReachSnapshot.is_current
    )
    return sorted((metric.value, value, as_of) for metric, value, as_of in session.execute(statement))


def test_of_several_the_one_with_the_oldest_figure_is_asked_about_and_gets_the_answer(
    session: Session, member: Membership, check_in: CheckIn
) -> None:
    assert asked(session, check_in) is None
    old, fresh, older = (old_run(session, member, weeks) for weeks in (13, 2, 20))
    old_run(session, member, 30, ended_on=TODAY - timedelta(weeks=31))
    found = asked(session, check_in)
    assert found is not None
    assert (found.run_id, found.joiners, found.as_of) == (older.public_id, 20, TODAY - timedelta(weeks=20))
    assert found.is_stale
    # Somebody else tells a figure of it in between: the answer is of the run that it was asked about all the same.
    report_reach(
        session, older, metric=ReachMetric.JOINERS, value=90, as_of=TODAY, source=ReachSource.COACH,
        recorded_by_id=None, now=NOW,
    )  # fmt: skip
    assert say(session, check_in, 100, found.run_id) == ""
    assert figures(session, older) == [("completed_90", 99, TODAY), ("joiners", 100, TODAY)]
    assert figures(session, old) == [("joiners", 13, TODAY - timedelta(weeks=13))]
    assert figures(session, fresh) == [("joiners", 2, TODAY - timedelta(weeks=2))]
    # Answering again is about the same run, although another figure is the oldest by now.
    again = asked(session, check_in)
    assert again is not None
    assert (again.run_id, again.is_stale) == (older.public_id, False)


def test_nothing_is_asked_for_where_the_programme_wants_nothing(
    session: Session, member: Membership, check_in: CheckIn
) -> None:
    old_run(session, member, 13)
    old_run(session, member, 14)
    member.cohort.programme.stale_weeks = None
    assert asked(session, check_in) is None


def test_the_only_run_is_named_and_so_is_the_one_that_was_launched(session: Session, member: Membership) -> None:
    run = old_run(session, member, 1)
    step = make_step(session, member.cohort, anchor=Anchor.LAUNCH)
    of_launch = make_check_in(session, step, member, anchor_id=run.id, state=CheckInState.ASKED, asked_at=NOW)
    old_run(session, member, 20)
    found = asked(session, of_launch)
    assert found is not None
    assert (found.run_id, found.is_stale) == (run.public_id, False)


def test_a_run_of_somebody_else_gets_nothing(session: Session, member: Membership, check_in: CheckIn) -> None:
    theirs = old_run(session, make_membership(session, member.cohort), 13)
    old_run(session, member, 13)
    with pytest.raises(Invalid) as refusal:
        say(session, check_in, 100, theirs.public_id)
    assert list(refusal.value.messages) == ["run_id"]
    assert figures(session, theirs) == [("joiners", 13, TODAY - timedelta(weeks=13))]
