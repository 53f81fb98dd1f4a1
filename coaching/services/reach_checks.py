"""What is wrong with a figure, and what about one that is taken a person should look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import CourseRun, Person, ReachMetric
from coaching.models.reach import LARGEST_REACH
from coaching.services.reach_figures import Figure, Standing
from coaching.services.zones import latest_today

# The first of each pair are among the second: whoever completed a step visited one.
AMONG = (
    (ReachMetric.LEARNERS, ReachMetric.JOINERS),
    (ReachMetric.ACTIVE, ReachMetric.LEARNERS),
    (ReachMetric.COMPLETED_50, ReachMetric.ACTIVE),
    (ReachMetric.COMPLETED_50, ReachMetric.LEARNERS),
    (ReachMetric.COMPLETED_90, ReachMetric.COMPLETED_50),
    (ReachMetric.STATEMENTS, ReachMetric.JOINERS),
)
COUNTED = {
    ReachMetric.JOINERS: "joiners",
    ReachMetric.LEARNERS: "learners",
    ReachMetric.ACTIVE: "active learners",
    ReachMetric.COMPLETED_50: "who completed half",
    ReachMetric.COMPLETED_90: "who completed",
    ReachMetric.STATEMENTS: "statements",
}


def long_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def check_figure(
    session: Session, run: CourseRun, *, value: int, as_of: date, recorded_by_id: int | None, now: datetime
) -> None:
    """Refuses what cannot be a figure of this run."""
    if not 0 <= value <= LARGEST_REACH:
        raise Invalid.field("value", f"Write a whole number from 0 to {LARGEST_REACH:,}.")
    if as_of < run.launched_on:
        raise Invalid.field(
            "as_of",
            f"This day is before the launch, {long_day(run.launched_on)}. Write the day on which you read the figure.",
        )
    zones = [run.project.cohort.timezone]
    if recorded_by_id is not None:
        zones.append(session.get_one(Person, recorded_by_id).timezone)
    if as_of > latest_today(now, *zones):
        raise Invalid.field("as_of", "This day is still to come. Write the day on which you read the figure.")


def find_doubts(standing: Standing, metric: ReachMetric, value: int, as_of: date) -> tuple[str, ...]:
    """Warnings about a figure beside what stands already. It is taken all the same: nobody can tell from here which of
    two is wrong."""
    return (*_shrinks(standing[metric], value, as_of), *_exceeds(standing, metric, value, as_of))


def _shrinks(figures: Mapping[date, Figure], value: int, as_of: date) -> Iterator[str]:
    """Neighbours in time: of people who joined, there can hardly be fewer later on."""
    before, after = _last_by(figures, as_of), min((other for other in figures if other > as_of), default=None)
    if before is not None and figures[before].value > value:
        yield f"{value:,} is fewer than the {figures[before].value:,} of {long_day(before)}. {_MEND}"
    if after is not None and figures[after].value < value:
        yield f"{value:,} is more than the {figures[after].value:,} of {long_day(after)}. {_MEND}"


_MEND = "If one of the two is wrong, correct it."


def _exceeds(standing: Standing, metric: ReachMetric, value: int, as_of: date) -> Iterator[str]:
    """Other metrics: a part is not larger than its whole. The whole may have grown since it was counted, so that a part
    is compared with the whole of its day or before, and with a later one where there is no other."""
    new = (metric, value, as_of)
    for part, whole in AMONG:
        if metric not in {part, whole}:
            continue
        other = whole if metric == part else part
        days = standing[other]
        day = _last_by(days, as_of)
        if day is None and metric == part:
            day = min(days, default=None)
        if day is None:
            continue
        known = (other, days[day].value, day)
        many, few = (new, known) if metric == part else (known, new)
        if many[1] > few[1]:
            yield (
                f"{_said(*many)} are more than the {_said(*few)}. "
                "If one of the two is wrong, correct it; if one is old, add a newer figure."
            )


def _said(metric: ReachMetric, value: int, day: date) -> str:
    return f"{value:,} {COUNTED[metric]} of {long_day(day)}"


def _last_by(figures: Mapping[date, Figure], day: date) -> date | None:
    return max((other for other in figures if other <= day), default=None)
