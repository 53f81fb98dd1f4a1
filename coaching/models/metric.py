"""Metric and Observation: a figure that tells how a goal comes along, and its values over time."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from coaching.models.base import Base, Identified, PartialIndex, Privacy, Versioned, choice
from coaching.models.decimals import ExactDecimal
from coaching.models.goal import Goal
from coaching.models.person import Person


class MetricDirection(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class Metric(Identified, Versioned, Base):
    """What is counted or measured for a goal. `baseline` and `target` may be open; `cadence_weeks` is how often a
    value is wanted, None where nobody waits for one. An ended metric takes no further values and is still shown."""

    __tablename__ = "metric"
    __privacy__ = Privacy(
        subject=("goal_id", "membership_id", "person_id"),
        export=("name", "unit", "direction", "baseline", "target", "cadence_weeks", "created_at", "ended_at"),
        erase="delete",
        retention="As long as the goal.",
    )

    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(40), default="")
    direction: Mapped[MetricDirection] = choice(MetricDirection)
    baseline: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    target: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    cadence_weeks: Mapped[int | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    goal: Mapped[Goal] = relationship()

    __table_args__ = (CheckConstraint("cadence_weeks BETWEEN 1 AND 52", name="cadence"),)


class ObservationSource(StrEnum):
    PAGE = "page"
    API = "api"
    CHECK_IN = "check_in"
    IMPORT = "import"


class Observation(Identified, Base):
    """A value of a metric as of a day. Rows are added, never changed: a correction is a new row that names the one it
    stands for and says why, and one without a value takes it back. What counts of a day is the row that nobody
    corrected."""

    __tablename__ = "observation"
    __privacy__ = Privacy(
        subject=("metric_id", "goal_id", "membership_id", "person_id"),
        export=("value", "observed_on", "source", "note", "reason", "created_at"),
        erase="delete",
        retention="As long as the goal.",
    )

    metric_id: Mapped[int] = mapped_column(ForeignKey("metric.id", ondelete="CASCADE"))
    value: Mapped[Decimal | None] = mapped_column(ExactDecimal())
    observed_on: Mapped[date]
    source: Mapped[ObservationSource] = choice(ObservationSource)
    note: Mapped[str] = mapped_column(String(500), default="")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("observation.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    check_in_id: Mapped[int | None] = mapped_column(ForeignKey("check_in.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    metric: Mapped[Metric] = relationship()
    recorded_by: Mapped[Person | None] = relationship()

    __table_args__ = (
        CheckConstraint("value IS NOT NULL OR corrects_id IS NOT NULL", name="value"),
        Index("ix_observation_metric_day", "metric_id", "observed_on"),
        # A day has one value, whoever sends it twice at once; another one for that day is a correction.
        PartialIndex("uq_observation_day", "metric_id", "observed_on", where="corrects_id IS NULL", unique=True),
    )
