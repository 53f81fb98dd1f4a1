"""A cohort with its coach, named participants and a session that was held, and reports of that session."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Attendance, ImportBatch, Role
from coaching.policies import Actor
from coaching.services import attendance_imports
from coaching.services.report_description import Reading
from tests.factories import actor_of, keep_members, make_session, new_cohort, new_membership, new_person

ZONE = "America/New_York"
MEETING = datetime(2020, 9, 24, 15, 35, tzinfo=UTC)
READ = Reading()
ENTERED = datetime(2020, 9, 1, tzinfo=UTC)


class House:
    """A cohort with its coach, named participants, and a session that has been held."""

    def __init__(self, session: Session, *names: tuple[str, str], coach: str = "host@example.com") -> None:
        self.db = session
        self.cohort = new_cohort()
        self.coach = new_membership(self.cohort, new_person(name="Andrew Knight", email=coach), role=Role.COACH)
        self.members = {
            name: new_membership(self.cohort, new_person(name=name, email=email), joined_at=ENTERED)
            for name, email in names
        }
        keep_members(session, self.coach, *self.members.values())
        self.meeting = make_session(
            session, self.cohort, starts_at=MEETING, timezone=ZONE, local_start=datetime(2020, 9, 24, 11, 35),
            duration_minutes=75,
        )  # fmt: skip

    @property
    def actor(self) -> Actor:
        return actor_of(self.db, self.coach.person)

    def status(self, name: str) -> tuple[str, int | None] | None:
        self.db.flush()
        line = self.db.scalars(
            select(Attendance).where(
                Attendance.session_id == self.meeting.id, Attendance.membership_id == self.members[name].id
            )
        ).one_or_none()
        return (line.status, line.minutes) if line else None

    def apply(self, data: bytes, now: datetime, reading: Reading = READ) -> ImportBatch:
        return attendance_imports.apply_import(
            self.db, self.meeting, data, reading, file_name="report.csv", actor=self.actor, now=now
        )


BAND = (
    ("George Harrison", "george.harrison@gmail.com"),
    ("John Lennon", "lennon@example.org"),
    ("Ringo Starr", "ringorocks@beatles.org"),
    ("Eric Clapton", "shredder@cream.org"),
    ("Billy Preston", "billy@example.org"),
)


def own_report(*rows: str, day: str = "09/24/2020") -> bytes:
    """A report of our own in the shape of a real one, with joins and leaves."""
    head = (
        "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,\r\n"
        f"123,Circle,{day} 11:35:00 AM,{day} 12:50:00 PM,host@example.com,75,{len(rows)},\r\n\r\n"
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\r\n"
    )
    return ("\ufeff" + head + "".join(row.replace("DAY", day) + "\r\n" for row in rows)).encode()
