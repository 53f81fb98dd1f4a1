"""A figure in a check-in's answer becomes a value of the one metric that it can mean, and stays where it cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    Anchor,
    AnswerFlow,
    CheckIn,
    CheckInState,
    FollowUpQuestion,
    Goal,
    Membership,
    Metric,
    MetricDirection,
    Observation,
    ObservationSource,
    QuestionKind,
)
from coaching.services.check_in_metrics import ANOTHER_VALUE, NO_METRIC, SEVERAL_METRICS, UNFIT
from coaching.services.metrics import get_metric, list_metrics
from coaching.services.observations import record_observation
from tests.factories import NOW, actor_of, make_check_in, make_goal, make_membership, make_step
from tests.services.test_check_in_flow import TODAY
from tests.services.test_check_in_flow import say as answer


@pytest.fixture
def member(session: Session) -> Membership:
    return make_membership(session)


@pytest.fixture
def goal(session: Session, member: Membership) -> Goal:
    return make_goal(session, member)


def add(session: Session, goal: Goal, name: str = "Hours") -> Metric:
    metric = Metric(goal=goal, name=name, direction=MetricDirection.UP, created_at=NOW)
    session.add(metric)
    session.flush()
    return metric


def asked(session: Session, member: Membership, goal: Goal | None, *names: str) -> CheckIn:
    """A check-in with a figure for each of these metrics, of the goal that is due or at the cohort's end."""
    step = make_step(session, member.cohort, anchor=Anchor.GOAL_DUE if goal else Anchor.COHORT_END)
    step.questions = [
        FollowUpQuestion(position=place, kind=QuestionKind.NUMBER, prompt="How many?", flows_to=AnswerFlow.METRIC,
                         metric_name=name)
        for place, name in enumerate(names)
    ]  # fmt: skip
    anchor: dict[str, Any] = {"anchor_id": goal.id} if goal else {}
    return make_check_in(session, step, member, state=CheckInState.ASKED, asked_at=NOW, **anchor)


def say(session: Session, check_in: CheckIn, *values: Any, days: int = 0) -> list[str]:
    """Why each figure could not be used."""
    return answer(session, check_in, *values, days=days)[1:]


def standing(session: Session, goal: Goal) -> dict[str, list[Decimal]]:
    session.flush()
    lines = list_metrics(session, goal, actor=actor_of(session, goal.membership.person))
    return {one.name: [point.value for point in one.points] for one in lines}


def test_the_goal_that_is_due_has_one_metric(session: Session, member: Membership, goal: Goal) -> None:
    add(session, goal)
    add(session, make_goal(session, member), "Hours")
    check_in = asked(session, member, goal, "")
    assert say(session, check_in, 12.1) == [""]
    (row,) = session.scalars(select(Observation))
    assert (row.value, row.observed_on, row.source) == (Decimal("12.1"), TODAY, ObservationSource.CHECK_IN)
    assert (row.check_in_id, row.recorded_by_id) == (check_in.id, member.person_id)


def test_a_name_decides_among_several(session: Session, member: Membership, goal: Goal) -> None:
    add(session, goal, "Hours a week")
    add(session, make_goal(session, member), "Learners")
    assert say(session, asked(session, member, None, "", "hours  A week", "Steps"), 3, 4, 5) == [
        SEVERAL_METRICS,
        "",
        NO_METRIC,
    ]
    assert standing(session, goal) == {"Hours a week": [4]}


def test_what_has_ended_takes_nothing(session: Session, member: Membership, goal: Goal) -> None:
    metric = add(session, goal)
    metric.ended_at = NOW
    session.flush()
    check_in = asked(session, member, None, "")
    assert say(session, check_in, 3) == [NO_METRIC]
    metric.ended_at, goal.state, goal.ended_on = None, "dropped", TODAY
    session.flush()
    assert say(session, check_in, 3) == [NO_METRIC]


def test_another_answer_corrects_and_taking_it_back_takes_the_value_back(
    session: Session, member: Membership, goal: Goal
) -> None:
    add(session, goal)
    check_in = asked(session, member, goal, "")
    for value, stands in ((3, [3]), (3, [3]), (4, [4]), (None, []), (5, [5])):
        say(session, check_in, value)
        assert standing(session, goal) == {"Hours": stands}
    assert len(session.scalars(select(Observation)).all()) == 4
    say(session, check_in, 6, days=1)
    assert standing(session, goal) == {"Hours": [5, 6]}


def test_what_somebody_wrote_by_hand_stays(session: Session, member: Membership, goal: Goal) -> None:
    metric, actor = add(session, goal), actor_of(session, member.person)
    record_observation(session, get_metric(session, metric.public_id, actor=actor), actor=actor, now=NOW,
                       value=Decimal(9), observed_on=TODAY, source=ObservationSource.PAGE)  # fmt: skip
    session.flush()
    check_in = asked(session, member, goal, "")
    assert say(session, check_in, 3) == [ANOTHER_VALUE]
    assert say(session, check_in, 9) == [""]
    say(session, check_in, None)
    assert standing(session, goal) == {"Hours": [9]}


def test_a_figure_that_is_too_fine_stays_in_the_answer(session: Session, member: Membership, goal: Goal) -> None:
    add(session, goal)
    assert say(session, asked(session, member, goal, ""), 0.123456789) == [UNFIT]
    assert standing(session, goal) == {"Hours": []}


def test_two_questions_do_not_fight_over_one_metric(session: Session, member: Membership, goal: Goal) -> None:
    add(session, goal)
    assert say(session, asked(session, member, goal, "", "Hours"), 3, 4) == ["", ANOTHER_VALUE]
    assert standing(session, goal) == {"Hours": [3]}
