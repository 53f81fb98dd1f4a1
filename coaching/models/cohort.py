"""Cohort and Membership: who is in a cohort, as what, and how that came about."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.person import Person
from coaching.models.programme import Programme

# A day and an hour before.
DEFAULT_REMINDERS = (1440, 60)


class CohortKind(StrEnum):
    """`coaching` is the informal kind."""

    FORMAL = "formal"
    COACHING = "coaching"


class CohortState(StrEnum):
    """Where a cohort stands: in a paused one nobody is asked or reminded, an archived one is there to be read."""

    RUNNING = "running"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Cohort(Identified, Versioned, Base):
    """A group that learns together. Follow-ups run from `ends_on`, the day of the last session.

    Who was there for `present_percent` of a session is present, above `partial_percent` in part; who came more than
    `late_minutes` after the start, and stayed long enough, was late. `reminder_minutes` are how long before a session
    people are reminded of it, the longest first. `follow_up_plan_id` is the plan that its people are asked by: the
    programme's default or the cohort's own; None where nobody is followed up. `state` is the newest of its
    CohortChanges, kept here for joins; without any it is running.
    """

    __tablename__ = "cohort"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    follow_up_plan_id: Mapped[int | None] = mapped_column(ForeignKey("follow_up_plan.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[CohortKind] = choice(CohortKind)
    state: Mapped[CohortState] = choice(CohortState, default=CohortState.RUNNING)
    description: Mapped[str] = mapped_column(String(2000), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    present_percent: Mapped[int] = mapped_column(default=75)
    partial_percent: Mapped[int] = mapped_column(default=0)
    late_minutes: Mapped[int] = mapped_column(default=10)
    reminder_minutes: Mapped[list[int]] = mapped_column(JSON, default=lambda: list(DEFAULT_REMINDERS))
    created_at: Mapped[datetime]
    programme: Mapped[Programme] = relationship()

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="dates_in_order"),
        CheckConstraint("partial_percent BETWEEN 0 AND present_percent AND present_percent <= 100", name="thresholds"),
    )


class Role(StrEnum):
    """What a person is in a cohort."""

    COACH = "coach"
    PARTICIPANT = "participant"
    OBSERVER = "observer"


class MembershipStatus(StrEnum):
    """Where a person stands in a cohort."""

    APPLIED = "applied"
    SHORTLISTED = "shortlisted"
    ACCEPTED = "accepted"
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    ACTIVE = "active"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


# Those who are in: they see the cohort, are counted in it, and are followed up.
OPEN_STATUSES = (
    MembershipStatus.ACCEPTED,
    MembershipStatus.ACTIVE,
    MembershipStatus.PAUSED,
    MembershipStatus.COMPLETED,
)


# Those of them who are asked and reminded.
UNPAUSED_STATUSES = tuple(status for status in OPEN_STATUSES if status != MembershipStatus.PAUSED)


class Membership(Identified, Versioned, Base):
    """A person in a cohort. `status` is the newest of its StatusChanges, kept here for joins.

    `follow_ups_stopped_at` is when they said that they want to be asked nothing more about this cohort; and
    `alumni_consent` what they said to being asked for a whole year (None: nothing yet). The audit has the history.
    """

    __tablename__ = "membership"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("role", "status", "joined_at", "follow_ups_stopped_at", "alumni_consent", "alumni_consent_at"),
        erase="keep",
        retention="As long as the programme: the funnel is counted from it, without a name after erasure.",
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role] = choice(Role)
    status: Mapped[MembershipStatus] = choice(MembershipStatus)
    joined_at: Mapped[datetime]
    follow_ups_stopped_at: Mapped[datetime | None]
    alumni_consent: Mapped[bool | None]
    alumni_consent_at: Mapped[datetime | None]
    cohort: Mapped[Cohort] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        Index("ix_membership_cohort_role", "cohort_id", "role"),
    )


class StatusChange(Base):
    """One dated step of a membership's history. Rows are added, never changed: the funnel is read from them."""

    __tablename__ = "status_change"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("status", "at", "reason"),
        erase="scrub",
        scrubbed={"reason": ""},
        retention="As long as the membership.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    status: Mapped[MembershipStatus] = choice(MembershipStatus)
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
