"""Reach: figures are added and never changed, and one of them is current whatever order they come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import AuditEntry, CourseRun, ReachMetric, ReachSnapshot, ReachSource
from coaching.services import audit
from coaching.services.project_list import OWNERS_IN_COHORT, PROJECTS_IN_COHORT, read_projects
from coaching.services.reach import add_reach, correct_reach, get_run, get_snapshot, report_reach
from tests.factories import NOW, make_project, make_run
from tests.services.racing import overlap
from tests.services.teams import Team, make_team

LAUNCH = date(2026, 5, 4)
TODAY = NOW.date()
JOINERS = ReachMetric.JOINERS


def day(number: int) -> date:
    """A day after the launch."""
    return LAUNCH + timedelta(days=number)


@pytest.fixture
def team(session: Session) -> Team:
    return make_team(session)


@pytest.fixture
def run(session: Session, team: Team) -> CourseRun:
    return make_run(session, make_project(session, owners=(team.ana,)), launched_on=LAUNCH)


def report(session: Session, run: CourseRun, value: int, as_of: date, **options: Any) -> Any:
    values = {"metric": JOINERS, "source": ReachSource.CHECK_IN, "recorded_by_id": None, "now": NOW} | options
    return report_reach(session, run, value=value, as_of=as_of, **values)


def current(session: Session, run: CourseRun, metric: ReachMetric = JOINERS) -> list[int]:
    statement = select(ReachSnapshot.value).where(
        ReachSnapshot.run_id == run.id, ReachSnapshot.metric == metric, ReachSnapshot.is_current
    )
    return list(session.scalars(statement))


def count(session: Session) -> int:
    return session.scalar(select(func.count(ReachSnapshot.id))) or 0


def test_an_owner_adds_a_figure(session: Session, team: Team, run: CourseRun) -> None:
    found = add_reach(session, run, actor=team.as_ana, now=NOW, metric=JOINERS, value=120, as_of=TODAY).snapshot
    session.flush()
    assert (found.source, found.recorded_by_id, found.is_current) == (ReachSource.PARTICIPANT, team.ana.person_id, True)
    assert get_snapshot(session, found.public_id, actor=team.as_ben) is found
    assert session.scalars(select(AuditEntry.act)).all() == ["reach.added"]


@pytest.mark.parametrize("who", ["coach", "coordinator"])
def test_who_runs_the_cohort_adds_one_as_theirs(session: Session, team: Team, run: CourseRun, who: str) -> None:
    actor = getattr(team, f"as_{who}")
    found = add_reach(session, run, actor=actor, now=NOW, metric=JOINERS, value=1, as_of=TODAY).snapshot
    assert found.source is ReachSource.COACH


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("ben", NotAllowed), ("observer", NotAllowed), ("cleo", NotFound), ("stranger", NotFound)],
)
def test_nobody_else_does(session: Session, team: Team, run: CourseRun, who: str, refusal: type[Exception]) -> None:
    snapshot = report(session, run, 5, TODAY).snapshot
    actor = getattr(team, f"as_{who}")
    with pytest.raises(refusal):
        add_reach(session, run, actor=actor, now=NOW, metric=JOINERS, value=1, as_of=TODAY)
    with pytest.raises(refusal):
        correct_reach(session, snapshot, actor=actor, now=NOW, value=1, reason="Typing error")
    assert current(session, run) == [5]


@pytest.mark.parametrize("who", ["cleo", "stranger"])
def test_outsiders_find_nothing(session: Session, team: Team, run: CourseRun, who: str) -> None:
    snapshot = report(session, run, 5, TODAY).snapshot
    session.flush()
    actor = getattr(team, f"as_{who}")
    with pytest.raises(NotFound):
        get_run(session, run.public_id, actor=actor)
    with pytest.raises(NotFound):
        get_snapshot(session, snapshot.public_id, actor=actor)
    with pytest.raises(NotFound):
        get_run(session, "0" * 20, actor=team.as_coach)


def test_a_newer_figure_becomes_current(session: Session, run: CourseRun) -> None:
    report(session, run, 100, day(1))
    report(session, run, 150, day(8))
    assert current(session, run) == [150]
    assert count(session) == 2


def test_an_older_figure_that_comes_late_does_not(session: Session, run: CourseRun) -> None:
    report(session, run, 150, day(8))
    late = report(session, run, 100, day(1))
    assert not late.snapshot.is_current
    assert current(session, run) == [150]


def test_of_one_day_the_last_to_come_counts(session: Session, run: CourseRun) -> None:
    report(session, run, 100, day(1))
    report(session, run, 130, day(1))
    assert current(session, run) == [130]


def test_the_same_figure_of_the_same_day_changes_nothing(session: Session, team: Team, run: CourseRun) -> None:
    first = add_reach(session, run, actor=team.as_ana, now=NOW, metric=JOINERS, value=100, as_of=day(1))
    again = add_reach(session, run, actor=team.as_coach, now=NOW, metric=JOINERS, value=100, as_of=day(1))
    assert again.snapshot is first.snapshot
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert count(session) == 1
    assert session.scalars(select(AuditEntry.act)).all() == ["reach.added"]


def test_metrics_are_apart(session: Session, run: CourseRun) -> None:
    report(session, run, 100, day(1))
    assert report(session, run, 40, day(1), metric=ReachMetric.ACTIVE).warnings == ()
    assert current(session, run) == [100]
    assert current(session, run, ReachMetric.ACTIVE) == [40]


def test_a_figure_that_shrinks_is_taken_with_a_warning(session: Session, run: CourseRun) -> None:
    assert report(session, run, 1100, day(1)).warnings == ()
    shrunk = report(session, run, 900, day(8))
    assert shrunk.warnings == ("900 is fewer than the 1,100 of 5 May 2026. If one of the two is wrong, correct it.",)
    assert current(session, run) == [900]


def test_a_late_figure_above_the_next_one_is_warned_of(session: Session, run: CourseRun) -> None:
    report(session, run, 100, day(8))
    (warning,) = report(session, run, 150, day(1)).warnings
    assert warning.startswith("150 is more than the 100 of 12 May 2026.")


@pytest.mark.parametrize("as_of", [LAUNCH - timedelta(days=1), TODAY + timedelta(days=1)])
def test_a_figure_is_neither_of_before_the_launch_nor_of_the_future(
    session: Session, run: CourseRun, as_of: date
) -> None:
    with pytest.raises(Invalid) as refusal:
        report(session, run, 10, as_of)
    assert list(refusal.value.messages) == ["as_of"]
    assert count(session) == 0


def test_the_day_of_the_launch_and_today_are_fine(session: Session, run: CourseRun) -> None:
    report(session, run, 1, LAUNCH)
    report(session, run, 2, TODAY)
    assert current(session, run) == [2]


def test_today_is_today_where_the_reporter_is(session: Session, team: Team, run: CourseRun) -> None:
    team.ana.person.timezone = "Pacific/Auckland"
    late, tomorrow = NOW.replace(hour=13), TODAY + timedelta(days=1)
    with pytest.raises(Invalid):
        report(session, run, 1, tomorrow, now=late)
    report(session, run, 1, tomorrow, now=late, recorded_by_id=team.ana.person_id)
    assert current(session, run) == [1]


@pytest.mark.parametrize("value", [-1, 100_000_001])
def test_a_figure_that_cannot_be_is_refused(session: Session, run: CourseRun, value: int) -> None:
    with pytest.raises(Invalid) as refusal:
        report(session, run, value, TODAY)
    assert list(refusal.value.messages) == ["value"]


def test_a_correction_takes_the_place_of_a_figure_and_names_it(session: Session, team: Team, run: CourseRun) -> None:
    wrong = report(session, run, 3000, day(8)).snapshot
    right = correct_reach(session, wrong, actor=team.as_ana, now=NOW, value=300, reason="A zero too many")
    session.flush()
    session.refresh(wrong)
    assert (right.corrects_id, right.as_of, right.reason) == (wrong.id, day(8), "A zero too many")
    assert (right.is_current, wrong.is_current, wrong.value) == (True, False, 3000)
    assert current(session, run) == [300]
    assert session.scalars(select(AuditEntry.act)).all() == ["reach.corrected"]


def test_a_corrected_figure_no_longer_warns(session: Session, team: Team, run: CourseRun) -> None:
    wrong = report(session, run, 3000, day(4)).snapshot
    correct_reach(session, wrong, actor=team.as_ana, now=NOW, value=300, reason="A zero too many")
    assert report(session, run, 400, day(8)).warnings == ()
    assert report(session, run, 200, day(1)).warnings == ()
    (warning,) = report(session, run, 350, day(2)).warnings
    assert warning.startswith("350 is more than the 300 of 8 May 2026.")


def test_a_correction_of_the_past_leaves_the_present(session: Session, team: Team, run: CourseRun) -> None:
    old = report(session, run, 90, day(1)).snapshot
    report(session, run, 150, day(8))
    assert not correct_reach(session, old, actor=team.as_coach, now=NOW, value=80, reason="Recount").is_current
    assert current(session, run) == [150]


def test_a_figure_is_corrected_once_and_then_its_correction(session: Session, team: Team, run: CourseRun) -> None:
    wrong = report(session, run, 90, day(1)).snapshot
    right = correct_reach(session, wrong, actor=team.as_ana, now=NOW, value=80, reason="Recount")
    with pytest.raises(Conflict, match="Correct that one"):
        correct_reach(session, wrong, actor=team.as_ana, now=NOW, value=70, reason="Recount")
    correct_reach(session, right, actor=team.as_ana, now=NOW, value=70, reason="Another recount")
    assert current(session, run) == [70]


def test_a_figure_that_a_later_one_of_its_day_replaced_is_left_alone(
    session: Session, team: Team, run: CourseRun
) -> None:
    first = report(session, run, 90, day(1)).snapshot
    report(session, run, 120, day(1))
    with pytest.raises(Conflict):
        correct_reach(session, first, actor=team.as_ana, now=NOW, value=80, reason="Recount")
    assert current(session, run) == [120]


@pytest.mark.parametrize(("value", "reason", "field"), [(80, " ", "reason"), (90, "Same", "value"), (-1, "x", "value")])
def test_a_correction_says_why_and_changes_something(
    session: Session, team: Team, run: CourseRun, value: int, reason: str, field: str
) -> None:
    wrong = report(session, run, 90, day(1)).snapshot
    with pytest.raises(Invalid) as refusal:
        correct_reach(session, wrong, actor=team.as_ana, now=NOW, value=value, reason=reason)
    assert list(refusal.value.messages) == [field]


def test_the_database_admits_one_current_figure(session: Session, run: CourseRun) -> None:
    report(session, run, 90, day(1))
    session.add(ReachSnapshot(run=run, metric=JOINERS, value=1, as_of=TODAY, source=ReachSource.DEMO, recorded_at=NOW))
    with pytest.raises(IntegrityError):
        session.flush()


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Takes back what an example wrote, however it ended."""
    attempt = session.begin_nested()
    try:
        yield
    finally:
        attempt.rollback()
        session.expire_all()


