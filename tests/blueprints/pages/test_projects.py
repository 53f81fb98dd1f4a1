"""A course project: started, edited, moved through its stages, launched, shared, and seen by its cohorts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CourseProject, CourseRun, Membership, Platform, ProjectOwner, Stage, StageChange
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, ids, wrong_fields
from tests.worlds import World

TODAY = utc_now().date()
EARLIER = (TODAY - timedelta(days=20)).isoformat()
LATER = (TODAY + timedelta(days=9)).isoformat()


@pytest.fixture
def project(session: Session, world: World) -> CourseProject:
    return factories.make_project(session, owners=(world.member,), title="Sepsis, early")


def _projects(session: Session) -> list[CourseProject]:
    session.expire_all()
    return list(session.scalars(select(CourseProject)))


class TestStarting:
    def test_an_idea_is_enough(self, session: Session, browse: Browse, world: World) -> None:
        browser, cohort = browse(world.participant), f"/cohorts/{world.cohort.public_id}"
        typed = form(browser.get(f"{cohort}/projects/new")) | {"title": "Stroke"}
        answer = browser.post(f"{cohort}/projects", typed)
        (project,) = _projects(session)
        landed(answer, f"/projects/{project.public_id}")
        assert (project.stage, project.platform) == (Stage.IDEA, Platform.OTHER)
        page = words(browser.get(f"/projects/{project.public_id}"))
        assert "Built by Participant Person" in page
        assert "Not launched yet" in page
        assert "Other platform" not in page

    def test_with_a_team_from_inside_and_outside(self, session: Session, browse: Browse, world: World) -> None:
        browser, cohort = browse(world.participant), f"/cohorts/{world.cohort.public_id}"
        assert f'value="{world.member.public_id}"' not in browser.get(f"{cohort}/projects/new").text
        typed = {"title": "Stroke", "owners": [world.fellow_member.public_id], "outside_names": "Dr Ode", "stage": ""}
        browser.post(f"{cohort}/projects", typed)
        (project,) = _projects(session)
        page = words(browser.get(f"/projects/{project.public_id}"))
        assert "Built by Participant Person, Fellow Person and Dr Ode (outside)" in page

    def test_what_is_wrong_is_said_and_what_was_typed_stays(
        self, session: Session, browse: Browse, world: World
    ) -> None:
        typed = {
            "title": "", "url": "course", "audience": "Nurses", "stage": "designing",
            "owners": [world.fellow_member.public_id], "outside_names": "x" * 201,
        }  # fmt: skip
        answer = browse(world.participant).post(f"/cohorts/{world.cohort.public_id}/projects", typed)
        refused(answer, 422, "Title: Fill this in.", "Link: Write a whole web address", "Use at most 200 characters")
        assert sorted(wrong_fields(answer)) == ["outside_names", "title", "url"]
        kept = {"url": "course", "audience": "Nurses", "stage": "designing", "outside_names": "x" * 201}
        assert fields(answer) | kept | {"owners": world.fellow_member.public_id} == fields(answer)
        assert _projects(session) == []

    @pytest.mark.parametrize(("who", "status"), [("observer", 403), ("outsider", 404)])
    def test_the_others_start_none(self, session: Session, browse: Browse, world: World, who: str, status: int) -> None:
        browser, cohort = browse(getattr(world, who)), f"/cohorts/{world.cohort.public_id}"
        assert browser.get(f"{cohort}/projects/new").status_code == status
        assert browser.post(f"{cohort}/projects", {"title": "Mine"}).status_code == status
        assert _projects(session) == []


class TestEditing:
    def test_what_is_typed_is_saved(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        typed = form(browser.get(f"{address}/edit")) | {"url": "https://example.org/sepsis", "platform": "moodle"}
        landed(browser.post(f"{address}/edit", typed), address)
        page = browser.get(address)
        assert "Platform Moodle" in words(page)
        assert "https://example.org/sepsis" in links(page)

    def test_what_is_wrong_is_said(self, browse: Browse, world: World, project: CourseProject) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}/edit"
        answer = browser.post(address, form(browser.get(address)) | {"url": "javascript:alert(1)", "title": "New"})
        refused(answer, 422, "Link: Write a whole web address")
        assert wrong_fields(answer) == ["url"]
        assert fields(answer)["title"] == "New"

    def test_a_stale_form_is_not_saved_over_newer_words(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}/edit"
        typed = form(browser.get(address)) | {"title": "Mine"}
        project.title = "A co-owner's"
        answer = browser.post(address, typed)
        refused(answer, 409, "What is saved now", "A co-owner's")
        assert fields(answer)["title"] == "Mine"
        landed(browser.post(address, form(answer)), f"/projects/{project.public_id}")
        assert _projects(session)[0].title == "Mine"


class TestLaunching:
    def test_a_date_is_enough(self, session: Session, browse: Browse, world: World, project: CourseProject) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        typed = {"launched_on": EARLIER, "enrolments": "1,204", "label": ""}
        landed(browser.post(f"{address}/launches", typed), address)
        page = browser.get(address)
        assert "Well done!" in words(page)
        assert "1,204 enrolments as of" in words(page)
        run = session.scalars(select(CourseRun)).one()
        assert f"/runs/{run.public_id}" in links(page)
        assert "Log another run" in words(page)

    def test_a_launch_before_the_cohorts_end_is_told(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        factories.make_run(session, project, launched_on=world.cohort.ends_on - timedelta(days=1))
        factories.make_run(session, project, label="Run 2", launched_on=world.cohort.ends_on)
        page = words(browse(world.participant).get(f"/projects/{project.public_id}"))
        assert page.count("before the cohort’s end") == 1

    def test_a_refused_launch_comes_first_and_the_other_forms_keep_their_defaults(
        self, browse: Browse, world: World, project: CourseProject
    ) -> None:
        typed = {"launched_on": LATER, "enrolments": "many", "label": "Pilot"}
        answer = browse(world.participant).post(f"/projects/{project.public_id}/launches", typed)
        refused(answer, 422, "Enrolments so far: Write a whole number.")
        assert wrong_fields(answer) == ["enrolments"]
        order = ids(answer)
        assert order.index("launch") < order.index("runs") < order.index("stage") < order.index("team")
        assert fields(answer) | typed | {"on": TODAY.isoformat(), "note": ""} == fields(answer)

    def test_a_launch_is_logged_once(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}/launches"
        browser.post(address, {"launched_on": EARLIER})
        refused(browser.post(address, {"launched_on": EARLIER}), 409, "You already logged this launch.")
        assert len(session.scalars(select(CourseRun)).all()) == 1


class TestStages:
    def test_a_stage_is_kept_with_its_date(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        shown = browser.get(address).text
        assert '<option value="launched"' not in shown
        assert '<option value="idea"' not in shown
        typed = {"stage": "building", "on": EARLIER, "note": "We film on Monday"}
        landed(browser.post(f"{address}/stages", typed), address)
        assert "We film on Monday" in words(browser.get(address))
        assert session.scalars(select(StageChange.stage)).all() == [Stage.BUILDING]

    def test_a_refused_stage_comes_first(self, browse: Browse, world: World, project: CourseProject) -> None:
        typed = {"stage": "building", "on": LATER, "note": "Soon"}
        answer = browse(world.participant).post(f"/projects/{project.public_id}/stages", typed)
        refused(answer, 422, "Since when: This day is still to come.")
        assert wrong_fields(answer) == ["on"]
        assert ids(answer).index("stage") < ids(answer).index("runs") < ids(answer).index("launch")
        assert fields(answer) | typed | {"launched_on": TODAY.isoformat()} == fields(answer)


class TestTeam:
    def test_a_member_and_a_name_from_outside_are_added(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        landed(browser.post(f"{address}/owners", {"membership_id": world.fellow_member.public_id}), address)
        landed(browser.post(f"{address}/owners", {"membership_id": "", "outside_name": "Dr Ode"}), address)
        page = browser.get(address)
        assert "Built by Participant Person, Fellow Person and Dr Ode (outside)" in words(page)
        assert f'value="{world.fellow_member.public_id}"' not in page.text

    def test_nobody_named_is_said_at_the_field_that_is_there(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}/owners"
        answer = browser.post(address, {"membership_id": "", "outside_name": ""})
        refused(answer, 422, "Somebody of the programme: Choose a member, or write the name")
        assert wrong_fields(answer) == ["membership_id"]
        assert ids(answer).index("team") < ids(answer).index("runs")
        session.add(
            ProjectOwner(project_id=project.id, membership_id=world.fellow_member.id, added_at=project.created_at)
        )
        alone = browser.post(address, {"outside_name": ""})
        assert 'name="membership_id"' not in alone.text
        assert wrong_fields(alone) == ["membership_id"]

    def test_who_is_there_already_is_said(self, browse: Browse, world: World, project: CourseProject) -> None:
        address = f"/projects/{project.public_id}/owners"
        answer = browse(world.participant).post(address, {"membership_id": world.member.public_id})
        refused(answer, 409, "Participant Person is an owner of this course already.")

    def test_who_is_named_by_mistake_leaves(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        member = {"owner": f"membership_id:{world.member.public_id}"}
        assert "Take somebody off the team" not in browser.get(address).text
        refused(browser.post(f"{address}/owners/removal", member), 409, "A course has at least one owner.")
        for named in ({"membership_id": world.fellow_member.public_id}, {"outside_name": "Dr Ode"}):
            browser.post(f"{address}/owners", named)
        assert "Take somebody off the team" in browser.get(address).text
        for nobody in ("", "membership_id:", "person:x"):
            answer = browser.post(f"{address}/owners/removal", {"owner": nobody})
            refused(answer, 422, "Who leaves the team: Choose who leaves the team.")
            assert wrong_fields(answer) == ["owner"]
        landed(browser.post(f"{address}/owners/removal", {"owner": "outside_name:Dr Ode"}), address)
        landed(browser.post(f"{address}/owners/removal", member), address)
        session.expire_all()
        assert [owner.membership_id for owner in project.owners] == [world.fellow_member.id]
        refused(browse(world.fellow).post(f"{address}/owners/removal", member), 409, "not on the team")


class TestSeeing:
    @pytest.mark.parametrize("who", ["fellow", "observer"])
    def test_others_of_the_cohort_look_and_change_nothing(
        self, session: Session, browse: Browse, world: World, project: CourseProject, who: str
    ) -> None:
        browser, address = browse(getattr(world, who)), f"/projects/{project.public_id}"
        page = browser.get(address)
        assert "Sepsis, early" in words(page)
        assert "Log the launch" not in words(page).replace("logs the launch", "")
        assert "launched_on" not in fields(page)
        assert browser.get(f"{address}/edit").status_code == 403
        for act in ("edit", "launches", "stages", "owners"):
            typed = {
                "edit": {"version": "1", "title": "Mine"},
                "launches": {"launched_on": EARLIER},
                "stages": {"stage": "building", "on": EARLIER},
                "owners": {"outside_name": "Me"},
            }[act]
            assert browser.post(f"{address}/{act}", typed).status_code == 403, act
        assert _projects(session)[0].title == "Sepsis, early"

    def test_for_outsiders_it_is_not_there(self, browse: Browse, world: World, project: CourseProject) -> None:
        browser, address = browse(world.outsider), f"/projects/{project.public_id}"
        assert browser.get(address).status_code == 404
        assert browser.post(f"{address}/launches", {"launched_on": EARLIER}).status_code == 404

    def test_a_big_project_takes_no_more_queries(
        self,
        session: Session,
        browse: Browse,
        world: World,
        count_queries: Callable[[], AbstractContextManager[list[str]]],
    ) -> None:
        browser = browse(world.coach)

        def queries(size: int) -> int:
            members: list[Membership] = [factories.make_membership(session, world.cohort) for _ in range(size)]
            project = factories.make_project(session, owners=tuple(members))
            for number in range(size):
                day = TODAY - timedelta(days=number)
                factories.make_run(session, project, label=f"Run {number}", launched_on=day)
                session.add(StageChange(project_id=project.id, stage=Stage.RE_RUN, on=day, recorded_at=utc_now()))
            session.commit()
            with count_queries() as statements:
                assert browser.get(f"/projects/{project.public_id}").status_code == 200
            return len(statements)

        assert queries(1) == queries(9)
