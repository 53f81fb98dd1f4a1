"""Reach of a run, a project, a cohort and a programme: each run once under any co-ownership, and by day."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from coaching.models import (
    CourseRun,
    ImportedRun,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
)
from coaching.services.programme_progress import programme_progress
from coaching.services.reach_courses import cohort_courses, programme_courses
from coaching.services.reach_over_time import Reach, cohort_reach, programme_reach, project_reach, run_reach
from tests.factories import NOW, make_batch, make_project, make_run
from tests.services.teams import Team, make_team

LAUNCH = date(2026, 3, 2)
TODAY = NOW.date()
Days = list[list[tuple[int, int]]]


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


def add(session: Session, run: CourseRun, figures: list[tuple[int, int]]) -> None:
    """Figures by day and value, as they came in: the last of the latest day is current."""
    newest = max(range(len(figures)), key=lambda place: (figures[place][0], place), default=None)
    for place, (day, value) in enumerate(figures):
        session.add(
            ReachSnapshot(
                run_id=run.id, metric=ReachMetric.JOINERS, value=value, as_of=LAUNCH + timedelta(days=day),
                source=ReachSource.PARTICIPANT, is_current=place == newest, recorded_at=NOW,
            )
        )  # fmt: skip
        session.flush()


def sums(runs: Days) -> list[tuple[date, int, int]]:
    """What a person would work out by hand: on each day the latest figure of each run."""
    days = sorted({day for figures in runs for day, _value in figures})
    lines = []
    for day in days:
        by_then = [[figure for figure in figures if figure[0] <= day] for figures in runs]
        latest = [max(enumerate(some), key=lambda one: (one[1][0], one[0]))[1][1] for some in by_then if some]
        lines.append((LAUNCH + timedelta(days=day), sum(latest), len(latest)))
    return lines


def points(reach: Reach) -> list[tuple[date, int, int]]:
    return [tuple(point) for point in reach.points]


FIGURES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 50)), max_size=4)
# For each project who owns it (by place; the last is of another cohort), where it began, and its runs.
PROJECTS = st.lists(
    st.tuples(st.sets(st.integers(0, 2)), st.booleans(), st.lists(FIGURES, max_size=2)), min_size=1, max_size=3
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(projects=PROJECTS)
def test_sums_are_over_distinct_runs_under_any_co_ownership(
    session: Session, team: Team, projects: list[tuple[set[int], bool, Days]]
) -> None:
    attempt = session.begin_nested()
    other = team.cleo.cohort
    expected: dict[str, Days] = {"here": [], "there": [], "all": []}
    for owners, is_elsewhere, runs in projects:
        members = tuple((team.ana, team.ben, team.cleo)[place] for place in sorted(owners))
        project = make_project(session, other if is_elsewhere else team.cohort, owners=members)
        for number, figures in enumerate(runs):
            add(session, make_run(session, project, launched_on=LAUNCH + timedelta(days=number)), figures)
        expected["all"] += runs
        expected["here"] += runs if not is_elsewhere or owners & {0, 1} else []
        expected["there"] += runs if is_elsewhere or 2 in owners else []
        own = project_reach(session, project, actor=team.as_coordinator, now=NOW)
        assert points(own) == sums(runs)
        assert (own.total.value if own.total else 0) == sum(_last(figures) for figures in runs)
    by = {"actor": team.as_coordinator, "now": NOW}
    found = {
        "here": cohort_reach(session, team.cohort, **by),
        "there": cohort_reach(session, other, **by),
        "all": programme_reach(session, team.programme, **by),
    }
    for name, reach in found.items():
        assert points(reach) == sums(expected[name]), name
        total = sum(_last(figures) for figures in expected[name])
        assert (reach.total.value if reach.total else 0) == total
        assert (reach.points[-1].value if reach.points else 0) == total
    assert programme_progress(session, team.programme, **by).total.figures.reach.joiners == (
        found["all"].total.value if found["all"].total else 0
    )
    attempt.rollback()
    session.expire_all()


def _last(figures: list[tuple[int, int]]) -> int:
    return max(enumerate(figures), key=lambda one: (one[1][0], one[0]))[1][1] if figures else 0


def test_what_was_withdrawn_and_what_was_replaced_is_no_point(session: Session, team: Team) -> None:
    run = make_run(session, make_project(session, owners=(team.ana,)), launched_on=LAUNCH)
    add(session, run, [(1, 10), (3, 99), (3, 30)])
    batch = make_batch(session, team.cohort, team.ana.person)
    session.add(
        ReachSnapshot(
            run_id=run.id, metric=ReachMetric.JOINERS, value=500, as_of=TODAY, source=ReachSource.IMPORT,
            is_current=False, recorded_at=NOW, withdrawn_at=NOW, batch_id=batch.id,
        )
    )  # fmt: skip
    session.flush()
    reach = run_reach(session, run, actor=team.as_ben, now=NOW)
    assert points(reach) == [(LAUNCH + timedelta(days=1), 10, 1), (LAUNCH + timedelta(days=3), 30, 1)]
    empty = run_reach(session, run, actor=team.as_ben, now=NOW, metric=ReachMetric.ACTIVE)
    assert (empty.points, empty.total, len(empty.totals)) == ((), None, 1)


def test_people_stand_apart_course_by_course(session: Session, team: Team) -> None:
    batch = make_batch(session, team.cohort, team.ana.person)
    for people, days in ((70, (1, 5)), (9, (3,))):
        project = make_project(session, owners=(team.ana, team.cleo), people=people)
        for day in days:
            run = make_run(session, project, launched_on=LAUNCH + timedelta(days=day))
            add(session, run, [(day, 100)])
            session.add(
                ImportedRun(
                    batch_id=batch.id, key=run.public_id, run_id=run.id, as_of=run.launched_on, people=people,
                    is_current=True,
                )
            )  # fmt: skip
    make_run(session, make_project(session, owners=(team.ana,)))
    session.flush()
    reach = programme_reach(session, team.programme, actor=team.as_coordinator, now=NOW)
    assert tuple(reach.people) == (79, 2, LAUNCH + timedelta(days=1), LAUNCH + timedelta(days=5))
    assert reach.total is not None
    assert reach.total.value == 300
    assert cohort_reach(session, team.cleo.cohort, actor=team.as_cleo, now=NOW).people == reach.people


@pytest.mark.parametrize(
    ("ended", "told", "is_stale"),
    [(None, 13, True), (None, 12, False), (20, 13, True), (-20, 13, False), (None, None, True)],
)
def test_a_figure_gets_old_while_its_course_goes_on(
    session: Session, team: Team, ended: int | None, told: int | None, is_stale: bool
) -> None:
    """`told` is how many weeks ago the figure was read, `ended` how many days after it the run ended."""
    as_of = TODAY - timedelta(weeks=told or 13)
    project = make_project(session, owners=(team.ana,))
    run = make_run(
        session, project, launched_on=as_of - timedelta(days=30),
        ended_on=None if ended is None else as_of + timedelta(days=ended),
    )  # fmt: skip
    if told is not None:
        add(session, run, [((as_of - LAUNCH).days, 40)])
    reach = programme_reach(session, team.programme, actor=team.as_coordinator, now=NOW)
    assert [one.run_id for one in reach.stale.runs] == [run.public_id] * is_stale
    assert reach.stale.total == is_stale
    (line,) = cohort_courses(session, team.cohort, actor=team.as_ben).lines
    assert (line.stale_on is not None and line.stale_on <= TODAY) == is_stale
    team.programme.stale_weeks = None
    session.flush()
    assert programme_reach(session, team.programme, actor=team.as_coordinator, now=NOW).stale.runs == ()
    (line,) = cohort_courses(session, team.cohort, actor=team.as_ben).lines
    assert line.stale_on is None


def test_the_number_of_statements_is_the_same_for_one_course_and_for_many(
    session: Session, team: Team, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def count() -> tuple[int, int]:
        session.flush()
        session.expire_all()
        by = {"actor": team.as_coordinator, "now": NOW}
        team.programme.id, team.cohort.timezone, team.cohort.programme.stale_weeks  # noqa: B018  loaded beforehand
        with count_queries() as of_programme:
            programme_reach(session, team.programme, **by)
            programme_courses(session, team.programme, actor=team.as_coordinator)
        with count_queries() as of_cohort:
            cohort_reach(session, team.cohort, **by)
            cohort_courses(session, team.cohort, actor=team.as_coordinator)
        return len(of_programme), len(of_cohort)

    add(session, make_run(session, make_project(session, owners=(team.ana,)), launched_on=LAUNCH), [(1, 5)])
    first = count()
    for _ in range(6):
        add(session, make_run(session, make_project(session, owners=(team.ana,)), launched_on=LAUNCH), [(1, 5)])
    assert first == count() == (8, 6)
