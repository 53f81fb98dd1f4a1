"""What people's own calendars are told: invites by mail, feeds that a calendar reads, and whether they come."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, choice
from coaching.models.coaching_session import CoachingSession
from coaching.models.cohort import Cohort, Membership
from coaching.models.message import Message
from coaching.models.person import Person
from coaching.models.series import Series


class CalendarInvite(Base):
    """One person's copy of one calendar event: of a series as a whole, or of a session that belongs to none.

    Its UID is the series' or the session's, for ever; `sequence` rises with every mail about it (RFC 5546). It is live
    until the person has been told that they are not expected any more.
    """

    __tablename__ = "calendar_invite"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("sequence", "is_live", "created_at"),
        erase="delete",
        retention="As long as the session: it keeps calendars and the programme at one.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    series_id: Mapped[int | None] = mapped_column(ForeignKey("series.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_session.id"))
    sequence: Mapped[int] = mapped_column(default=0)
    is_live: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    person: Mapped[Person] = relationship()
    series: Mapped[Series | None] = relationship()
    session: Mapped[CoachingSession | None] = relationship()

    __table_args__ = (
        CheckConstraint("(series_id IS NULL) <> (session_id IS NULL)", name="of_one_thing"),
        UniqueConstraint("series_id", "person_id"),
        UniqueConstraint("session_id", "person_id"),
        Index("ix_calendar_invite_person", "person_id"),
    )


class InvitedSession(Base):
    """What a person was last told of one session: by which message, and from when on it is right.

    Whether they have it is read from the message: sent, waiting, or refused. `told` is what it says (null where it says
    that the session is off), and `had` what they were told before, which they go by until it has come.
    """

    __tablename__ = "invited_session"
    __privacy__ = Privacy(
        subject=("invite_id", "person_id"),
        export=("starts_at",),
        erase="delete",
        retention="As long as the invite.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invite_id: Mapped[int] = mapped_column(ForeignKey("calendar_invite.id", ondelete="CASCADE"))
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_session.id"), index=True)
    starts_at: Mapped[datetime]
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    told: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    had: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    invite: Mapped[CalendarInvite] = relationship()
    message: Mapped[Message | None] = relationship()

    __table_args__ = (UniqueConstraint("invite_id", "session_id"),)


class CalendarFeed(Identified, Base):
    """A secret address from which a calendar reads: all of a person's sessions, or those of one cohort they are in.

    The address is shown once, when it is made; only its hash is kept. Making a new one ends the one before.
    """

    __tablename__ = "calendar_feed"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("created_at", "renewed_at"),
        erase="delete",
        retention="Until the person ends it.",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    renewed_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()
    cohort: Mapped[Cohort | None] = relationship()


class RsvpChoice(StrEnum):
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class Rsvp(Base):
    """Whether a member says that they come. The newest answer counts; a session that moved far asks again."""

    __tablename__ = "rsvp"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("choice", "note", "starts_at", "answered_at", "via"),
        erase="delete",
        retention="As long as the session.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("coaching_session.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    choice: Mapped[RsvpChoice] = choice(RsvpChoice)
    note: Mapped[str] = mapped_column(String(500), default="")
    # The start that was answered for: an answer for another time says nothing about the new one.
    starts_at: Mapped[datetime]
    answered_at: Mapped[datetime]
    via: Mapped[str] = mapped_column(String(24))
    membership: Mapped[Membership] = relationship()

    __table_args__ = (UniqueConstraint("session_id", "membership_id"),)
