"""Attendance: marked by hand, brought in from a report, resolved, undone."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import (
    Attendance,
    AttendanceInterval,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    ImportBatch,
    Membership,
    Role,
    RowOutcome,
    SessionState,
)
from coaching.services import attendance, attendance_imports, import_batches, import_preview
from coaching.services.report_description import Reading
from tests.factories import actor_of, make_membership
from tests.services.meeting_house import BAND, ENTERED, MEETING, READ, House, own_report


@pytest.fixture
def house(session: Session) -> House:
    return House(session, *BAND)


@pytest.fixture
def report(samples: Path) -> bytes:
    return (samples / "zoom_participants.csv").read_bytes()


JOHN_TWICE = (
    "John Lennon,lennon@example.org,DAY 11:35:00 AM,DAY 11:55:00 AM,20,No",
    "John Lennon,lennon@example.org,DAY 11:50:00 AM,DAY 12:45:00 PM,55,No",
)


def test_a_coach_marks_and_only_what_changes_is_written(house: House, now: datetime) -> None:
    john, ringo = house.members["John Lennon"], house.members["Ringo Starr"]
    marks = {john.public_id: AttendanceStatus.PRESENT, ringo.public_id: AttendanceStatus.EXCUSED}
    assert attendance.mark_attendance(house.db, house.meeting, actor=house.actor, now=now, marks=marks) == 2
    house.db.flush()
    assert attendance.mark_attendance(house.db, house.meeting, actor=house.actor, now=now, marks=marks) == 0
    assert house.status("John Lennon") == ("present", None)
    lines = attendance.list_attendance(house.db, house.meeting, actor=house.actor)
    assert [line.name for line in lines] == sorted(name for name, _ in BAND)
    own = attendance.list_attendance(house.db, house.meeting, actor=actor_of(house.db, ringo.person))
    assert [(line.name, line.status) for line in own] == [("Ringo Starr", "excused")]


def test_marks_are_refused_to_participants_for_strangers_and_out_of_time(house: House, now: datetime) -> None:
    john = house.members["John Lennon"]
    marks = {john.public_id: AttendanceStatus.PRESENT}
    with pytest.raises(NotAllowed):
        attendance.mark_attendance(house.db, house.meeting, actor=actor_of(house.db, john.person), now=now, marks=marks)
    elsewhere = make_membership(house.db)
    with pytest.raises(NotFound):
        attendance.mark_attendance(
            house.db, house.meeting, actor=actor_of(house.db, elsewhere.person), now=now, marks=marks
        )
    with pytest.raises(Invalid):
        attendance.mark_attendance(
            house.db, house.meeting, actor=house.actor, now=now, marks={elsewhere.public_id: AttendanceStatus.ABSENT}
        )
    with pytest.raises(Conflict):
        attendance.mark_attendance(
            house.db, house.meeting, actor=house.actor, now=MEETING - timedelta(days=1), marks=marks
        )
    house.meeting.state = SessionState.CANCELLED
    with pytest.raises(Conflict):
        attendance.mark_attendance(house.db, house.meeting, actor=house.actor, now=now, marks=marks)


def test_the_real_report_is_recorded(house: House, report: bytes, now: datetime) -> None:
    preview = import_preview.preview_import(house.db, house.meeting, report, READ, actor=house.actor, now=now)
    outcomes = {row.name: (row.outcome, row.status) for row in preview.rows}
    assert outcomes["George Harrison"] == (RowOutcome.MATCHED, "present")
    assert outcomes["Ringo Starr"] == (RowOutcome.MATCHED, "partial")
    assert outcomes["Andrew Knight"] == (RowOutcome.IGNORED, None)
    assert outcomes["Yoko Ono"] == (RowOutcome.REVIEW, None)
    assert "Billy Preston" in preview.missing
    house.members["Billy Preston"].joined_at = now
    late = import_preview.preview_import(house.db, house.meeting, report, READ, actor=house.actor, now=now)
    assert "Billy Preston" not in late.missing, "who joins later has missed nothing"
    house.members["Billy Preston"].joined_at = ENTERED
    assert house.db.scalars(select(func.count()).select_from(Attendance)).one() == 0

    batch = house.apply(report, now)
    assert house.status("George Harrison") == ("present", 72)
    assert house.status("John Lennon") == ("present", 70)
    assert house.status("Ringo Starr") == ("partial", 53)
    assert house.status("Billy Preston") is None, "somebody in doubt may be Billy"
    for row in batch.rows:
        if row.outcome == RowOutcome.REVIEW:
            import_batches.resolve_row(house.db, batch, house.meeting, row.public_id, None, actor=house.actor, now=now)
    assert house.status("Billy Preston") == ("absent", 0)


def test_who_was_entered_after_the_session_is_not_recorded_as_absent(house: House, now: datetime) -> None:
    house.members["Billy Preston"].joined_at = MEETING + timedelta(days=1)
    house.apply(own_report(*JOHN_TWICE), now)
    assert house.status("Ringo Starr") == ("absent", 0)
    assert house.status("Billy Preston") is None


def test_the_same_file_again_changes_nothing(house: House, now: datetime) -> None:
    data = own_report(*JOHN_TWICE)
    first = house.apply(data, now)
    before = house.db.execute(select(Attendance.__table__)).all()
    assert house.apply(data, now + timedelta(days=1)) is first
    assert house.db.execute(select(Attendance.__table__)).all() == before
    preview = import_preview.preview_import(house.db, house.meeting, data, READ, actor=house.actor, now=now)
    assert preview.already == first.public_id


def test_a_copy_that_another_program_saved_is_the_same_report(house: House, now: datetime) -> None:
    data = own_report(*JOHN_TWICE)
    first, text = house.apply(data, now), data.decode("utf-8-sig")
    copies = (
        text.encode("utf-16"),
        text.replace("\r\n", "\n").encode(),
        text.replace(",", ";").replace("\r\n", ",\r\n").replace(",\r\n", "\r\n").encode(),
        text.replace(",\r\n", ",,,\r\n").encode("utf-8-sig"),
    )
    for copy in copies:
        assert copy != data
        assert house.apply(copy, now) is first
    another = house.apply(own_report(JOHN_TWICE[0]), now)
    assert another is not first


def test_rejoins_are_a_union_and_their_intervals_are_kept_in_utc(house: House, now: datetime) -> None:
    house.apply(own_report(*JOHN_TWICE), now)
    assert house.status("John Lennon") == ("present", 70)
    intervals = house.db.execute(select(AttendanceInterval.joined_at, AttendanceInterval.left_at)).all()
    assert intervals == [(MEETING, MEETING + timedelta(minutes=70))]


def test_two_devices_resolved_to_one_person_count_once(house: House, now: datetime) -> None:
    batch = house.apply(
        own_report(
            "Eric Clapton,shredder@cream.org,DAY 11:35:00 AM,DAY 12:05:00 PM,30,No",
            "Clapton iPad,,DAY 11:55:00 AM,DAY 12:35:00 PM,40,No",
        ),
        now,
    )
    assert house.status("Eric Clapton") == ("partial", 30)
    doubtful = next(row for row in batch.rows if row.outcome == RowOutcome.REVIEW)
    eric = house.members["Eric Clapton"].public_id

    def resolve(to: str | None) -> None:
        import_batches.resolve_row(house.db, batch, house.meeting, doubtful.public_id, to, actor=house.actor, now=now)

    resolve(eric)
    assert house.status("Eric Clapton") == ("present", 60)
    resolve(None)
    assert house.status("Eric Clapton") == ("partial", 30)
    with pytest.raises(Invalid):
        resolve(house.coach.public_id)


def test_undo_puts_back_what_was_and_the_file_may_come_again(house: House, now: datetime) -> None:
    first = house.apply(own_report(JOHN_TWICE[0]), now)
    assert house.status("John Lennon") == ("partial", 20)
    second = house.apply(own_report(*JOHN_TWICE), now)
    assert house.status("John Lennon") == ("present", 70)
    import_batches.undo_import(house.db, second, house.meeting, actor=house.actor, now=now)
    assert house.status("John Lennon") == ("partial", 20)
    assert house.db.scalars(select(func.count()).select_from(AttendanceInterval)).one() == 1
    import_batches.undo_import(house.db, first, house.meeting, actor=house.actor, now=now)
    house.db.flush()
    assert house.db.scalars(select(func.count()).select_from(Attendance)).one() == 0
    assert house.db.scalars(select(func.count()).select_from(AttendanceInterval)).one() == 0
    with pytest.raises(Conflict):
        import_batches.undo_import(house.db, first, house.meeting, actor=house.actor, now=now)
    assert house.apply(own_report(JOHN_TWICE[0]), now) is not first
    assert house.status("John Lennon") == ("partial", 20)


def test_the_coachs_own_mark_stands(house: House, now: datetime) -> None:
    john = house.members["John Lennon"]
    attendance.mark_attendance(
        house.db, house.meeting, actor=house.actor, now=now, marks={john.public_id: AttendanceStatus.EXCUSED}
    )
    batch = house.apply(own_report(*JOHN_TWICE), now)
    assert house.status("John Lennon") == ("excused", None)
    assert batch.rows[0].reason == "The coach’s own mark stands."
    import_batches.undo_import(house.db, batch, house.meeting, actor=house.actor, now=now)
    assert house.status("John Lennon") == ("excused", None)


def test_a_report_of_another_session_is_refused_unless_it_is_meant(house: House, now: datetime) -> None:
    data = own_report(*JOHN_TWICE, day="09/30/2020")
    with pytest.raises(Invalid) as refusal:
        house.apply(data, now)
    assert "30 September 2020" in refusal.value.messages["file"][0]
    assert house.db.scalars(select(func.count()).select_from(ImportBatch)).one() == 0
    preview = import_preview.preview_import(house.db, house.meeting, data, READ, actor=house.actor, now=now)
    assert preview.problems
    house.apply(data, now, Reading(anyway=True))
    assert house.status("John Lennon") == ("present", 70)


def test_a_report_with_a_row_that_cannot_be_read_is_refused_by_the_row_unless_it_is_meant(
    house: House, now: datetime
) -> None:
    data = own_report(*JOHN_TWICE, "Ringo Starr,ringorocks@beatles.org,DAY 11:35:00 AM,DAY 12:4")
    with pytest.raises(Invalid) as refusal:
        house.apply(data, now)
    assert [name for name in refusal.value.messages if name.startswith("row ")] == ["row 7"]
    assert house.db.scalars(select(func.count()).select_from(ImportBatch)).one() == 0
    house.apply(data, now, Reading(anyway=True))
    assert house.status("John Lennon") == ("present", 70)
    assert house.status("Ringo Starr") == ("absent", 0)


def test_a_report_whose_day_cannot_be_read_is_refused_unless_it_is_meant(house: House, now: datetime) -> None:
    head, _, _ = own_report().decode().partition("\r\n\r\n")
    rows = "Name (Original Name),User Email,Total Duration (Minutes),Guest\r\nJohn Lennon,lennon@example.org,70,\r\n"
    data = f"{head.replace('09/24/2020', '99/99/9999')}\r\n\r\n{rows}".encode()
    with pytest.raises(Invalid) as refusal:
        house.apply(data, now)
    assert "file" in refusal.value.messages
    house.apply(data, now, Reading(anyway=True))
    assert house.status("John Lennon") == ("present", 70)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 \x00\x01", b"<html>", b"a,b\n1,2\n", b"\xff\xfe\x00"])
def test_what_is_no_report_is_refused_and_nothing_is_written(house: House, now: datetime, data: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        house.apply(data, now)
    assert "file" in refusal.value.messages
    assert house.db.scalars(select(func.count()).select_from(ImportBatch)).one() == 0


def test_only_those_who_run_the_cohort_import(house: House, now: datetime) -> None:
    data = own_report(*JOHN_TWICE)
    member = house.members["John Lennon"]
    batch = house.apply(data, now)
    with pytest.raises(NotAllowed):
        import_preview.preview_import(
            house.db, house.meeting, data, READ, actor=actor_of(house.db, member.person), now=now
        )
    stranger = actor_of(house.db, make_membership(house.db, role=Role.COACH).person)
    with pytest.raises(NotFound):
        import_batches.get_batch(house.db, batch.public_id, actor=stranger)
    assert import_batches.get_batch(house.db, batch.public_id, actor=house.actor)[0] is batch


def test_an_import_takes_the_same_queries_for_two_people_as_for_sixty(
    session: Session, now: datetime, count_queries: Any
) -> None:
    counts = []
    # The very first act of all starts the audit trail, which is not what is counted here.
    for size in (1, 2, 60):
        names = [(f"Member Number{number}", f"m{size}x{number}@example.org") for number in range(size)]
        house = House(session, *names, coach=f"coach{size}@example.org")
        data = own_report(*(f"{n},{e},DAY 11:35:00 AM,DAY 12:50:00 PM,75,No" for n, e in names))
        session.flush()
        session.expunge_all()
        house.meeting = session.get_one(CoachingSession, house.meeting.id)
        actor = actor_of(session, session.get_one(Membership, house.coach.id).person)
        with count_queries() as statements:
            attendance_imports.apply_import(session, house.meeting, data, READ, file_name="r.csv", actor=actor, now=now)
            session.flush()
        counts.append(len(statements))
    assert counts[1] == counts[2]
    assert (
        house.db.scalars(
            select(func.count()).select_from(Attendance).where(Attendance.source == AttendanceSource.ZOOM)
        ).one()
        == 63
    )
