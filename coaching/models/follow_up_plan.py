"""FollowUpPlan: what a programme asks after an end, a session, a launch or a goal's due date, step by step."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Versioned, choice
from coaching.models.cohort import Role
from coaching.models.programme import Programme
from coaching.tokens import new_public_id


class Followed(StrEnum):
    """Which plan a cohort is asked by: the programme's, its own, or none."""

    DEFAULT = "default"
    OWN = "own"
    NONE = "none"


class FollowUpPlan(Identified, Versioned, Base):
    """The steps that are asked. A programme has one default, which its cohorts follow; a cohort may have its own."""

    __tablename__ = "follow_up_plan"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    programme: Mapped[Programme] = relationship()
    steps: Mapped[list["FollowUpStep"]] = relationship(
        back_populates="plan", order_by="FollowUpStep.position, FollowUpStep.id"
    )

    __table_args__ = (PartialIndex("uq_follow_up_plan_default", "programme_id", where="is_default", unique=True),)


class Anchor(StrEnum):
    """What a step counts from: the cohort's last day, a session's day, a run's launch, a goal's due date."""

    COHORT_END = "cohort_end"
    SESSION_END = "session_end"
    LAUNCH = "launch"
    GOAL_DUE = "goal_due"


class FollowUpStep(Identified, Base):
    """One step: so long after its anchor (an ISO 8601 duration, `P14D` or `P3M`), with its questions.

    The first question is answered in three states, in the mail itself if people like; `questions` are further ones.
    `stages` are those of people's courses that the step is for; none means any. A check-in is open for `window_days`,
    is brought to mind `nudges` times, `nudge_days` apart, and when it was silent for `escalate_days` after the last of
    these its coaches are told; None leaves them in peace. An alumni step asks only who agreed to be asked for so long.

    Steps that somebody was asked are not rewritten: another wording is a new row, and this one is retired.
    `strand` is what they have in common, and what a copy in a cohort's own plan keeps.
    """

    __tablename__ = "follow_up_step"

    plan_id: Mapped[int] = mapped_column(ForeignKey("follow_up_plan.id"), index=True)
    strand: Mapped[str] = mapped_column(String(20), default=new_public_id)
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(80))
    anchor: Mapped[Anchor] = choice(Anchor, default=Anchor.COHORT_END)
    offset: Mapped[str] = mapped_column(String(24))
    role: Mapped[Role] = choice(Role, default=Role.PARTICIPANT)
    stages: Mapped[list[str]] = mapped_column(JSON, default=list)
    question: Mapped[str] = mapped_column(String(500))
    asks_enrolments: Mapped[bool] = mapped_column(default=True)
    channel: Mapped[str] = mapped_column(String(24), default="mail")
    window_days: Mapped[int] = mapped_column(default=28)
    nudges: Mapped[int] = mapped_column(default=1)
    nudge_days: Mapped[int] = mapped_column(default=7)
    # None is said on purpose, and no reason for the usual number.
    escalate_days: Mapped[int | None] = mapped_column(Integer().evaluates_none(), default=7)
    is_alumni: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None]
    plan: Mapped[FollowUpPlan] = relationship(back_populates="steps")
    questions: Mapped[list["FollowUpQuestion"]] = relationship(
        back_populates="step", order_by="FollowUpQuestion.position", cascade="all, delete-orphan"
    )

    __table_args__ = (
        CheckConstraint("window_days BETWEEN 1 AND 366", name="window"),
        CheckConstraint("nudges BETWEEN 0 AND 3 AND nudge_days BETWEEN 1 AND 60", name="nudges"),
        CheckConstraint("escalate_days IS NULL OR escalate_days BETWEEN 1 AND 60", name="escalation"),
    )


class QuestionKind(StrEnum):
    """How a further question is answered."""

    THREE_STATE = "three_state"
    TEXT = "text"
    NUMBER = "number"
    SCALE = "scale"
    DATE = "date"


class AnswerFlow(StrEnum):
    """Where a reply goes besides the answer itself: a figure of reach, a rating of the goal that is due, or a value of
    a goal's metric."""

    NOWHERE = "nowhere"
    LEARNERS = "learners"
    ACTIVE = "active"
    COMPLETED_50 = "completed_50"
    COMPLETED_90 = "completed_90"
    GOAL_RATING = "goal_rating"
    METRIC = "metric"


class FollowUpQuestion(Identified, Base):
    """A further question of a step. A scale runs from `lowest` to `highest`, whose ends have words. `metric_name` is
    which of a person's metrics a figure is of; empty means the only one that there is."""

    __tablename__ = "follow_up_question"

    step_id: Mapped[int] = mapped_column(ForeignKey("follow_up_step.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    kind: Mapped[QuestionKind] = choice(QuestionKind)
    prompt: Mapped[str] = mapped_column(String(500))
    is_required: Mapped[bool] = mapped_column(default=False)
    lowest: Mapped[int] = mapped_column(default=1)
    highest: Mapped[int] = mapped_column(default=5)
    lowest_label: Mapped[str] = mapped_column(String(80), default="")
    highest_label: Mapped[str] = mapped_column(String(80), default="")
    flows_to: Mapped[AnswerFlow] = choice(AnswerFlow, default=AnswerFlow.NOWHERE)
    metric_name: Mapped[str] = mapped_column(String(120), default="")
    step: Mapped[FollowUpStep] = relationship(back_populates="questions")

    __table_args__ = (CheckConstraint("lowest < highest AND highest - lowest <= 10", name="scale"),)
