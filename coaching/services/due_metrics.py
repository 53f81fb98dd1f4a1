"""Values that are wanted by now: of metrics with a cadence, on goals that go on, for the participant's home."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, func, select

from coaching.models import OPEN_STATUSES, Cohort, CohortState, Goal, Membership, Metric, Observation, Person
from coaching.services.metrics import STANDS
from coaching.services.words import is_one_of, is_word


class DueMetric(NamedTuple):
    """A metric of one's own whose next value is due since this day."""

    id: str
    name: str
    goal: str
    due_on: date


_NEWEST = select(func.max(Observation.observed_on)).where(Observation.metric_id == Metric.id, *STANDS).scalar_subquery()
_OWN = (
    select(
        Metric.public_id, Metric.name, Goal.statement, Metric.cadence_weeks, Metric.created_at, Person.timezone, _NEWEST
    )
    .join_from(Membership, Goal, Goal.membership_id == Membership.id)
    .join(Metric, Metric.goal_id == Goal.id)
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .where(
        Membership.person_id == bindparam("person_id"),
        is_one_of(Membership.status, OPEN_STATUSES),
        is_word(Cohort.state, CohortState.RUNNING),
        Goal.ended_on.is_(None),
        Metric.ended_at.is_(None),
        Metric.cadence_weeks.is_not(None),
    )
    .order_by(Metric.id)
)


def read_due_metrics(connection: Connection, person_id: int, *, today: date) -> tuple[DueMetric, ...]:
    """Those whose value is due today or overdue, the longest first. A metric without a value is due since its day."""
    found = []
    rows: Iterable[Any] = connection.execute(_OWN, {"person_id": person_id})
    for public_id, name, goal, weeks, created_at, zone, newest in rows:
        begun = created_at.astimezone(ZoneInfo(zone)).date()
        due_on = begun if newest is None else newest + timedelta(weeks=weeks)
        if due_on <= today:
            found.append(DueMetric(public_id, name, goal, due_on))
    return tuple(sorted(found, key=lambda one: one.due_on))
