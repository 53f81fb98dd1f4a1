"""PrivateNote: what only the coach who wrote it reads; and NoteReview, the wish that one's own be looked through."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.coaching_session import CoachingSession
from coaching.models.cohort import Cohort, Membership
from coaching.models.person import Person

_RETENTION = "Two years after the cohort ends; 90 days after its author has left the cohort."


class ExportChoice(StrEnum):
    """What a private note's author decides when the person whom it is about asks for what is held on them."""

    INCLUDE = "include"
    LEAVE_OUT = "leave_out"


class PrivateNote(Identified, Versioned, Base):
    """A coach's own note about a participant, a session, or the cohort where it names neither.

    `sealed` is its text under the key that `key_name` tells, bound to this row and its author; the key itself is not in
    the database. A note about a one-to-one is about its participant too. Who handed it over to the author it has now
    stands in `handed_over_by_id`. `in_export`, with the reason that the person is told where it is left out, is what
    the author decided of the text as it is; an edit takes it back.

    No other model has a relationship to this one, so that no statement of another noun can carry it.
    """

    __tablename__ = "private_note"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        # Its author decides over each; services/note_reviews.py adds what was decided.
        export=(),
        erase="delete",
        retention=_RETENTION,
        further=(
            Privacy(
                subject=("author_id",),
                # What they wrote is about others, and is theirs to read where they wrote it.
                export=("written_at", "edited_at", "handed_over_at"),
                erase="delete",
                retention=_RETENTION,
            ),
        ),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_session.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    key_name: Mapped[str] = mapped_column(String(16), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    handed_over_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    handed_over_at: Mapped[datetime | None]
    in_export: Mapped[ExportChoice | None] = choice(ExportChoice, nullable=True)
    left_out_reason: Mapped[str] = mapped_column(String(500), default="")
    decided_at: Mapped[datetime | None]
    cohort: Mapped[Cohort] = relationship()
    membership: Mapped[Membership | None] = relationship()
    session: Mapped[CoachingSession | None] = relationship()
    handed_over_by: Mapped[Person | None] = relationship(foreign_keys=[handed_over_by_id])

    __table_args__ = (Index("ix_private_note_author_cohort", "author_id", "cohort_id"),)


class NoteReview(Identified, Base):
    """That a person asked the coaches who keep private notes about them to decide which of these they are given."""

    __tablename__ = "note_review"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("asked_at",),
        erase="delete",
        retention="Until the person is erased: what was asked and answered about somebody's data is kept for them.",
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