PROPERTY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIGURES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), min_size=1, max_size=8)


@PROPERTY
@given(figures=FIGURES, corrections=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 5)), max_size=3))
def test_the_current_figure_is_the_newest_that_stands_in_any_order(
    session: Session, team: Team, run: CourseRun, figures: list[tuple[int, int]], corrections: list[tuple[int, int]]
) -> None:
    with undone(session):
        snapshots = [report(session, run, value, day(number)).snapshot for number, value in figures]
        for chosen, value in corrections:
            snapshot = snapshots[chosen % len(snapshots)]
            with suppress(Conflict, Invalid):
                fixed = correct_reach(session, snapshot, actor=team.as_ana, now=NOW, value=value, reason="Recount")
                snapshots.append(fixed)
        session.flush()
        session.expire_all()
        rows = session.scalars(select(ReachSnapshot).where(ReachSnapshot.run_id == run.id)).all()
        replaced = {row.corrects_id for row in rows}
        standing = [row for row in rows if row.id not in replaced]
        newest = max(standing, key=lambda row: (row.as_of, row.id))
        assert [row for row in rows if row.is_current] == [newest]


@PROPERTY
@given(order=st.permutations([(1, 10), (2, 20), (3, 15), (4, 40), (5, 50)]))
def test_the_order_of_arrival_does_not_change_what_is_current(
    session: Session, run: CourseRun, order: list[tuple[int, int]]
) -> None:
    with undone(session):
        for number, value in order:
            report(session, run, value, day(number))
        assert current(session, run) == [50]


