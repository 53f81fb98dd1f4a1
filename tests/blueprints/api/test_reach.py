"""Reach over the API: over time for a run, a project, a cohort and a programme; confirmed, and taken back."""

from __future__ import annotations

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import AnswerChoice, CheckInState
from tests import factories
from tests.blueprints.api.caller import CallerOf, body, problem
from tests.worlds import World


def test_reach_is_told_over_time(world: World, caller: CallerOf, session: Session) -> None:
    project = factories.make_project(session, world.cohort, owners=(world.member,))
    run = factories.make_run(session, project)
    me, coordinator = caller(world.participant), caller(world.coordinator)
    for value, day in ((250, "2026-05-20"), (300, "2026-05-25")):
        me.post(f"/runs/{run.public_id}/reach", {"value": value, "as_of": day})
    reported = body(
        me.post(f"/runs/{run.public_id}/reach", {"metric": "learners", "value": 301, "as_of": "2026-05-25"}), 201
    )
    (warning,) = reported["warnings"]
    assert warning.startswith("301 learners of 25 May 2026 are more than the 300 joiners of 25 May 2026.")
    places = {
        f"/runs/{run.public_id}": me, f"/projects/{project.public_id}": me,
        f"/cohorts/{world.cohort.public_id}": me, f"/programmes/{world.programme.public_id}": coordinator,
    }  # fmt: skip
    for place, who in places.items():
        said = body(who.get(f"{place}/reach"))
        assert said["points"] == [
            {"on": "2026-05-20", "value": 250, "runs": 1},
            {"on": "2026-05-25", "value": 300, "runs": 1},
        ]
        joiners, learners = said["totals"]
        assert (joiners["value"], joiners["self_reported"], joiners["confirmed"]) == (300, 300, 0)
        assert (learners["metric"], learners["value"]) == ("learners", 301)
        assert said["people"] == {"people": None, "courses": 0, "oldest": None, "newest": None}
        assert body(who.get(f"{place}/reach?metric=learners"))["total"] == learners
    problem(me.get(f"/runs/{run.public_id}/reach?metric=likes"), 422, names="metric")
    problem(me.get(f"/programmes/{world.programme.public_id}/reach"), 404)


def test_a_figure_is_confirmed_and_doubted(world: World, caller: CallerOf, session: Session) -> None:
    project = factories.make_project(session, world.cohort, owners=(world.member,))
    path = f"/runs/{factories.make_run(session, project).public_id}/reach"
    me, coach = caller(world.participant), caller(world.coach)
    figure = body(me.post(path, {"value": 250, "as_of": "2026-05-20"}), 201)["snapshot"]
    assert figure["state"] == "self_reported"
    confirmation = f"/reach/{figure['id']}/confirmation"
    problem(me.post(confirmation, {}), 403)
    assert body(coach.post(confirmation, {}))["state"] == "confirmed"
    problem(coach.post(f"{confirmation}/withdrawal", {"reason": ""}), 422, names="reason")
    doubted = body(coach.post(f"{confirmation}/withdrawal", {"reason": "Of the pilot"}))
    assert (doubted["state"], doubted["unconfirmed_because"]) == ("self_reported", "Of the pilot")
    problem(coach.post(f"{confirmation}/withdrawal", {"reason": "Again"}), 409)


def test_a_check_in_names_its_run_and_the_answer_says_it(world: World, caller: CallerOf, session: Session) -> None:
    # The caller's clock is the real one, so that the check-in has to be open now.
    step = factories.make_step(session, world.cohort)
    now = utc_now()
    check_in = factories.make_check_in(session, step, world.member, state=CheckInState.ASKED, asked_at=now, due_at=now)
    me, path = caller(world.participant), f"/check-ins/{check_in.public_id}"
    problem(me.get(f"{path}/asked-run"), 404)
    run = factories.make_run(session, factories.make_project(session, owners=(world.member,)))
    asked = body(me.get(f"{path}/asked-run"))
    assert (asked["run_id"], asked["joiners"], asked["is_stale"]) == (run.public_id, None, True)
    answer = {"choice": AnswerChoice.DID_IT, "enrolments": 70}
    problem(me.put(f"{path}/answer", answer | {"run_id": "0" * 20}), 422, names="run_id")
    body(me.put(f"{path}/answer", answer | {"run_id": run.public_id}))
    (point,) = body(me.get(f"/runs/{run.public_id}/reach"))["points"]
    assert point["value"] == 70
