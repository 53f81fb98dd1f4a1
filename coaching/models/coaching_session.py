"""CoachingSession and Attendance: a meeting of a cohort or of a pair, and who was there."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.cohort import Cohort, Membership
from coaching.models.person import Person
from coaching.models.series import Series

# Who meets again months after the end is no slip of the calendar within this.
FAR_OFF = timedelta(days=60)


class SessionState(StrEnum):
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class SessionMode(StrEnum):
    """How people meet. Who may join from elsewhere a session that is held in a room has both."""

    ONLINE = "online"
    IN_PERSON = "in_person"
    BOTH = "both"


def mode_of(location: str, join_url: str) -> SessionMode | None:
    """How people meet, by what is said of the place: a link, a room, or both."""
    if join_url:
        return SessionMode.BOTH if location else SessionMode.ONLINE
    return SessionMode.IN_PERSON if location else None


class CoachingSession(Identified, Versioned, Base):
    """A meeting. Wall-clock time and zone are what was agreed; `starts_at` and `ends_at` (UTC) follow from them.

    `pair_membership_id` names the participant of a one-to-one; without it the whole cohort meets. `led_by_id` is the
    coach who holds it, in one place at a time. An occurrence of a series keeps in `recurrence_start` the wall-clock
    time that the series gave it, whatever it is moved to: calendars know it by that (RECURRENCE-ID, RFC 5545).
    `next_reminder_at` is when somebody has to be reminded of it next; null where nobody has.
    """

    __tablename__ = "coaching_session"
    __privacy__ = Privacy(
        subject=("pair_membership_id", "person_id"),
        export=(
            "title",
            "local_start",
            "timezone",
            "duration_minutes",
            "state",
            "location",
            "join_url",
            "agenda",
            "preparation",
            "materials",
            "covered",
            "shared_notes",
            "cancelled_reason",
        ),
        erase="scrub",
        scrubbed={
            "title": "One-to-one",
            "location": "",
            "join_url": "",
            "agenda": "",
            "preparation": "",
            "materials": "",
            "covered": "",
            "shared_notes": "",
            "cancelled_reason": "",
        },
        retention="As long as the programme: that they met is counted; what a one-to-one was about goes at erasure.",
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    pair_membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    recurrence_start: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    led_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(200))
    local_start: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    timezone: Mapped[str] = mapped_column(String(64))
    duration_minutes: Mapped[int]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[SessionState] = choice(SessionState, default=SessionState.SCHEDULED)
    location: Mapped[str] = mapped_column(String(500), default="")
    join_url: Mapped[str] = mapped_column(String(500), default="")
    agenda: Mapped[str] = mapped_column(Text, default="")
    preparation: Mapped[str] = mapped_column(Text, default="")
    materials: Mapped[str] = mapped_column(Text, default="")
    covered: Mapped[str] = mapped_column(Text, default="")
    shared_notes: Mapped[str] = mapped_column(Text, default="")
    cancelled_reason: Mapped[str] = mapped_column(String(500), default="")
    next_reminder_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    cohort: Mapped[Cohort] = relationship()
    series: Mapped[Series | None] = relationship()
    pair_membership: Mapped[Membership | None] = relationship()
    led_by: Mapped[Person | None] = relationship()
    # The coach as the cohort knows them: by their membership.
    leader: Mapped[Membership | None] = relationship(
        viewonly=True,
        primaryjoin=lambda: (
            (foreign(CoachingSession.cohort_id) == Membership.cohort_id)
            & (foreign(CoachingSession.led_by_id) == Membership.person_id)
        ),
    )

    __table_args__ = (
        CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration"),
        UniqueConstraint("series_id", "recurrence_start"),
        Index("ix_coaching_session_cohort_start", "cohort_id", "starts_at"),
        Index("ix_coaching_session_coach_start", "led_by_id", "starts_at"),
        Index("ix_coaching_session_next_reminder", "next_reminder_at"),
    )

    @property
    def mode(self) -> SessionMode | None:
        """How people meet, as far as anybody has said."""
        return mode_of(self.location, self.join_url)

    @property
    def warnings(self) -> list[str]:
        """What a person should look at: a day so far from the cohort's own is taken, and is often a slip."""
        day, cohort = self.local_start.date(), self.cohort
        if self.state == SessionState.CANCELLED:
            return []
        if day - cohort.ends_on > FAR_OFF:
            off, which = day - cohort.ends_on, f"after the cohort’s last day, {_written(cohort.ends_on)}"
        elif cohort.starts_on - day > FAR_OFF:
            off, which = cohort.starts_on - day, f"before the cohort’s first day, {_written(cohort.starts_on)}"
        else:
            return []
        return [f"This session is {off.days} days {which}. If one of the two is a slip, correct it."]


def _written(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


class AttendanceStatus(StrEnum):
    PRESENT = "present"
    LATE = "late"
    PARTIAL = "partial"
    ABSENT = "absent"
    EXCUSED = "excused"


# Who was there, for the whole of it or not.
THERE = (AttendanceStatus.PRESENT, AttendanceStatus.LATE, AttendanceStatus.PARTIAL)


class AttendanceSource(StrEnum):
    """Who says so. `self` is the member, by the code that was shown in the room."""

    COACH = "coach"
    SELF = "self"
    ZOOM = "zoom"
    TEAMS = "teams"
    DEMO = "demo"


class Attendance(Base):
    """What is known of one member at one session. `minutes` is null where nobody measured."""

    __tablename__ = "attendance"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("status", "minutes", "source", "recorded_at"),
        erase="keep",
        retention="As long as the programme: attendance is counted from it, without a name after erasure.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_session.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    status: Mapped[AttendanceStatus] = choice(AttendanceStatus)
    minutes: Mapped[int | None]
    source: Mapped[AttendanceSource] = choice(AttendanceSource)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"), index=True)
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    membership: Mapped[Membership] = relationship()

    __table_args__ = (UniqueConstraint("session_id", "membership_id"),)


class AttendanceInterval(Base):
    """A stretch of presence, where the report tells of joins and leaves."""

    __tablename__ = "attendance_interval"
    __privacy__ = Privacy(
        subject=("attendance_id", "membership_id", "person_id"),
        export=("joined_at", "left_at"),
        erase="delete",
        retention="As long as the programme.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attendance_id: Mapped[int] = mapped_column(ForeignKey("attendance.id", ondelete="CASCADE"), index=True)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime]


class AttendanceChange(Base):
    """What was said of a member at a session, when and by whom. Rows are added, never changed: the correction trail.

    `status` is null where what was recorded before was taken back.
    """

    __tablename__ = "attendance_change"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("status", "minutes", "source", "at"),
        erase="keep",
        retention="As long as the attendance that it explains.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_session.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    status: Mapped[AttendanceStatus | None] = choice(AttendanceStatus)
    minutes: Mapped[int | None]
    source: Mapped[AttendanceSource] = choice(AttendanceSource)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    __table_args__ = (Index("ix_attendance_change_session_member", "session_id", "membership_id"),)


class DropInCode(Base):
    """The code that is shown in the room, with which a participant marks themselves. One a session, until it closes."""

    __tablename__ = "drop_in_code"
    __privacy__ = Privacy(
        subject=("session_id", "pair_membership_id", "person_id"),
        export=(),
        erase="keep",
        retention="Until the session is 30 days past. It says nothing of anybody.",
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_session.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    session: Mapped[CoachingSession] = relationship()
