"""Action: a commitment between sessions, what by when."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, Versioned, choice
from coaching.models.coaching_session import CoachingSession
from coaching.models.cohort import Membership
from coaching.models.person import Person

DAY = timedelta(days=1)


class ActionState(StrEnum):
    """Where an action stands. One that was moved is open, by another day: its changes tell that it was moved."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class ActionEnd(StrEnum):
    """What can become of an action."""

    DONE = "done"
    DROPPED = "dropped"


class ActionOutcome(StrEnum):
    """What was said of an action at a time: each is a dated change, of which an action may have several."""

    DONE = "done"
    MOVED = "moved"
    DROPPED = "dropped"
    REOPENED = "reopened"


class ReminderChoice(StrEnum):
    """When the owner of an action is reminded of it: the day before it is due, on another day, or not."""

    DAY_BEFORE = "day_before"
    ON = "on"
    NONE = "none"


def _by_its_member(context: DefaultExecutionContext) -> int:
    """An action is done by the member whose it is, where nothing else was said."""
    number: int = context.get_current_parameters()["membership_id"]  # type: ignore[no-untyped-call]
    return number


class Action(Identified, Versioned, Base):
    """What was promised for a member, and by when; agreed in a session, or alone.

    `owner` is who does it: the member, or a coach of their cohort. `remind_on` is the day on which the owner is
    reminded of it, and `remind_at` when the timetable looks at that next: None where nobody is reminded any more.
    """

    __tablename__ = "action"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("statement", "due_on", "remind_on", "state", "reason", "created_at", "closed_at"),
        erase="scrub",
        scrubbed={"statement": "Erased", "reason": ""},
        retention="As long as the membership.",
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), default=_by_its_member)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_session.id"), index=True)
    statement: Mapped[str] = mapped_column(String(500))
    due_on: Mapped[date | None]
    remind_on: Mapped[date | None]
    remind_at: Mapped[datetime | None]
    state: Mapped[ActionState] = choice(ActionState, default=ActionState.OPEN)
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    membership: Mapped[Membership] = relationship(foreign_keys=membership_id)
    owner: Mapped[Membership] = relationship(foreign_keys=owner_id)
    session: Mapped[CoachingSession | None] = relationship()
    changes: Mapped[list["ActionChange"]] = relationship(back_populates="action", order_by="ActionChange.id")

    __table_args__ = (
        CheckConstraint("remind_on IS NULL OR due_on IS NULL OR remind_on <= due_on", name="reminder_in_time"),
        # What is closed wakes nobody: the timetable would find it again at every tick.
        CheckConstraint("remind_at IS NULL OR state = 'open'", name="reminds"),
        Index("ix_action_membership_state", "membership_id", "state"),
        Index("ix_action_owner_state", "owner_id", "state"),
        PartialIndex("ix_action_remind", "remind_at", "id", where="remind_at IS NOT NULL"),
    )

    @property
    def reminder(self) -> ReminderChoice:
        """What was chosen, as the day tells it. Without a day of its own an action begins with the day before."""
        if self.remind_on is None:
            return ReminderChoice.NONE if self.due_on else ReminderChoice.DAY_BEFORE
        is_before = self.due_on is not None and self.due_on - self.remind_on == DAY
        return ReminderChoice.DAY_BEFORE if is_before else ReminderChoice.ON


class ActionChange(Base):
    """One dated line of what became of an action, and why. Rows are added, never changed.

    `from_due_on` and `to_due_on` are the days between which it was moved; None where it had, or has, no day.
    """

    __tablename__ = "action_change"
    __privacy__ = Privacy(
        subject=("action_id", "membership_id", "person_id"),
        export=("outcome", "at", "from_due_on", "to_due_on", "reason"),
        erase="scrub",
        scrubbed={"reason": ""},
        retention="As long as the action.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    outcome: Mapped[ActionOutcome] = choice(ActionOutcome)
    at: Mapped[datetime]
    from_due_on: Mapped[date | None]
    to_due_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[Action] = relationship(back_populates="changes")
    actor: Mapped[Person | None] = relationship()


class ActionReminder(Base):
    """That a message reminds of an action. One message may remind one person of several, of several cohorts."""

    __tablename__ = "action_reminder"
    __privacy__ = Privacy(
        subject=("action_id", "membership_id", "person_id"),
        export=(),
        erase="delete",
        retention="As long as the message.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("action.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    action: Mapped[Action] = relationship()

    __table_args__ = (UniqueConstraint("message_id", "action_id"),)
