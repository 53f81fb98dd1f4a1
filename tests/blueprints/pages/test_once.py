"""A form that is sent twice, by a double click or a reload, makes one thing, and both times leads to it."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import (
    ApiToken,
    CoachingSession,
    Cohort,
    CourseProject,
    CourseRun,
    Goal,
    IdempotencyKey,
    Membership,
    Message,
    ProjectOwner,
    Rating,
    ReachSnapshot,
    StageChange,
)
from tests.blueprints.pages.browsing import Browse, fields, refused, words
from tests.worlds import Traces, World

TODAY = utc_now().date().isoformat()
LEVELS = {name: name for name in ("much_less", "less", "expected", "more", "much_more")}
SESSION = {
    "title": "Session 3", "local_day": "2026-11-03", "local_time": "10:00", "timezone": "Europe/London",
    "duration_minutes": "60",
}  # fmt: skip
COHORT = {
    "name": "Cohort 10", "kind": "formal", "starts_on": "2026-01-01", "ends_on": "2026-12-01", "timezone": "UTC",
    "description": "",
}  # fmt: skip
# Where the form is, where it goes, what is typed, and what it makes.
FORMS: dict[str, tuple[str, str, dict[str, str], Any]] = {
    "cohort": ("/programmes/{programme}/cohorts/new", "/programmes/{programme}/cohorts", COHORT, Cohort),
    "member": (
        "/cohorts/{cohort}/members/new", "/cohorts/{cohort}/members",
        {"name": "New", "email": "new@example.org", "role": "participant", "status": "active"}, Membership,
    ),
    "invitation": ("/members/{invited}", "/members/{invited}/invitation", {}, Message),
    "session": ("/cohorts/{cohort}/sessions/new", "/cohorts/{cohort}/sessions", SESSION, CoachingSession),
    "goal": ("/members/{member}/goals/new", "/members/{member}/goals", {"statement": "Launch"} | LEVELS, Goal),
    "rating": ("/goals/{goal}", "/goals/{goal}/ratings", {"score": "1", "rated_on": TODAY}, Rating),
    "project": ("/cohorts/{cohort}/projects/new", "/cohorts/{cohort}/projects", {"title": "Ward"}, CourseProject),
    "stage": ("/projects/{project}", "/projects/{project}/stages", {"stage": "piloted", "on": TODAY}, StageChange),
    "owner": ("/projects/{project}", "/projects/{project}/owners", {"outside_name": "Sam"}, ProjectOwner),
    "run": ("/projects/{project}", "/projects/{project}/launches", {"launched_on": TODAY}, CourseRun),
    "launch": (
        "/cohorts/{cohort}/launches/new", "/cohorts/{cohort}/launches",
        {"title": "Another", "launched_on": TODAY}, CourseRun,
    ),
    "reach": (
        "/runs/{run}", "/runs/{run}/reach", {"metric": "active", "value": "12", "as_of": TODAY}, ReachSnapshot,
    ),
    "token": ("/account", "/account/tokens", {"label": "Report", "scopes": "read", "days": "90"}, ApiToken),
}  # fmt: skip


@pytest.fixture
def here(session: Session, world: World, traces: Traces) -> dict[str, str]:
    """The identifiers of what stands in the world."""
    rows = {
        "programme": world.programme, "cohort": world.cohort, "member": world.member, "goal": traces.goal,
        "project": traces.project, "run": traces.project.runs[0], "invited": world.fellow_member,
    }  # fmt: skip
    world.fellow.password_hash = None
    known = {name: row.public_id for name, row in rows.items()}
    session.commit()
    return known


def count(session: Session, model: Any) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


def doer(world: World, name: str) -> Any:
    """Who may do it: a participant's own things are done by the participant."""
    return world.participant if name in {"launch", "project", "stage", "owner", "run", "reach"} else world.coach


@pytest.mark.parametrize("name", FORMS)
def test_sent_twice_it_makes_one_and_leads_there_twice(
    session: Session, browse: Browse, world: World, here: dict[str, str], name: str
) -> None:
    page, action, typed, model = FORMS[name]
    browser = browse(world.coordinator if name == "cohort" else doer(world, name))
    session.commit()
    shown = fields(browser.get(page.format(**here)))
    form = typed | {"form_id": shown["form_id"]}
    before = count(session, model)
    answers = [browser.post(action.format(**here), form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201 if name == "token" else 303] * 2, words(answers[0])
    assert answers[0].headers.get("Location") == answers[1].headers.get("Location")
    assert count(session, model) == before + 1
    again = fields(browser.get(page.format(**here)))
    assert again["form_id"] != shown["form_id"]


def test_what_is_said_is_said_once_and_to_whoever_lost_the_first_answer(
    session: Session, browse: Browse, world: World, here: dict[str, str]
) -> None:
    browser, action = browse(world.participant), f"/members/{here['member']}/goals"
    form = {"statement": "Launch", "importance": "1", "difficulty": "1", "baseline": "-1", "form_id": "one"}
    for _ in range(2):
        answer = browser.post(action, form)
        assert words(browser.get(answer.headers["Location"])).count("The goal is set.") == 1


def test_what_was_typed_otherwise_is_another_act(
    session: Session, browse: Browse, world: World, here: dict[str, str]
) -> None:
    browser, action = browse(world.participant), f"/members/{here['member']}/goals"
    session.commit()
    before = count(session, Goal)
    form = {"importance": "1", "difficulty": "1", "baseline": "-1", "form_id": "one"}
    for statement in ("Launch", "Launch", "Launch again"):
        assert browser.post(action, form | {"statement": statement}).status_code == 303
    assert count(session, Goal) == before + 2
    other, theirs = browse(world.fellow), f"/members/{world.fellow_member.public_id}/goals"
    session.commit()
    assert other.post(theirs, form | {"statement": "Launch"}).status_code == 303
    assert count(session, Goal) == before + 3


def test_a_refused_form_can_be_mended_and_sent_again(
    session: Session, browse: Browse, world: World, here: dict[str, str]
) -> None:
    browser, action = browse(world.coach), f"/cohorts/{here['cohort']}/sessions"
    session.commit()
    for _ in range(2):
        refused(browser.post(action, SESSION | {"title": "", "form_id": "one"}), 422, "Fill this in.")
    assert count(session, IdempotencyKey) == 0
    assert browser.post(action, SESSION | {"form_id": "one"}).status_code == 303


def test_of_two_that_arrive_together_one_acts(
    session: Session, browse: Browse, world: World, here: dict[str, str]
) -> None:
    before, barrier, found = count(session, Goal), Barrier(2), []
    form = {"statement": "Launch", "importance": "1", "difficulty": "1", "baseline": "-1", "form_id": "one"}
    browser = browse(world.participant)
    session.commit()
    twin = type(browser)(browser.client.application.test_client(), browser.secret_key)
    cookie = browser.client.get_cookie("coaching")
    assert cookie is not None
    twin.client.set_cookie("coaching", cookie.value)

    def send(one: Any) -> None:
        barrier.wait()
        found.append(one.post(f"/members/{here['member']}/goals", form).headers.get("Location"))

    threads = [Thread(target=send, args=(one,)) for one in (browser, twin)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1] is not None
    assert count(session, Goal) == before + 1
