"""FollowUpPlan, CheckIn and the practice log: what is asked after the end, and what people say they did."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, choice
from coaching.models.cohort import Membership
from coaching.models.follow_up_plan import FollowUpQuestion, FollowUpStep


class CheckInState(StrEnum):
    """`due` waits for its moment or for the timetable; `asked` has a message; the others are ends."""

    DUE = "due"
    ASKED = "asked"
    ANSWERED = "answered"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Held(StrEnum):
    """Why a check-in whose moment has come is not asked yet. It is asked when that is over, if it is still open."""

    NOT_HELD = ""
    PAUSED = "paused"
    QUIET_HOURS = "quiet_hours"
    WEEKLY_LIMIT = "weekly_limit"
    CONSENT = "consent"


class CheckIn(Identified, Base):
    """One step for one membership and one anchor; it exists once. Answerable from `due_at` until `closes_at`.

    `anchor_id` is the number of what the step counts from, in the table that its anchor says (the cohort, a coaching
    session, a course run, a goal), and `anchor_on` that thing's day. `strand` is the step's: a new wording of a step,
    or its copy in a cohort's own plan, does not ask again what was asked.

    `wake_at` is when the timetable looks at it next: to ask, to nudge, to tell the coaches; None where there is
    nothing more to do. `held` says why it was put off when it was last looked at. `nudged` counts the reminders;
    `escalated_at` is when its coaches were told of the silence.
    """

    __tablename__ = "check_in"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("state", "due_at", "asked_at", "closes_at", "held", "nudged"),
        erase="keep",
        retention="As long as the programme: silence is counted too, without a name after erasure.",
    )

    step_id: Mapped[int] = mapped_column(ForeignKey("follow_up_step.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    strand: Mapped[str] = mapped_column(String(20))
    anchor_id: Mapped[int]
    anchor_on: Mapped[date]
    state: Mapped[CheckInState] = choice(CheckInState, default=CheckInState.DUE)
    due_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    wake_at: Mapped[datetime | None]
    held: Mapped[Held] = choice(Held, default=Held.NOT_HELD, server_default="")
    nudged: Mapped[int] = mapped_column(default=0, server_default="0")
    escalated_at: Mapped[datetime | None]
    step: Mapped[FollowUpStep] = relationship()
    membership: Mapped[Membership] = relationship()
    answer: Mapped["CheckInAnswer | None"] = relationship(back_populates="check_in")

    __table_args__ = (
        # In this order it also finds a member's check-ins; nobody looks for those of a step.
        UniqueConstraint("membership_id", "strand", "anchor_id"),
        # What has ended wakes nobody: the timetable would find it again at every tick.
        CheckConstraint("wake_at IS NULL OR state IN ('due', 'asked')", name="wakes"),
        PartialIndex("ix_check_in_wake", "wake_at", "id", where="wake_at IS NOT NULL"),
        PartialIndex("ix_check_in_open", "closes_at", where="state = 'asked'"),
        # What has ended, for counting it without reading it.
        PartialIndex("ix_check_in_ended", "state", where="state IN ('answered', 'expired', 'cancelled')"),
        PartialIndex("ix_check_in_silent", "membership_id", where="state = 'asked' AND escalated_at IS NOT NULL"),
    )

    @property
    def needs_consent(self) -> bool:
        """Whether its person has still to say that they may be asked so long after the end."""
        consent = self.membership.alumni_consent
        return not consent and (self.held == Held.CONSENT or (self.step.is_alumni and consent is None))


class Asking(Base):
    """That a message asks a check-in: the first time, again after it was called off, or as a nudge.

    One message may ask several check-ins of one person. `number` counts a check-in's askings. `secret_hash` is the hash
    of the secret in its link, which answers until the check-in closes; None where the message was never to leave.
    """

    __tablename__ = "asking"
    __privacy__ = Privacy(
        subject=("check_in_id", "membership_id", "person_id"),
        export=("number", "is_nudge"),
        erase="delete",
        retention="As long as the message.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    is_nudge: Mapped[bool] = mapped_column(default=False)
    # Not unique by an index: the link names the check-in, too, and is found by that (decision 37).
    secret_hash: Mapped[str | None] = mapped_column(String(64))
    check_in: Mapped[CheckIn] = relationship()

    __table_args__ = (UniqueConstraint("check_in_id", "number"),)


class AnswerChoice(StrEnum):
    DID_IT = "did_it"
    NOT_YET = "not_yet"
    CANNOT_SAY = "cannot_say"


class CheckInAnswer(Base):
    """What the participant said: one of three states, a note, and the enrolments so far where they know them.

    `unused_because` says why the enrolments count for no run (yet); empty where they do, or where there are none.
    """

    __tablename__ = "check_in_answer"
    __privacy__ = Privacy(
        subject=("check_in_id", "membership_id", "person_id"),
        export=("choice", "note", "enrolments", "answered_at", "changed_at", "unused_because"),
        erase="scrub",
        scrubbed={"note": ""},
        retention="As long as the programme: the choice is counted, the words go at erasure.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), unique=True)
    choice: Mapped[AnswerChoice] = choice(AnswerChoice)
    note: Mapped[str] = mapped_column(String(2000), default="")
    enrolments: Mapped[int | None]
    unused_because: Mapped[str] = mapped_column(String(200), default="", server_default="")
    answered_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    via: Mapped[str] = mapped_column(String(24))
    check_in: Mapped[CheckIn] = relationship(back_populates="answer")
    replies: Mapped[list["CheckInReply"]] = relationship(back_populates="answer", cascade="all, delete-orphan")

    __table_args__ = (CheckConstraint("enrolments IS NULL OR enrolments BETWEEN 0 AND 100000000", name="enrolments"),)


class CheckInReply(Base):
    """The reply to one further question of a step, in the one column that its kind fills.

    `unused_because` says why it could not flow to where its question sends it; empty where it could, or need not.
    """

    __tablename__ = "check_in_reply"
    __privacy__ = Privacy(
        subject=("answer_id", "check_in_id", "membership_id", "person_id"),
        export=("choice", "text", "number", "on", "unused_because"),
        erase="scrub",
        scrubbed={"text": ""},
        retention="As long as the answer: what is counted stays, the words go at erasure.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey("check_in_answer.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(ForeignKey("follow_up_question.id"), index=True)
    choice: Mapped[AnswerChoice | None] = choice(AnswerChoice)
    text: Mapped[str] = mapped_column(String(2000), default="")
    number: Mapped[float | None]
    on: Mapped[date | None]
    unused_because: Mapped[str] = mapped_column(String(200), default="", server_default="")
    answer: Mapped[CheckInAnswer] = relationship(back_populates="replies")
    question: Mapped[FollowUpQuestion] = relationship()

    __table_args__ = (UniqueConstraint("answer_id", "question_id"),)

    @property
    def value(self) -> AnswerChoice | str | float | date:
        """What was replied, whatever its kind. A number without decimals is a whole one."""
        if self.number is not None:
            return int(self.number) if self.number.is_integer() else self.number
        return self.choice or self.on or self.text
