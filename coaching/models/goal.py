"""Goal and Rating: what a participant wants to reach, on five levels, and how far they are at a date."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.cohort import Membership
from coaching.models.person import Person


class GoalState(StrEnum):
    """A goal that not both sides agreed to, as it stands, is a draft; one that both agreed to is in progress once it
    was rated. The last three are ends, and are said by somebody, never computed."""

    DRAFT = "draft"
    AGREED = "agreed"
    IN_PROGRESS = "in_progress"
    REACHED = "reached"
    CHANGED = "changed"
    DROPPED = "dropped"


class GoalEnd(StrEnum):
    """What can become of a goal."""

    REACHED = "reached"
    CHANGED = "changed"
    DROPPED = "dropped"


ENDED_STATES = (GoalState.REACHED, GoalState.CHANGED, GoalState.DROPPED)


class Goal(Identified, Versioned, Base):
    """A goal with its Goal Attainment Scaling levels, which are written before the first rating and fixed by it.

    Importance and difficulty run from 0 to 3; the baseline is -1, or -2 where no worse state is plausible.
    Level texts may be empty until the goal is to be rated or agreed on. These eight are the goal's scale, in the
    edition that counts; editions before it are GoalRevisions.

    `state` and `ended_on` are those of the newest GoalChange, kept here for joins. The two sides agree to the goal as
    it stands, and an edit of what they agreed to takes both back.
    """

    __tablename__ = "goal"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=(
            "statement", "why", "due_on", "importance", "difficulty", "baseline", "much_less", "less", "expected",
            "more", "much_more", "edition", "state", "ended_on", "participant_agreed_at", "coach_agreed_at",
            "created_at",
        ),
        erase="delete",
        retention="Until the person is erased.",
    )  # fmt: skip

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    statement: Mapped[str] = mapped_column(String(500))
    why: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None]
    importance: Mapped[int] = mapped_column(default=1)
    difficulty: Mapped[int] = mapped_column(default=1)
    baseline: Mapped[int] = mapped_column(default=-1)
    much_less: Mapped[str] = mapped_column(String(500), default="")
    less: Mapped[str] = mapped_column(String(500), default="")
    expected: Mapped[str] = mapped_column(String(500), default="")
    more: Mapped[str] = mapped_column(String(500), default="")
    much_more: Mapped[str] = mapped_column(String(500), default="")
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    state: Mapped[GoalState] = choice(GoalState, default=GoalState.DRAFT, server_default="draft")
    ended_on: Mapped[date | None]
    participant_agreed_at: Mapped[datetime | None]
    coach_agreed_at: Mapped[datetime | None]
    coach_agreed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    membership: Mapped[Membership] = relationship()
    coach_agreed_by: Mapped[Person | None] = relationship()
    ratings: Mapped[list["Rating"]] = relationship(back_populates="goal", order_by="Rating.rated_on, Rating.id")
    changes: Mapped[list["GoalChange"]] = relationship(
        back_populates="goal", order_by="GoalChange.id", foreign_keys="GoalChange.goal_id"
    )
    revisions: Mapped[list["GoalRevision"]] = relationship(back_populates="goal", order_by="GoalRevision.edition")
    milestones: Mapped[list["Milestone"]] = relationship(
        back_populates="goal", order_by="Milestone.due_on.nulls_last(), Milestone.id"
    )

    __table_args__ = (
        CheckConstraint("importance BETWEEN 0 AND 3", name="importance"),
        CheckConstraint("difficulty BETWEEN 0 AND 3", name="difficulty"),
        CheckConstraint("baseline IN (-2, -1)", name="baseline"),
        CheckConstraint(
            "(ended_on IS NOT NULL) = (state IN ('reached', 'changed', 'dropped'))", name="ended_on_its_day"
        ),
    )

    @property
    def levels(self) -> dict[int, str]:
        """The five level texts by score, from -2 (much less than expected) to +2."""
        return {-2: self.much_less, -1: self.less, 0: self.expected, 1: self.more, 2: self.much_more}

    @property
    def is_ended(self) -> bool:
        return self.ended_on is not None


class Rating(Identified, Base):
    """How far a goal is at a date, as one person sees it: from -2 over 0 (as expected) to +2, on the scale of one of
    the goal's editions. Only those of the goal's current edition count.

    `check_in_id` is the check-in whose answer it came with, where it came with one.
    """

    __tablename__ = "rating"
    __privacy__ = Privacy(
        subject=("goal_id", "membership_id", "person_id"),
        export=("edition", "score", "rated_on", "note"),
        erase="delete",
        retention="As long as the goal.",
    )

    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"), index=True)
    rated_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    edition: Mapped[int] = mapped_column(default=1, server_default="1")
    score: Mapped[int]
    rated_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(1000), default="")
    check_in_id: Mapped[int | None] = mapped_column(ForeignKey("check_in.id"))
    created_at: Mapped[datetime]
    goal: Mapped[Goal] = relationship(back_populates="ratings")
    rated_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("score BETWEEN -2 AND 2", name="score"),)


class GoalChange(Identified, Base):
    """A change of a goal's state, from the first, which is that it was set. Rows are added and never rewritten.

    `on` is the day that it is about, `at` when it was written down; `successor` is the goal in whose favour this one
    was changed.
    """

    __tablename__ = "goal_change"
    __privacy__ = Privacy(
        subject=("goal_id", "membership_id", "person_id"),
        export=("state", "on", "at", "reason"),
        erase="delete",
        retention="As long as the goal.",
    )

    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"), index=True)
    state: Mapped[GoalState] = choice(GoalState)
    at: Mapped[datetime]
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(1000), default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("goal.id", ondelete="SET NULL"), index=True)
    goal: Mapped[Goal] = relationship(back_populates="changes", foreign_keys=[goal_id])
    actor: Mapped[Person | None] = relationship()
    successor: Mapped[Goal | None] = relationship(foreign_keys=[successor_id])


class GoalRevision(Identified, Base):
    """The scale that a goal had in an edition before the current one, who put another in its place, when and why."""

    __tablename__ = "goal_revision"
    __privacy__ = Privacy(
        subject=("goal_id", "membership_id", "person_id"),
        export=(
            "edition", "importance", "difficulty", "baseline", "much_less", "less", "expected", "more", "much_more",
            "revised_at", "reason",
        ),
        erase="delete",
        retention="As long as the goal.",
    )  # fmt: skip

    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"))
    edition: Mapped[int]
    importance: Mapped[int]
    difficulty: Mapped[int]
    baseline: Mapped[int]
    much_less: Mapped[str] = mapped_column(String(500))
    less: Mapped[str] = mapped_column(String(500))
    expected: Mapped[str] = mapped_column(String(500))
    more: Mapped[str] = mapped_column(String(500))
    much_more: Mapped[str] = mapped_column(String(500))
    revised_at: Mapped[datetime]
    revised_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(1000))
    goal: Mapped[Goal] = relationship(back_populates="revisions")
    revised_by: Mapped[Person | None] = relationship()

    __table_args__ = (UniqueConstraint("goal_id", "edition"),)

    @property
    def levels(self) -> dict[int, str]:
        """The five level texts of this edition by score."""
        return {-2: self.much_less, -1: self.less, 0: self.expected, 1: self.more, 2: self.much_more}


class Milestone(Identified, Versioned, Base):
    """A step on the way to a goal. They stand in the order of their days; one without a day comes last."""

    __tablename__ = "milestone"
    __privacy__ = Privacy(
        subject=("goal_id", "membership_id", "person_id"),
        export=("statement", "due_on", "reached_on", "created_at"),
        erase="delete",
        retention="As long as the goal.",
    )

    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"), index=True)
    statement: Mapped[str] = mapped_column(String(500))
    due_on: Mapped[date | None]
    reached_on: Mapped[date | None]
    created_at: Mapped[datetime]
    goal: Mapped[Goal] = relationship(back_populates="milestones")
