"""PracticeEntry: the practice log, with what helped and hindered, and what coaches say to it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.cohort import Membership
from coaching.models.course_project import CourseProject, CourseRun
from coaching.models.person import Person
from coaching.models.programme import Programme


class PracticeKind(StrEnum):
    """Where a line of the log comes from: a launch, an answer to a check-in, or written by hand."""

    LAUNCH = "launch"
    CHECK_IN = "check_in"
    ENTRY = "entry"


class PracticeEntry(Identified, Versioned, Base):
    """One line of the practice log: what a participant put into practice, and when.

    `enrolments` is set where a figure came with it; `run_id` where it could be tied to one run. What helped, what
    hindered and what comes next may be written to any line, by the participant alone. A coach may confirm it.
    """

    __tablename__ = "practice_entry"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=(
            *("kind", "on", "text", "with_whom", "helped", "hindered", "reflection", "what_next", "enrolments"),
            *("created_at", "changed_at", "confirmed_at"),
        ),
        erase="delete",
        retention="Until the person is erased.",
        further=(
            Privacy(
                subject=("confirmed_by_id",),
                export=("confirmed_at",),
                erase="keep",
                retention="As long as the line.",
            ),
        ),
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    kind: Mapped[PracticeKind] = choice(PracticeKind)
    on: Mapped[date]
    text: Mapped[str] = mapped_column(String(2000), default="")
    with_whom: Mapped[str] = mapped_column(String(500), default="")
    helped: Mapped[str] = mapped_column(String(2000), default="")
    hindered: Mapped[str] = mapped_column(String(2000), default="")
    reflection: Mapped[str] = mapped_column(String(4000), default="")
    what_next: Mapped[str] = mapped_column(String(2000), default="")
    enrolments: Mapped[int | None]
    project_id: Mapped[int | None] = mapped_column(ForeignKey("course_project.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("course_run.id"))
    check_in_id: Mapped[int | None] = mapped_column(ForeignKey("check_in.id"), unique=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    membership: Mapped[Membership] = relationship()
    project: Mapped[CourseProject | None] = relationship()
    run: Mapped[CourseRun | None] = relationship()
    factors: Mapped[list["EntryFactor"]] = relationship(
        back_populates="entry", order_by="EntryFactor.factor_id", cascade="all, delete-orphan"
    )


MOST_FACTORS = 20


class FactorKind(StrEnum):
    """What helps, or what hinders. A programme has at most `MOST_FACTORS` words of either at a time."""

    ENABLER = "enabler"
    BARRIER = "barrier"


class PracticeFactor(Identified, Versioned, Base):
    """One word of a programme's small vocabulary of what helps and what hinders. One that was used is retired, not
    edited, so that what was counted keeps its meaning."""

    __tablename__ = "practice_factor"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    kind: Mapped[FactorKind] = choice(FactorKind)
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[int]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    programme: Mapped[Programme] = relationship()

    __table_args__ = (UniqueConstraint("programme_id", "kind", "name"),)


class EntryFactor(Base):
    """What helped or hindered, of the programme's vocabulary, in one line of the log. It keeps the word, which is fixed
    once it is chosen, so that an export tells what it was."""

    __tablename__ = "entry_factor"
    __privacy__ = Privacy(
        subject=("entry_id", "membership_id", "person_id"),
        export=("kind", "name"),
        erase="delete",
        retention="As long as the line of the log.",
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("practice_entry.id", ondelete="CASCADE"), primary_key=True)
    factor_id: Mapped[int] = mapped_column(ForeignKey("practice_factor.id"), primary_key=True, index=True)
    kind: Mapped[FactorKind] = choice(FactorKind)
    name: Mapped[str] = mapped_column(String(80))
    entry: Mapped[PracticeEntry] = relationship(back_populates="factors")
    factor: Mapped[PracticeFactor] = relationship()


class CommentKind(StrEnum):
    COMMENT = "comment"
    CELEBRATION = "celebration"


class PracticeComment(Identified, Versioned, Base):
    """What somebody who runs the cohort, or the participant in answer, says to a line of the log."""

    __tablename__ = "practice_comment"
    __privacy__ = Privacy(
        subject=("entry_id", "membership_id", "person_id"),
        export=("kind", "text", "created_at"),
        erase="delete",
        retention="As long as the line of the log.",
        further=(
            Privacy(
                subject=("author_id",),
                export=("kind", "text", "created_at"),
                erase="scrub",
                scrubbed={"text": ""},
                retention="As long as the line of the log.",
            ),
        ),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("practice_entry.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[CommentKind] = choice(CommentKind)
    text: Mapped[str] = mapped_column(String(2000), default="")
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    entry: Mapped[PracticeEntry] = relationship()
    author: Mapped[Person] = relationship()
