"""Marking oneself by the code in the room: the coach's screen, the way through signing in, and each refusal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.clock import utc_now
from coaching.models import (
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    DropInCode,
    MembershipStatus,
    SignInFailure,
)
from coaching.services.drop_in import MOST_WRONG_CODES
from coaching.services.passwords import hash_password
from tests.blueprints.pages.browsing import Browse, Browser, fields, landed, links, refused, words
from tests.factories import make_session
from tests.worlds import World

PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password(PASSWORD)
CLOSED = "This code is closed."


@pytest.fixture
def room(session: Session, world: World) -> CoachingSession:
    return make_session(session, world.cohort, title="In the room", starts_at=utc_now() - timedelta(minutes=5))


@pytest.fixture
def coach(browse: Browse, world: World) -> Browser:
    return browse(world.coach)


@pytest.fixture
def code(session: Session, coach: Browser, room: CoachingSession) -> str:
    screen = f"/sessions/{room.public_id}/drop-in"
    landed(coach.post(screen), screen)
    return session.scalars(select(DropInCode.code)).one()


def marks(session: Session) -> list[tuple[AttendanceStatus, AttendanceSource]]:
    session.expire_all()
    return [(line.status, line.source) for line in session.scalars(select(Attendance))]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_screen_in_the_room_shows_the_code_and_counts(coach: Browser, code: str, room: CoachingSession) -> None:
    page = coach.get(f"/sessions/{room.public_id}/drop-in")
    for text in (f"{code[:4]} {code[4:]}", "localhost/drop-in", "0 of 2 recorded so far", "Open until"):
        assert text in words(page), (text, words(page))
    assert "<svg" in page.text
    landed(coach.post(f"/sessions/{room.public_id}/drop-in/closing"), f"/sessions/{room.public_id}#attendance")
    assert "No code is open." in words(coach.get(f"/sessions/{room.public_id}/drop-in"))


def test_who_scans_it_signs_in_and_comes_back_to_the_code(
    session: Session, browse: Browse, coach: Browser, code: str, room: CoachingSession, world: World
) -> None:
    world.participant.password_hash = PASSWORD_HASH
    session.commit()
    email = world.participant.email
    phone = browse()
    sent = phone.get(f"/drop-in/{code}").headers["Location"]
    assert sent == f"/sign-in?next=/drop-in/{code}"
    refused(phone.post(sent, {"email": email, "password": "wrong"}), 422, "is not right")
    landed(phone.post(sent, {"email": email, "password": PASSWORD}), f"/drop-in/{code}")
    asked = phone.get(f"/drop-in/{code}")
    assert fields(asked)["code"] == code
    assert "In the room" in words(asked)
    assert marks(session) == [], "Who only opens the page is not marked by it."
    landed(
        phone.post("/drop-in", {"code": f" {code[:4].lower()}-{code[4:]} "}), f"/sessions/{room.public_id}#attendance"
    )
    page = phone.get(f"/sessions/{room.public_id}")
    for text in ("You are marked as present: In the room.", "marked themselves with the code in the room"):
        assert text in words(page), text
    assert "/drop-in" not in links(page), "There is nothing left to do."
    assert "1 of 2 recorded so far" in words(coach.get(f"/sessions/{room.public_id}/drop-in"))
    landed(phone.post("/drop-in", {"code": code}), f"/sessions/{room.public_id}#attendance")
    assert "You were marked already: In the room." in words(phone.get(f"/sessions/{room.public_id}"))
    assert marks(session) == [(AttendanceStatus.PRESENT, AttendanceSource.SELF)]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_code_that_is_closed_or_whose_session_is_over_says_so(
    session: Session, browse: Browse, coach: Browser, code: str, room: CoachingSession, world: World
) -> None:
    phone = browse(world.participant)
    coach.post(f"/sessions/{room.public_id}/drop-in/closing")
    refused(phone.post("/drop-in", {"code": code}), 409, CLOSED)
    coach.post(f"/sessions/{room.public_id}/drop-in")
    code = session.scalars(select(DropInCode.code)).one()
    session.rollback()
    long_ago = utc_now() - timedelta(hours=2)
    room.starts_at, room.ends_at = long_ago, long_ago + timedelta(hours=1)
    session.commit()
    answer = phone.post("/drop-in", {"code": code})
    refused(answer, 409, CLOSED)
    assert fields(answer)["code"] == code
    landed(coach.post(f"/sessions/{room.public_id}/drop-in"), f"/sessions/{room.public_id}")
    assert "This session is over. Mark who came by hand." in words(coach.get(f"/sessions/{room.public_id}"))
    assert marks(session) == []


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_to_who_is_not_of_the_cohort_the_code_is_as_wrong_as_any(
    session: Session, browse: Browse, code: str, world: World
) -> None:
    world.fellow_member.status = MembershipStatus.WITHDRAWN
    session.commit()
    for person, typed in ((world.participant, "AAAA AAAA"), (world.outsider, code), (world.fellow, code)):
        refused(browse(person).post("/drop-in", {"code": typed}), 422, "Code: No session of yours has this code.")
    observer = browse(world.observer).post("/drop-in", {"code": code})
    refused(observer, 403, "You are not on its list.")
    assert marks(session) == []
    assert session.scalar(select(func.count()).select_from(SignInFailure)) == 3


def test_wrong_codes_are_counted_though_refused_and_then_even_the_right_one_waits(
    session: Session, browse: Browse, code: str, world: World
) -> None:
    phone = browse(world.participant)
    for _ in range(MOST_WRONG_CODES):
        refused(phone.post("/drop-in", {"code": "AAAA AAAA"}), 422, "No session of yours")
    answer = phone.post("/drop-in", {"code": code})
    refused(answer, 429, "Too many wrong codes.")
    assert fields(answer)["code"] == code
    assert marks(session) == []
    assert browse(world.fellow).post("/drop-in", {"code": code}).status_code == 303
