"""Coaching sessions over the API: scheduled, moved, cancelled, and who was there."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Attendance, AttendanceStatus, Person
from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.worlds import World

NEW = {
    "title": "Second session",
    "local_start": "2026-03-30T09:00",
    "timezone": "Europe/London",
    "duration_minutes": 90,
}


def test_a_coach_schedules_a_session(world: World, caller: CallerOf) -> None:
    coach = caller(world.coach)
    response = coach.post(f"/cohorts/{world.cohort.public_id}/sessions", NEW)
    made = body(response, 201)
    assert made["local_start"] == "2026-03-30T09:00:00"
    assert (made["starts_at"], made["ends_at"]) == ("2026-03-30T08:00:00+00:00", "2026-03-30T09:30:00+00:00")
    assert (made["state"], made["pair_with"]) == ("scheduled", None)
    assert response.headers["Location"] == f"{PREFIX}/sessions/{made['id']}"
    assert made["warnings"] == []
    far = body(
        coach.post(f"/cohorts/{world.cohort.public_id}/sessions", NEW | {"local_start": "2027-03-30T09:00"}), 201
    )
    assert ["302 days after the cohort" in text for text in far["warnings"]] == [True]
    body(coach.post(f"/sessions/{far['id']}/cancellation"))
    shown = coach.get(f"/sessions/{made['id']}")
    assert body(shown) == made
    assert shown.headers["ETag"] == response.headers["ETag"]
    listed = body(coach.get(f"/cohorts/{world.cohort.public_id}/sessions"))["items"][0]
    assert {name: listed[name] for name in ("id", "starts_at", "is_pair")} == {
        "id": made["id"],
        "starts_at": made["starts_at"],
        "is_pair": False,
    }


def test_a_start_is_a_day_with_a_time_to_the_minute(world: World, caller: CallerOf) -> None:
    path = f"/cohorts/{world.cohort.public_id}/sessions"
    for start in ("2026-03-30", "2026-03-30T09:00:30", "20260330T0900"):
        problem(caller(world.coach).post(path, NEW | {"local_start": start}), 422, names="local_start")


def test_a_one_to_one_is_for_its_pair(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/sessions"
    made = body(coach.post(path, NEW | {"pair_with": world.member.public_id}), 201)
    assert made["pair_with"] == world.member.public_id
    body(caller(world.participant).get(f"/sessions/{made['id']}"))
    problem(caller(world.fellow).get(f"/sessions/{made['id']}"), 404)
    assert body(caller(world.fellow).get(path))["items"] == []
    problem(coach.post(path, NEW | {"pair_with": world.coach_member.public_id}), 422, names="pair_with")


def test_what_is_wrong_is_named(world: World, caller: CallerOf) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/sessions"
    for changes, name in (
        ({"local_start": "2026-03-29T01:30"}, "local_start"),
        ({"local_start": "2026-03-30T09:00Z"}, "local_start"),
        ({"local_start": "tomorrow"}, "local_start"),
        ({"local_start": 1774861200}, "local_start"),
        ({"local_start": "1066-10-14T09:00"}, "local_start"),
        ({"timezone": "London"}, "timezone"),
        ({"duration_minutes": 4}, "duration_minutes"),
        ({"duration_minutes": "90"}, "duration_minutes"),
        ({"agenda": "x" * 20_001}, "agenda"),
        ({"cohort_id": world.cohort.public_id}, "cohort_id"),
        ({"starts_at": "2026-03-30T08:00:00Z"}, "starts_at"),
    ):
        problem(coach.post(path, NEW | changes), 422, names=name)
    assert body(coach.get(path))["items"] == []


def test_a_session_moves(world: World, caller: CallerOf, session: Session) -> None:
    held = factories.make_session(session, world.cohort)
    coach, path = caller(world.coach), f"/sessions/{held.public_id}"
    etag = coach.get(path).headers["ETag"]
    problem(coach.patch(path, {"duration_minutes": 45}), 428)
    moved = coach.patch(path, {"local_start": "2026-03-16T10:00"}, etag=etag)
    assert body(moved)["starts_at"] == "2026-03-16T10:00:00+00:00"
    assert body(moved)["title"] == held.title
    problem(coach.patch(path, {"duration_minutes": 45}, etag=etag), 412)
    problem(caller(world.participant).patch(path, {"title": "Mine"}, etag=SEEN), 403)
    problem(caller(world.outsider).patch(path, {"title": "Mine"}, etag=SEEN), 404)


def test_a_session_is_cancelled_once(world: World, caller: CallerOf, session: Session) -> None:
    held = factories.make_session(session, world.cohort)
    coach, path = caller(world.coach), f"/sessions/{held.public_id}"
    problem(caller(world.participant).post(f"{path}/cancellation"), 403)
    cancelled = coach.post(f"{path}/cancellation", {"reason": "Snow"})
    assert (body(cancelled)["state"], body(cancelled)["cancelled_reason"]) == ("cancelled", "Snow")
    assert cancelled.headers["ETag"] == coach.get(path).headers["ETag"]
    problem(coach.post(f"{path}/cancellation"), 409)
    problem(coach.patch(path, {"title": "Again"}, etag=SEEN), 409)


def test_what_is_recorded_is_neither_cancelled_nor_moved_to_come(
    world: World, caller: CallerOf, session: Session
) -> None:
    held = factories.make_session(session, world.cohort)
    coach, path = caller(world.coach), f"/sessions/{held.public_id}"
    coach.post(f"{path}/attendance", {"marks": [mark(world.member.public_id)]})
    problem(coach.post(f"{path}/cancellation"), 409)
    etag = coach.get(path).headers["ETag"]
    problem(coach.patch(path, {"local_start": "2031-03-16T10:00"}, etag=etag), 422, names="local_start")
    assert body(coach.get(path))["state"] == "scheduled"


def test_a_reason_can_be_left_out(world: World, caller: CallerOf, session: Session) -> None:
    held = factories.make_session(session, world.cohort)
    assert body(caller(world.coach).post(f"/sessions/{held.public_id}/cancellation"))["cancelled_reason"] == ""


def test_a_coach_marks_who_was_there(world: World, caller: CallerOf, session: Session) -> None:
    held = factories.make_session(session, world.cohort)
    coach, path = caller(world.coach), f"/sessions/{held.public_id}/attendance"
    assert [line["status"] for line in body(coach.get(path))["items"]] == [None, None]
    marks = [{"membership_id": world.member.public_id, "status": "present"}]
    lines = body(coach.post(path, {"marks": marks}))["items"]
    assert {line["membership_id"]: line["status"] for line in lines} == {
        world.member.public_id: "present",
        world.fellow_member.public_id: None,
    }
    assert body(coach.get(path))["items"] == lines
    assert session.scalars(select(Attendance.status)).all() == [AttendanceStatus.PRESENT]


def test_a_participant_sees_their_own_line_alone(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/sessions/{factories.make_session(session, world.cohort).public_id}/attendance"
    (line,) = body(caller(world.participant).get(path))["items"]
    assert line["membership_id"] == world.member.public_id
    problem(caller(world.participant).post(path, {"marks": [mark(world.member.public_id)]}), 403)
    problem(caller(world.outsider).get(path), 404)


def test_how_many_came_is_for_those_who_see_everybodys_progress(
    world: World, caller: CallerOf, session: Session
) -> None:
    held = factories.make_session(session, world.cohort)
    body(caller(world.coach).post(f"/sessions/{held.public_id}/attendance", {"marks": [mark(world.member.public_id)]}))

    def counts(person: Person) -> tuple[object, object]:
        (line,) = body(caller(person).get(f"/cohorts/{world.cohort.public_id}/sessions"))["items"]
        return line["recorded"], line["present"]

    assert counts(world.coach) == counts(world.observer) == counts(world.coordinator) == (1, 0)
    assert counts(world.participant) == counts(world.fellow) == (None, None)


def mark(membership_id: str) -> dict[str, str]:
    return {"membership_id": membership_id, "status": "absent"}


def test_marks_are_all_kept_or_none(world: World, caller: CallerOf, session: Session) -> None:
    path = f"/sessions/{factories.make_session(session, world.cohort).public_id}/attendance"
    coach, ours, outside = caller(world.coach), world.member.public_id, world.coach_member.public_id
    problem(coach.post(path, {"marks": [mark(ours), mark(outside)]}), 422, names=outside)
    problem(coach.post(path, {"marks": [mark(ours), mark(ours)]}), 422, names="marks.1.membership_id")
    problem(coach.post(path, {"marks": []}), 422, names="marks")
    later = factories.make_session(session, world.cohort, starts_at=datetime(2099, 1, 1, tzinfo=UTC))
    problem(coach.post(f"/sessions/{later.public_id}/attendance", {"marks": [mark(ours)]}), 409)
    assert session.scalars(select(Attendance)).all() == []
