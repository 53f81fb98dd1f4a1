"""A launch logged in one step: three fields, and the project is there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CourseProject, CourseRun, MembershipStatus, Platform, ReachSnapshot
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, refused, words
from tests.blueprints.pages.marking import form, wrong_fields
from tests.worlds import World

TODAY = utc_now().date()
EARLIER = (TODAY - timedelta(days=20)).isoformat()


@pytest.fixture
def address(world: World) -> str:
    return f"/cohorts/{world.cohort.public_id}/launches"


def test_three_fields_log_a_launch_of_a_new_course(
    session: Session, browse: Browse, world: World, address: str
) -> None:
    browser = browse(world.participant)
    shown = form(browser.get(f"{address}/new"))
    assert shown == {"title": "", "launched_on": TODAY.isoformat(), "enrolments": "", "platform": "", "url": ""}
    answer = browser.post(address, shown | {"title": "Sepsis, early", "launched_on": EARLIER, "enrolments": "1 204"})
    project = session.scalars(select(CourseProject)).one()
    landed(answer, f"/projects/{project.public_id}")
    assert "Well done! The launch of Sepsis, early is logged." in words(browser.get(answer.headers["Location"]))
    assert (project.runs[0].launched_on.isoformat(), project.platform) == (EARLIER, Platform.OTHER)
    assert session.scalars(select(ReachSnapshot.value)).all() == [1204]


def test_a_title_that_is_there_gets_the_launch(session: Session, browse: Browse, world: World, address: str) -> None:
    project = factories.make_project(session, owners=(world.member,), title="Sepsis, early")
    answer = browse(world.participant).post(address, {"title": "SEPSIS,  early", "launched_on": EARLIER})
    landed(answer, f"/projects/{project.public_id}")
    run = session.scalars(select(CourseRun)).one()
    assert (run.project_id, run.platform) == (project.id, Platform.FUTURELEARN)


def test_the_titles_offered_are_ones_own_or_those_one_runs(
    session: Session, browse: Browse, world: World, address: str
) -> None:
    factories.make_project(session, owners=(world.member,), title="Sepsis, early")
    factories.make_project(session, owners=(world.fellow_member,), title="Stroke <now>")
    own = browse(world.participant).get(f"{address}/new").text
    assert '<option value="Sepsis, early"></option>' in own
    assert "Stroke" not in own
    for runner in (world.coach, world.coordinator):
        both = browse(runner).get(f"{address}/new").text
        assert '<option value="Sepsis, early"></option><option value="Stroke &lt;now&gt;"></option>' in both
    assert "<datalist" in own
    assert "<datalist" not in browse(factories.make_membership(session, world.cohort).person).get(f"{address}/new").text


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    session: Session, browse: Browse, world: World, address: str
) -> None:
    later = (TODAY + timedelta(days=9)).isoformat()
    typed = {"title": "", "launched_on": later, "enrolments": "-1", "platform": "moodle", "url": "course"}
    answer = browse(world.participant).post(address, typed)
    refused(answer, 422, "Title: Fill this in.", "Enrolments so far: Write a whole number", "Link: Write a whole web")
    assert sorted(wrong_fields(answer)) == ["enrolments", "title", "url"]
    assert form(answer) == typed
    assert '<details class="more" open>' in answer.text
    again = browse(world.participant).post(address, {"title": "Sepsis", "launched_on": later})
    refused(again, 422, "Day it opened: This launch is still to come.")
    assert wrong_fields(again) == ["launched_on"]
    assert session.scalars(select(CourseProject)).all() == []


def test_the_same_launch_is_logged_once(session: Session, browse: Browse, world: World, address: str) -> None:
    browser, typed = browse(world.participant), {"title": "Sepsis", "launched_on": EARLIER}
    browser.post(address, typed)
    answer = browser.post(address, typed)
    refused(answer, 409, "You already logged this launch.")
    assert fields(answer)["title"] == "Sepsis"
    assert len(session.scalars(select(CourseRun)).all()) == 1


def test_a_course_of_others_is_not_counted_twice(session: Session, browse: Browse, world: World, address: str) -> None:
    factories.make_project(session, owners=(world.fellow_member,), title="Sepsis")
    answer = browse(world.participant).post(address, {"title": "Sepsis", "launched_on": EARLIER})
    refused(answer, 409, "Ask Fellow Person to add you as an owner.")
    assert session.scalars(select(CourseRun)).all() == []


@pytest.mark.parametrize("who", ["coach", "coordinator"])
def test_who_logs_it_for_others_says_whose_it_is(
    session: Session, browse: Browse, world: World, address: str, who: str
) -> None:
    browser, typed = browse(getattr(world, who)), {"title": "Sepsis", "launched_on": EARLIER}
    shown = browser.get(f"{address}/new")
    assert "Whose course is it?" in words(shown)
    for member in (world.member, world.fellow_member):
        assert f'name="owners" value="{member.public_id}"' in shown.text
    answer = browser.post(address, typed)
    refused(answer, 422, "Who builds it: Say whose course it is")
    assert wrong_fields(answer) == ["owners"]
    assert session.scalars(select(CourseProject)).all() == []
    browser.post(address, typed | {"owners": [world.member.public_id], "outside_names": "Dr Ode"})
    project = session.scalars(select(CourseProject)).one()
    assert [owner.membership_id or owner.outside_name for owner in project.owners] == [world.member.id, "Dr Ode"]


def test_where_nobody_is_in_yet_the_name_is_what_is_asked_for(browse: Browse, session: Session, world: World) -> None:
    world.member.status = world.fellow_member.status = MembershipStatus.WITHDRAWN
    session.flush()
    address = f"/cohorts/{world.cohort.public_id}/launches"
    answer = browse(world.coach).post(address, {"title": "Sepsis", "launched_on": EARLIER})
    refused(answer, 422, "Who builds it: Say whose course it is")
    assert wrong_fields(answer) == ["owners"]


def test_a_participant_is_not_asked(browse: Browse, world: World, address: str) -> None:
    assert "Whose course" not in browse(world.participant).get(f"{address}/new").text


@pytest.mark.parametrize(("who", "status"), [("observer", 403), ("outsider", 404)])
def test_the_others_log_none(
    session: Session, browse: Browse, world: World, address: str, who: str, status: int
) -> None:
    browser = browse(getattr(world, who))
    assert browser.get(f"{address}/new").status_code == status
    assert browser.post(address, {"title": "Sepsis", "launched_on": EARLIER}).status_code == status
    assert session.scalars(select(CourseRun)).all() == []
