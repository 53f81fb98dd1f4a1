"""The practice log: launches and check-ins, and a figure given to the run that it is of."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CourseRun, PracticeEntry, PracticeKind, ReachSnapshot
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import ids, wrong_fields
from tests.worlds import World

TODAY = utc_now().date()


@pytest.fixture
def address(world: World) -> str:
    return f"/members/{world.member.public_id}/practice"


@pytest.fixture
def runs(session: Session, world: World) -> list[CourseRun]:
    """Two runs of the participant's course, so that a figure can mean either."""
    project = factories.make_project(session, owners=(world.member,), title="Sepsis, early")
    return [
        factories.make_run(session, project, label=f"Run {number}", launched_on=TODAY - timedelta(days=days))
        for number, days in ((1, 40), (2, 20))
    ]


def _said(session: Session, world: World, *, on: date = TODAY, enrolments: int | None = 700) -> PracticeEntry:
    entry = PracticeEntry(
        membership_id=world.member.id, kind=PracticeKind.CHECK_IN, on=on, text="It grows", enrolments=enrolments,
        created_at=utc_now(),
    )  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def _figures(session: Session) -> list[tuple[int, int]]:
    session.expire_all()
    return [(figure.run_id, figure.value) for figure in session.scalars(select(ReachSnapshot))]


def test_an_empty_log_says_what_to_do_next(browse: Browse, world: World, address: str) -> None:
    page = browse(world.participant).get(address)
    assert "Nothing here yet" in words(page)
    assert f"/cohorts/{world.cohort.public_id}/launches/new" in links(page)
    assert "what Participant Person answers to check-ins" in words(browse(world.coordinator).get(address))


def test_launches_and_check_ins_stand_in_it(session: Session, browse: Browse, world: World, address: str) -> None:
    browser = browse(world.participant)
    day = (TODAY - timedelta(days=3)).isoformat()
    browser.post(f"/cohorts/{world.cohort.public_id}/launches", {"title": "Sepsis, early", "launched_on": day})
    _said(session, world, enrolments=None)
    page = browser.get(address)
    run = session.scalars(select(CourseRun)).one()
    launched = session.scalars(select(PracticeEntry).where(PracticeEntry.run_id == run.id)).one()
    assert f"/practice/{launched.public_id}" in links(page)
    assert f"/runs/{run.public_id}" in links(browser.get(f"/practice/{launched.public_id}"))
    assert words(page).index("It grows") < words(page).index("Sepsis, early, Run 1 Launched")


@pytest.mark.parametrize("who", ["participant", "coach", "coordinator"])
def test_a_figure_is_given_to_its_run(
    session: Session, browse: Browse, world: World, address: str, runs: list[CourseRun], who: str
) -> None:
    entry, browser = _said(session, world), browse(getattr(world, who))
    shown = browser.get(address)
    assert "700 enrolments · not counted in the reach of a run yet" in words(shown)
    assert "Sepsis, early, Run 1" in words(shown)
    landed(browser.post(f"/practice/{entry.public_id}/run", {"run_id": runs[1].public_id}), address)
    page = browser.get(address)
    assert "The figure now counts for its run." in words(page)
    assert "Check-in: Sepsis, early, Run 2" in words(page)
    assert "run_id" not in fields(page)
    assert _figures(session) == [(runs[1].id, 700)]
    again = browser.post(f"/practice/{entry.public_id}/run", {"run_id": runs[0].public_id})
    refused(again, 409, "This figure belongs to a run already.")


def test_only_runs_that_were_open_are_offered(
    session: Session, browse: Browse, world: World, address: str, runs: list[CourseRun]
) -> None:
    entry = _said(session, world, on=TODAY - timedelta(days=30))
    browser = browse(world.participant)
    shown = browser.get(address).text
    assert runs[0].public_id in shown
    assert runs[1].public_id not in shown
    answer = browser.post(f"/practice/{entry.public_id}/run", {"run_id": runs[1].public_id})
    refused(answer, 422, "Which run: This run opened after the figure was given.")
    assert wrong_fields(answer) == ["run_id"]
    assert _figures(session) == []


def test_what_is_wrong_is_said_at_its_own_figure(
    session: Session, browse: Browse, world: World, address: str, runs: list[CourseRun]
) -> None:
    entries = [_said(session, world), _said(session, world)]
    answer = browse(world.participant).post(f"/practice/{entries[0].public_id}/run", {"run_id": ""})
    refused(answer, 422, "Which run: Fill this in.")
    assert wrong_fields(answer) == ["run_id"]
    assert f"run-{entries[1].public_id}" in ids(answer)
    assert _figures(session) == []


@pytest.mark.parametrize("who", ["fellow", "observer", "outsider"])
def test_for_the_others_it_is_not_there(
    session: Session, browse: Browse, world: World, address: str, runs: list[CourseRun], who: str
) -> None:
    entry, browser = _said(session, world), browse(getattr(world, who))
    assert browser.get(address).status_code == 404
    assert browser.post(f"/practice/{entry.public_id}/run", {"run_id": runs[0].public_id}).status_code == 404
    assert _figures(session) == []


def test_a_long_log_takes_no_more_queries(
    session: Session,
    browse: Browse,
    world: World,
    address: str,
    runs: list[CourseRun],
    count_queries: Callable[[], AbstractContextManager[list[str]]],
) -> None:
    browser = browse(world.participant)

    def queries(more: int) -> int:
        for number in range(more):
            _said(session, world)
            factories.make_run(session, runs[0].project, launched_on=TODAY - timedelta(days=100 + 10 * more + number))
        session.commit()
        with count_queries() as statements:
            assert browser.get(address).status_code == 200
        return len(statements)

    assert queries(1) == queries(9)
