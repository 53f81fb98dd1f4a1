"""Who needs their coach, over the API."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import Message
from tests.blueprints.api.caller import CallerOf, body, problem
from tests.factories import make_action
from tests.worlds import World


def test_a_need_is_listed_snoozed_done_and_brought_back(world: World, caller: CallerOf, session: Session) -> None:
    today = utc_now().date()
    world.cohort.starts_on, world.cohort.ends_on = today - timedelta(days=400), today - timedelta(days=2)
    make_action(session, world.member, statement="Ask Tom", due_on=today - timedelta(days=4))
    coach, path = caller(world.coach), f"/members/{world.member.public_id}/needs"
    (person,) = body(coach.get("/me/needs"))["people"]
    (need,) = person["needs"]
    assert (person["id"], need["signal"], need["next_act"]) == (world.participant.public_id, "overdue_action", "write")
    assert (need["mark"], need["seen_to"], need["membership_id"]) == (None, [], world.member.public_id)
    assert body(coach.get("/me/needs?signal=idle_goal")) == {"people": [], "aside": []}
    named = {name: need[name] for name in ("signal", "occurrence")}
    until = (today + timedelta(days=14)).isoformat()
    problem(coach.post(f"{path}/snooze", named), 422, names="until")
    made = body(coach.post(f"{path}/snooze", named | {"until": until}))
    assert (made["state"], made["until"], made["note"]) == ("snoozed", until, "")
    found = body(coach.get("/me/needs"))
    assert (found["people"], found["aside"][0]["needs"][0]["mark"]["until"]) == ([], until)
    made = body(coach.post(f"{path}/done", named | {"note": "Rang them"}))
    assert (made["state"], made["until"], made["note"]) == ("done", None, "Rang them")
    assert coach.post(f"{path}/back", named).status_code == 204
    assert body(coach.get("/me/needs"))["people"] == [person]
    problem(coach.post(f"{path}/done", named | {"occurrence": "another"}), 409, code="need-gone")
    problem(coach.post(f"{path}/done", named | {"signal": "nonsense"}), 422, names="signal")
    problem(caller(world.coordinator).post(f"{path}/done", named), 403)
    assert body(caller(world.coordinator).get("/me/needs")) == {"people": [], "aside": []}


def test_thresholds_are_replaced_as_a_whole(world: World, caller: CallerOf) -> None:
    coordinator, path = caller(world.coordinator), f"/programmes/{world.programme.public_id}/need-thresholds"
    answer = coordinator.get(path)
    first, seen = body(answer), {"headers": {"If-Match": answer.headers["ETag"]}}
    assert first.pop("version") == 1
    assert first == {
        "absences_in_a_row": 2, "tells_silence": True, "overdue_days": 0, "unbooked_days": 21, "goal_idle_days": 42,
        "practice_weeks": 8, "practice_from": "end", "stale_weeks": 12,
    }  # fmt: skip
    problem(coordinator.put(path, first), 428)
    problem(coordinator.put(path, first | {"practice_weeks": 0}, **seen), 422, names="practice_weeks")
    problem(coordinator.put(path, {"practice_from": "end"}, **seen), 422, names="overdue_days")
    said = body(coordinator.put(path, first | {"unbooked_days": None, "practice_from": "start"}, **seen))
    assert (said["unbooked_days"], said["practice_from"], said["version"]) == (None, "start", 2)
    problem(coordinator.put(path, first, **seen), 412)
    now = {"headers": {"If-Match": coordinator.get(path).headers["ETag"]}}
    problem(caller(world.coach).put(path, first, **now), 403)
    assert body(caller(world.coach).get(path)) == said


def test_a_letter_is_written(world: World, caller: CallerOf, session: Session) -> None:
    coach, path = caller(world.coach), f"/members/{world.member.public_id}/letters"
    problem(coach.post(path, {"subject": "Hello", "text": "x" * 5001}), 422, names="text")
    assert coach.post(path, {"subject": "Hello", "text": "How is it going?"}).status_code == 202
    (letter,) = session.query(Message)
    assert (letter.recipient_id, letter.facts["subject"]) == (world.participant.id, "Hello")
    problem(caller(world.participant).post(path, {"subject": "Hello", "text": "Me"}), 403)
