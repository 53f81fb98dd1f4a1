"""Programmes and progress over the API: the figures that the pages show, for who may see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from tests import factories
from tests.blueprints.api.caller import CallerOf, body, problem
from tests.blueprints.api.filling import fill
from tests.worlds import World


def test_programmes_are_for_who_coordinates_or_coaches_in_them(world: World, caller: CallerOf) -> None:
    path = f"/programmes/{world.programme.public_id}"
    for person in (world.coordinator, world.coach, world.administrator):
        listed = body(caller(person).get("/programmes"))["items"]
        shown = body(caller(person).get(path))
        assert shown in listed
        assert shown["slug"] == world.programme.slug
    assert len(body(caller(world.administrator).get("/programmes"))["items"]) == 2
    assert body(caller(world.participant).get("/programmes"))["items"] == []
    for person in (world.participant, world.observer, world.outsider):
        problem(caller(person).get(path), 404)


def test_a_cohorts_progress(world: World, caller: CallerOf, session: Session) -> None:
    fill(session, world)
    path = f"/cohorts/{world.cohort.public_id}/progress"
    found = body(caller(world.coach).get(path))
    (mine,) = [member for member in found["members"] if member["id"] == world.member.public_id]
    assert mine["goals"]["rated"] == 1
    assert mine["goals"]["achieved_t"] is not None
    assert (mine["check_ins"]["asked"], mine["check_ins"]["silent"]) == (1, 1)
    assert (mine["joiners"], mine["first_launch"]) == (250, "2026-05-04")
    assert found["totals"]["joiners"] == 250
    observed = body(caller(world.observer).get(path))
    (seen,) = [member for member in observed["members"] if member["id"] == world.member.public_id]
    assert (seen["goals"]["rated"], seen["goals"]["achieved_t"]) == (1, None)
    problem(caller(world.participant).get(path), 403)
    problem(caller(world.outsider).get(path), 404)


def test_a_programmes_progress(world: World, caller: CallerOf, session: Session) -> None:
    fill(session, world)
    path = f"/programmes/{world.programme.public_id}/progress"
    found = body(caller(world.coordinator).get(path))
    figures = found["total"]["figures"]
    assert figures["participants"] == 2
    assert figures["launched"] | {"interval": None} == {
        "numerator": 1,
        "denominator": 1,
        "share": 1.0,
        "interval": None,
    }
    assert len(figures["launched"]["interval"]) == 2
    assert figures["satisfaction"]["is_hidden"] in (True, False)
    assert set(found["by_kind"]) == {"coaching"}
    assert [cohort["id"] for cohort in found["cohorts"]] == [world.cohort.public_id]
    assert body(caller(world.coordinator).get(f"{path}?kind=formal"))["cohorts"] == []
    for person in (world.coach, world.participant, world.outsider):
        problem(caller(person).get(path), 404)


def test_progress_costs_the_same_for_many(world: World, caller: CallerOf, session: Session, count_queries: Any) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/progress"
    session.commit()
    with count_queries() as few:
        body(coach.get(path))
    for _ in range(20):
        factories.make_goal(session, factories.make_membership(session, world.cohort))
    session.commit()
    with count_queries() as many:
        body(coach.get(path))
    assert len(few) == len(many) <= 12
