"""A line over the API: its kinds, its days and its pages."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.blueprints.api.caller import PREFIX, CallerOf, body, problem
from tests.blueprints.api.filling import fill
from tests.worlds import World


def test_a_line_is_listed_narrowed_down_and_paged(world: World, caller: CallerOf, session: Session) -> None:
    known = fill(session, world)
    coach, path = caller(world.coach), f"/members/{world.member.public_id}/line"
    events = body(coach.get(path))["items"]
    kinds = {event["kind"] for event in events}
    assert {"session", "goal", "action", "check_in", "standing"} <= kinds
    assert {event["subject_id"] for event in events if event["kind"] == "check_in"} == {known["check_in_id"]}
    goals = body(coach.get(f"{path}?kinds=goal&kinds=action"))["items"]
    assert {event["kind"] for event in goals} == {"goal", "action"}
    seen, after = [], f"{PREFIX}{path}?limit=1&kinds=goal&kinds=action"
    while after is not None:
        page = body(coach.get(after.removeprefix(PREFIX)))
        seen += page["items"]
        after = page["next"]
    assert seen == goals
    assert {event["kind"] for event in body(caller(world.coordinator).get(path))["items"]} == kinds - {"goal", "skill"}


def test_ones_own_is_over_all_cohorts(world: World, caller: CallerOf, session: Session) -> None:
    fill(session, world)
    mine = body(caller(world.participant).get("/me/line"))["items"]
    assert mine == body(caller(world.participant).get(f"/members/{world.member.public_id}/line"))["items"]
    assert body(caller(world.outsider).get("/me/line?kinds=session"))["items"] == []


def test_what_cannot_be_is_refused_by_its_name(world: World, caller: CallerOf) -> None:
    me = caller(world.participant)
    for query, field in (("from=2026-05-01&to=2026-04-01", "from"), ("kinds=secret", "kinds.0"), ("after=x", "after"),
                         ("after=20260231-x-y", "after"), ("from=2000-01-01&to=2026-01-01", "from"),
                         ("limit=0", "limit"), ("to=soon", "to")):  # fmt: skip
        assert list(problem(me.get(f"/me/line?{query}"), 422)["errors"]) == [field], query
