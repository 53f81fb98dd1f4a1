"""Note: words about a member, a session or a cohort, of a class that says who reads them; and how a class changes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, Versioned, choice
from coaching.models.coaching_session import CoachingSession
from coaching.models.cohort import Cohort, Membership
from coaching.models.person import Person


class NoteClass(StrEnum):
    """Who reads a note. What only a coach reads is no class of these: it has a table of its own."""

    PAIR = "pair"
    COHORT = "cohort"
    COORDINATOR = "coordinator"
    EVALUATION = "evaluation"


class NoteWriter(StrEnum):
    """As what somebody wrote a note: a person can be a coach here and a coordinator too, and it may change."""

    PARTICIPANT = "participant"
    COACH = "coach"
    COORDINATOR = "coordinator"


class NoteChangeState(StrEnum):
    """What became of a change of class: it waits for those who are asked, was made, refused, or taken back."""

    PENDING = "pending"
    MADE = "made"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


# Whom a note is about is given it where they read it; coordinators' notes are not theirs to read.
_READ_BY_SUBJECT = (NoteClass.PAIR, NoteClass.COHORT, NoteClass.EVALUATION)
_HANDED_OUT = ("note_class", "written_as", "body", "written_at", "edited_at")


class Note(Identified, Versioned, Base):
    """A note, in Markdown as it was typed. It is about the member, where it names one; in a session, where it names one
    of these; about the cohort where it names neither. A note of a one-to-one is about its participant.

    `pair_coach_id` is the one coach who reads a note of the class pair.
    """

    __tablename__ = "note"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=(),
        erase="delete",
        retention="As long as the membership or the cohort that it is about.",
        further=(
            Privacy(
                subject=("membership_id", "person_id"),
                export=_HANDED_OUT,
                only={"note_class": _READ_BY_SUBJECT},
                erase="keep",
                retention="As long as the membership.",
            ),
            Privacy(
                subject=("author_id",),
                export=_HANDED_OUT,
                erase="keep",
                retention="Who wrote it is somebody without a name after erasure.",
            ),
            # What participants said are their own words, whatever they are about.
            Privacy(
                subject=("author_id",),
                export=(),
                only={"written_as": (NoteWriter.PARTICIPANT,)},
                erase="scrub",
                scrubbed={"body": "Erased"},
                retention="Until the person is erased.",
            ),
        ),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    membership_id: Mapped[int | None] = mapped_column(ForeignKey("membership.id"), index=True)
    session_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_session.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    written_as: Mapped[NoteWriter] = choice(NoteWriter)
    note_class: Mapped[NoteClass] = choice(NoteClass)
    pair_coach_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    body: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    cohort: Mapped[Cohort] = relationship()
    membership: Mapped[Membership | None] = relationship()
    session: Mapped[CoachingSession | None] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
    pair_coach: Mapped[Person | None] = relationship(foreign_keys=[pair_coach_id])

    __table_args__ = (
        CheckConstraint(
            "(note_class = 'pair' AND pair_coach_id IS NOT NULL AND membership_id IS NOT NULL)"
            " OR (note_class <> 'pair' AND pair_coach_id IS NULL)",
            name="pair",
        ),
        Index("ix_note_cohort_class", "cohort_id", "note_class"),
    )


class NoteChange(Identified, Base):
    """A change of a note's class that was made or asked for, of the words that the note had then."""

    __tablename__ = "note_change"
    __privacy__ = Privacy(
        subject=("by_id",),
        export=("from_class", "to_class", "state", "asked_at", "decided_at"),
        erase="keep",
        retention="As long as the note.",
    )

    note_id: Mapped[int] = mapped_column(ForeignKey("note.id", ondelete="CASCADE"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    from_class: Mapped[NoteClass] = choice(NoteClass, "from_class")
    from_coach_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_class: Mapped[NoteClass] = choice(NoteClass, "to_class")
    to_coach_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    state: Mapped[NoteChangeState] = choice(NoteChangeState)
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    note: Mapped[Note] = relationship()
    by: Mapped[Person] = relationship(foreign_keys=[by_id])
    to_coach: Mapped[Person | None] = relationship(foreign_keys=[to_coach_id])
    consents: Mapped[list["NoteConsent"]] = relationship(
        back_populates="change", order_by="NoteConsent.id", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (
        # Two changes that wait at once would each be agreed to without the other in sight.
        PartialIndex("uq_note_change_pending", "note_id", where="state = 'pending'", unique=True),
    )


class NoteConsent(Base):
    """Somebody who is asked whether a note may be shown to more people, and what they said; null until they did."""

    __tablename__ = "note_consent"
    __privacy__ = Privacy(
        subject=("person_id",),
        export=("agreed", "answered_at"),
        erase="keep",
        retention="As long as the note.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("note_change.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    agreed: Mapped[bool | None]
    answered_at: Mapped[datetime | None]
    change: Mapped[NoteChange] = relationship(back_populates="consents")
    person: Mapped[Person] = relationship()

    __table_args__ = (UniqueConstraint("change_id", "person_id"),)
