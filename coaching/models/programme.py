"""Programme: what a coordinator is responsible for."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from coaching.models.base import Base, Identified, Privacy, Versioned, choice


class PracticeFrom(StrEnum):
    """What the weeks without practice are counted from: the cohort's first day, or its last."""

    START = "start"
    END = "end"


class Programme(Identified, Versioned, Base):
    """A training programme with its cohorts. `minimum_group` is the smallest group whose ratings are shown.

    From `absences_in_a_row` on: when a signal tells a coach that somebody needs them. Where one is None, or
    `tells_silence` false, that signal is off in all of the programme's cohorts.
    """

    __tablename__ = "programme"

    slug: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    minimum_group: Mapped[int] = mapped_column(default=5)
    is_synthetic: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    absences_in_a_row: Mapped[int | None] = mapped_column(default=2)
    tells_silence: Mapped[bool] = mapped_column(default=True)
    overdue_days: Mapped[int | None] = mapped_column(default=0)
    unbooked_days: Mapped[int | None] = mapped_column(default=21)
    goal_idle_days: Mapped[int | None] = mapped_column(default=42)
    practice_weeks: Mapped[int | None] = mapped_column(default=8)
    # After how many weeks a figure of a course that still runs is asked for anew; nothing is asked where it is empty.
    stale_weeks: Mapped[int | None] = mapped_column(default=12)
    # What digests of learners are made with. It is made with the first import, and never changes, or people would be
    # counted twice.
    learner_salt: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    practice_from: Mapped[PracticeFrom] = choice(PracticeFrom, default=PracticeFrom.END)


class ProgrammeCoordinator(Base):
    """A person's post as coordinator of a programme."""

    __tablename__ = "programme_coordinator"
    __privacy__ = Privacy(
        subject=("person_id",), export=("appointed_at",), erase="delete", retention="While the post is held."
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    appointed_at: Mapped[datetime]
