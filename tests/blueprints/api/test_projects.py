"""Course projects over the API: started, shared, launched, and their reach; and the practice log that it shows in."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import CourseProject, CourseRun, ReachSnapshot
from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.blueprints.api.filling import fill
from tests.worlds import World

LAUNCH = {"title": "Wound care", "launched_on": "2026-05-04", "enrolments": 320}


def test_a_participant_starts_a_project(world: World, caller: CallerOf) -> None:
    me, path = caller(world.participant), f"/cohorts/{world.cohort.public_id}/projects"
    response = me.post(path, {"title": "Wound care", "platform": "moodle", "outside_names": ["Sam"]})
    made = body(response, 201)
    assert [(owner["name"], owner["membership_id"]) for owner in made["owners"]] == [
        ("Participant Person", world.member.public_id),
        ("Sam", None),
    ]
    assert (made["stage"], made["runs"]) == ("idea", [])
    assert response.headers["Location"] == f"{PREFIX}/projects/{made['id']}"
    shown = me.get(f"/projects/{made['id']}")
    assert (body(shown), shown.headers["ETag"]) == (made, response.headers["ETag"])
    (line,) = body(caller(world.fellow).get(path))["items"]
    assert (line["title"], line["runs"], line["joiners"]) == ("Wound care", 0, None)


def test_who_may_start_and_see_a_project(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/cohorts/{world.cohort.public_id}/projects"
    problem(caller(world.observer).post(path, {"title": "Mine"}), 403)
    problem(caller(world.outsider).post(path, {"title": "Mine"}), 404)
    project = factories.make_project(session, world.cohort, owners=(world.member,))
    body(caller(world.fellow).get(f"/projects/{project.public_id}"))
    problem(caller(world.outsider).get(f"/projects/{project.public_id}"), 404)
    problem(caller(world.fellow).patch(f"/projects/{project.public_id}", {"title": "Mine"}, etag=SEEN), 403)


def test_an_edit_names_the_version_that_it_changes(world: World, caller: CallerOf, session: Session) -> None:
    project = factories.make_project(session, world.cohort, owners=(world.member,), audience="Nurses")
    me, path = caller(world.participant), f"/projects/{project.public_id}"
    etag = me.get(path).headers["ETag"]
    problem(me.patch(path, {"title": "Burns"}), 428)
    changed = body(me.patch(path, {"title": "Burns"}, etag=etag))
    assert (changed["title"], changed["audience"]) == ("Burns", "Nurses")
    problem(me.patch(path, {"title": "Scalds"}, etag=etag), 412)
    for changes, name in (
        ({"url": "javascript:alert(1)"}, "url"),
        ({"platform": "nowhere"}, "platform"),
        ({"stage": "launched"}, "stage"),
        ({"owners": []}, "owners"),
    ):
        problem(me.patch(path, changes, etag=SEEN), 422, names=name)


def test_a_launch_in_one_step(world: World, caller: CallerOf, session: Session) -> None:
    me, path = caller(world.participant), f"/cohorts/{world.cohort.public_id}/launches"
    response = me.post(path, LAUNCH)
    run = body(response, 201)
    assert (run["launched_on"], run["is_before_end"]) == ("2026-05-04", True)
    assert [snapshot["value"] for snapshot in run["snapshots"]] == [320]
    assert response.headers["Location"] == f"{PREFIX}/runs/{run['id']}"
    assert body(me.get(f"/runs/{run['id']}")) == run
    project = body(me.get(f"/projects/{run['project_id']}"))
    assert (project["title"], project["stage"]) == ("Wound care", "launched")
    problem(me.post(path, LAUNCH), 409)
    problem(caller(world.fellow).post(path, LAUNCH), 409)
    assert len(session.scalars(select(CourseProject)).all()) == len(session.scalars(select(CourseRun)).all()) == 1


def test_a_launch_of_a_project(world: World, caller: CallerOf, session: Session) -> None:
    project = factories.make_project(session, world.cohort, owners=(world.member,))
    path = f"/projects/{project.public_id}/launches"
    problem(caller(world.fellow).post(path, {"launched_on": "2026-05-04"}), 403)
    problem(caller(world.participant).post(path, {"launched_on": "2199-05-04"}), 422, names="launched_on")
    problem(caller(world.participant).post(path, {"launched_on": "2026-05-04", "enrolments": -1}), 422)
    run = body(caller(world.coach).post(path, {"launched_on": "2026-05-04"}), 201)
    assert run["snapshots"] == []
    problem(caller(world.participant).post(path, {"launched_on": "2026-05-04"}), 409)


def test_stages_and_owners_are_added(world: World, caller: CallerOf, session: Session) -> None:
    project = factories.make_project(session, world.cohort, owners=(world.member,))
    me, path = caller(world.participant), f"/projects/{project.public_id}"
    step = body(me.post(f"{path}/stages", {"stage": "piloted", "on": "2026-04-01", "note": "With ten"}), 201)
    assert (step["stage"], step["on"]) == ("piloted", "2026-04-01")
    problem(me.post(f"{path}/stages", {"stage": "piloted", "on": "2026-04-01"}), 409)
    problem(me.post(f"{path}/stages", {"stage": "launched", "on": "2026-04-01"}), 422, names="stage")
    problem(caller(world.fellow).post(f"{path}/stages", {"stage": "stopped", "on": "2026-04-01"}), 403)
    owner = body(me.post(f"{path}/owners", {"membership_id": world.fellow_member.public_id}), 201)
    assert owner == {"membership_id": world.fellow_member.public_id, "name": "Fellow Person"}
    problem(me.post(f"{path}/owners", {"membership_id": world.fellow_member.public_id}), 409)
    problem(me.post(f"{path}/owners", {}), 422, names="membership_id")
    shown = body(me.get(path))
    assert (shown["stage"], len(shown["owners"])) == ("piloted", 2)


def test_a_coach_says_whose_launch_it_is(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/launches"
    said = problem(coach.post(path, LAUNCH), 422, names="owners")
    assert "choose at least one participant" in str(said)
    run = body(coach.post(path, LAUNCH | {"owners": [world.fellow_member.public_id]}), 201)
    (owner,) = body(coach.get(f"/projects/{run['project_id']}"))["owners"]
    assert owner == {"membership_id": world.fellow_member.public_id, "name": "Fellow Person"}


def test_an_owner_leaves_save_the_last(world: World, caller: CallerOf, session: Session) -> None:
    project = factories.make_project(session, world.cohort, owners=(world.member, world.fellow_member))
    me, path = caller(world.participant), f"/projects/{project.public_id}"
    leaver = {"membership_id": world.fellow_member.public_id}
    left = me.post(f"{path}/owners/removal", leaver)
    assert [owner["membership_id"] for owner in body(left)["owners"]] == [world.member.public_id]
    assert left.headers["ETag"] == me.get(path).headers["ETag"]
    problem(caller(world.fellow).post(f"{path}/owners/removal", leaver), 403)
    problem(me.post(f"{path}/owners/removal", leaver), 409)
    problem(me.post(f"{path}/owners/removal", {"membership_id": world.member.public_id}), 409)


def test_a_run_is_corrected_as_of_the_version_that_was_seen(world: World, caller: CallerOf, session: Session) -> None:
    run = factories.make_run(session, factories.make_project(session, world.cohort, owners=(world.member,)))
    me, path = caller(world.participant), f"/runs/{run.public_id}"
    etag = me.get(path).headers["ETag"]
    change = {"launched_on": "2026-04-30", "reason": "Misread"}
    problem(me.patch(path, change), 428)
    problem(me.patch(path, {"launched_on": "2026-04-30"}, etag=etag), 422, names="reason")
    problem(me.patch(path, {"project_id": "x", "reason": "y"}, etag=etag), 422, names="project_id")
    corrected = body(me.patch(path, change, etag=etag))
    assert (corrected["launched_on"], corrected["label"], corrected["version"]) == ("2026-04-30", "Run 1", 2)
    problem(me.patch(path, change, etag=etag), 412)
    problem(caller(world.fellow).patch(path, change, etag=SEEN), 403)
    (step,) = body(me.get(f"/projects/{corrected['project_id']}"))["stage_changes"]
    assert (step["stage"], step["on"]) == ("launched", "2026-04-30")
    assert "4 May 2026" in step["note"]


def test_reach_is_added_and_corrected(world: World, caller: CallerOf, session: Session) -> None:
    project = factories.make_project(session, world.cohort, owners=(world.member,))
    run = factories.make_run(session, project)
    me, path = caller(world.participant), f"/runs/{run.public_id}/reach"
    first = body(me.post(path, {"value": 250, "as_of": "2026-05-20"}), 201)
    assert (first["snapshot"]["metric"], first["is_repeat"], first["warnings"]) == ("joiners", False, [])
    assert body(me.post(path, {"value": 250, "as_of": "2026-05-20"}), 201)["is_repeat"] is True
    assert body(me.post(path, {"value": 200, "as_of": "2026-05-25"}), 201)["warnings"] != []
    corrections = f"/reach/{first['snapshot']['id']}/corrections"
    problem(me.post(corrections, {"value": 240}), 422, names="reason")
    problem(caller(world.fellow).post(corrections, {"value": 240, "reason": "Misread"}), 403)
    problem(caller(world.outsider).post(corrections, {"value": 240, "reason": "Misread"}), 404)
    corrected = body(me.post(corrections, {"value": 190, "reason": "Misread"}), 201)
    assert (corrected["value"], corrected["reason"], corrected["as_of"]) == (190, "Misread", "2026-05-20")
    problem(me.post(corrections, {"value": 180, "reason": "Again"}), 409)
    assert len(session.scalars(select(ReachSnapshot)).all()) == 3


def test_reach_is_checked(world: World, caller: CallerOf, session: Session) -> None:
    project = factories.make_project(session, world.cohort, owners=(world.member,))
    path = f"/runs/{factories.make_run(session, project).public_id}/reach"
    for changes, name in (
        ({"value": 100_000_001}, "value"),
        ({"value": -1}, "value"),
        ({"value": "250"}, "value"),
        ({"metric": "likes"}, "metric"),
        ({"as_of": "2026-01-01"}, "as_of"),
        ({"as_of": "2199-01-01"}, "as_of"),
        ({"source": "demo"}, "source"),
        ({"state": "confirmed"}, "state"),
    ):
        problem(caller(world.participant).post(path, {"value": 250, "as_of": "2026-05-20"} | changes), 422, names=name)


def test_the_practice_log(world: World, caller: CallerOf, session: Session) -> None:
    known = fill(session, world)
    me = caller(world.participant)
    (entry,) = body(me.get(f"/members/{world.member.public_id}/practice"))["items"]
    assert (entry["enrolments"], entry["run_id"], entry["can_be_tied"]) == (120, None, True)
    (run,) = body(me.get(f"/members/{world.member.public_id}/runs"))["items"]
    assert (run["id"], run["joiners"]) == (known["run_id"], 250)
    tie = f"/practice/{entry['id']}/run"
    problem(caller(world.fellow).post(tie, {"run_id": known["run_id"]}), 404)
    tied = body(me.post(tie, {"run_id": known["run_id"]}), 201)
    assert (tied["snapshot"]["value"], tied["snapshot"]["source"]) == (120, "check_in")
    problem(me.post(tie, {"run_id": known["run_id"]}), 409)
    (entry,) = body(me.get(f"/members/{world.member.public_id}/practice"))["items"]
    assert (entry["run_id"], entry["can_be_tied"]) == (known["run_id"], False)
    problem(caller(world.fellow).get(f"/members/{world.member.public_id}/practice"), 404)