# For each project its owners (by place) and its runs, each with the figures that came in for it.
OWNERS = st.sets(st.integers(0, 2))
RUNS = st.lists(st.lists(st.integers(0, 1000), max_size=2), max_size=2)


@PROPERTY
@given(projects=st.lists(st.tuples(OWNERS, RUNS), min_size=1, max_size=3))
def test_totals_are_the_sum_over_distinct_runs_under_any_co_ownership(
    session: Session, team: Team, projects: list[tuple[set[int], list[list[int]]]]
) -> None:
    with undone(session):
        for owners, runs in projects:
            people = tuple((team.ana, team.ben, team.cleo)[place] for place in sorted(owners))
            project = make_project(session, team.cohort, owners=people)
            for number, figures in enumerate(runs):
                run = make_run(session, project, launched_on=day(number))
                for value in figures:
                    report(session, run, value, TODAY)
        values = {"cohort_id": team.cohort.id}
        session.flush()
        totals = read_projects(session.connection(), PROJECTS_IN_COHORT, OWNERS_IN_COHORT, values).totals
        assert totals.projects == len(projects)
        assert totals.runs == sum(len(runs) for _owners, runs in projects)
        assert totals.joiners == sum(figures[-1] for _owners, runs in projects for figures in runs if figures)


def race_world(session: Session) -> tuple[int, Team]:
    team = make_team(session)
    run = make_run(session, make_project(session, owners=(team.ana,)), launched_on=LAUNCH)
    audit.record(session, "run.made", run, actor=None, now=NOW)
    number = run.id
    session.commit()
    return number, team


