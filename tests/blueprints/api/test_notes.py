"""Notes and their classes over the API."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.worlds import World


def test_a_note_is_written_read_edited_and_deleted(world: World, caller: CallerOf) -> None:
    coach, me, path = caller(world.coach), caller(world.participant), f"/members/{world.member.public_id}/notes"
    response = coach.post(path, {"body": "She *likes* it.", "note_class": "evaluation"})
    made = body(response, 201)
    assert response.headers["Location"] == f"{PREFIX}/notes/{made['id']}"
    assert (made["written_as"], made["session_id"], made["edited_at"]) == ("coach", None, None)
    problem(coach.post(path, {"body": "", "note_class": "evaluation"}), 422, names="body")
    problem(coach.post(path, {"body": "x" * 10_001, "note_class": "evaluation"}), 422, names="body")
    problem(coach.post(path, {"body": "x", "note_class": "private"}), 422, names="note_class")
    problem(me.post(path, {"body": "x", "note_class": "coordinator"}), 422, names="note_class")
    (line,) = body(me.get(path))["items"]
    assert (line["body"], line["is_own"], line["author"]) == ("She *likes* it.", False, world.coach.name)
    own = f"/notes/{made['id']}"
    problem(me.patch(own, {"body": "x"}, etag=SEEN), 403)
    problem(coach.patch(own, {"body": "x"}), 428)
    edited = body(coach.patch(own, {"body": "She loves it."}, etag=response.headers["ETag"]))
    assert (edited["body"], edited["edited_at"] is not None) == ("She loves it.", True)
    problem(coach.delete(own, headers={"If-Match": response.headers["ETag"]}), 412)
    assert coach.delete(own, headers={"If-Match": coach.get(own).headers["ETag"]}).status_code == 204
    problem(coach.get(own), 404)


def test_a_list_is_narrowed_to_a_class_and_read_in_parts(world: World, caller: CallerOf, session: Session) -> None:
    held = factories.make_session(session, world.cohort, pair_membership_id=world.member.id)
    coach = caller(world.coach)
    for note_class in ("pair", "coordinator", "evaluation"):
        body(coach.post(f"/sessions/{held.public_id}/notes", {"body": note_class, "note_class": note_class}), 201)
    problem(coach.post(f"/sessions/{held.public_id}/notes", {"body": "x", "note_class": "cohort"}), 422)
    path = f"/members/{world.member.public_id}/notes"
    first = body(coach.get(f"{path}?limit=2"))
    assert [line["note_class"] for line in first["items"]] == ["evaluation", "coordinator"]
    rest = body(coach.get(first["next"].removeprefix(PREFIX)))
    assert ([line["body"] for line in rest["items"]], rest["next"]) == (["pair"], None)
    only = body(coach.get(f"/sessions/{held.public_id}/notes?note_class=coordinator"))["items"]
    assert [line["body"] for line in only] == ["coordinator"]
    assert [line["note_class"] for line in body(caller(world.participant).get(path))["items"]] == ["evaluation", "pair"]
    problem(coach.get(f"{path}?note_class=private"), 422)


def test_more_readers_wait_for_consent(world: World, caller: CallerOf) -> None:
    coach, me = caller(world.coach), caller(world.participant)
    path = f"/members/{world.member.public_id}/notes"
    note = body(me.post(path, {"body": "Between us.", "note_class": "pair"}), 201)
    response = coach.post(f"/notes/{note['id']}/changes", {"note_class": "evaluation"})
    asked = body(response, 201)
    assert (asked["state"], asked["body"], [one["name"] for one in asked["consents"]]) == (
        "pending", "Between us.", [world.participant.name],
    )  # fmt: skip
    assert [one["id"] for one in body(me.get("/me/note-changes"))["items"]] == [asked["id"]]
    answer = f"/note-changes/{asked['id']}/answer"
    problem(coach.post(answer, {"agreed": True}), 403)
    problem(me.post(answer, {"agreed": "yes"}), 422, names="agreed")
    assert body(me.post(answer, {"agreed": False}))["state"] == "refused"
    problem(me.post(answer, {"agreed": True}), 409)
    again = body(coach.post(f"/notes/{note['id']}/changes", {"note_class": "evaluation"}), 201)
    assert body(coach.post(f"/note-changes/{again['id']}/withdrawal"))["state"] == "withdrawn"
    last = body(coach.post(f"/notes/{note['id']}/changes", {"note_class": "evaluation"}), 201)
    assert body(me.post(f"/note-changes/{last['id']}/answer", {"agreed": True}))["state"] == "made"
    assert body(me.get(f"/notes/{note['id']}"))["note_class"] == "evaluation"
    states = [one["state"] for one in body(me.get(f"/notes/{note['id']}/changes"))["items"]]
    assert states == ["refused", "withdrawn", "made"]
