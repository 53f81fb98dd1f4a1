"""Action: a commitment between sessions, what by when."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.coaching_session import CoachingSession
from coaching.models.cohort import Membership


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ActionEnd(StrEnum):
    """What can become of an action."""

    DONE = "done"
    DROPPED = "dropped"


class Action(Identified, Versioned, Base):
    """What a member said they would do, and by when; agreed in a session, or alone."""

    __tablename__ = "action"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("statement", "due_on", "state", "reason", "created_at", "closed_at"),
        erase="scrub",
        scrubbed={"statement": "Erased", "reason": ""},
        retention="As long as the membership.",
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_session.id"), index=True)
    statement: Mapped[str] = mapped_column(String(500))
    due_on: Mapped[date | None]
    state: Mapped[ActionState] = choice(ActionState, default=ActionState.OPEN)
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    membership: Mapped[Membership] = relationship()
    session: Mapped[CoachingSession | None] = relationship()

    __table_args__ = (Index("ix_action_membership_state", "membership_id", "state"),)