@pytest.mark.parametrize(("first", "second", "expected"), [(8, 1, 8), (1, 8, 8), (1, 1, 2)])
def test_two_who_report_at_once_leave_one_current_figure(
    engine: Engine, session: Session, first: int, second: int, expected: int
) -> None:
    number, _team = race_world(session)

    def one(other: Session) -> None:
        report(other, other.get_one(CourseRun, number), first, day(first))

    def two(other: Session) -> None:
        report(other, other.get_one(CourseRun, number), second if second != first else 2, day(second))

    assert overlap(engine, one, two) is None
    assert current(session, session.get_one(CourseRun, number)) == [expected]
    assert count(session) == 2


def test_two_who_correct_at_once_correct_once(engine: Engine, session: Session) -> None:
    number, team = race_world(session)
    wrong = report(session, session.get_one(CourseRun, number), 90, day(1)).snapshot
    session.flush()
    wrong_id = wrong.id
    session.commit()

    def correct(value: int, actor: Any) -> Any:
        def act(other: Session) -> None:
            snapshot = other.get_one(ReachSnapshot, wrong_id)
            correct_reach(other, snapshot, actor=actor, now=NOW, value=value, reason="Recount")

        return act

    assert isinstance(overlap(engine, correct(80, team.as_ana), correct(70, team.as_coach)), Conflict)
    assert current(session, session.get_one(CourseRun, number)) == [80]


BEYOND = [
    (
        ReachMetric.LEARNERS,
        ReachMetric.JOINERS,
        "101 learners of 8 May 2026 are more than the 100 joiners of 5 May 2026.",
    ),
    (ReachMetric.ACTIVE, ReachMetric.LEARNERS, "101 active learners of 8 May 2026 are more than the 100 learners"),
    (ReachMetric.COMPLETED_90, ReachMetric.COMPLETED_50, "101 who completed of 8 May 2026 are more than the 100 who"),
]


@pytest.mark.parametrize(("part", "whole", "words"), BEYOND)
def test_a_part_that_is_larger_than_its_whole_is_taken_with_a_warning_that_names_both(
    session: Session, run: CourseRun, part: ReachMetric, whole: ReachMetric, words: str
) -> None:
    report(session, run, 100, day(1), metric=whole)
    (warning,) = report(session, run, 101, day(4), metric=part).warnings
    assert warning.startswith(words)
    assert "if one is old, add a newer figure" in warning
    assert current(session, run, part) == [101]
    # The other way round, too, and not where the whole is of before the part.
    assert len(report(session, run, 90, day(6), metric=whole).warnings) == 2
    assert report(session, run, 99, day(0), metric=whole).warnings == ()
    assert report(session, run, 102, day(9), metric=whole).warnings == ()


def test_a_part_is_held_against_a_later_whole_where_there_is_no_earlier(session: Session, run: CourseRun) -> None:
    report(session, run, 100, day(4))
    (warning,) = report(session, run, 150, day(1), metric=ReachMetric.STATEMENTS).warnings
    assert warning.startswith("150 statements of 5 May 2026 are more than the 100 joiners of 8 May 2026.")
