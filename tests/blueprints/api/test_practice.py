"""The practice log over the API: lines, what is said to them, and the words for what helps and hinders."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.worlds import World


def test_a_line_is_written_read_changed_and_removed(world: World, caller: CallerOf, session: Session) -> None:
    me, coach = caller(world.participant), caller(world.coach)
    listed = f"/members/{world.member.public_id}/practice"
    project = factories.make_project(session, owners=(world.member,), title="Sepsis, early")
    run = factories.make_run(session, project)
    problem(me.post(listed, {"on": "2026-05-05"}), 422, names="text")
    problem(me.post(listed, {"text": "Tried", "on": "2199-01-01"}), 422, names="on")
    problem(coach.post(listed, {"text": "Tried", "on": "2026-05-05"}), 403)
    response = me.post(listed, {"text": "Tried", "on": "2026-05-05", "about_id": run.public_id})
    made = body(response, 201)
    path = f"/practice/{made['id']}"
    assert response.headers["Location"] == PREFIX + path
    assert (made["run_id"], made["project_id"], made["kind"]) == (run.public_id, project.public_id, "entry")
    assert coach.get(path).headers["ETag"] == response.headers["ETag"]
    problem(me.patch(path, {"helped": "Tea"}), 428)
    changed = body(me.patch(path, {"helped": "Tea", "about_id": project.public_id}, etag=SEEN))
    assert (changed["text"], changed["helped"], changed["run_id"], changed["about_id"]) == (
        "Tried", "Tea", None, project.public_id,
    )  # fmt: skip
    problem(me.patch(path, {"helped": "Cake"}, etag=response.headers["ETag"]), 412)
    body(me.post(listed, {"text": "Tried again", "on": "2026-05-06"}), 201)
    page = body(coach.get(f"{listed}?limit=1"))
    assert [one["text"] for one in page["items"]] == ["Tried again"]
    (older,) = body(coach.get(page["next"].removeprefix(PREFIX)))["items"]
    assert (older["project_title"], older["helped"], older["can_be_tied"]) == ("Sepsis, early", "Tea", False)
    assert body(coach.get(f"{listed}?kind=launch"))["items"] == []
    assert [one["id"] for one in body(coach.get(f"{listed}?from=2026-05-01&to=2026-05-05"))["items"]] == [made["id"]]
    problem(coach.delete(path, etag=SEEN), 403)
    assert me.delete(path, etag=SEEN).status_code == 204
    problem(me.get(path), 404)


def test_those_who_run_the_cohort_answer_in_it(world: World, caller: CallerOf) -> None:
    me, coach = caller(world.participant), caller(world.coach)
    listed = f"/members/{world.member.public_id}/practice"
    made = body(me.post(listed, {"text": "Tried", "on": "2026-05-05"}), 201)
    path = f"/practice/{made['id']}"
    problem(me.post(f"{path}/confirmation", {"version": 1}), 403)
    problem(coach.post(f"{path}/confirmation", {"version": 9}), 409)
    assert body(coach.post(f"{path}/confirmation", {"version": 1}))["confirmed_at"]
    assert body(coach.delete(f"{path}/confirmation"))["confirmed_at"] is None
    cheer = body(coach.post(f"{path}/celebration"), 201)
    problem(coach.post(f"{path}/celebration"), 409)
    problem(coach.patch(f"/comments/{cheer['id']}", {"text": "So"}, etag=SEEN), 409)
    assert coach.delete(f"{path}/celebration").status_code == 204
    said = body(coach.post(f"{path}/comments", {"text": "Wel done"}), 201)
    own = f"/comments/{said['id']}"
    problem(me.patch(own, {"text": "Mine"}, etag=SEEN), 403)
    assert body(coach.patch(own, {"text": "Well done"}, etag=SEEN))["text"] == "Well done"
    (line,) = body(me.get(f"{path}/comments"))["items"]
    assert (line["text"], line["is_own"], line["author"]) == ("Well done", False, "Coach Person")
    assert coach.delete(own, etag=SEEN).status_code == 204
    assert body(me.get(f"{path}/comments"))["items"] == []


def test_the_words_and_their_counts(world: World, caller: CallerOf) -> None:
    me, coordinator = caller(world.participant), caller(world.coordinator)
    path = f"/programmes/{world.programme.public_id}/factors"
    usual = body(coordinator.post(f"{path}/usual"), 201)["items"]
    problem(caller(world.coach).post(path, {"name": "Rain", "kind": "barrier"}), 403)
    rain = body(coordinator.post(path, {"name": "Rain", "kind": "barrier"}), 201)
    own = f"/factors/{rain['id']}"
    assert body(coordinator.patch(own, {"name": "Snow"}, etag=SEEN))["name"] == "Snow"
    ids = [rain["id"], *(one["id"] for one in usual if one["kind"] == "barrier")]
    ordered = body(coordinator.post(f"{path}/order", {"kind": "barrier", "factor_ids": ids}))["items"]
    assert [one["id"] for one in ordered] == ids
    member = f"/members/{world.member.public_id}"
    assert len(body(me.get(f"{member}/factors"))["items"]) == len(usual) + 1
    line = {"text": "Tried", "on": "2026-05-05", "factor_ids": [rain["id"]]}
    assert [one["name"] for one in body(me.post(f"{member}/practice", line), 201)["factors"]] == ["Snow"]
    problem(coordinator.patch(own, {"name": "Hail"}, etag=SEEN), 409)
    assert body(coordinator.post(f"{own}/retirement"))["is_retired"]
    problem(me.post(f"{member}/practice", line), 422, names="factor_ids")
    for counted in (f"{path}/counts", f"/cohorts/{world.cohort.public_id}/factors/counts"):
        counts = body(coordinator.get(counted))
        assert (counts["people"], counts["entries"], counts["minimum"]) == (1, 1, None)
        (found,) = [one for one in counts["factors"] if one["id"] == rain["id"]]
        assert (found["people"], found["entries"], found["is_hidden"], found["is_retired"]) == (1, 1, False, True)
    assert not body(coordinator.post(f"{own}/return"))["is_retired"]
