"""The board of a cohort, the list of a programme, and what a project's page lets whom put right."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CourseProject, Platform, ProjectOwner, ProjectSkill, Skill, Stage, StageChange
from coaching.services.project_goals import list_served
from tests import factories
from tests.blueprints.pages.browsing import Browse, fields, landed, links, refused, words
from tests.blueprints.pages.marking import form, wrong_fields
from tests.worlds import World

TODAY = utc_now().date()
CountQueries = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def project(session: Session, world: World) -> CourseProject:
    made = factories.make_project(session, owners=(world.member,), title="Sepsis, early", stage=Stage.BUILDING)
    session.add(StageChange(project=made, stage=Stage.IDEA, on=TODAY - timedelta(days=9), recorded_at=utc_now()))
    session.flush()
    session.add(StageChange(project=made, stage=Stage.BUILDING, on=TODAY - timedelta(days=5), recorded_at=utc_now()))
    session.flush()
    return made


def stage(session: Session, project: CourseProject) -> Stage:
    session.expire_all()
    return project.stage


class TestBoard:
    def test_who_may_move_a_project_has_the_next_stage_at_hand(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        board = f"/cohorts/{world.cohort.public_id}/projects"
        browser = browse(world.participant)
        page = browser.get(board)
        assert "Building 1 project Sepsis, early Participant Person" in words(page)
        assert "Now piloted" in words(page)
        typed = {"stage": "piloted", "on": TODAY.isoformat(), "board": world.cohort.public_id}
        landed(browser.post(f"/projects/{project.public_id}/stages", typed), f"{board}#project-{project.public_id}")
        assert stage(session, project) is Stage.PILOTED
        assert "Log its launch" in words(browser.get(board))
        for who in (world.fellow, world.observer):
            seen = browse(who).get(board)
            assert "Sepsis, early" in words(seen)
            assert "Another stage" not in words(seen)
        assert browse(world.outsider).get(board).status_code == 404

    def test_the_form_says_what_is_missing_and_goes_back_to_its_board(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, board = browse(world.coach), world.cohort.public_id
        address = f"/projects/{project.public_id}/stages"
        typed = form(browser.get(f"{address}/new?board={board}")) | {"stage": "stopped"}
        answer = browser.post(address, typed)
        refused(answer, 422, "Why: Say why it stops.")
        assert (wrong_fields(answer), fields(answer)["board"]) == (["note"], board)
        landed(
            browser.post(address, form(answer) | {"note": "No room."}),
            f"/cohorts/{board}/projects#project-{project.public_id}",
        )
        assert "Take it up again" in words(browser.get(f"/cohorts/{board}/projects"))
        # A board that there is not leads to the project.
        typed = {"stage": "building", "on": TODAY.isoformat(), "board": "nowhere"}
        landed(browser.post(address, typed), f"/projects/{project.public_id}")

    def test_an_empty_board_says_what_to_do(self, browse: Browse, world: World) -> None:
        page = browse(world.participant).get(f"/cohorts/{world.cohort.public_id}/projects")
        assert "No course project yet" in words(page)

    def test_a_full_board_takes_no_more_queries(
        self, session: Session, browse: Browse, world: World, count_queries: CountQueries
    ) -> None:
        browser = browse(world.coach)

        def queries(projects: int) -> int:
            for _ in range(projects):
                factories.make_run(session, factories.make_project(session, owners=(world.member,)))
            session.commit()
            with count_queries() as statements:
                assert browser.get(f"/cohorts/{world.cohort.public_id}/projects").status_code == 200
            return len(statements)

        assert queries(1) == queries(12)


class TestProgramme:
    def test_its_projects_are_narrowed_down(self, session: Session, browse: Browse, world: World) -> None:
        other = factories.make_cohort(session, world.programme, name="Cohort 10")
        factories.make_project(session, world.cohort, title="Stroke", platform=Platform.MOODLE)
        factories.make_project(session, other, title="Burns", stage=Stage.STOPPED)
        browser, address = browse(world.coordinator), f"/programmes/{world.programme.public_id}/projects"
        assert address in links(browser.get(f"/programmes/{world.programme.public_id}"))
        both, one = words(browser.get(address)), words(browser.get(f"{address}?stage=stopped&platform="))
        assert ("Stroke" in both, "Burns" in both) == (True, True)
        assert ("Stroke" in one, "Burns" in one) == (False, True)
        assert "Stroke" not in words(browser.get(f"{address}?cohort={other.public_id}"))
        assert "No project is like that" in words(browser.get(f"{address}?platform=coursera"))
        # A word that there is not asks for nothing, and a cohort of elsewhere is not there.
        assert "Stroke" in words(browser.get(f"{address}?stage=nonsense"))
        assert browser.get(f"{address}?cohort={'0' * 20}").status_code == 404
        assert browse(world.coach).get(address).status_code == 403

    def test_long_lists_have_pages(self, session: Session, browse: Browse, world: World) -> None:
        for number in range(27):
            factories.make_project(session, world.cohort, title=f"Course number {number:02}")
        browser, address = browse(world.coordinator), f"/programmes/{world.programme.public_id}/projects"
        first = browser.get(address)
        (following,) = [link for link in links(first) if "after=" in link]
        assert "Course number 26" in words(first)
        second = words(browser.get(following))
        assert ("Course number 01" in second, "Course number 02" in second) == (True, False)


class TestPuttingRight:
    def test_a_wrong_stage_is_corrected_and_stays_on_record(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        (wrong,) = [one for one in project.stage_changes if one.stage is Stage.BUILDING]
        correction = f"/stages/{wrong.public_id}/correction"
        assert correction in links(browser.get(address))
        answer = browser.post(correction, form(browser.get(correction)) | {"stage": "designing", "reason": ""})
        refused(answer, 422, "What was wrong: Fill this in.")
        landed(browser.post(correction, form(answer) | {"reason": "Too hasty."}), f"{address}#stages")
        assert stage(session, project) is Stage.DESIGNING
        page = words(browser.get(address))
        assert "1 stage was taken back" in page
        assert "Too hasty." in page
        gone = browser.get(correction)
        assert (gone.status_code, "taken back already" in words(gone)) == (409, True)

    def test_a_stage_is_taken_back_with_a_reason(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser = browse(world.participant)
        (wrong,) = [one for one in project.stage_changes if one.stage is Stage.BUILDING]
        answer = browser.post(f"/stages/{wrong.public_id}/removal", {"reason": " "})
        refused(answer, 422, "What was wrong: Fill this in.")
        assert '<details class="confirm" open>' in answer.text
        browser.post(f"/stages/{wrong.public_id}/removal", {"reason": "Another course."})
        assert stage(session, project) is Stage.IDEA

    def test_what_the_course_was_called_before_is_told(
        self, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        browser.post(f"{address}/edit", form(browser.get(f"{address}/edit")) | {"title": "Sepsis in children"})
        assert "Called Sepsis, early before." in words(browser.get(address))
        assert "What it said before" in words(browser.get(f"{address}/edit"))

    def test_a_title_that_is_there_is_refused_at_its_field(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        new = f"/cohorts/{world.cohort.public_id}/projects"
        again = browse(world.participant).post(new, {"title": "sepsis,  EARLY", "stage": "idea"})
        refused(again, 422, "Title: You have a course of this title already.")
        assert wrong_fields(again) == ["title"]
        theirs = browse(world.fellow).post(new, {"title": "Sepsis, early", "stage": "idea"})
        refused(theirs, 422, "Ask Participant Person to add you to its team")
        factories.make_project(session, owners=(world.member,), title="Stroke")
        address = f"/projects/{project.public_id}/edit"
        renamed = browse(world.participant)
        refused(renamed.post(address, form(renamed.get(address)) | {"title": "Stroke"}), 422, "You have a course of")


class TestSkills:
    def test_one_that_was_retired_stays_and_is_not_chosen_anew(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        made = {
            name: Skill(programme=world.programme, position=place, name=name, created_at=utc_now(),
                        retired_at=utc_now() if "old" in name else None)
            for place, name in enumerate(("Writing", "Filming of old", "Asking of old"), start=1)
        }  # fmt: skip
        project.skills = [ProjectSkill(skill=made["Filming of old"])]
        session.add_all(made.values())
        session.flush()
        ids = {name: skill.public_id for name, skill in made.items()}
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        assert "Skills it uses Filming of old" in words(browser.get(address))
        shown = browser.get(f"{address}/edit")
        assert (ids["Writing"] in shown.text, ids["Asking of old"] in shown.text) == (True, False)
        typed = form(shown)
        answer = browser.post(f"{address}/edit", typed | {"skill_ids": [ids["Asking of old"]]})
        refused(answer, 422, "Skills that it uses: Choose skills of this programme that are in use.")
        chosen = [ids["Writing"], ids["Filming of old"]]
        landed(browser.post(f"{address}/edit", typed | {"skill_ids": chosen}), address)
        assert "Skills it uses Writing and Filming of old" in words(browser.get(address))
        # A skill alone is a change: who looked before it does not save over it.
        refused(browser.post(f"{address}/edit", typed | {"skill_ids": []}), 409, "Somebody changed this")
        browser.post(f"{address}/edit", form(browser.get(f"{address}/edit")) | {"skill_ids": []})
        assert "Skills it uses" not in words(browser.get(address))


class TestTeamAndGoals:
    def test_somebody_from_outside_who_joins_becomes_a_member(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        session.add(ProjectOwner(project_id=project.id, outside_name="Fellow Person", added_at=utc_now()))
        session.flush()
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        page = browser.get(address)
        # The one of the same name is proposed.
        assert fields(page)["linked_id"] == world.fellow_member.public_id
        refused(browser.post(f"{address}/owners/linking", {"linked_name": "Fellow Person"}), 422, "Choose one of these")
        typed = {"linked_name": "Fellow Person", "linked_id": world.fellow_member.public_id}
        landed(browser.post(f"{address}/owners/linking", typed), address)
        page = words(browser.get(address))
        assert "Built by Participant Person and Fellow Person For" in page.replace("Platform", "For")
        assert "Somebody from outside has joined" not in page

    def test_a_coordinator_finds_somebody_of_another_cohort(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        elsewhere = factories.make_cohort(session, world.programme, name="Cohort 10")
        zora = factories.make_membership(session, elsewhere, factories.make_person(session, name="Zora Neale"))
        address = f"/projects/{project.public_id}"
        assert zora.public_id in browse(world.coordinator).get(f"{address}?find=neale").text
        # Who does not see that cohort finds nobody in it.
        assert zora.public_id not in browse(world.participant).get(f"{address}?find=neale").text

    def test_goals_are_chosen_and_seen_by_those_who_read_them(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        goal = factories.make_goal(session, world.member, statement="Launch before summer")
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        refused(
            browser.post(f"{address}/goals", {"goal_id": "0" * 20}),
            422,
            "Which goal does it serve: Choose a goal of somebody",
        )
        landed(browser.post(f"{address}/goals", {"goal_id": goal.public_id}), f"{address}#goals")
        assert f"/goals/{goal.public_id}" in links(browse(world.coach).get(address))
        assert address in links(browse(world.coach).get(f"/goals/{goal.public_id}"))
        for who in (world.fellow, world.coordinator, world.observer):
            page = browse(who).get(address).text
            assert "Launch before summer" not in page
            assert "Goals that it serves" not in page
        landed(browse(world.coach).post(f"{address}/goals/removal", {"goal_id": goal.public_id}), f"{address}#goals")
        assert list_served(session, project, actor=factories.actor_of(session, world.coach)) == ()


class TestLaunching:
    def test_the_course_that_waits_stands_in_the_form(
        self, session: Session, browse: Browse, world: World, project: CourseProject
    ) -> None:
        browser, address = browse(world.participant), f"/cohorts/{world.cohort.public_id}/launches/new"
        assert fields(browser.get(address))["title"] == "Sepsis, early"
        other = factories.make_project(session, owners=(world.member,), title="Stroke")
        page = browser.get(address)
        assert fields(page)["title"] == ""
        tapped = f"{address}?project={other.public_id}"
        assert tapped in links(page)
        assert fields(browser.get(tapped))["title"] == "Stroke"

    def test_the_page_after_says_what_can_follow(self, browse: Browse, world: World, project: CourseProject) -> None:
        browser, address = browse(world.participant), f"/projects/{project.public_id}"
        assert "What can follow" not in words(browser.get(address))
        browser.post(f"{address}/launches", {"launched_on": TODAY.isoformat(), "label": ""})
        page = words(browser.get(address))
        for left in ("Add its link", "Name who built it with you", "Add how many have enrolled", "Say for whom it is"):
            assert left in page
        assert "Say where it runs" not in page
        assert "What can follow" not in words(browse(world.fellow).get(address))

    def test_the_course_of_others_that_has_the_title_is_shown(
        self, browse: Browse, world: World, project: CourseProject
    ) -> None:
        typed = {"title": "Sepsis, early", "launched_on": TODAY.isoformat()}
        answer = browse(world.fellow).post(f"/cohorts/{world.cohort.public_id}/launches", typed)
        refused(answer, 409, "Ask Participant Person to add you as an owner.")
        assert f"/projects/{project.public_id}" in links(answer)
