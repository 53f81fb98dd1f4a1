"""The drop-in code over the API: opened once, good for those who are expected, and refused with a word for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import CoachingSession, DropInCode
from coaching.services.drop_in import MOST_WRONG_CODES
from tests.blueprints.api.caller import CallerOf, body, problem
from tests.factories import make_session
from tests.worlds import World


@pytest.fixture
def room(session: Session, world: World) -> CoachingSession:
    """It began a quarter of an hour ago, so that who marks themselves now is late."""
    return make_session(session, world.cohort, title="In the room", starts_at=utc_now() - timedelta(minutes=15))


def test_a_code_is_opened_shared_used_and_closed(world: World, caller: CallerOf, room: CoachingSession) -> None:
    coach, member = caller(world.coach), caller(world.participant)
    path = f"/sessions/{room.public_id}/drop-in-code"
    assert body(coach.get(path))["code"] is None
    opened = body(coach.post(path))
    assert opened["address"].endswith(f"/drop-in/{opened['code']}")
    assert body(coach.post(path)) == opened == body(coach.get(path))
    problem(member.post(path), 403)
    done = body(member.post("/drop-in", {"code": opened["code"].lower()}))
    assert (done["session_id"], done["status"], done["is_new"]) == (room.public_id, "late", True)
    assert body(member.post("/drop-in", {"code": opened["code"]})) == done | {"is_new": False}
    lines = {line["name"]: line for line in body(coach.get(f"/sessions/{room.public_id}/attendance"))["items"]}
    assert (lines["Participant Person"]["status"], lines["Participant Person"]["source"]) == ("late", "self")
    mark = {"marks": [{"membership_id": world.member.public_id, "status": "excused"}]}
    body(coach.post(f"/sessions/{room.public_id}/attendance", mark))
    problem(member.post("/drop-in", {"code": opened["code"]}), 409, code="already-marked")
    trail = body(member.get(f"/sessions/{room.public_id}/attendance/changes"))["items"]
    assert [(line["status"], line["source"], line["by"]) for line in trail] == [
        ("late", "self", "Participant Person"), ("excused", "coach", "Coach Person")
    ]  # fmt: skip
    assert all(line["at"] for line in trail)
    assert coach.delete(path).status_code == 204
    problem(caller(world.fellow).post("/drop-in", {"code": opened["code"]}), 409, code="code-closed")


def test_a_code_of_a_session_that_is_over_or_to_come_is_not_good(
    session: Session, world: World, caller: CallerOf
) -> None:
    coach = caller(world.coach)
    for starts_in, said in ((timedelta(hours=-3), "over"), (timedelta(hours=3), "quarter of an hour before")):
        held = make_session(session, world.cohort, starts_at=utc_now() + starts_in)
        session.commit()
        assert said in problem(coach.post(f"/sessions/{held.public_id}/drop-in-code"), 409)["detail"]
    now = utc_now()
    session.add(DropInCode(session_id=held.id, code="ACDE3479", opened_at=now, closes_at=now + timedelta(days=1)))
    session.commit()
    problem(caller(world.participant).post("/drop-in", {"code": "ACDE3479"}), 409, code="code-closed")


def test_wrong_codes_are_counted(world: World, caller: CallerOf, room: CoachingSession) -> None:
    code = body(caller(world.coach).post(f"/sessions/{room.public_id}/drop-in-code"))["code"]
    outsider = caller(world.outsider)
    for typed in ["AAAAAAAA", *[code] * (MOST_WRONG_CODES - 1)]:
        problem(outsider.post("/drop-in", {"code": typed}), 422, names="code", code="wrong-code")
    problem(outsider.post("/drop-in", {"code": code}), 429, code="too-many")
