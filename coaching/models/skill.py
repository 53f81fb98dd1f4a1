"""Skill and SkillAssessment: what participants of a programme say of their own skills, before and after."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, Privacy, Versioned, choice
from coaching.models.cohort import Membership
from coaching.models.programme import Programme

LEAST_POINTS, MOST_POINTS = 3, 7
MOST_SKILLS = 20


class SkillScale(Identified, Versioned, Base):
    """The one scale on which a programme's skills are rated, from 1 to `points`. `words` has a text for each point;
    the ends always have one, those between may be empty. It is fixed by the first score that is given on it."""

    __tablename__ = "skill_scale"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), unique=True)
    points: Mapped[int]
    words: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    programme: Mapped[Programme] = relationship()

    __table_args__ = (CheckConstraint(f"points BETWEEN {LEAST_POINTS} AND {MOST_POINTS}", name="points"),)


class Skill(Identified, Versioned, Base):
    """One thing that participants rate themselves on. One that was rated is retired, not edited."""

    __tablename__ = "skill"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    programme: Mapped[Programme] = relationship()


class SkillMoment(StrEnum):
    """When somebody looks at their skills: before the cohort's first session, after it all, and once more later."""

    BEFORE = "before"
    AFTER = "after"
    LATER = "later"


class SkillAssessment(Identified, Versioned, Base):
    """What one member said of their own skills at one moment. A skill that was left out has no score."""

    __tablename__ = "skill_assessment"
    __privacy__ = Privacy(
        subject=("membership_id", "person_id"),
        export=("moment", "at", "changed_at"),
        erase="keep",
        retention="As long as the programme: its learning is counted from it, without a name after erasure.",
    )

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    moment: Mapped[SkillMoment] = choice(SkillMoment)
    at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    membership: Mapped[Membership] = relationship()
    scores: Mapped[list["SkillScore"]] = relationship(
        back_populates="assessment", order_by="SkillScore.id", cascade="all, delete-orphan"
    )

    __table_args__ = (UniqueConstraint("membership_id", "moment"),)


class SkillScore(Base):
    """Where one skill was put on the scale. It keeps the skill's name, so that an export tells what was rated."""

    __tablename__ = "skill_score"
    __privacy__ = Privacy(
        subject=("assessment_id", "membership_id", "person_id"),
        export=("skill_name", "score"),
        erase="keep",
        retention="As long as the assessment.",
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("skill_assessment.id", ondelete="CASCADE"))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"))
    skill_name: Mapped[str] = mapped_column(String(120))
    score: Mapped[int]
    assessment: Mapped[SkillAssessment] = relationship(back_populates="scores")
    skill: Mapped[Skill] = relationship()

    __table_args__ = (
        CheckConstraint(f"score BETWEEN 1 AND {MOST_POINTS}", name="score"),
        UniqueConstraint("assessment_id", "skill_id"),
        Index("ix_skill_score_skill", "skill_id"),
    )
