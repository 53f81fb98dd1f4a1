"""The pages of reach: over time and course by course, each run once; confirmed, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CourseRun, ReachMetric, ReachSnapshot, ReachSource
from tests import factories
from tests.blueprints.pages.browsing import Browse, landed, links, refused, words
from tests.worlds import World

TODAY = utc_now().date()
Counter = Callable[[], AbstractContextManager[list[str]]]


def add_run(session: Session, world: World, *values: int, title: str = "Sepsis, early", weeks: int = 20) -> CourseRun:
    """A run that goes on, with these enrolments four weeks apart, from so many weeks ago on."""
    project = factories.make_project(session, owners=(world.member,), title=title)
    opened = TODAY - timedelta(weeks=weeks)
    run = factories.make_run(session, project, launched_on=opened)
    for place, value in enumerate(values):
        session.add(
            ReachSnapshot(
                run_id=run.id, metric=ReachMetric.JOINERS, value=value, as_of=opened + timedelta(weeks=4 * place),
                is_current=place == len(values) - 1, source=ReachSource.PARTICIPANT, recorded_at=utc_now(),
            )
        )  # fmt: skip
    session.flush()
    return run


@pytest.mark.parametrize("where", ["cohorts", "programmes"])
def test_reach_is_told_course_by_course_and_over_time(
    session: Session, browse: Browse, world: World, where: str
) -> None:
    browser = browse(world.coordinator)
    row = world.cohort if where == "cohorts" else world.programme
    assert "No figure yet" in words(browser.get(f"/{where}/{row.public_id}/reach"))
    add_run(session, world, 100, 1200)
    add_run(session, world, 40, title="Falls", weeks=2)
    page = browser.get(f"/{where}/{row.public_id}/reach")
    assert "Joiners Everyone who enrolled. 1,240 Self-reported" in words(page)
    # Each run's latest figure at each date: the second comes in beside the first's 1,200.
    assert "1,240 enrolments by" in words(page)
    assert "in 2 runs, from 100 on" in words(page)
    assert "1 run goes on, or went on after the last figure was read." in words(page)
    assert words(page).index("Sepsis, early") < words(page).index("Falls")
    assert f"/{where}/{row.public_id}/reach" in links(browser.get(f"/{where}/{row.public_id}"))
    other = browser.get(f"/{where}/{row.public_id}/reach?metric=active")
    assert "One figure is no line yet" in words(other)
    assert browser.get(f"/{where}/{row.public_id}/reach?metric=likes").status_code == 200


def test_a_run_and_its_course_say_that_a_figure_is_old(session: Session, browse: Browse, world: World) -> None:
    run = add_run(session, world, 100, 1200)
    browser = browse(world.participant)
    assert "The enrolments are old" in words(browser.get(f"/runs/{run.public_id}"))
    assert "Old figure" in words(browser.get(f"/projects/{run.project.public_id}"))
    assert "Old figure" in words(browser.get(f"/cohorts/{world.cohort.public_id}"))
    world.programme.stale_weeks = None
    session.flush()
    assert "The enrolments are old" not in words(browser.get(f"/runs/{run.public_id}"))
    assert "Old figure" not in words(browser.get(f"/cohorts/{world.cohort.public_id}"))


def test_a_figure_is_confirmed_and_the_word_taken_back(session: Session, browse: Browse, world: World) -> None:
    run = add_run(session, world, 100)
    figure = session.query(ReachSnapshot).one()
    address, page = f"/reach/{figure.public_id}/confirmation", f"/runs/{run.public_id}"
    assert address not in browse(world.participant).get(page).text
    coach = browse(world.coach)
    assert address in coach.get(page).text
    landed(coach.post(address), f"{page}#history")
    assert "Confirmed by Coach Person" in words(coach.get(page))
    again = coach.post(address)
    assert (again.status_code, "This figure is confirmed already." in words(again)) == (409, True)
    assert f"{address}/withdrawal" in links(coach.get(page))
    refused(coach.post(f"{address}/withdrawal", {"reason": ""}), 422, "Why: ")
    landed(coach.post(f"{address}/withdrawal", {"reason": "It was of the pilot"}), f"{page}#history")
    assert "by Coach Person: It was of the pilot" in words(coach.get(page))
    assert "100 Participant Self-reported" in words(coach.get(page))


def test_more_courses_take_no_more_queries(
    session: Session, browse: Browse, world: World, count_queries: Counter
) -> None:
    browser, counts = browse(world.coordinator), []
    for _ in range(2):
        for number in range(4):
            add_run(session, world, 10, 20, title=f"Course {len(counts)} {number}")
        for address in (f"/programmes/{world.programme.public_id}/reach", f"/cohorts/{world.cohort.public_id}/reach"):
            browser.get(address)
            session.expire_all()
            with count_queries() as statements:
                assert browser.get(address).status_code == 200
            counts.append(len(statements))
    assert counts[:2] == counts[2:]
