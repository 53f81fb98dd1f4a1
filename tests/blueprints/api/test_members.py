"""Members over the API: added, listed, read, and their dated statuses."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Membership, MembershipStatus, Message, Person, StatusChange
from tests import factories
from tests.blueprints.api.caller import PREFIX, CallerOf, body, problem
from tests.worlds import World

NEW = {"email": "New.Person@Example.org", "name": "New Person", "role": "participant"}


def test_a_coach_adds_somebody_new(world: World, caller: CallerOf, session: Session) -> None:
    coach = caller(world.coach)
    response = coach.post(f"/cohorts/{world.cohort.public_id}/members", NEW)
    made = body(response, 201)
    assert (made["name"], made["email"], made["role"], made["status"]) == (
        "New Person",
        "new.person@example.org",
        "participant",
        "active",
    )
    assert response.headers["Location"] == f"{PREFIX}/members/{made['id']}"
    assert body(coach.get(f"/members/{made['id']}")) == made
    assert session.scalars(select(Message.address)).all() == ["new.person@example.org"]


def test_who_has_been_in_for_a_while_joined_then(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/members"
    assert body(coach.post(path, NEW | {"joined_on": "2026-03-09"}), 201)["joined_at"].startswith("2026-03-09T00:00")
    problem(coach.post(path, NEW | {"email": "b@example.org", "joined_on": "2199-03-09"}), 422, names="joined_on")


def test_who_may_add_whom(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/cohorts/{world.cohort.public_id}/members"
    problem(caller(world.coach).post(path, NEW | {"role": "coach"}), 403)
    problem(caller(world.participant).post(path, NEW), 403)
    problem(caller(world.observer).post(path, NEW), 403)
    problem(caller(world.outsider).post(path, NEW), 404)
    assert session.scalars(select(Person).where(Person.email == "new.person@example.org")).all() == []
    body(caller(world.coordinator).post(path, NEW | {"role": "coach"}), 201)
    problem(caller(world.coordinator).post(path, NEW), 409)


def test_what_is_wrong_is_named(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/members"
    for changes, name in (
        ({"email": "nobody"}, "email"),
        ({"email": "a\r\nBcc: b@example.org"}, "email"),
        ({"role": "owner"}, "role"),
        ({"status": "gone"}, "status"),
        ({"person_id": 1}, "person_id"),
        ({"is_administrator": True}, "is_administrator"),
    ):
        problem(coach.post(path, NEW | changes), 422, names=name)


def test_everybody_sees_the_columns_that_are_theirs(world: World, caller: CallerOf, session: Session) -> None:
    factories.make_membership(session, world.cohort, status=MembershipStatus.APPLIED)
    path = f"/cohorts/{world.cohort.public_id}/members"
    for person, columns, rows in (
        (world.participant, {"id", "cohort_id", "name", "role"}, 4),
        (world.observer, {"id", "cohort_id", "name", "role", "status", "joined_at"}, 5),
        (world.coach, {"id", "cohort_id", "name", "role", "status", "joined_at", "email"}, 5),
    ):
        items = body(caller(person).get(path))["items"]
        assert (len(items), set(items[0])) == (rows, columns)
    problem(caller(world.outsider).get(path), 404)


def test_the_list_goes_on(world: World, caller: CallerOf) -> None:
    coach, seen = caller(world.coach), []
    path = f"/cohorts/{world.cohort.public_id}/members?limit=3"
    while path:
        page = body(coach.get(path))
        seen += [row["name"] for row in page["items"]]
        path = (page["next"] or "").removeprefix(PREFIX)
    assert seen == ["Coach Person", "Fellow Person", "Observer Person", "Participant Person"]


def test_a_member_is_for_themselves_and_who_runs_the_cohort(world: World, caller: CallerOf) -> None:
    path = f"/members/{world.member.public_id}"
    for person in (world.participant, world.coach, world.coordinator, world.administrator):
        assert body(caller(person).get(path))["id"] == world.member.public_id
    for person in (world.fellow, world.observer, world.outsider):
        problem(caller(person).get(path), 404)


def test_statuses_are_added_and_never_changed(world: World, caller: CallerOf, session: Session) -> None:
    coach, path = caller(world.coach), f"/members/{world.member.public_id}/statuses"
    changed = body(coach.post(path, {"status": "withdrawn", "reason": "Moved away"}), 201)
    assert changed["status"] == "withdrawn"
    history = body(coach.get(path))["items"]
    assert [(step["status"], step["reason"]) for step in history] == [("active", ""), ("withdrawn", "Moved away")]
    problem(coach.post(path, {"status": "withdrawn"}), 409)
    problem(coach.post(path, {"status": "vanished"}), 422, names="status")
    assert len(session.scalars(select(StatusChange).where(StatusChange.membership_id == world.member.id)).all()) == 2


def test_who_changes_a_status(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/members/{world.member.public_id}/statuses"
    problem(caller(world.participant).post(path, {"status": "completed"}), 403)
    problem(caller(world.fellow).post(path, {"status": "withdrawn"}), 404)
    problem(caller(world.coach).post(f"/members/{world.coach_member.public_id}/statuses", {"status": "paused"}), 403)
    statuses = session.scalars(select(Membership.status).where(Membership.cohort_id == world.cohort.id)).all()
    assert set(statuses) == {MembershipStatus.ACTIVE}
