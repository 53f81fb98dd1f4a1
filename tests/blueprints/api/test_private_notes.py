"""Private notes over the API: with ETags, by a token that was made for them, and answered without their words."""

from __future__ import annotations

from sqlalchemy.orm import Session

from tests.blueprints.api.caller import Caller, CallerOf, body, make_token, problem
from tests.factories import make_private_note
from tests.worlds import World

CANARY = "canary-4711 says nothing"
SCOPES = ("read", "write", "private_notes")


def test_a_note_is_written_read_edited_and_deleted(world: World, caller: CallerOf, session: Session) -> None:
    coach = caller(world.coach)
    assert problem(coach.get(f"/cohorts/{world.cohort.public_id}/private-notes"), 403)["code"] == "scope"
    coach = Caller(coach.client, make_token(session, world.coach, *SCOPES))
    path = f"/cohorts/{world.cohort.public_id}/private-notes"
    about, key = {"body": CANARY, "membership_id": world.member.public_id}, {"Idempotency-Key": "one"}
    first, second = (coach.post(path, about, headers=key) for _ in range(2))
    assert (first.status_code, first.data, second.data) == (201, second.data, first.data)
    assert CANARY not in first.text, "What answers a POST is kept for a day."
    made = first.headers["Location"].removeprefix("/api/v1")
    shown = coach.get(made)
    assert (body(shown)["body"], body(shown)["membership_id"]) == (CANARY, world.member.public_id)
    (line,) = body(coach.get(path, query_string={"membership_id": world.member.public_id}))["items"]
    assert (line["body"], line["participant"]) == (CANARY, world.participant.name)
    assert problem(coach.patch(made, {"body": "Other"}), 428)
    etag = shown.headers["ETag"]
    assert body(coach.patch(made, {"body": "Other"}, etag=etag))["body"] == "Other"
    assert problem(coach.patch(made, {"body": "Third"}, etag=etag), 412)
    assert problem(coach.call("DELETE", made, headers={"If-Match": etag}), 412)
    now = {"If-Match": coach.get(made).headers["ETag"]}
    assert coach.call("DELETE", made, headers=now).status_code == 204
    assert problem(coach.get(made), 404)


def test_somebody_asks_over_the_api_and_gets_what_was_decided(world: World, caller: CallerOf, session: Session) -> None:
    note = make_private_note(session, world.coach_member, CANARY, about=world.member)
    coach, asker = caller(world.coach), caller(world.participant)
    coach = Caller(coach.client, make_token(session, world.coach, *SCOPES))
    held = body(asker.get("/me/data"))
    assert held["private_notes"]["undecided"] == 1
    assert body(asker.post("/me/note-reviews"), 201)["asked_at"]
    assert problem(asker.post("/me/note-reviews"), 409)
    (waiting,) = body(coach.get("/private-notes/reviews"))["items"]
    assert waiting["note"]["id"] == note.public_id
    path = f"/private-notes/{note.public_id}/decision"
    assert "reason" in problem(coach.post(path, {"choice": "leave_out"}), 422)["errors"]
    decided = coach.post(path, {"choice": "include"})
    assert (body(decided)["in_export"], CANARY in decided.text) == ("include", False)
    (line,) = body(asker.get("/me/data/export"))["private_notes_about_you"]
    assert (line["text"], line["author"]) == (CANARY, world.coach.name)
    preview = body(coach.get(f"/members/{world.member.public_id}/export-preview"))
    assert [one["body"] for one in preview["included"]] == [CANARY]
    shared = coach.post(f"/private-notes/{note.public_id}/share", {"note_class": "pair"})
    assert body(asker.get(f"/notes/{body(shared, 201)['note_id']}"))["body"] == CANARY
