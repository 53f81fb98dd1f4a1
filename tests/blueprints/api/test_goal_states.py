"""A goal as a whole over the API: agreed on, revised, ended, taken up again; and its milestones."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Goal
from tests import factories
from tests.blueprints.api.caller import SEEN, CallerOf, body, problem
from tests.worlds import World

SCALE: dict[str, Any] = {
    "much_less": "0 runs", "less": "1 run", "expected": "2 runs", "more": "3 runs", "much_more": "4 runs",
    "importance": 2, "difficulty": 2, "baseline": -2,
}  # fmt: skip
TODAY = utc_now().date().isoformat()


def make_goal(session: Session, world: World) -> Goal:
    return factories.make_goal(session, world.member)


def test_both_agree_to_the_version_that_they_saw(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/goals/{make_goal(session, world).public_id}"
    me, coach = caller(world.participant), caller(world.coach)
    etag = me.get(f"{path}/agreement").headers["ETag"]
    problem(me.put(f"{path}/agreement", {}), 428)
    assert body(coach.patch(path, {"statement": "Another"}, etag=SEEN))["state"] == "draft"
    problem(me.put(f"{path}/agreement", {}, etag=etag), 412)
    first = body(me.put(f"{path}/agreement", {}, etag=SEEN))
    assert (first["state"], first["coach_agreed_at"], first["coach_agreed_by"]) == ("draft", None, None)
    both = body(coach.put(f"{path}/agreement", {}, etag=SEEN))
    assert (both["state"], both["coach_agreed_by"]) == ("agreed", "Coach Person")
    assert body(me.get(path))["state"] == "agreed"


def test_a_revision_is_the_next_edition_and_the_old_one_stays(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/goals/{make_goal(session, world).public_id}"
    me = caller(world.participant)
    revision = SCALE | {"reason": "Nobody could tell"}
    problem(me.put(f"{path}/scale", revision, etag=SEEN), 409)
    rating = body(me.post(f"{path}/ratings", {"score": 1, "rated_on": "2026-06-01"}), 201)
    falling = problem(me.put(f"{path}/scale", revision | {"more": "1 run a year"}, etag=SEEN), 422)
    assert set(falling["errors"]) == {"expected", "more"}
    problem(me.put(f"{path}/scale", SCALE, etag=SEEN), 422, names="reason")
    revised = body(me.put(f"{path}/scale", revision, etag=SEEN))
    assert revised | SCALE == revised
    assert revised["edition"] == 2
    (old,) = body(me.get(f"{path}/revisions"))["items"]
    assert (old["edition"], old["reason"], old["ratings"]) == (1, "Nobody could tell", [rating])
    found = body(me.get(f"/members/{world.member.public_id}/attainment"))
    assert (found["overall"]["rated"], found["overall"]["change"]) == (0, None)


def test_a_goal_ends_with_a_reason_and_goes_on_again(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/goals/{make_goal(session, world).public_id}"
    me, coach = caller(world.participant), caller(world.coach)
    problem(me.post(f"{path}/ending", {"state": "dropped", "on": TODAY}), 422, names="reason")
    problem(me.post(f"{path}/ending", {"state": "draft", "on": TODAY}), 422, names="state")
    change = {"state": "changed", "on": TODAY, "reason": "Others come", "successor_statement": "Reach the nights"}
    ended = body(me.post(f"{path}/ending", change))
    assert (ended["state"], ended["ended_on"]) == ("changed", TODAY)
    problem(coach.post(f"{path}/ratings", {"score": 1, "rated_on": TODAY}), 409)
    lines = body(coach.get(f"/members/{world.member.public_id}/goals"))["items"]
    assert [(line["statement"], line["state"]) for line in lines][1:] == [("Reach the nights", "draft")]
    assert body(coach.post(f"{path}/reopening", {"reason": "They stay"}))["ended_on"] is None
    changes = body(me.get(f"{path}/changes"))["items"]
    assert [(one["state"], one["reason"], one["successor_id"]) for one in changes] == [
        ("changed", "Others come", lines[1]["id"]),
        ("draft", "They stay", None),
    ]


def test_milestones_are_added_reached_and_taken_off(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/goals/{make_goal(session, world).public_id}/milestones"
    me = caller(world.participant)
    problem(me.post(path, {"statement": "Outline", "reached_on": "2199-01-01"}), 422, names="reached_on")
    made = body(me.post(path, {"statement": "Outline", "due_on": "2190-01-01"}), 201)
    own = f"/milestones/{made['id']}"
    problem(me.patch(own, {"reached_on": TODAY}), 428)
    reached = body(me.patch(own, {"reached_on": TODAY}, etag=SEEN))
    assert (reached["reached_on"], reached["due_on"]) == (TODAY, "2190-01-01")
    problem(me.delete(own, etag=SEEN), 409)
    body(me.patch(own, {"reached_on": None}, etag=SEEN))
    assert me.delete(own, etag=SEEN).status_code == 204
    assert body(me.get(path))["items"] == []
