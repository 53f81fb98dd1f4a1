"""Series over the API: a preview that writes nothing, all sessions at once, changes by scope, copies."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.models import CoachingSession, IdempotencyKey
from tests import factories
from tests.blueprints.api.caller import PREFIX, SEEN, CallerOf, body, problem
from tests.worlds import World

NEW: dict[str, Any] = {
    "title": "Circle",
    "local_start": "2031-10-22T10:00",
    "timezone": "Europe/London",
    "duration_minutes": 60,
    "frequency": "weekly",
    "count": 3,
}


def test_a_preview_shows_what_the_clocks_do_and_writes_nothing(
    world: World, caller: CallerOf, session: Session
) -> None:
    coach, path = caller(world.coach), f"/cohorts/{world.cohort.public_id}/series/preview"
    seen = body(coach.post(path, NEW | {"exceptions": ["2031-11-05"]}))
    assert (seen["rule"], seen["sentence"], seen["affected"]) == ("FREQ=WEEKLY;COUNT=3", "Every Wednesday", 1)
    second = seen["sessions"][1]
    assert (second["local_start"], second["starts_at"]) == ("2031-10-29T10:00:00", "2031-10-29T10:00:00+00:00")
    assert (second["offset_moved"], second["is_skipped"], second["is_left_out"]) == (-60, False, False)
    assert "went back by 60 minutes" in second["notes"][0]
    assert seen["sessions"][2]["is_left_out"]
    for table in (CoachingSession, IdempotencyKey):
        assert session.scalars(select(func.count()).select_from(table)).one() == 0


def test_a_series_is_saved_and_read_with_its_sessions(world: World, caller: CallerOf) -> None:
    coach = caller(world.coach)
    new = {name: value for name, value in NEW.items() if name not in {"frequency", "count"}}
    answer = coach.post(
        f"/cohorts/{world.cohort.public_id}/series",
        new | {"rrule": "FREQ=WEEKLY;UNTIL=20311105", "exceptions": ["2031-10-29"], "agenda_template": "grow"},
    )
    made = body(answer, 201)
    assert answer.headers["Location"] == f"{PREFIX}/series/{made['id']}"
    assert (made["rule"], made["frequency"], made["exceptions"]) == ("FREQ=WEEKLY;COUNT=3", "weekly", ["2031-10-29"])
    assert [one["local_start"] for one in made["sessions"]] == ["2031-10-22T10:00:00", "2031-11-05T10:00:00"]
    assert body(caller(world.participant).get(f"/series/{made['id']}")) == made
    first = body(coach.get(f"/sessions/{made['sessions'][0]['id']}"))
    assert (first["series_id"], first["led_by"]) == (made["id"], world.coach_member.public_id)
    assert first["agenda"].startswith("Goal\n")
    listed = body(coach.get(f"/cohorts/{world.cohort.public_id}/sessions"))["items"]
    assert listed[1]["series"] == {"series_id": made["id"], "frequency": "weekly", "number": 2, "count": 2}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"count": 10_000}, "count"),
        ({"count": "3"}, "count"),
        ({"count": None}, "count"),
        ({"until": "2031-12-01"}, "until"),
        ({"count": None, "until": "2031-10-01"}, "until"),
        ({"count": None, "until": "2031-02-30"}, "until"),
        ({"frequency": "daily"}, "frequency"),
        ({"frequency": None}, "frequency"),
        ({"rrule": "FREQ=DAILY;COUNT=3", "frequency": None, "count": None}, "rrule"),
        ({"exceptions": ["2031-10-23"]}, "exceptions"),
        ({"exceptions": ["soon"]}, "exceptions.0"),
        ({"local_start": "2031-10-42T10:00"}, "local_start"),
        ({"timezone": "London"}, "timezone"),
        ({"join_url": "ftp://example.org"}, "join_url"),
        ({"series_id": "x"}, "series_id"),
    ],
)
def test_what_is_wrong_is_named(world: World, caller: CallerOf, changes: dict[str, Any], name: str) -> None:
    coach = caller(world.coach)
    for ending in ("", "/preview"):
        problem(coach.post(f"/cohorts/{world.cohort.public_id}/series{ending}", NEW | changes), 422, names=name)
    assert body(coach.get(f"/cohorts/{world.cohort.public_id}/sessions"))["items"] == []


def test_a_change_and_a_cancellation_name_their_scope(world: World, caller: CallerOf) -> None:
    coach = caller(world.coach)
    made = body(coach.post(f"/cohorts/{world.cohort.public_id}/series", NEW), 201)
    path = f"/sessions/{made['sessions'][1]['id']}"
    etag = coach.get(path).headers["ETag"]
    changed = body(coach.patch(path, {"local_start": "2031-10-30T16:00", "scope": "following"}, etag=etag))
    assert changed["recurrence_start"] == "2031-10-29T10:00:00"
    problem(coach.patch(path, {"title": "Late", "scope": "all"}, etag=etag), 412, code="stale")
    starts = [one["local_start"] for one in body(coach.get(f"/series/{made['id']}"))["sessions"]]
    assert starts == ["2031-10-22T10:00:00", "2031-10-30T16:00:00", "2031-11-06T16:00:00"]
    problem(coach.patch(path, {"scope": "some"}, etag=SEEN), 422, names="scope")
    body(coach.post(f"{path}/cancellation", {"scope": "following", "reason": "Snow"}))
    states = [one["state"] for one in body(coach.get(f"/series/{made['id']}"))["sessions"]]
    assert states == ["scheduled", "cancelled", "cancelled"]


def test_a_session_is_copied_to_another_time(world: World, caller: CallerOf, session: Session) -> None:
    held = factories.make_session(
        session, world.cohort, agenda="Goal", materials="Slides", join_url="https://x.example"
    )
    coach = caller(world.coach)
    answer = coach.post(f"/sessions/{held.public_id}/copies", {"local_start": "2031-10-22T10:00"})
    made = body(answer, 201)
    assert answer.headers["Location"] == f"{PREFIX}/sessions/{made['id']}"
    assert (made["title"], made["agenda"], made["materials"], made["mode"]) == (held.title, "Goal", "Slides", "online")
    assert made["starts_at"] == "2031-10-22T10:00:00+00:00"
    problem(coach.post(f"/sessions/{held.public_id}/copies", {"local_start": "2031-02-30T10:00"}), 422)
