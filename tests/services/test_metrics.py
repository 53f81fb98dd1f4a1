"""Metrics and their values: one value a day, exact on both engines, corrected by adding and never by changing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import Metric, MetricDirection, Observation, ObservationSource
from coaching.services.metrics import (
    ENDED,
    SAME_NAME,
    WRONG_WAY,
    MetricLine,
    add_metric,
    edit_metric,
    end_metric,
    list_metrics,
    reopen_metric,
)
from coaching.services.observations import (
    ANOTHER_STANDS,
    CORRECTED_SINCE,
    THE_SAME,
    TO_COME,
    RecordedObservation,
    correct_observation,
    list_observations,
    record_observation,
)
from tests.factories import NOW, make_goal
from tests.services.teams import Team, make_team

TODAY = NOW.date()
DAY = timedelta(days=1)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def metric(session: Session, team: Team) -> Metric:
    goal = make_goal(session, team.ana)
    made = add_metric(session, goal, actor=team.as_ana, now=NOW, name="Hours", cadence_weeks=2)
    session.flush()
    return made


def record(session: Session, team: Team, metric: Metric, value: str, day: date = TODAY) -> RecordedObservation:
    about: dict[str, Any] = {"value": Decimal(value), "observed_on": day, "source": ObservationSource.PAGE}
    found = record_observation(session, metric, actor=team.as_ana, now=NOW, **about)
    session.flush()
    return found


def correct(session: Session, team: Team, wrong: Observation, value: str | None, reason: str = "A slip") -> Observation:
    about: dict[str, Any] = {"value": Decimal(value) if value else None, "source": ObservationSource.PAGE}
    found = correct_observation(session, wrong, actor=team.as_coach, now=NOW, reason=reason, **about)
    session.flush()
    return found


def line(session: Session, team: Team, metric: Metric) -> MetricLine:
    (found,) = list_metrics(session, metric.goal, actor=team.as_coach)
    return found


def refusal(act: Callable[[], object]) -> dict[str, Any]:
    with pytest.raises(Invalid) as refused:
        act()
    return {name: texts[0] for name, texts in refused.value.messages.items()}


def test_a_value_is_kept_as_it_was_written(session: Session, team: Team, metric: Metric) -> None:
    values = ["0.1", "1200", "-999999999999.999999", "1000000000000", "0.000001"]
    for days, value in enumerate(values):
        record(session, team, metric, value, TODAY - days * DAY)
    session.expire_all()
    assert [format(point.value, "f") for point in line(session, team, metric).points] == values[::-1]


def test_what_cannot_be_kept_exactly_is_refused_at_its_field(session: Session, team: Team, metric: Metric) -> None:
    for value in ("0.0000001", "1000000000001", "NaN", "Infinity"):
        assert list(refusal(lambda value=value: record(session, team, metric, value))) == ["value"]
    assert refusal(lambda: record(session, team, metric, "1", TODAY + 3 * DAY)) == {"observed_on": TO_COME}


def test_a_day_has_one_value(session: Session, team: Team, metric: Metric) -> None:
    first = record(session, team, metric, "3")
    again = record(session, team, metric, "3.0")
    assert again == RecordedObservation(first.observation, is_repeat=True)
    assert refusal(lambda: record(session, team, metric, "4")) == {"observed_on": ANOTHER_STANDS}
    assert session.scalar(select(func.count()).select_from(Observation)) == 1


def test_two_at_once_leave_one_value(session: Session, metric: Metric) -> None:
    about = {"observed_on": TODAY, "source": ObservationSource.API, "created_at": NOW, "metric": metric}
    session.add_all([Observation(value=Decimal(one), **about) for one in (3, 4)])
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_correction_stands_beside_what_it_corrects(session: Session, team: Team, metric: Metric) -> None:
    wrong = record(session, team, metric, "30").observation
    right = correct(session, team, wrong, "3")
    assert (right.corrects_id, right.observed_on, wrong.value) == (wrong.id, TODAY, 30)
    assert [point.value for point in line(session, team, metric).points] == [3]
    assert len(list_observations(session, metric, actor=team.as_ana)) == 2
    with pytest.raises(Conflict, match=CORRECTED_SINCE[:20]):
        correct(session, team, wrong, "5")
    assert refusal(lambda: correct(session, team, right, "3")) == {"value": THE_SAME}
    assert list(refusal(lambda: correct(session, team, right, "4", reason=" "))) == ["reason"]


def test_a_value_that_was_none_is_taken_back_and_the_day_is_free(session: Session, team: Team, metric: Metric) -> None:
    gone = correct(session, team, record(session, team, metric, "30").observation, None)
    assert line(session, team, metric).points == ()
    anew = record(session, team, metric, "4")
    assert (anew.is_repeat, anew.observation.corrects_id) == (False, gone.id)
    assert [point.value for point in line(session, team, metric).points] == [4]


def test_the_next_value_is_due_by_the_cadence(session: Session, team: Team, metric: Metric) -> None:
    assert line(session, team, metric).due_on == TODAY
    record(session, team, metric, "3", TODAY - DAY)
    record(session, team, metric, "2", TODAY - 9 * DAY)
    assert line(session, team, metric).due_on == TODAY + 13 * DAY
    end_metric(session, metric, actor=team.as_ana, now=NOW)
    assert line(session, team, metric).due_on is None
    reopen_metric(session, metric, actor=team.as_ana, now=NOW)
    metric.goal.state, metric.goal.ended_on = "reached", TODAY
    session.flush()
    assert line(session, team, metric).due_on is None


def test_an_ended_metric_takes_no_value_and_frees_its_name(session: Session, team: Team, metric: Metric) -> None:
    act: dict[str, Any] = {"actor": team.as_ana, "now": NOW}
    assert refusal(lambda: add_metric(session, metric.goal, **act, name=" hours ")) == {"name": SAME_NAME}
    end_metric(session, metric, **act)
    with pytest.raises(Conflict, match=ENDED[:20]):
        record(session, team, metric, "3")
    add_metric(session, metric.goal, **act, name="hours")
    session.flush()
    assert refusal(lambda: reopen_metric(session, metric, **act)) == {"name": SAME_NAME}
    assert [one.is_ended for one in list_metrics(session, metric.goal, actor=team.as_ana)] == [False, True]


def test_a_target_lies_on_the_better_side_of_the_start(session: Session, team: Team, metric: Metric) -> None:
    up, down = MetricDirection.UP, MetricDirection.DOWN
    for direction, target in ((up, 2), (up, 1), (down, 2), (down, 3)):
        shape: dict[str, Any] = {"direction": direction, "baseline": Decimal(2), "target": Decimal(target)}

        def edit(shape: dict[str, Any] = shape) -> None:
            edit_metric(session, metric, actor=team.as_ana, now=NOW, name="Hours", **shape)

        assert refusal(edit) == {"target": WRONG_WAY[direction]}
    edit_metric(session, metric, actor=team.as_ana, now=NOW, name="Hours", direction=down, baseline=Decimal(2),
                target=Decimal("0.5"))  # fmt: skip
    assert metric.target == Decimal("0.5")


def test_a_goals_metrics_take_two_statements(
    session: Session, team: Team, metric: Metric, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def statements() -> int:
        session.flush()
        with count_queries() as found:
            list_metrics(session, metric.goal, actor=team.as_ana)
        return len(found)

    record(session, team, metric, "1")
    few = statements()
    for number in range(5):
        other = add_metric(session, metric.goal, actor=team.as_ana, now=NOW, name=f"Other {number}")
        for days in range(4):
            record(session, team, other, "2", TODAY - days * DAY)
    assert statements() == few == 2
