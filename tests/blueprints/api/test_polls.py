"""Polls, who comes and who would have to choose, over the API."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.factories import make_membership, make_session
from tests.worlds import World

NEW = {
    "title": "Circle 4",
    "timezone": "Europe/London",
    "duration_minutes": 60,
    "closes_local": "2090-03-01T18:00",
    "slots": ["2090-03-07T10:00", "2090-03-06T10:00"],
}


def test_from_a_poll_to_a_session(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/polls"
    response = coach.post(path, NEW)
    made = body(response, 201)
    assert response.headers["Location"] == f"{PREFIX}/polls/{made['id']}"
    assert [slot["starts_at"] for slot in made["slots"]] == ["2090-03-06T10:00:00+00:00", "2090-03-07T10:00:00+00:00"]
    assert (made["state"], made["session_id"]) == ("open", None)
    shown = coach.get(f"/polls/{made['id']}")
    assert body(shown) == made
    assert shown.headers["ETag"] == response.headers["ETag"]
    poll, (first, second) = f"/polls/{made['id']}", [slot["id"] for slot in made["slots"]]
    participant = caller(world.participant)
    assert body(participant.get(f"{poll}/answer")) == {}
    said = {first: "no", second: "if_need_be"}
    answers = [{"slot_id": slot, "choice": choice} for slot, choice in said.items()]
    assert body(participant.call("PUT", f"{poll}/answer", json={"answers": answers})) == said
    problem(participant.call("PUT", f"{poll}/answer", json={"answers": answers[:1]}), 422, names=f"slot-{second}")
    twice = {"answers": [answers[0], answers[0]]}
    problem(participant.call("PUT", f"{poll}/answer", json=twice), 422, names="answers.1.slot_id")
    problem(participant.get(f"{poll}/results"), 403)
    results = body(coach.get(f"{poll}/results"))
    assert [(one["rank"], one["required_no"], one["may_be_chosen"]) for one in results["slots"]] == [
        (None, 1, True),
        (1, 0, True),
    ]
    assert (results["answered"], results["asked"]) == (1, 2)
    assert body(coach.post(f"{poll}/reminder")) == {"reminded": 1}
    key = {"Idempotency-Key": "once"}
    chosen = [coach.post(f"{poll}/choice", {"slot_id": second, "location": "Room 4"}, headers=key) for _ in range(2)]
    assert [body(one, 201)["local_start"] for one in chosen] == ["2090-03-07T10:00:00"] * 2
    assert body(coach.get(poll))["session_id"] == body(chosen[0], 201)["id"]
    problem(coach.post(f"{poll}/choice", {"slot_id": first}), 409)
    problem(coach.post(f"{poll}/closing"), 409)
    assert [line["state"] for line in body(coach.get(path))["items"]] == ["chosen"]


def test_what_is_wrong_with_a_poll_is_named(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/polls"
    many = [f"2090-03-{day:02}T{hour:02}:00" for day in range(6, 11) for hour in range(9)]
    for changes, name in (
        ({"slots": ["2090-03-06T10:00"]}, "slots"),
        ({"slots": many[:41]}, "slots"),
        ({"slots": ["2090-03-26T01:30", *NEW["slots"]]}, "slots.0"),
        ({"slots": ["tomorrow", *NEW["slots"]]}, "slots.0"),
        ({"closes_local": "2020-01-01T10:00"}, "closes_local"),
        ({"optional": [world.programme.public_id]}, "optional"),
        ({"required": [world.member.public_id], "optional": [world.member.public_id]}, "optional"),
        ({"timezone": "Mars"}, "timezone"),
    ):
        problem(coach.post(path, NEW | changes), 422, names=name)


def test_who_comes(world: World, caller: CallerOf, session: Session) -> None:
    held = make_session(session, world.cohort, starts_at=utc_now() + timedelta(days=3))
    path, participant, coach = f"/sessions/{held.public_id}", caller(world.participant), caller(world.coach)
    assert body(participant.get(f"{path}/rsvp"))["choice"] is None
    start = held.starts_at.isoformat()
    said = body(participant.call("PUT", f"{path}/rsvp", json={"choice": "yes", "note": "By train", "starts_at": start}))
    assert (said["choice"], said["counted"], said["note"], said["is_current"]) == ("yes", "yes", "By train", True)
    lines = body(coach.get(f"{path}/rsvps"))["items"]
    assert {line["name"]: line["counted"] for line in lines} == {"Participant Person": "yes", "Fellow Person": None}
    problem(participant.get(f"{path}/rsvps"), 403)
    old = (held.starts_at - timedelta(hours=1)).isoformat()
    problem(participant.call("PUT", f"{path}/rsvp", json={"choice": "no", "starts_at": old}), 409)
    problem(participant.call("PUT", f"{path}/rsvp", json={"choice": "perhaps"}), 422, names="choice")


def test_who_would_have_to_choose(world: World, caller: CallerOf, session: Session) -> None:
    held = make_session(session, world.cohort, starts_at=utc_now() + timedelta(days=3))
    elsewhere = make_membership(session, None, world.participant)
    make_session(session, elsewhere.cohort, title="Theirs", starts_at=held.starts_at)
    (clash,) = body(caller(world.coach).get(f"/sessions/{held.public_id}/clashes"))["items"]
    assert (clash["name"], clash["title"], clash["cohort"]) == ("Participant Person", None, None)
    problem(caller(world.participant).get(f"/sessions/{held.public_id}/clashes"), 403)


def test_a_poll_is_edited_by_its_version(world: World, caller: CallerOf) -> None:
    coach = caller(world.coach)
    made = body(coach.post(f"/cohorts/{world.cohort.public_id}/polls", NEW), 201)
    path = f"/polls/{made['id']}"
    edited = body(coach.patch(path, {"closes_local": "2090-03-02T18:00"}, etag=SEEN))
    assert (edited["title"], edited["closes_local"], edited["closes_at"]) == (
        "Circle 4", "2090-03-02T18:00:00", "2090-03-02T18:00:00+00:00"
    )  # fmt: skip
    problem(coach.patch(path, {"title": "Circle 5"}), 428)
    problem(coach.patch(path, {"title": "Circle 5"}, etag='"old"'), 412)
    problem(coach.patch(path, {"closes_local": "2090-03-08T18:00"}, etag=SEEN), 422, names="closes_local")
    problem(coach.patch(path, {"slots": []}, etag=SEEN), 422, names="slots")
    body(coach.post(f"{path}/closing"))
    problem(coach.patch(path, {"title": "Circle 5"}, etag=SEEN), 409)
