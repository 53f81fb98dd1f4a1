"""Message and Delivery: the outbox, and the schedulers that empty it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, choice


class MessageState(StrEnum):
    """due -> claimed -> transmitting -> sent, or retry, failed, unknown; cancelled before transmission.

    `unknown` is a message whose fate cannot be decided: we may have been cut off between the mail server's yes and
    our commit. It is shown, and resent only by policy or by hand.
    """

    DUE = "due"
    CLAIMED = "claimed"
    TRANSMITTING = "transmitting"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class MessageKind(StrEnum):
    CHECK_IN = "check_in"
    SESSION_INVITE = "session_invite"
    SESSION_REMINDER = "session_reminder"
    ACTION_REMINDER = "action_reminder"
    POLL = "poll"
    HANDOVER = "handover"
    CHAT_TEST = "chat_test"
    LETTER = "letter"
    PRACTICE_COMMENT = "practice_comment"
    INVITATION = "invitation"
    PASSWORD_RESET = "password_reset"  # noqa: S105


class Message(Identified, Base):
    """One thing to one recipient by one channel, inserted in the transaction of its cause.

    `facts` is what the template needs, `secret` the link's secret and `wire` the final bytes. All three are dropped
    when the message is settled: what is stored of a link afterwards is its hash, and of what was said, nothing.
    `message_id` (RFC 5322) is fixed here, so that every attempt carries the same one; the public identifier in it makes
    it unique. `cohort_id` is the cohort that it is about, where it is about one; its programme's words are used then.
    `unsubscribe_hash` is the hash of the secret in the link by which its recipient unsubscribes from its kind; the link
    names the message, too, and is found by that.
    `left_at` is when somebody decided not to send one of unknown fate again: it is, and nobody is asked about it.
    """

    __tablename__ = "message"
    __privacy__ = Privacy(
        subject=("recipient_id",),
        export=("kind", "state", "due_at", "created_at", "settled_at", "address"),
        erase="delete",
        retention="A year after it was settled.",
    )

    kind: Mapped[MessageKind] = choice(MessageKind)
    subject_id: Mapped[int]
    occurrence: Mapped[str] = mapped_column(String(64), default="")
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"), index=True)
    channel: Mapped[str] = mapped_column(String(24), default="mail")
    address: Mapped[str] = mapped_column(String(254))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    secret: Mapped[str | None] = mapped_column(String(64))
    unsubscribe_hash: Mapped[str | None] = mapped_column(String(64))
    wire: Mapped[bytes | None] = mapped_column(LargeBinary)
    message_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[MessageState] = choice(MessageState, default=MessageState.DUE)
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    claim_token: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None]
    deliveries: Mapped[list["Delivery"]] = relationship(back_populates="message", order_by="Delivery.id")

    __table_args__ = (
        UniqueConstraint("kind", "subject_id", "occurrence", "recipient_id", "channel", name="uq_message_once"),
        PartialIndex("ix_message_due", "due_at", "id", where="state IN ('due', 'retry')"),
        PartialIndex("ix_message_leased", "lease_until", where="state IN ('claimed', 'transmitting')"),
        PartialIndex("ix_message_unknown", "id", where="state = 'unknown'"),
        # What has ended, for counting it without reading it.
        PartialIndex("ix_message_ended", "channel", "state", where="state IN ('sent', 'failed', 'cancelled')"),
    )


class Delivery(Base):
    """An attempt at a message and what came of it. `detail` is the server's answer, never the message's text."""

    __tablename__ = "delivery"
    __privacy__ = Privacy(
        subject=("message_id", "recipient_id"),
        export=("outcome", "at"),
        erase="delete",
        retention="As long as the message.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[MessageState] = choice(MessageState)
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(300), default="")
    message: Mapped[Message] = relationship(back_populates="deliveries")

    # For the rates: how many of what came in the last hour.
    __table_args__ = (Index("ix_delivery_at", "at", "outcome"),)


class SchedulerHeartbeat(Base):
    """That a scheduler process lives, and when it last said so.

    `channels` are those that it sends by, and `channel_faults` a line for each that it could not load.
    """

    __tablename__ = "scheduler_heartbeat"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    channels: Mapped[list[str]] = mapped_column(JSON, default=list)
    channel_faults: Mapped[list[str]] = mapped_column(JSON, default=list)
