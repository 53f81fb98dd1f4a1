"""Metrics and skills over the API: exact values, one a day, edited only as they were seen."""

from __future__ import annotations

import io
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.models import Metric, Observation
from tests import factories
from tests.blueprints.api.caller import SEEN, CallerOf, body, problem
from tests.worlds import World

NEW = {"name": "Hours", "unit": "h", "direction": "up", "baseline": 1.5, "target": "12.50", "cadence_weeks": 2}
VALUE = {"value": 3.1, "observed_on": "2026-01-05"}


@pytest.fixture
def path(session: Session, world: World, caller: CallerOf) -> str:
    goal = factories.make_goal(session, world.member)
    made = body(caller(world.participant).post(f"/goals/{goal.public_id}/metrics", NEW), 201)
    assert (made["baseline"], made["target"]) == ("1.5", "12.5")
    return f"/metrics/{made['id']}"


def test_a_metric_is_edited_as_it_was_seen(world: World, caller: CallerOf, path: str) -> None:
    me = caller(world.coach)
    seen = me.get(path).headers["ETag"]
    changed = body(me.patch(path, {"target": None}, etag=seen))
    assert (changed["target"], changed["baseline"]) == (None, "1.5")
    problem(me.patch(path, {"name": "Others"}, etag=seen), 412)
    assert "target" in problem(me.patch(path, {"target": "1"}, etag=me.get(path).headers["ETag"]), 422)["errors"]


def test_a_value_is_exact_and_one_a_day(session: Session, world: World, caller: CallerOf, path: str) -> None:
    me = caller(world.participant)
    first = body(me.post(f"{path}/observations", VALUE), 201)
    assert (first["observation"]["value"], first["is_repeat"]) == ("3.1", False)
    assert body(me.post(f"{path}/observations", VALUE | {"value": "3.10"}), 201)["is_repeat"]
    assert "observed_on" in problem(me.post(f"{path}/observations", VALUE | {"value": 4}), 422)["errors"]
    wrong = first["observation"]["id"]
    taken = body(me.post(f"/observations/{wrong}/corrections", {"value": None, "reason": "A slip"}), 201)
    assert (taken["value"], taken["is_correction"]) == (None, True)
    lines = body(me.get(f"{path}/observations"))["items"]
    assert [(one["value"], one["is_corrected"]) for one in lines] == [(None, False), ("3.1", True)]
    goal_id = body(me.get(path))["goal_id"]
    (listed,) = body(me.get(f"/goals/{goal_id}/metrics"))["items"]
    assert (listed["observations"], listed["is_ended"]) == ([], False)
    assert session.scalar(select(func.count()).select_from(Observation)) == 2


def test_what_is_no_value_is_refused(world: World, caller: CallerOf, path: str) -> None:
    me = caller(world.participant)
    for value in (True, None, [], "1e999", "nan", "", "1,500", 0.0000001, 1e13):
        answer = problem(me.post(f"{path}/observations", VALUE | {"value": value}), 422)
        assert list(answer["errors"]) == ["value"]


def test_a_file_is_recorded_once(session: Session, world: World, caller: CallerOf, path: str) -> None:
    metric = session.scalars(select(Metric)).one()
    row = f"{world.participant.email},{metric.goal.statement},hours,2026-01-05,7"
    data = f"email,goal,metric,date,value\n{row}\n".encode()
    me, address = caller(world.coach), f"/cohorts/{world.cohort.public_id}/observations"

    def send(**more: str) -> Any:
        sent = {"file": (io.BytesIO(data), "values.csv")} | more
        return body(me.post(address, data=sent))

    assert send(dry_run="true")["counts"] == {"new": 1, "known": 0, "left_out": 0}
    assert send()["counts"]["new"] == 1
    again = send()
    assert (again["counts"]["known"], again["rows"][0]["outcome"]) == (1, "known")
    assert body(me.get(path))["id"] == metric.public_id


def test_skills_are_written_and_rated(session: Session, world: World, caller: CallerOf) -> None:
    boss, me = caller(world.coordinator), caller(world.participant)
    address = f"/programmes/{world.programme.public_id}/skills"
    made = body(boss.post(address, {"name": "Asking"}), 201)
    scale = boss.get(f"{address}/scale")
    assert (body(scale)["points"], body(scale)["version"]) == (5, 0)
    words = {"points": 3, "words": ["No", "", "Yes"]}
    etag = scale.headers["ETag"]
    assert body(boss.put(f"{address}/scale", words, headers={"If-Match": etag}))["words"] == words["words"]
    problem(boss.put(f"{address}/scale", words, headers={"If-Match": etag}), 412)
    own, given = f"/members/{world.member.public_id}/assessments", {"skill_id": made["id"], "score": 3}
    open_now = next(one["moment"] for one in body(me.get(own))["moments"] if one["is_open"])
    assert body(me.post(f"{own}/{open_now}", {"scores": [given]}))["scores"][0]["name"] == "Asking"
    problem(me.post(f"{own}/{open_now}", {"scores": [given, given]}), 422)
    problem(me.post(f"{own}/sometime", {"scores": [given]}), 404)
    problem(boss.patch(f"/skills/{made['id']}", {"name": "Asking well"}, etag=SEEN), 409)
    (figures,) = body(boss.get(f"/cohorts/{world.cohort.public_id}/skills"))["skills"]
    assert (figures["name"], figures["is_hidden"], figures["figures"]["pairs"]) == ("Asking", False, 0)
