"""Series: the rule by which sessions repeat, as it was agreed."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, DateTime, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy
from coaching.models.cohort import Cohort, Membership


class Frequency(StrEnum):
    """How often sessions repeat. A month has the weekday of the first session at its place, or its last one."""

    WEEKLY = "weekly"
    FORTNIGHTLY = "fortnightly"
    MONTHLY_BY_WEEKDAY = "monthly_by_weekday"
    MONTHLY_LAST_WEEKDAY = "monthly_last_weekday"


class Scope(StrEnum):
    """Which sessions of a series a change is for: one, it and those after it, or all; those that have begun stay."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


class Series(Identified, Base):
    """Sessions that repeat: wall-clock time, zone and rule (RRULE, RFC 5545) as they were when it was saved.

    Its sessions are rows of their own, written with it; whatever becomes of them later, moved, cancelled, renamed,
    stands in their rows. The series itself never changes, so that every calendar that has it keeps knowing its
    occurrences.
    The rule ends by a COUNT, whatever it was asked for by: an UNTIL beside a zone would be a moment in UTC, which hides
    the day that was meant. `exceptions` are the occurrences that were left out from the start (EXDATE), as
    `YYYY-MM-DDTHH:MM`; the COUNT has them in it.
    """

    __tablename__ = "series"
    __privacy__ = Privacy(
        subject=("pair_membership_id", "person_id"),
        export=("title", "local_start", "timezone", "rule"),
        erase="scrub",
        scrubbed={"title": "One-to-one"},
        retention="As long as its sessions.",
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    pair_membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"))
    title: Mapped[str] = mapped_column(String(200))
    local_start: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    timezone: Mapped[str] = mapped_column(String(64))
    duration_minutes: Mapped[int]
    rule: Mapped[str] = mapped_column(String(200))
    exceptions: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]
    cohort: Mapped[Cohort] = relationship()
    pair_membership: Mapped[Membership | None] = relationship()

    __table_args__ = (CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration"),)
