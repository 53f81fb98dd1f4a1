"""A cohort's life over the API: what is at stake, each change, what happened, and a hand-over seen beforehand."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CohortKind, Role
from tests.blueprints.api.caller import CallerOf, body, problem
from tests.factories import make_cohort, make_membership, make_session
from tests.worlds import World


def test_a_cohort_is_paused_archived_and_opened_again(world: World, caller: CallerOf, session: Session) -> None:
    world.cohort.kind = CohortKind.FORMAL
    path, soon = f"/cohorts/{world.cohort.public_id}", utc_now() + timedelta(days=3)
    make_session(session, world.cohort, starts_at=soon, ends_at=soon + timedelta(hours=1))
    coordinator, coach = caller(world.coordinator), caller(world.coach)
    assert body(coach.get(f"{path}/at-stake"))["sessions"] == 1
    for state in ("paused", "running"):
        changed = body(coach.post(f"{path}/changes", {"state": state, "reason": "Half-term"}))
        assert (changed["state"], changed["reason"]) == (state, "Half-term")
    problem(coach.post(f"{path}/changes", {"state": "running"}), 409)
    problem(coach.post(f"{path}/changes", {"state": "archived"}), 403)
    body(coordinator.post(f"{path}/changes", {"state": "archived"}))
    assert body(coordinator.get(f"{path}/at-stake"))["sessions"] == 0, "What was to come is cancelled."
    read = coach.get(path)
    assert body(read)["name"] == world.cohort.name
    assert "archived" in problem(coach.patch(path, {"name": "Other"}, etag=read.headers["ETag"]), 409)["detail"]
    body(coordinator.post(f"{path}/changes", {"state": "running", "reason": "They go on"}))
    happened = [(one["what"], one["by"]) for one in body(coach.get(f"{path}/history"))["items"]]
    both = [("reopened", world.coordinator.name), ("archived", world.coordinator.name)]
    assert happened[:4] == [*both, ("resumed", world.coach.name), ("paused", world.coach.name)]
    problem(caller(world.participant).get(f"{path}/history"), 403)


def test_a_hand_over_is_seen_before_it_is_done(world: World, caller: CallerOf, session: Session) -> None:
    beside = make_membership(session, make_cohort(session, world.programme), role=Role.COACH)
    path, coach = f"/members/{world.coach_member.public_id}/handover", caller(world.coach)
    plan = body(coach.get(path))
    assert ([one["name"] for one in plan["candidates"]], plan["outlook"]) == ([beside.person.name], None)
    outlook = body(coach.get(path, query_string={"to": beside.person.public_id}))["outlook"]
    # Both coaches and the two participants; who looks on is not told.
    assert (outlook["to"], outlook["joins"], outlook["people"]) == (beside.person.name, True, 4)
    assert "to" in problem(coach.post(path, {"to": world.participant.public_id}), 422)["errors"]
    pair = {"to": beside.person.public_id, "pair_with": world.member.public_id}
    assert "pair_with" in problem(coach.post(path, pair), 422)["errors"]
    done = body(coach.post(path, {"to": beside.person.public_id, "reason": "A new post"}))
    assert (done["from_membership_id"], done["stays_as"]) == (world.coach_member.public_id, "observer")
    line = body(caller(world.coordinator).get(f"/cohorts/{world.cohort.public_id}/history"))["items"]
    assert {"handed_over", "joined"} <= {one["what"] for one in line}
    problem(coach.post(path, {"to": beside.person.public_id}), 403)
