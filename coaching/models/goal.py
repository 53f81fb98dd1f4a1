"""Goal and Rating: what a participant wants to reach, on five levels, and how far they are at a date."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned
from coaching.models.cohort import Membership
from coaching.models.person import Person


class Goal(Identified, Versioned, Base):
    """A goal with its Goal Attainment Scaling levels, which are written before the first rating and fixed by it.

    Importance and difficulty run from 0 to 3; the baseline is -1, or -2 where no worse state is plausible.
    Level texts may be empty until the goal is to be rated.
    """

    __tablename__ = "goal"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=(
            "statement", "why", "due_on", "importance", "difficulty", "baseline", "much_less", "less", "expected",
            "more", "much_more", "created_at",
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
    created_at: Mapped[datetime]
    membership: Mapped[Membership] = relationship()
    ratings: Mapped[list["Rating"]] = relationship(back_populates="goal", order_by="Rating.rated_on, Rating.id")

    __table_args__ = (
        CheckConstraint("importance BETWEEN 0 AND 3", name="importance"),
        CheckConstraint("difficulty BETWEEN 0 AND 3", name="difficulty"),
        CheckConstraint("baseline IN (-2, -1)", name="baseline"),
    )

    @property
    def levels(self) -> dict[int, str]:
        """The five level texts by score, from -2 (much less than expected) to +2."""
        return {-2: self.much_less, -1: self.less, 0: self.expected, 1: self.more, 2: self.much_more}


class Rating(Identified, Base):
    """How far a goal is at a date, as one person sees it: from -2 over 0 (as expected) to +2.

    `check_in_id` is the check-in whose answer it came with, where it came with one.
    """

    __tablename__ = "rating"
    __privacy__ = Privacy(
        subject=("goal_id", "membership_id", "person_id"),
        export=("score", "rated_on", "note"),
        erase="delete",
        retention="As long as the goal.",
    )

    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"), index=True)
    rated_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    score: Mapped[int]
    rated_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(1000), default="")
    check_in_id: Mapped[int | None] = mapped_column(ForeignKey("check_in.id"))
    created_at: Mapped[datetime]
    goal: Mapped[Goal] = relationship(back_populates="ratings")
    rated_by: Mapped[Person] = relationship()

    __table_args__ = (CheckConstraint("score BETWEEN -2 AND 2", name="score"),)
