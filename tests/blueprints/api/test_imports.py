"""A report of Zoom or Teams over the API: looked at, applied once, matched by hand, undone."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from coaching.errors import NotAllowed
from coaching.models import Attendance, AttendanceSource, CoachingSession, ImportBatch
from coaching.services.import_lines import list_lines
from tests import factories
from tests.blueprints.api.caller import PREFIX, Caller, CallerOf, body, problem
from tests.worlds import World

REPORT = """Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
Participant Person,{participant},03/09/2026 09:00:00 AM,03/09/2026 10:00:00 AM,60,No
Unknown Guest,,03/09/2026 09:10:00 AM,03/09/2026 09:30:00 AM,20,Yes
"""

TEAMS_REPORT = """1. Summary
Meeting title\tCircle
Attended participants\t2
Start time\t3/9/26, 9:00:00 AM
End time\t3/9/26, 10:00:00 AM

2. Participants
Name\tFirst join\tLast leave\tIn-meeting duration\tEmail\tParticipant ID (UPN)\tRole
Person, Participant\t3/9/26, 9:00:00 AM\t3/9/26, 10:00:00 AM\t50m\t\t{participant}\tAttendee
Una Guest (Guest)\t3/9/26, 9:10:00 AM\t3/9/26, 9:30:00 AM\t20m\t\t\tAttendee

