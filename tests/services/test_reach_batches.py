"""Figures of imports: they stand until their import is undone, and what stood before stands again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import CourseRun, ReachMetric, ReachSnapshot, ReachSource, ReachState
from coaching.services.reach import ReportedReach, correct_reach, report_reach
from coaching.services.reach_figures import withdraw_batch
from tests.factories import NOW, make_batch, make_project, make_run
from tests.services.teams import Team, make_team

LAUNCH = date(2026, 5, 4)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def run(session: Session, team: Team) -> CourseRun:
    return make_run(session, make_project(session, owners=(team.ana,)), launched_on=LAUNCH)


def make_number(session: Session, team: Team) -> int:
    return make_batch(session, team.cohort, team.ana.person).id


def report(session: Session, run: CourseRun, value: int, day: int, batch: int | None = None) -> ReportedReach:
    source = ReachSource.CHECK_IN if batch is None else ReachSource.IMPORT
    return report_reach(
        session, run, metric=ReachMetric.JOINERS, value=value, as_of=LAUNCH + timedelta(days=day), source=source,
        recorded_by_id=None, now=NOW, batch_id=batch,
    )  # fmt: skip


def current(session: Session) -> list[tuple[int, int]]:
    """The figures that are current, with their run."""
    session.flush()
    session.expire_all()
    statement = select(ReachSnapshot.run_id, ReachSnapshot.value).where(ReachSnapshot.is_current)
    return [tuple(row) for row in session.execute(statement.order_by(ReachSnapshot.run_id))]


def test_what_stood_before_stands_again(session: Session, team: Team, run: CourseRun) -> None:
    batch = make_number(session, team)
    report(session, run, 100, 3)
    imported = report(session, run, 120, 3, batch).snapshot
    report(session, run, 150, 9, batch)
    assert (imported.state, imported.batch_id) == (ReachState.IMPORTED, batch)
    assert current(session) == [(run.id, 150)]
    assert withdraw_batch(session, batch, now=NOW) == 2
    assert imported.withdrawn_at == NOW
    assert current(session) == [(run.id, 100)]
    assert withdraw_batch(session, batch, now=NOW) == 0
    with pytest.raises(Conflict, match="Another figure stands"):
        correct_reach(session, imported, actor=team.as_ana, now=NOW, value=1, reason="Recount")
    report(session, run, 130, 3)
    assert current(session) == [(run.id, 130)]


def test_a_figure_that_came_alone_is_gone_with_its_import(session: Session, team: Team, run: CourseRun) -> None:
    batch = make_number(session, team)
    only = report(session, run, 100, 3, batch).snapshot
    withdraw_batch(session, batch, now=NOW)
    assert current(session) == []
    with pytest.raises(Conflict, match="was undone"):
        correct_reach(session, only, actor=team.as_ana, now=NOW, value=1, reason="Recount")


def test_what_came_after_an_import_stays(session: Session, team: Team, run: CourseRun) -> None:
    batch = make_number(session, team)
    wrong = report(session, run, 100, 3, batch).snapshot
    right = correct_reach(session, wrong, actor=team.as_coach, now=NOW, value=90, reason="Staff were counted")
    assert (right.corrects_id, right.state) == (wrong.id, ReachState.CONFIRMED)
    withdraw_batch(session, batch, now=NOW)
    assert current(session) == [(run.id, 90)]


def test_two_imports_that_say_the_same_stand_apart(session: Session, team: Team, run: CourseRun) -> None:
    report(session, run, 100, 3)
    first, second = make_number(session, team), make_number(session, team)
    assert not report(session, run, 100, 3, first).is_repeat
    assert report(session, run, 100, 3, first).is_repeat
    again = report(session, run, 100, 3, second)
    assert (again.is_repeat, again.warnings) == (True, ())
    withdraw_batch(session, first, now=NOW)
    (standing,) = session.scalars(select(ReachSnapshot).where(ReachSnapshot.is_current))
    assert standing.batch_id == second
    assert report(session, run, 100, 3).snapshot is standing


def test_a_batch_of_many_runs_is_withdrawn_in_as_many_statements(
    session: Session, team: Team, run: CourseRun, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    batch = make_number(session, team)
    runs = [run, *(make_run(session, run.project, launched_on=LAUNCH + timedelta(days=day)) for day in range(1, 6))]
    for one in runs:
        report(session, one, one.id, 7)
        report(session, one, 1000, 8, batch)
    session.flush()
    with count_queries() as statements:
        withdraw_batch(session, batch, now=NOW)
    assert len(statements) == 3, statements
    assert current(session) == [(one.id, one.id) for one in runs]


# Figures of one run by value, day and by whom: 0 is a person, the others are imports.
REPORTS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), max_size=8)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports=REPORTS, undone=st.sets(st.integers(1, 2)))
def test_what_is_withdrawn_is_as_if_it_had_never_come(
    session: Session, team: Team, run: CourseRun, reports: list[tuple[int, int, int]], undone: set[int]
) -> None:
    def come(reports: list[tuple[int, int, int]], undone: set[int]) -> list[tuple[int, int]]:
        attempt = session.begin_nested()
        batches = [make_number(session, team), make_number(session, team)]
        for value, day, by in reports:
            # People and imports never say the same here: what an import said already is not said again by a person.
            report(session, run, 2 * value + (by > 0), day, batches[by - 1] if by else None)
        for number in undone:
            withdraw_batch(session, batches[number - 1], now=NOW)
        left = current(session)
        attempt.rollback()
        session.expire_all()
        return left

    assert come(reports, undone) == come([one for one in reports if one[2] not in undone], set())
