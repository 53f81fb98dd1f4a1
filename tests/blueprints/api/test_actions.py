"""Actions and a session's record over the API."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from coaching.clock import utc_now
from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.worlds import World


def test_an_action_is_agreed_in_a_session_and_closed(world: World, caller: CallerOf, session: Session) -> None:
    held = factories.make_session(session, world.cohort, title="Circle 1")
    coach, me = caller(world.coach), caller(world.participant)
    path, member = f"/sessions/{held.public_id}/actions", world.member.public_id
    response = coach.post(path, {"membership_id": member, "statement": "Ask two", "due_on": "2026-12-01"})
    made = body(response, 201)
    assert response.headers["Location"] == f"{PREFIX}/actions/{made['id']}"
    assert (made["membership_id"], made["session_id"], made["state"]) == (member, held.public_id, "open")
    problem(me.post(path, {"membership_id": member, "statement": "Ask"}), 403)
    for address in (path, f"/members/{member}/actions"):
        (line,) = body(me.get(address))["items"]
        assert (line["id"], line["session_title"], line["name"]) == (made["id"], "Circle 1", "Participant Person")
    assert body(caller(world.fellow).get(path))["items"] == []
    own = f"/actions/{made['id']}"
    assert me.get(own).headers["ETag"] == response.headers["ETag"]
    problem(me.post(f"{own}/closing", {"state": "dropped"}), 422, names="reason")
    problem(me.post(f"{own}/closing", {"state": "open"}), 422, names="state")
    closed = body(me.post(f"{own}/closing", {"state": "dropped", "reason": "Too much"}))
    assert (closed["state"], closed["reason"], closed["closed_at"] is not None) == ("dropped", "Too much", True)
    problem(me.post(f"{own}/closing", {"state": "done"}), 409)
    assert body(me.post(f"{own}/reopening"))["closed_at"] is None
    problem(me.post(f"{own}/reopening"), 409)


def test_an_edit_of_an_action_names_its_version(world: World, caller: CallerOf, session: Session) -> None:
    me, listed = caller(world.participant), f"/members/{world.member.public_id}/actions"
    made = body(me.post(listed, {"statement": "Ask two", "due_on": "2026-12-01"}), 201)
    assert made["session_id"] is None
    path = f"/actions/{made['id']}"
    etag = me.get(path).headers["ETag"]
    problem(me.patch(path, {"statement": "Ask three"}), 428)
    changed = body(me.patch(path, {"statement": "Ask three"}, etag=etag))
    assert (changed["statement"], changed["due_on"]) == ("Ask three", "2026-12-01")
    problem(me.patch(path, {"due_on": None}, etag=etag), 412)
    assert body(me.patch(path, {"due_on": None}, etag=SEEN))["due_on"] is None
    problem(me.patch(path, {"state": "done"}, etag=SEEN), 422, names="state")


def test_a_session_tells_what_it_opens_with(world: World, caller: CallerOf, session: Session) -> None:
    action = factories.make_action(session, world.member, created_at=factories.NOW)
    later = factories.make_session(session, world.cohort, starts_at=factories.NOW.replace(month=7))
    earlier = factories.make_session(session, world.cohort, starts_at=factories.NOW.replace(month=5))
    found = {
        held.title: [
            line["id"] for line in body(caller(world.coach).get(f"/sessions/{held.public_id}/open-actions"))["items"]
        ]
        for held in (later, earlier)
    }
    assert found == {later.title: [action.public_id], earlier.title: []}


def test_a_record_is_read_by_all_and_changed_from_what_was_read(
    world: World, caller: CallerOf, session: Session
) -> None:
    held = factories.make_session(session, world.cohort, materials="The slides")
    coach, path = caller(world.coach), f"/sessions/{held.public_id}/record"
    read = caller(world.fellow).get(path)
    assert body(read) == {
        "session_id": held.public_id, "covered": "", "shared_notes": "", "materials": "The slides", "version": 1,
    }  # fmt: skip
    problem(coach.patch(path, {"covered": "All"}), 428)
    etag = read.headers["ETag"]
    changed = body(coach.patch(path, {"covered": "All", "shared_notes": "One\n\nTwo"}, etag=etag))
    assert (changed["covered"], changed["shared_notes"], changed["materials"]) == ("All", "One\n\nTwo", "The slides")
    problem(coach.patch(path, {"covered": "Mine"}, etag=etag), 412)
    problem(caller(world.fellow).patch(path, {"covered": "Mine"}, etag=SEEN), 403)
    problem(coach.patch(path, {"title": "Mine"}, etag=SEEN), 422, names="title")


def test_an_action_is_moved_reminded_of_and_listed(world: World, caller: CallerOf) -> None:
    me, coach, listed = caller(world.participant), caller(world.coach), f"/members/{world.member.public_id}/actions"
    day = (utc_now() + timedelta(days=30)).date()
    text = day.isoformat()
    made = body(me.post(listed, {"statement": "Ask two", "due_on": text}), 201)
    before = (day - timedelta(days=1)).isoformat()
    assert (made["owner_id"], made["reminder"], made["remind_on"]) == (world.member.public_id, "day_before", before)
    path = f"/actions/{made['id']}"
    problem(me.post(f"{path}/move", {"due_on": text}), 422, names="reason")
    problem(me.post(f"{path}/move", {"due_on": "2020-01-01", "reason": "x"}), 422, names="due_on")
    later = (day + timedelta(days=7)).isoformat()
    moved = body(me.post(f"{path}/move", {"due_on": later, "reason": "No time"}))
    assert (moved["due_on"], moved["reminder"]) == (later, "day_before")
    (change,) = body(coach.get(f"{path}/changes"))["items"]
    assert (change["outcome"], change["from_due_on"], change["to_due_on"]) == ("moved", text, later)
    (line,) = body(me.get("/me/actions"))["items"]
    assert (line["id"], line["moved"], line["is_mine"], line["is_overdue"]) == (made["id"], 1, True, False)
    assert body(caller(world.fellow).get("/me/actions"))["items"] == []
    # A day alone is the day of the reminder; beside another choice it is a contradiction.
    changed = body(me.patch(path, {"remind_on": text}, etag=me.get(path).headers["ETag"]))
    assert (changed["reminder"], changed["remind_on"]) == ("on", text)
    etag = me.get(path).headers["ETag"]
    problem(me.patch(path, {"remind_on": text, "reminder": "none"}, etag=etag), 422, names="remind_on")
    problem(me.patch(path, {"remind_on": "2199-01-01"}, etag=etag), 422, names="remind_on")
    problem(me.patch(path, {"owner_id": world.coach_member.public_id}, etag=etag), 422, names="owner_id")
    given = body(coach.patch(path, {"owner_id": world.coach_member.public_id}, etag=etag))
    assert (given["owner_id"], given["reminder"]) == (world.coach_member.public_id, "on")


def test_a_session_is_prepared(world: World, caller: CallerOf, session: Session) -> None:
    held = factories.make_session(session, world.cohort, pair_membership_id=world.member.id)
    path = f"/sessions/{held.public_id}/preparation"
    factories.make_action(session, world.member, statement="Ask two", created_at=held.starts_at - timedelta(days=1))
    factories.make_goal(session, world.member, statement="A course")
    session.commit()
    known = body(caller(world.coach).get(path))
    (one,) = known["people"]
    assert [line["statement"] for line in one["actions"]] == ["Ask two"]
    assert [goal["statement"] for goal in one["goals"]] == ["A course"]
    assert "A course" not in caller(world.coordinator).get(path).text
    problem(caller(world.participant).get(path), 403)