3. In-Meeting activities
Name\tJoin time\tLeave time\tDuration\tEmail\tRole
Person, Participant\t3/9/26, 9:00:00 AM\t3/9/26, 9:30:00 AM\t30m\t\tAttendee
Person, Participant\t3/9/26, 9:40:00 AM\t3/9/26, 10:00:00 AM\t20m\t\tAttendee
Una Guest (Guest)\t3/9/26, 9:10:00 AM\t3/9/26, 9:30:00 AM\t20m\t\tAttendee
"""


@pytest.fixture
def held(session: Session, world: World) -> CoachingSession:
    return factories.make_session(session, world.cohort, starts_at=datetime(2026, 3, 9, 9, tzinfo=UTC))


@pytest.fixture
def report(world: World) -> bytes:
    return REPORT.format(participant=world.participant.email).encode()


def bring(me: Caller, held: CoachingSession, content: bytes, **fields: Any) -> TestResponse:
    data = {"file": (io.BytesIO(content), "report.csv"), **fields}
    return me.post(f"/sessions/{held.public_id}/imports", data=data)


def test_a_dry_run_tells_and_keeps_nothing(
    world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session
) -> None:
    found = body(bring(caller(world.coach), held, report, dry_run="true"))
    assert (found["id"], found["dry_run"], found["state"]) == (None, True, None)
    assert found["detected"]["format"] == "zoom"
    assert [(row["outcome"], row["minutes"]) for row in found["rows"]] == [("matched", 60), ("review", 20)]
    assert found["rows"][0]["membership_id"] == world.member.public_id
    assert found["not_in_report"] == ["Fellow Person"]
    assert session.scalars(select(ImportBatch)).all() == []


def test_a_report_is_applied_once(
    world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session
) -> None:
    coach = caller(world.coach)
    response = bring(coach, held, report)
    made = body(response, 201)
    assert response.headers["Location"] == f"{PREFIX}/imports/{made['id']}"
    assert (made["state"], made["file_name"], made["dry_run"]) == ("applied", "report.csv", False)
    assert body(coach.get(f"/imports/{made['id']}")) == made
    assert body(bring(coach, held, report))["id"] == made["id"]
    assert body(bring(coach, held, report, dry_run="true"))["already_imported_as"] == made["id"]
    assert [line.minutes for line in session.scalars(select(Attendance))] == [60]


def test_a_row_in_doubt_is_matched_and_the_import_undone(
    world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session
) -> None:
    coach = caller(world.coach)
    made = body(bring(coach, held, report), 201)
    (doubtful,) = [row for row in made["rows"] if row["outcome"] == "review"]
    path = f"/imports/{made['id']}/rows/{doubtful['id']}/match"
    problem(coach.post(path, {"membership_id": world.coach_member.public_id}), 422, names="membership_id")
    matched = body(coach.post(path, {"membership_id": world.fellow_member.public_id}))
    assert [row["membership_id"] for row in matched["rows"]] == [
        world.member.public_id,
        world.fellow_member.public_id,
    ]
    assert len(session.scalars(select(Attendance)).all()) == 2
    session.rollback()
    aside = body(coach.post(path, {"membership_id": None}))
    assert [row["outcome"] for row in aside["rows"]] == ["matched", "ignored"]
    assert body(coach.post(f"/imports/{made['id']}/undo"))["state"] == "undone"
    problem(coach.post(f"/imports/{made['id']}/undo"), 409)
    assert session.scalars(select(Attendance)).all() == []


def test_rows_in_doubt_name_whom_they_may_be_and_are_set_aside(
    world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session
) -> None:
    coach = caller(world.coach)
    made = body(bring(coach, held, report + b"Fellow P,,03/09/2026 09:10:00 AM,03/09/2026 09:30:00 AM,20,Yes\n"), 201)
    assert [row["suggestions"] for row in made["rows"]] == [[], [], [world.fellow_member.public_id]]
    path = f"/imports/{made['id']}/set-aside"
    problem(coach.post(path, {"row_ids": []}), 422, names="row_ids")
    problem(coach.post(path, {"row_ids": ["0" * 20]}), 404)
    problem(caller(world.participant).post(path, {"row_ids": None}), 403)
    one = body(coach.post(path, {"row_ids": [row["id"] for row in made["rows"][:2]]}))
    assert [row["outcome"] for row in one["rows"]] == ["matched", "ignored", "review"]
    rest = body(coach.post(path, {"row_ids": None}))
    assert [row["outcome"] for row in rest["rows"]] == ["matched", "ignored", "ignored"]


def test_somebody_of_the_report_joins_the_cohort(
    world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session
) -> None:
    coach = caller(world.coach)
    made = body(bring(coach, held, report), 201)
    path = f"/imports/{made['id']}/rows/{made['rows'][1]['id']}/member"
    guest = {"name": "Una Guest", "email": "una@example.org"}
    problem(coach.post(path, {"name": "Una Guest"}), 422, names="email")
    problem(caller(world.observer).post(path, guest), 403)
    row = body(coach.post(path, guest))["rows"][1]
    assert row["outcome"] == "matched"
    member = body(coach.get(f"/members/{row['membership_id']}"))
    assert (member["name"], member["role"], member["joined_at"][:10]) == ("Una Guest", "participant", "2026-03-09")
    problem(coach.post(path, guest), 409)
    pair = factories.make_session(session, world.cohort, starts_at=held.starts_at, pair_membership_id=world.member.id)
    alone = body(bring(coach, pair, report, anyway="true"), 201)
    path = f"/imports/{alone['id']}/rows/{alone['rows'][1]['id']}/member"
    problem(coach.post(path, {"name": "Vic", "email": "vic@example.org"}), 409)


def test_who_may_import(world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session) -> None:
    problem(bring(caller(world.participant), held, report), 403)
    problem(bring(caller(world.observer), held, report), 403)
    problem(bring(caller(world.outsider), held, report), 404)
    made = body(bring(caller(world.coach), held, report), 201)
    problem(caller(world.outsider).get(f"/imports/{made['id']}"), 404)
    problem(caller(world.participant).get(f"/imports/{made['id']}"), 403)


def test_the_rows_are_for_who_runs_the_cohort(
    world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session
) -> None:
    body(bring(caller(world.coach), held, report), 201)
    batch = session.scalars(select(ImportBatch)).one()
    assert len(list_lines(session, batch, held, actor=factories.actor_of(session, world.coach))) == 2
    with pytest.raises(NotAllowed):
        list_lines(session, batch, held, actor=factories.actor_of(session, world.participant))


def test_a_row_of_another_import_is_not_there(
    world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session
) -> None:
    coach = caller(world.coach)
    first = body(bring(coach, held, report), 201)
    other = factories.make_session(session, world.cohort, starts_at=held.starts_at)
    second = body(bring(coach, other, report, anyway="true"), 201)
    row = second["rows"][1]["id"]
    problem(coach.post(f"/imports/{first['id']}/rows/{row}/match", {"membership_id": None}), 404)


def test_a_report_of_another_day_is_refused(
    world: World, caller: CallerOf, held: CoachingSession, report: bytes, session: Session
) -> None:
    coach = caller(world.coach)
    later = report.replace(b"03/09/2026", b"03/17/2026")
    problem(bring(coach, held, later), 422, names="file")
    assert "file" in body(bring(coach, held, later, dry_run="true"))["problems"]
    assert session.scalars(select(Attendance)).all() == []
    session.rollback()
    body(bring(coach, held, later, anyway="true"), 201)


def test_a_teams_report_is_recognised(world: World, caller: CallerOf, held: CoachingSession, session: Session) -> None:
    coach, content = caller(world.coach), TEAMS_REPORT.format(participant=world.participant.email).encode("utf-16")
    seen = body(bring(coach, held, content, dry_run="true"))["detected"]
    assert (seen["format"], seen["version"]) == ("teams", "sections with activities, English")
    assert (seen["encoding"], seen["delimiter"], seen["date_order"]) == ("utf-16-le", "\t", "mdy")
    made = body(bring(coach, held, content), 201)
    assert made["detected"]["format"] == "teams"
    assert [(row["outcome"], row["minutes"]) for row in made["rows"]] == [("matched", 50), ("review", 20)]
    line = session.scalars(select(Attendance)).one()
    assert (line.minutes, line.source) == (50, AttendanceSource.TEAMS)
    session.rollback()
    refused = problem(bring(coach, held, "1. Riepilogo\nTitolo\tCerchio\n2. Partecipanti\n".encode("utf-16")), 422)
    assert "French" in refused["errors"]["file"][0]


def test_a_real_report_of_teams(world: World, caller: CallerOf, held: CoachingSession, samples: Path) -> None:
    content = (samples / "teams_attendance_utf16be.csv").read_bytes()
    found = body(bring(caller(world.coach), held, content, dry_run="true", anyway="true"))
    assert (found["detected"]["format"], len(found["rows"])) == ("teams", 7)


def test_a_real_report(world: World, caller: CallerOf, held: CoachingSession, samples: Path) -> None:
    content = (samples / "zoom_participants.csv").read_bytes()
    found = body(bring(caller(world.coach), held, content, dry_run="true", anyway="true"))
    assert found["rows"]
    problem(bring(caller(world.coach), held, content[: len(content) // 2] + b"\x00"), 422, names="file")
