"""Follow-up plans over the API: read, chosen for a cohort, and their steps added, looked at, changed and removed."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.services.follow_up_plans import follow_default_plan
from tests.blueprints.api.caller import PREFIX, CallerOf, body, problem
from tests.factories import NOW
from tests.worlds import World

STEP: dict[str, Any] = {
    "label": "Half way",
    "anchor": "session_end",
    "offset": "P1W",
    "question": "Did you try it?",
    "window_days": 6,
    "nudges": 0,
    "escalate_days": None,
    "stages": ["building", "piloted"],
    "questions": [
        {"kind": "scale", "prompt": "How did it go?", "lowest": 1, "highest": 5, "lowest_label": "Badly"},
        {"kind": "number", "prompt": "How many learners?", "flows_to": "learners"},
    ],
}


@pytest.fixture
def planned(world: World, session: Session) -> World:
    follow_default_plan(session, world.cohort, now=NOW)
    session.commit()
    return world


def test_a_cohort_gets_a_plan_of_its_own_and_a_step(planned: World, caller: CallerOf) -> None:
    coach, path = caller(planned.coach), f"/cohorts/{planned.cohort.public_id}/follow-up-plan"
    shown = coach.get(path)
    assert (body(shown)["follows"], len(body(shown)["steps"])) == ("default", 5)
    default = body(coach.get(f"/programmes/{planned.cohort.programme.public_id}/follow-up-plan"))
    problem(coach.post(f"/plans/{default['id']}/steps", STEP), 403)
    problem(coach.put(path, {"follows": "own"}, headers={"If-Match": '"older"'}), 412)
    own = body(coach.put(path, {"follows": "own"}, headers={"If-Match": shown.headers["ETag"]}))
    assert own["follows"] == "own"
    again = coach.get(path)
    assert body(coach.put(path, {"follows": "own"}, headers={"If-Match": again.headers["ETag"]})) == body(again)
    assert [step["strand"] for step in own["steps"]] == [step["strand"] for step in default["steps"]]
    assert body(coach.post(f"/plans/{own['plan_id']}/steps/preview", STEP)).keys() == {
        "made", "moved", "reopened", "ended", "too_late"
    }  # fmt: skip
    response = coach.post(f"/plans/{own['plan_id']}/steps", STEP)
    made = body(response, 201)
    assert {name: made[name] for name in STEP if name != "questions"} == {
        name: value for name, value in STEP.items() if name != "questions"
    }
    assert [one["prompt"] for one in made["questions"]] == ["How did it go?", "How many learners?"]
    assert response.headers["Location"] == f"{PREFIX}/steps/{made['id']}"
    assert len(body(caller(planned.participant).get(path))["steps"]) == 6


def test_a_step_is_put_and_removed_in_the_version_that_was_seen(planned: World, caller: CallerOf) -> None:
    boss = caller(planned.coordinator)
    plan = body(boss.get(f"/programmes/{planned.cohort.programme.public_id}/follow-up-plan"))
    path = f"/steps/{plan['steps'][0]['id']}"
    seen = boss.get(path)
    step = {name: body(seen)[name] for name in ("label", "anchor", "offset", "question")} | {"offset": "P3W"}
    problem(boss.put(path, step), 428)
    assert body(boss.post(f"{path}/preview", step))["ended"] == 0
    changed = boss.put(path, step, headers={"If-Match": seen.headers["ETag"]})
    assert (body(changed)["offset"], body(changed)["version"]) == ("P3W", body(seen)["version"] + 1)
    problem(boss.put(path, step, headers={"If-Match": seen.headers["ETag"]}), 412)
    assert boss.delete(path, headers={"If-Match": changed.headers["ETag"]}).status_code == 204
    problem(boss.get(path), 404)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"offset": "two weeks"}, "offset"),
        ({"offset": "P10Y"}, "offset"),
        ({"nudges": 2, "nudge_days": 14, "window_days": 28}, "nudge_days"),
        ({"nudges": 1, "nudge_days": 7, "window_days": 12, "escalate_days": 7}, "escalate_days"),
        ({"role": "observer"}, "role"),
        ({"is_alumni": "yes"}, "is_alumni"),
        ({"asks_enrolments": 1}, "asks_enrolments"),
        ({"questions": [{"kind": "text", "prompt": "?", "is_required": "true"}]}, "questions.0.is_required"),
        ({"role": "coach", "anchor": "goal_due", "stages": []}, "role"),
        ({"channel": "pigeon"}, "channel"),
        ({"questions": [{"kind": "scale", "prompt": "?", "lowest": 3, "highest": 3}]}, "questions.0.highest"),
        ({"questions": [{"kind": "text", "prompt": "?", "flows_to": "active"}]}, "questions.0.flows_to"),
        (
            {"questions": [{"kind": "scale", "prompt": "?", "lowest": -2, "highest": 2, "flows_to": "goal_rating"}]},
            "questions",
        ),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    planned: World, caller: CallerOf, values: dict[str, Any], field: str
) -> None:
    boss = caller(planned.coordinator)
    plan = body(boss.get(f"/programmes/{planned.cohort.programme.public_id}/follow-up-plan"))
    refused = problem(boss.post(f"/plans/{plan['id']}/steps", STEP | values), 422)
    assert list(refused["errors"]) == [field]
