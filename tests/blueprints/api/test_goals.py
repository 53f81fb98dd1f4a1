"""Goals over the API: set, edited until they are rated, rated; for the participant and the coach alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Goal, Rating
from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.worlds import World

NEW = {
    "statement": "Launch a course with my team",
    "due_on": "2098-12-01",
    "importance": 3,
    "much_less": "Nothing",
    "less": "An outline",
    "expected": "A course that is open",
    "more": "500 joiners",
    "much_more": "It runs again",
}
RATING = {"score": 1, "rated_on": "2026-06-01"}


def test_a_participant_sets_a_goal(world: World, caller: CallerOf) -> None:
    me, path = caller(world.participant), f"/members/{world.member.public_id}/goals"
    response = me.post(path, NEW)
    made = body(response, 201)
    assert made | NEW == made
    assert (made["difficulty"], made["baseline"], made["ratings"]) == (1, -1, [])
    assert response.headers["Location"] == f"{PREFIX}/goals/{made['id']}"
    shown = me.get(f"/goals/{made['id']}")
    assert (body(shown), shown.headers["ETag"]) == (made, response.headers["ETag"])
    (line,) = body(caller(world.coach).get(path))["items"]
    assert (line["id"], line["ratings"], line["latest_score"]) == (made["id"], 0, None)


def test_goals_are_for_the_pair_alone(world: World, caller: CallerOf, session: Session) -> None:
    goal = factories.make_goal(session, world.member)
    listed, path = f"/members/{world.member.public_id}/goals", f"/goals/{goal.public_id}"
    for person in (world.fellow, world.observer, world.outsider):
        for address in (listed, path, f"{path}/ratings"):
            problem(caller(person).get(address), 404)
        problem(caller(person).post(f"{path}/ratings", RATING), 404)
        problem(caller(person).patch(path, {"why": "Mine"}, etag=SEEN), 404)
    for person in (world.coordinator, world.administrator):
        problem(caller(person).get(path), 404)
        problem(caller(person).post(listed, NEW), 403)
    problem(caller(world.coach).post(f"/members/{world.coach_member.public_id}/goals", NEW), 403)
    assert len(session.scalars(select(Goal)).all()) == 1


def test_an_edit_names_the_version_that_it_changes(world: World, caller: CallerOf, session: Session) -> None:
    goal = factories.make_goal(session, world.member, why="For them")
    me, path = caller(world.participant), f"/goals/{goal.public_id}"
    etag = me.get(path).headers["ETag"]
    problem(me.patch(path, {"importance": 2}), 428)
    changed = body(me.patch(path, {"importance": 2}, etag=etag))
    assert (changed["importance"], changed["why"]) == (2, "For them")
    problem(me.patch(path, {"importance": 0}, etag=etag), 412)
    assert body(me.patch(path, {"why": "", "due_on": None}, etag=SEEN))["why"] == ""
    problem(me.patch(path, {"importance": None}, etag=SEEN), 422, names="importance")


def test_a_rating_fixes_the_scale(world: World, caller: CallerOf, session: Session) -> None:
    goal = factories.make_goal(session, world.member)
    me, path = caller(world.participant), f"/goals/{goal.public_id}"
    etag = me.get(path).headers["ETag"]
    made = body(me.post(f"{path}/ratings", RATING | {"note": "Open since May"}), 201)
    assert (made["score"], made["rated_by"], made["note"]) == (1, "Participant Person", "Open since May")
    assert body(me.get(f"{path}/ratings"))["items"] == [made]
    # The goal's JSON has its ratings, so what was read before is no longer what is there.
    assert me.get(path, headers={"If-None-Match": etag}).status_code == 200
    problem(me.patch(path, {"expected": "Less"}, etag=SEEN), 409)
    assert body(me.patch(path, {"why": "Still mine"}, etag=SEEN))["why"] == "Still mine"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"score": 3}, "score"),
        ({"score": 0.5}, "score"),
        ({"score": None}, "score"),
        ({"rated_on": "2199-01-01"}, "rated_on"),
        ({"note": "x" * 1001}, "note"),
        ({"rated_by": "Somebody"}, "rated_by"),
    ],
)
def test_a_rating_is_checked(
    world: World, caller: CallerOf, session: Session, changes: dict[str, object], name: str
) -> None:
    path = f"/goals/{factories.make_goal(session, world.member).public_id}/ratings"
    problem(caller(world.participant).post(path, RATING | changes), 422, names=name)
    assert session.scalars(select(Rating)).all() == []


def test_a_goal_without_levels_is_not_rated(world: World, caller: CallerOf, session: Session) -> None:
    goal = factories.make_goal(session, world.member, more="")
    problem(caller(world.participant).post(f"/goals/{goal.public_id}/ratings", RATING), 422, names="more")
