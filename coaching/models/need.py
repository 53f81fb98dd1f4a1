"""NeedMark: what a coach said to a signal that somebody needs them. The signals themselves are computed, never kept."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Privacy, choice
from coaching.models.cohort import Membership
from coaching.models.person import Person


class Signal(StrEnum):
    """A reason why somebody needs their coach, the most pressing first."""

    ABSENCES = "absences"
    SILENT_CHECK_IN = "silent_check_in"
    OVERDUE_ACTION = "overdue_action"
    UNBOOKED = "unbooked"
    IDLE_GOAL = "idle_goal"
    NO_PRACTICE = "no_practice"


class NeedMarkState(StrEnum):
    """`snoozed` ends on a day, `done` with the occurrence that it was said to."""

    SNOOZED = "snoozed"
    DONE = "done"


class NeedMark(Base):
    """What a coach said to one occurrence of a signal about a member: not before a day, or that it is seen to.

    `occurrence` tells this time from the next: the action, the goal, the check-in, or the day that it goes by.
    """

    __tablename__ = "need_mark"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("signal", "state", "until", "note", "at"),
        erase="delete",
        retention="A year: what it was said to has ended or comes again by then.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    signal: Mapped[Signal] = choice(Signal)
    occurrence: Mapped[str] = mapped_column(String(40))
    state: Mapped[NeedMarkState] = choice(NeedMarkState)
    until: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime]
    membership: Mapped[Membership] = relationship()
    person: Mapped[Person] = relationship()

    __table_args__ = (
        # In this order it also finds what was said about a member.
        UniqueConstraint("membership_id", "signal", "occurrence", "person_id", name="uq_need_mark_once"),
        CheckConstraint("(state = 'snoozed') = (until IS NOT NULL)", name="snoozed_until"),
    )
