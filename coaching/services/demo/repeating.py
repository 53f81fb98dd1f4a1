"""The demo's series: an hour a month for who builds a course, on both sides of the clocks' next change."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from coaching.models import Frequency, Series
from coaching.services.demo import words
from coaching.services.demo.cohorts import ZONE, DemoCohort
from coaching.services.recurrence import Repeat, plan_series
from coaching.services.series import plan_sessions

THURSDAY = 3
MINUTES = 45
# From anywhere in the year this is on both sides of a change: they are at most 31 weeks apart.
MONTHS = 9


def first_hour(today: date) -> datetime:
    """The first Thursday that is more than a week off, so that the circle stays next; no fifth of its month."""
    day = today + timedelta(days=8)
    day += timedelta(days=(THURSDAY - day.weekday()) % 7)
    return datetime.combine(day if day.day <= 28 else day + timedelta(weeks=1), time(12, 30))


def build_series(session: Session, cohort: DemoCohort, *, now: datetime) -> None:
    """Practice hours as their coach would have scheduled them when the cohort began."""
    start = first_hour(now.date())
    plan = plan_series(start, ZONE, Repeat(Frequency.MONTHLY_BY_WEEKDAY, count=MONTHS))
    title, said = "Practice hour", cohort.row.created_at
    series = Series(
        cohort=cohort.row, title=title, local_start=start, timezone=ZONE, duration_minutes=MINUTES,
        rule=plan.rule.text, exceptions=plan.exceptions, created_at=said,
    )  # fmt: skip
    session.add(series)
    session.add_all(
        plan_sessions(
            plan.kept, ZONE, MINUTES, cohort=cohort.row, series=series, led_by=cohort.coach, title=title,
            created_at=said, **words.PRACTICE_HOUR,
        )
    )  # fmt: skip
