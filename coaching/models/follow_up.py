"""FollowUpPlan, CheckIn and the practice log: what is asked after the end, and what people say they did."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, choice
from coaching.models.cohort import Cohort, Membership
from coaching.models.course_project import CourseRun


class FollowUpPlan(Identified, Base):
    """The steps that follow a cohort's end. A cohort has one plan."""

    __tablename__ = "follow_up_plan"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), unique=True)
    created_at: Mapped[datetime]
    cohort: Mapped[Cohort] = relationship()
    steps: Mapped[list["FollowUpStep"]] = relationship(back_populates="plan", order_by="FollowUpStep.position")


class FollowUpStep(Base):
    """One step: so long after the cohort's end (an ISO 8601 duration, `P14D` or `P3M`), with its question."""

    __tablename__ = "follow_up_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("follow_up_plan.id"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(80))
    offset: Mapped[str] = mapped_column(String(24))
    question: Mapped[str] = mapped_column(String(500))
    plan: Mapped[FollowUpPlan] = relationship(back_populates="steps")

    __table_args__ = (UniqueConstraint("plan_id", "position"),)


class CheckInState(StrEnum):
    """`due` waits for its moment or for the timetable; `asked` has a message; the others are ends."""

    DUE = "due"
    ASKED = "asked"
    ANSWERED = "answered"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class CheckIn(Identified, Base):
    """One step for one membership; it exists once. Answerable from `due_at` until `closes_at`."""

    __tablename__ = "check_in"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("state", "due_at", "asked_at", "closes_at"),
        erase="keep",
        retention="As long as the programme: silence is counted too, without a name after erasure.",
    )

    step_id: Mapped[int] = mapped_column(ForeignKey("follow_up_step.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    state: Mapped[CheckInState] = choice(CheckInState, default=CheckInState.DUE)
    due_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    step: Mapped[FollowUpStep] = relationship()
    membership: Mapped[Membership] = relationship()
    answer: Mapped["CheckInAnswer | None"] = relationship(back_populates="check_in")

    __table_args__ = (
        # In this order it also finds a member's check-ins; nobody looks for those of a step.
        UniqueConstraint("membership_id", "step_id"),
        PartialIndex("ix_check_in_due", "due_at", "id", where="state = 'due'"),
        PartialIndex("ix_check_in_open", "closes_at", where="state = 'asked'"),
    )


class AnswerChoice(StrEnum):
    DID_IT = "did_it"
    NOT_YET = "not_yet"
    CANNOT_SAY = "cannot_say"


class CheckInAnswer(Base):
    """What the participant said: one of three states, a note, and the enrolments so far where they know them."""

    __tablename__ = "check_in_answer"
    __privacy__ = Privacy(
        subject=("check_in_id", "membership_id", "person_id"),
        export=("choice", "note", "enrolments", "answered_at", "changed_at"),
        erase="scrub",
        scrubbed={"note": ""},
        retention="As long as the programme: the choice is counted, the words go at erasure.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    check_in_id: Mapped[int] = mapped_column(ForeignKey("check_in.id"), unique=True)
    choice: Mapped[AnswerChoice] = choice(AnswerChoice)
    note: Mapped[str] = mapped_column(String(2000), default="")
    enrolments: Mapped[int | None]
    answered_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    via: Mapped[str] = mapped_column(String(24))
    check_in: Mapped[CheckIn] = relationship(back_populates="answer")

    __table_args__ = (CheckConstraint("enrolments IS NULL OR enrolments BETWEEN 0 AND 100000000", name="enrolments"),)


class PracticeKind(StrEnum):
    LAUNCH = "launch"
    CHECK_IN = "check_in"


class PracticeEntry(Identified, Base):
    """One line of the practice log: what a participant put into practice, and when.

    `enrolments` is set where a figure came with it; `run_id` where it could be tied to one run.
    """

    __tablename__ = "practice_entry"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("kind", "on", "text", "enrolments"),
        erase="delete",
        retention="Until the person is erased.",
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    kind: Mapped[PracticeKind] = choice(PracticeKind)
    on: Mapped[date]
    text: Mapped[str] = mapped_column(String(2000), default="")
    enrolments: Mapped[int | None]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("course_run.id"))
    check_in_id: Mapped[int | None] = mapped_column(ForeignKey("check_in.id"), unique=True)
    created_at: Mapped[datetime]
    membership: Mapped[Membership] = relationship()
    run: Mapped[CourseRun | None] = relationship()
