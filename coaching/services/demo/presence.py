"""How the running cohort's last two meetings became known: from a Zoom report, and by the code in the room.

Both go through the services that the pages use, at the times at which people would have acted, so that the demo has
every status, a correction in a trail, a name that is remembered and a row that waits for somebody to say who it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coaching.models import Attendance, AttendanceStatus, CoachingSession, Membership, Person
from coaching.policies import Actor
from coaching.services.actors import load_actor
from coaching.services.attendance import mark_attendance
from coaching.services.attendance_imports import apply_import
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.drop_in import mark_self, open_code
from coaching.services.import_batches import resolve_row
from coaching.services.report_description import Reading

ROOM_CODE = "MEET3479"
HEADINGS = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
ZOOM_TIME = "%m/%d/%Y %I:%M:%S %p"
TABLET, VISITOR = "Reading room tablet", "Visitor of the library"
# Who was there from which minute to which: the second came late, the third lost the line, the fourth looked in.
STAYS = ((0, 0, 60), (1, 14, 60), (2, 0, 20), (2, 24, 60), (3, 0, 12))
# When each of the first came into the room, in minutes from the start.
ENTERED = (-6, 13, -2, 1)
Status = AttendanceStatus


def record_the_last_meetings(session: Session, cohort: DemoCohort, coach: Person, *, now: datetime) -> None:
    """Replaces what was drawn for the last two meetings. The last participant missed both."""
    # What was drawn is read by statements.
    session.flush()
    held = (
        select(CoachingSession)
        .where(CoachingSession.cohort_id == cohort.row.id, CoachingSession.ends_at <= now)
        .order_by(CoachingSession.starts_at.desc())
        .limit(2)
    )
    in_the_room, online = session.scalars(held).all()
    session.execute(delete(Attendance).where(Attendance.session_id.in_([in_the_room.id, online.id])))
    actor = load_actor(session, coach)
    _import_report(session, online, cohort.participants, actor=actor)
    _mark_in_the_room(session, in_the_room, cohort.participants, actor=actor)


def write_report(meeting: CoachingSession, members: Sequence[Membership]) -> bytes:
    """The meeting's report as Zoom would have written it: the fifth sat at a tablet, the second had two devices."""
    people = [members[place].person for place, _, _ in STAYS]
    stays = [(one.name, one.email or "", joined, left) for one, (_, joined, left) in zip(people, STAYS, strict=True)]
    others = [
        (TABLET, "", 0, 60),
        (VISITOR, "visitor@library.example", 0, 60),
        (_device(members[1].person), "", 31, 60),
    ]
    rows = [
        f"{name},{email},{_clock(meeting, joined)},{_clock(meeting, left)},{left - joined},No"
        for name, email, joined, left in [*stays, *others]
    ]
    return "".join(f"{line}\r\n" for line in (HEADINGS, *rows)).encode("utf-8-sig")


def _device(person: Person) -> str:
    return f"{person.name.split()[0]}'s iPhone"


def _clock(meeting: CoachingSession, minute: int) -> str:
    return f"{meeting.local_start + timedelta(minutes=minute):{ZOOM_TIME}}"


def _import_report(session: Session, meeting: CoachingSession, members: Sequence[Membership], *, actor: Actor) -> None:
    imported_at = meeting.ends_at + timedelta(hours=2)
    batch = apply_import(
        session, meeting, write_report(meeting, members), Reading(), file_name="participants.csv", actor=actor,
        now=imported_at,
    )  # fmt: skip
    rows = {row.name: row.public_id for row in batch.rows}
    settled_at = imported_at + timedelta(minutes=3)
    for name, member in ((TABLET, members[4].public_id), (VISITOR, None)):
        resolve_row(session, batch, meeting, rows[name], member, actor=actor, now=settled_at)
    # While a row waits nobody is absent by the report; the coach knows of this one.
    _mark(session, meeting, members[-1], Status.ABSENT, actor=actor, at=settled_at)


def _mark_in_the_room(
    session: Session, meeting: CoachingSession, members: Sequence[Membership], *, actor: Actor
) -> None:
    start = meeting.starts_at
    open_code(session, meeting, actor=actor, now=start - timedelta(minutes=10), code=ROOM_CODE)
    for member, minute in zip(members, ENTERED, strict=False):
        own = load_actor(session, member.person)
        mark_self(session, ROOM_CODE, actor=own, now=start + timedelta(minutes=minute), key="demo")
    for member in members[len(ENTERED) :]:
        _mark(session, meeting, member, Status.ABSENT, actor=actor, at=meeting.ends_at)
    # They had written, as the coach found out the day after.
    _mark(session, meeting, members[4], Status.EXCUSED, actor=actor, at=meeting.ends_at + timedelta(days=1))


def _mark(
    session: Session, meeting: CoachingSession, member: Membership, status: Status, *, actor: Actor, at: datetime
) -> None:
    mark_attendance(session, meeting, actor=actor, now=at, marks={member.public_id: status})
    # A mark that follows has to find this one.
    session.flush()
