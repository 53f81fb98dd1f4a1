"""Instrument, Wave and Response: survey answers, kept apart from who has answered.

A Response has no person, no invitation and no moment finer than a day, and an Invitation no response: the two tables
cannot be joined.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy
from coaching.models.cohort import Cohort
from coaching.models.programme import Programme


class Instrument(Identified, Base):
    """A survey form in one version. `rating` is its five-point item, from 1 (very poor) to 5 (very good)."""

    __tablename__ = "instrument"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column(default=1)
    question: Mapped[str] = mapped_column(String(500))
    created_at: Mapped[datetime]
    programme: Mapped[Programme] = relationship()

    __table_args__ = (UniqueConstraint("programme_id", "name", "version"),)


class Wave(Identified, Base):
    """An instrument put to a cohort between two dates."""

    __tablename__ = "wave"

    instrument_id: Mapped[int] = mapped_column(ForeignKey("instrument.id"), index=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), index=True)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    instrument: Mapped[Instrument] = relationship()
    cohort: Mapped[Cohort] = relationship()


class WaveInvitation(Base):
    """That a member was invited to a wave, and whether they have answered: never what."""

    __tablename__ = "wave_invitation"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("has_answered",),
        erase="keep",
        retention="As long as the programme: the response rate is counted from it.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), index=True)
    has_answered: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("wave_id", "membership_id"),)


class Response(Base):
    """One anonymous answer to a wave's rating. Its identifier is random, so that order tells nothing."""

    __tablename__ = "response"

    id: Mapped[str] = mapped_column(String(20), primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    rating: Mapped[int]

    __table_args__ = (
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        Index("ix_response_wave_rating", "wave_id", "rating"),
    )
