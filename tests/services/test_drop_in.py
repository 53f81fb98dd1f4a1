"""The drop-in code: who can mark themselves with it, when, and what stands against it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed
from coaching.models import AttendanceStatus, DropInCode, MembershipStatus, SessionState
from coaching.policies import Actor
from coaching.services import attendance, drop_in, import_batches
from coaching.services.attendance_trail import list_changes
from coaching.services.coaching_sessions import cancel_session, edit_session
from coaching.services.drop_in import SelfMark, mark_self, open_code
from coaching.services.memberships import change_status
from coaching.tokens import new_room_code, read_room_code
from tests.factories import actor_of, make_membership
from tests.services.meeting_house import BAND, MEETING, House, own_report

CODE = "ACDE3479"
EARLY = MEETING - timedelta(minutes=15)
JOHN = "John Lennon"


@pytest.fixture
def house(session: Session) -> House:
    house = House(session, *BAND)
    open_code(session, house.meeting, actor=house.actor, now=EARLY, code=CODE)
    session.flush()
    return house


def who(house: House, name: str = JOHN) -> Actor:
    return actor_of(house.db, house.members[name].person)


def mark(house: House, at: datetime, typed: str = CODE, name: str = JOHN) -> SelfMark:
    done = mark_self(house.db, typed, actor=who(house, name), now=at, key="k")
    house.db.flush()
    return done


def test_one_marks_oneself_present_and_by_the_clock_late(house: House) -> None:
    assert mark(house, MEETING + timedelta(minutes=10), " acde-3479 ").status == AttendanceStatus.PRESENT
    assert mark(house, MEETING + timedelta(minutes=11), name="Ringo Starr").status == AttendanceStatus.LATE
    again = mark(house, MEETING + timedelta(minutes=30))
    assert (again.status, again.is_new) == (AttendanceStatus.PRESENT, False)
    lines = list_changes(house.db, house.meeting, actor=who(house))
    assert [(line.status, line.source, line.by) for line in lines] == [("present", "self", JOHN)]


def test_a_code_is_good_until_it_is_closed_or_the_session_over(house: House) -> None:
    with pytest.raises(Conflict, match="closed"):
        mark(house, house.meeting.ends_at)
    with pytest.raises(Conflict, match="quarter of an hour before"):
        open_code(house.db, house.meeting, actor=house.actor, now=EARLY - timedelta(seconds=1), code="x")
    with pytest.raises(Conflict, match="over"):
        open_code(house.db, house.meeting, actor=house.actor, now=house.meeting.ends_at, code="x")
    assert open_code(house.db, house.meeting, actor=house.actor, now=MEETING, code="another").code == CODE
    drop_in.close_code(house.db, house.meeting, actor=house.actor, now=MEETING)
    with pytest.raises(Conflict, match="closed"):
        mark(house, MEETING)
    assert open_code(house.db, house.meeting, actor=house.actor, now=MEETING, code="CDEF3479").code == "CDEF3479"
    with pytest.raises(Invalid):
        mark(house, MEETING)
    # The session was put off for a day while the code was open.
    house.meeting.starts_at += timedelta(days=1)
    house.meeting.ends_at += timedelta(days=1)
    with pytest.raises(Conflict, match="closed"):
        mark(house, MEETING, "CDEF3479")


@pytest.mark.parametrize("is_moved", [True, False])
def test_a_mark_from_before_the_start_is_taken_back_with_the_session(house: House, *, is_moved: bool) -> None:
    """Else a session that is put off while people come in could be neither moved nor cancelled, or keep the mark."""
    held, act = house.meeting, {"actor": house.actor, "now": EARLY}
    assert mark(house, EARLY).is_new
    if is_moved:
        values = {"title": held.title, "timezone": held.timezone, "duration_minutes": held.duration_minutes}
        edit_session(house.db, held, local_start=held.local_start + timedelta(days=1), **values, **act)
    else:
        cancel_session(house.db, held, **act)
    assert house.status(JOHN) is None
    lines = list_changes(house.db, held, actor=who(house))
    assert [(line.status, line.source, line.by) for line in lines] == [
        ("present", "self", JOHN),
        (None, "self", house.coach.person.name),
    ]


def test_a_mark_from_before_the_start_goes_with_who_leaves_a_one_to_one(house: House) -> None:
    house.meeting.pair_membership = house.members[JOHN]
    house.db.flush()
    assert mark(house, EARLY).is_new
    change_status(house.db, house.members[JOHN], actor=house.actor, now=EARLY, status=MembershipStatus.WITHDRAWN)
    assert house.meeting.state == SessionState.CANCELLED
    assert house.status(JOHN) is None


def test_a_one_to_one_is_the_pairs_alone(house: House) -> None:
    house.meeting.pair_membership = house.members[JOHN]
    house.db.flush()
    ringo = who(house, "Ringo Starr")
    assert drop_in.list_open_sessions(house.db, actor=ringo, now=MEETING) == []
    assert drop_in.list_open_sessions(house.db, actor=who(house), now=MEETING) == [house.meeting]
    assert mark(house, MEETING).is_new


def test_what_a_coach_or_a_report_says_stands_against_ones_own_mark(house: House, now: datetime) -> None:
    ringo = house.members["Ringo Starr"].public_id
    marks = {ringo: AttendanceStatus.ABSENT}
    attendance.mark_attendance(house.db, house.meeting, actor=house.actor, now=MEETING, marks=marks)
    with pytest.raises(Conflict, match="Your coach has marked you"):
        mark(house, MEETING, name="Ringo Starr")
    mark(house, MEETING)
    mark(house, MEETING, name="Eric Clapton")
    batch = house.apply(own_report("John Lennon,lennon@example.org,DAY 11:35:00 AM,DAY 11:55:00 AM,20,No"), now)
    assert house.status(JOHN) == ("partial", 20)
    # Who was in the room and not in the call is not absent for it.
    assert house.status("Eric Clapton") == ("present", None)
    assert house.status("Billy Preston") == ("absent", 0)
    with pytest.raises(Conflict, match="report"):
        mark(house, MEETING, name="Billy Preston")

    import_batches.undo_import(house.db, batch, house.meeting, actor=house.actor, now=now)
    assert house.status(JOHN) == ("present", None)
    last = [line for line in list_changes(house.db, house.meeting, actor=house.actor) if line.is_put_back]
    assert [(line.membership_id, line.status, line.source) for line in last] == [
        (house.members[JOHN].public_id, "present", "self")
    ]


def test_to_others_the_code_is_as_wrong_as_any_and_guesses_are_counted(house: House) -> None:
    with pytest.raises(NotAllowed, match="not on its list"):
        mark_self(house.db, CODE, actor=house.actor, now=MEETING, key="k")
    outsider = actor_of(house.db, make_membership(house.db).person)
    for _ in range(drop_in.MOST_WRONG_CODES):
        with pytest.raises(Invalid) as wrong:
            mark_self(house.db, CODE, actor=outsider, now=MEETING, key="k")
        assert wrong.value.message == drop_in.WRONG
        house.db.flush()
    with pytest.raises(NotAllowed, match="Too many"):
        mark_self(house.db, CODE, actor=outsider, now=MEETING, key="k")
    # Everybody for themselves, and not for ever.
    mark(house, MEETING)
    with pytest.raises(Invalid):
        mark_self(house.db, CODE, actor=outsider, now=MEETING + drop_in.WINDOW, key="k")


def test_a_code_can_be_read_off_a_wall() -> None:
    codes = {new_room_code() for _ in range(50)}
    assert len(codes) == 50
    assert {len(code) for code in codes} == {8}
    assert not set("".join(codes)) & set("01258BILOSUZ")
    assert read_room_code("acde 34-79") == CODE
    assert read_room_code("") == ""
    assert DropInCode.__table__.c.code.type.length >= 8
