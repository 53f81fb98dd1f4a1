"""Stages, boards, skills, goals and teams of course projects over the API."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from coaching.models import CourseProject, Platform, Skill, Stage, StageChange
from tests import factories
from tests.blueprints.api.caller import SEEN, CallerOf, body, problem
from tests.factories import NOW
from tests.worlds import World


@pytest.fixture
def project(session: Session, world: World) -> CourseProject:
    made = factories.make_project(session, world.cohort, owners=(world.member,), title="Burns")
    session.add(StageChange(project=made, stage=Stage.IDEA, on=date(2026, 3, 1), recorded_at=NOW))
    session.flush()
    return made


def test_a_stage_is_put_right_and_stays_on_record(world: World, caller: CallerOf, project: CourseProject) -> None:
    me, path = caller(world.participant), f"/projects/{project.public_id}"
    problem(me.post(f"{path}/stages", {"stage": "stopped", "on": "2026-04-01"}), 422, names="note")
    wrong = body(me.post(f"{path}/stages", {"stage": "piloted", "on": "2026-04-01"}), 201)
    amended = {"stage": "building", "on": "2026-04-02", "reason": "Not yet."}
    problem(caller(world.fellow).post(f"/stages/{wrong['id']}/corrections", amended), 403)
    problem(caller(world.outsider).post(f"/stages/{wrong['id']}/corrections", amended), 404)
    right = body(me.post(f"/stages/{wrong['id']}/corrections", amended), 201)
    problem(me.post(f"/stages/{wrong['id']}/removal", {"reason": "Again."}), 409)
    shown = body(me.get(path))
    assert [one["stage"] for one in shown["stage_changes"]] == ["idea", "building"]
    (withdrawn,) = shown["withdrawn_stages"]
    assert (withdrawn["id"], withdrawn["reason"]) == (wrong["id"], "Not yet.")
    taken = body(me.post(f"/stages/{right['id']}/removal", {"reason": "Nor that."}))
    assert (taken["stage"], taken["reason"]) == ("building", "Nor that.")
    assert body(me.get(path))["stage"] == "idea"


def test_a_board_has_each_project_once_by_stage(
    world: World, caller: CallerOf, session: Session, project: CourseProject
) -> None:
    both = (world.member, world.fellow_member)
    factories.make_project(session, world.cohort, owners=both, title="Stroke", stage=Stage.PILOTED)
    columns = body(caller(world.fellow).get(f"/cohorts/{world.cohort.public_id}/board"))["items"]
    assert [(one["stage"], one["projects"]) for one in columns if one["projects"]] == [("idea", 1), ("piloted", 1)]
    (card,) = columns[0]["cards"]
    assert (card["id"], card["since"], card["cohort"]) == (project.public_id, "2026-03-01", "Cohort 9")
    problem(caller(world.outsider).get(f"/cohorts/{world.cohort.public_id}/board"), 404)


def test_a_programme_is_listed_in_pages(
    world: World, caller: CallerOf, session: Session, project: CourseProject
) -> None:
    factories.make_project(session, world.cohort, title="Stroke", platform=Platform.MOODLE)
    me, path = caller(world.coordinator), f"/programmes/{world.programme.public_id}/projects"
    first = body(me.get(f"{path}?limit=1"))
    assert [one["title"] for one in first["items"]] == ["Stroke"]
    second = body(me.get(first["next"].removeprefix("/api/v1")))
    assert ([one["title"] for one in second["items"]], second["next"]) == (["Burns"], None)
    narrowed = body(me.get(f"{path}?platform=moodle&cohort_id={world.cohort.public_id}&stage=idea"))
    assert [one["title"] for one in narrowed["items"]] == ["Stroke"]
    problem(me.get(f"{path}?cohort_id={factories.make_cohort(session).public_id}"), 404)
    problem(caller(world.coach).get(path), 404)


def test_goals_and_etags_tell_nothing_to_who_reads_no_goals(
    world: World, caller: CallerOf, session: Session, project: CourseProject
) -> None:
    goal = factories.make_goal(session, world.member, statement="Before summer")
    path = f"/projects/{project.public_id}"
    before = {who: caller(who).get(path).headers["ETag"] for who in (world.fellow, world.coordinator)}
    problem(caller(world.coordinator).post(f"{path}/goals", {"goal_id": goal.public_id}), 403)
    assert body(caller(world.coach).post(f"{path}/goals", {"goal_id": goal.public_id}))["statement"] == "Before summer"
    problem(caller(world.participant).post(f"{path}/goals", {"goal_id": goal.public_id}), 409)
    assert len(body(caller(world.participant).get(f"{path}/goals"))["items"]) == 1
    for who, etag in before.items():
        assert body(caller(who).get(f"{path}/goals"))["items"] == []
        assert caller(who).get(path).headers["ETag"] == etag
    assert caller(world.coach).post(f"{path}/goals/removal", {"goal_id": goal.public_id}).status_code == 204
    assert body(caller(world.participant).get(f"{path}/goals"))["items"] == []


def test_skills_are_a_part_of_the_project_and_of_its_version(
    world: World, caller: CallerOf, session: Session, project: CourseProject
) -> None:
    skill = Skill(programme=world.programme, position=1, name="Writing", created_at=NOW)
    retired = Skill(programme=world.programme, position=2, name="Filming", created_at=NOW, retired_at=NOW)
    session.add_all([skill, retired])
    session.flush()
    me, path = caller(world.participant), f"/projects/{project.public_id}"
    etag = me.get(path).headers["ETag"]
    changed = me.patch(path, {"skill_ids": [skill.public_id]}, etag=etag)
    assert body(changed)["skills"] == [{"id": skill.public_id, "name": "Writing", "is_retired": False}]
    assert body(changed)["version"] == 2
    problem(me.patch(path, {"title": "Scalds"}, etag=etag), 412)
    problem(me.patch(path, {"skill_ids": [retired.public_id]}, etag=SEEN), 422, names="skill_ids")
    # What is not named stays, and what it said before is told.
    kept = body(me.patch(path, {"title": "Scalds"}, etag=changed.headers["ETag"]))
    assert kept["skill_ids"] == [skill.public_id]
    assert [one["title"] for one in body(caller(world.fellow).get(f"{path}/edits"))["items"]] == ["Burns"]


def test_a_name_from_outside_becomes_a_member(world: World, caller: CallerOf, project: CourseProject) -> None:
    me, path = caller(world.participant), f"/projects/{project.public_id}/owners"
    body(me.post(path, {"outside_name": "Dee"}), 201)
    linked = {"outside_name": "Dee", "membership_id": world.fellow_member.public_id}
    problem(caller(world.fellow).post(f"{path}/linking", linked), 403)
    assert body(me.post(f"{path}/linking", linked))["membership_id"] == world.fellow_member.public_id
    problem(me.post(f"{path}/linking", linked), 422, names="outside_name")
