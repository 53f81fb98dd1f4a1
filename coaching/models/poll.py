"""Poll: when could you meet? Slots are proposed, members answer for each, and one becomes a session."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.coaching_session import CoachingSession
from coaching.models.cohort import Cohort, Membership
from coaching.models.person import Person


class PollState(StrEnum):
    """`chosen` became a session; `closed` was ended without one."""

    OPEN = "open"
    CHOSEN = "chosen"
    CLOSED = "closed"


class Poll(Identified, Versioned, Base):
    """An availability poll of a cohort. `closes_at` is until when people may answer."""

    __tablename__ = "poll"
    __privacy__ = Privacy(
        subject=("created_by_id",),
        export=("title", "created_at"),
        erase="keep",
        retention="As long as the cohort: it says how a time was found.",
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(2000), default="")
    timezone: Mapped[str] = mapped_column(String(64))
    duration_minutes: Mapped[int]
    closes_at: Mapped[datetime]
    state: Mapped[PollState] = choice(PollState, default=PollState.OPEN)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_session.id"))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cohort: Mapped[Cohort] = relationship()
    session: Mapped[CoachingSession | None] = relationship()
    created_by: Mapped[Person | None] = relationship()
    slots: Mapped[list["PollSlot"]] = relationship(back_populates="poll", order_by="PollSlot.starts_at")
    invitees: Mapped[list["PollInvitee"]] = relationship(back_populates="poll", order_by="PollInvitee.id")

    __table_args__ = (CheckConstraint("duration_minutes BETWEEN 5 AND 1440", name="duration"),)

    @property
    def closes_local(self) -> datetime:
        """Until when people may answer, as the clocks of the poll's zone show it."""
        return self.closes_at.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)


class PollSlot(Identified, Base):
    """A start that is proposed, as the clocks show it in the poll's zone, and the moment that it is."""

    __tablename__ = "poll_slot"
    __privacy__ = Privacy(
        subject=("poll_id", "created_by_id"), export=(), erase="keep", retention="As long as the poll."
    )

    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    local_start: Mapped[datetime] = mapped_column(DateTime(timezone=False))
    starts_at: Mapped[datetime]
    poll: Mapped[Poll] = relationship(back_populates="slots")

    __table_args__ = (UniqueConstraint("poll_id", "local_start"),)


class PollInvitee(Base):
    """A member who is asked. A slot that somebody required cannot come to is no good one."""

    __tablename__ = "poll_invitee"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("is_required", "answered_at"),
        erase="delete",
        retention="As long as the poll.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    poll_id: Mapped[int] = mapped_column(ForeignKey("poll.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    is_required: Mapped[bool] = mapped_column(default=True)
    answered_at: Mapped[datetime | None]
    poll: Mapped[Poll] = relationship(back_populates="invitees")
    membership: Mapped[Membership] = relationship()

    __table_args__ = (UniqueConstraint("poll_id", "membership_id"),)


class PollChoice(StrEnum):
    YES = "yes"
    IF_NEED_BE = "if_need_be"
    NO = "no"


class PollAnswer(Base):
    """What one invitee says of one slot; the newest word counts."""

    __tablename__ = "poll_answer"
    __privacy__ = Privacy(
        subject=("invitee_id", "membership_id", "person_id"),
        export=("choice",),
        erase="delete",
        retention="As long as the poll.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invitee_id: Mapped[int] = mapped_column(ForeignKey("poll_invitee.id", ondelete="CASCADE"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("poll_slot.id"))
    choice: Mapped[PollChoice] = choice(PollChoice)

    __table_args__ = (UniqueConstraint("invitee_id", "slot_id"), Index("ix_poll_answer_slot", "slot_id"))
