"""A goal's metrics on their pages: set, filled, drawn, corrected; what was typed wrong is said and kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Goal, Metric, MetricDirection, Observation, ObservationSource
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words
from tests.blueprints.pages.marking import wrong_fields
from tests.worlds import World

TODAY = utc_now().date()


@pytest.fixture
def goal(session: Session, world: World) -> Goal:
    return factories.make_goal(session, world.member, statement="Launch it")


@pytest.fixture
def metric(session: Session, goal: Goal) -> Metric:
    about = {"direction": MetricDirection.UP, "baseline": Decimal(10), "target": Decimal(60)}
    metric = Metric(goal=goal, name="Share", unit="%", cadence_weeks=1, created_at=utc_now(), **about)
    session.add(metric)
    session.flush()
    return metric


def _values(session: Session) -> list[Decimal | None]:
    session.expire_all()
    return list(session.scalars(select(Observation.value).order_by(Observation.id)))


def test_a_metric_is_set_filled_and_drawn(session: Session, browse: Browse, world: World, goal: Goal) -> None:
    browser, of_goal = browse(world.participant), f"/goals/{goal.public_id}"
    assert "No metric yet" in words(browser.get(of_goal))
    new = {"name": "Hours", "unit": "hours", "direction": "down", "baseline": "7,5 hours", "target": "2"}
    answer = browser.post(f"{of_goal}/metrics", new | {"cadence_weeks": "2"})
    metric = session.scalars(select(Metric)).one()
    address = f"/metrics/{metric.public_id}"
    landed(answer, address)
    assert "Value due today" in words(browser.get(address))
    for days, value in ((7, "6.5"), (0, " 5,25 hours ")):
        sent = {"value": value, "observed_on": (TODAY - timedelta(days=days)).isoformat()}
        landed(browser.post(f"{address}/observations", sent), address)
    assert _values(session) == [Decimal("6.5"), Decimal("5.25")]
    page = browser.get(of_goal)
    said = words(page)
    assert "From 7.5 hours to 2 hours. Less is better." in said
    assert f"5.25 hours on {TODAY.day}" in said
    assert "Next value due" in said
    assert 'class="plot-start"' in page.text
    assert 'class="plot-target"' in page.text
    assert "6.5 hours" in said


def test_what_is_no_value_is_said_at_its_field_and_kept(
    session: Session, browse: Browse, world: World, metric: Metric
) -> None:
    path, browser = f"/metrics/{metric.public_id}/observations", browse(world.participant)
    for typed in ("", "abc", "nan", "inf", "1e999", "1,500", "12 hours", "1.0000001", "9" * 14):
        sent = {"value": typed, "observed_on": "2026-01-05", "note": "Counted."}
        answer = browser.post(path, sent)
        refused(answer, 422)
        assert wrong_fields(answer) == ["value"]
        assert {name: fields(answer)[name] for name in sent} == sent
    assert _values(session) == []


def test_a_day_to_come_is_refused(session: Session, browse: Browse, world: World, metric: Metric) -> None:
    ahead = (TODAY + timedelta(days=3)).isoformat()
    answer = browse(world.coach).post(
        f"/metrics/{metric.public_id}/observations", {"value": "12 %", "observed_on": ahead}
    )
    assert wrong_fields(answer) == ["observed_on"]
    assert (fields(answer)["value"], _values(session)) == ("12 %", [])


def test_a_value_is_corrected_or_taken_back(session: Session, browse: Browse, world: World, metric: Metric) -> None:
    source = ObservationSource.PAGE
    wrong = Observation(metric=metric, value=Decimal(99), observed_on=TODAY, source=source, created_at=utc_now())
    session.add(wrong)
    session.flush()
    browser, address = browse(world.participant), f"/observations/{wrong.public_id}/correction"
    for sent, field in (
        ({"value": "", "reason": "A slip"}, "value"),
        ({"value": "9", "reason": ""}, "reason"),
        ({"value": "9", "reason": "A slip", "take_back": "true"}, "value"),
    ):
        assert wrong_fields(browser.post(address, sent)) == [field]
    landed(browser.post(address, {"value": "9 %", "reason": "A slip"}), f"/metrics/{metric.public_id}")
    assert _values(session) == [99, 9]
    right = session.scalars(select(Observation).where(Observation.value == Decimal(9))).one()
    browser.post(
        f"/observations/{right.public_id}/correction", {"value": "", "reason": "Another day", "take_back": "true"}
    )
    assert _values(session) == [99, 9, None]
    assert "No value yet" in words(browser.get(f"/metrics/{metric.public_id}"))
    answer = browser.post(address, {"value": "8", "reason": "Again"})
    refused(answer, 409)
    assert fields(answer)["value"] == "8"


def test_a_file_is_looked_at_before_it_is_recorded(
    session: Session, browse: Browse, world: World, metric: Metric
) -> None:
    email = world.participant.email
    rows = f"email,goal,metric,date,value\n{email},Launch it,Share,2026-01-05,12\n{email},Launch it,No,2026-01-05,1\n"
    browser, address = browse(world.coach), f"/cohorts/{world.cohort.public_id}/observations"
    looked = browser.post(f"{address}/import", {"file": (io.BytesIO(rows.encode()), "values.csv")})
    assert "no such open metric" in words(looked)
    assert _values(session) == []
    kept = {name: fields(looked)[name] for name in ("kept", "file_name")}
    landed(browser.post(address, kept), f"/cohorts/{world.cohort.public_id}")
    assert _values(session) == [12]
    assert "1 value is recorded. 1 row is left out." in words(browser.get(f"/cohorts/{world.cohort.public_id}"))
    assert wrong_fields(browser.post(f"{address}/import", {})) == ["file"]


def test_the_goals_page_takes_as_many_statements_for_one_value_as_for_many(
    session: Session, browse: Browse, world: World, goal: Goal, metric: Metric,
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:  # fmt: skip
    browser = browse(world.coach)

    def statements() -> int:
        session.flush()
        with count_queries() as found:
            browser.get(f"/goals/{goal.public_id}")
        return len(found)

    statements()
    few = statements()
    for days in range(12):
        on = TODAY - timedelta(days=days)
        session.add(Observation(metric=metric, value=Decimal(days), observed_on=on, source=ObservationSource.PAGE,
                                created_at=utc_now()))  # fmt: skip
    assert statements() == few
