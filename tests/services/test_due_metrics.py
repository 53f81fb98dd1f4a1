"""Which values of one's metrics are wanted by now."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from coaching.models import (
    CohortState,
    Goal,
    GoalState,
    MembershipStatus,
    Metric,
    MetricDirection,
    Observation,
    ObservationSource,
)
from coaching.services.due_metrics import read_due_metrics
from tests.factories import NOW, make_cohort, make_goal, make_membership, make_person

TODAY = NOW.date()


def make_metric(session: Session, goal: Goal, name: str, **values: Any) -> Metric:
    values = {"direction": MetricDirection.UP, "created_at": NOW - timedelta(weeks=9), "cadence_weeks": 2} | values
    metric = Metric(goal_id=goal.id, name=name, **values)
    session.add(metric)
    session.flush()
    return metric


def observe(session: Session, metric: Metric, day: date, **values: Any) -> Observation:
    values = {"value": Decimal(1), "source": ObservationSource.PAGE, "created_at": NOW} | values
    made = Observation(metric_id=metric.id, observed_on=day, **values)
    session.add(made)
    session.flush()
    return made


def test_a_value_is_due_its_cadence_after_the_newest_that_stands(session: Session) -> None:
    person = make_person(session)
    goal = make_goal(session, make_membership(session, person=person), statement="Reach more")
    due, fresh, bare, taken_back = (make_metric(session, goal, name) for name in ("due", "fresh", "bare", "taken back"))
    make_metric(session, goal, "nobody waits", cadence_weeks=None)
    make_metric(session, goal, "ended", ended_at=NOW)
    observe(session, due, TODAY - timedelta(weeks=5))
    observe(session, due, TODAY - timedelta(weeks=2))
    observe(session, fresh, TODAY - timedelta(days=13))
    wrong = observe(session, taken_back, TODAY)
    observe(session, taken_back, TODAY, value=None, corrects_id=wrong.id)
    found = read_due_metrics(session.connection(), person.id, today=TODAY)
    since = TODAY - timedelta(weeks=9)
    assert [(one.id, one.goal, one.due_on) for one in found] == [
        (bare.public_id, "Reach more", since),
        (taken_back.public_id, "Reach more", since),
        (due.public_id, "Reach more", TODAY),
    ]


def test_nothing_is_wanted_where_nothing_goes_on(session: Session) -> None:
    person = make_person(session)
    paused = make_cohort(session, state=CohortState.PAUSED)
    left = make_membership(session, person=person, status=MembershipStatus.WITHDRAWN)
    over = make_goal(session, make_membership(session, person=person), state=GoalState.DROPPED, ended_on=TODAY)
    for goal in (make_goal(session, left), make_goal(session, make_membership(session, paused, person)), over):
        make_metric(session, goal, "quiet")
    assert read_due_metrics(session.connection(), person.id, today=TODAY) == ()
