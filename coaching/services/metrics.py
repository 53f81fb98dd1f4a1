"""Metrics of a goal: set, edited, ended, and listed with the values that stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, Required, TypedDict, Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.importers.observations import fold
from coaching.models import Goal, Membership, Metric, MetricDirection, Observation, ObservationSource
from coaching.policies import Actor, may_set_goal, may_view_goals, require
from coaching.services import audit
from coaching.services.goals import FOR_PARTICIPANTS

SAME_NAME = "This goal has a metric of this name already. Give this one another name."
WRONG_WAY = {
    MetricDirection.UP: "More is better here, so the target has to be above the start.",
    MetricDirection.DOWN: "Less is better here, so the target has to be below the start.",
}
ENDED = "This metric has ended, so it takes no further values. Open it again first."


class MetricShape(TypedDict, total=False):
    """What can be written of a metric. What is left out is open."""

    name: Required[str]
    unit: str
    direction: MetricDirection
    baseline: Decimal | None
    target: Decimal | None
    cadence_weeks: int | None


BLANK: dict[str, Any] = {
    "unit": "", "direction": MetricDirection.UP, "baseline": None, "target": None, "cadence_weeks": None
}  # fmt: skip


class Point(NamedTuple):
    """The value that stands for a day; `id` is the observation's."""

    id: str
    day: date
    value: Decimal
    source: ObservationSource
    note: str


class MetricLine(NamedTuple):
    """A metric with the values that stand, by day."""

    id: str
    name: str
    unit: str
    direction: MetricDirection
    baseline: Decimal | None
    target: Decimal | None
    cadence_weeks: int | None
    created_on: date
    is_ended: bool
    is_goal_open: bool
    points: tuple[Point, ...]

    @property
    def newest(self) -> Point | None:
        return self.points[-1] if self.points else None

    @property
    def due_on(self) -> date | None:
        """When the next value is wanted, None where nobody waits for one: the metric or its goal has ended."""
        if self.cadence_weeks is None or self.is_ended or not self.is_goal_open:
            return None
        newest = self.newest
        return self.created_on if newest is None else newest.day + timedelta(weeks=self.cadence_weeks)


_METRICS = (
    select(
        Metric.id, Metric.public_id, Metric.name, Metric.unit, Metric.direction, Metric.baseline, Metric.target,
        Metric.cadence_weeks, Metric.created_at, Metric.ended_at,
    )
    .where(Metric.goal_id == bindparam("goal_id"))
    .order_by(Metric.ended_at.is_not(None), Metric.id)
)  # fmt: skip
_CORRECTION = aliased(Observation)
# What nobody corrected, and was not taken back.
STANDS = (
    Observation.value.is_not(None),
    ~select(_CORRECTION.id).where(_CORRECTION.corrects_id == Observation.id).exists(),
)
_POINTS = (
    select(
        Observation.metric_id, Observation.public_id, Observation.observed_on, Observation.value, Observation.source,
        Observation.note,
    )
    .join(Metric, Metric.id == Observation.metric_id)
    .where(Metric.goal_id == bindparam("goal_id"), *STANDS)
    .order_by(Observation.observed_on)
)  # fmt: skip


def get_metric(session: Session, public_id: str, *, actor: Actor) -> Metric:
    """A metric, for whoever reads its goal."""
    statement = (
        select(Metric)
        .where(Metric.public_id == public_id)
        .options(
            joinedload(Metric.goal).joinedload(Goal.membership).joinedload(Membership.cohort),
            joinedload(Metric.goal).joinedload(Goal.membership).joinedload(Membership.person),
        )
    )
    metric = session.scalars(statement).one_or_none()
    if metric is None or not may_view_goals(actor, metric.goal.membership):
        raise NotFound
    return metric


def list_metrics(session: Session, goal: Goal, *, actor: Actor) -> list[MetricLine]:
    """The goal's metrics with the values that stand, those that ended last. Two statements."""
    require(may_view_goals(actor, goal.membership), seen=False)
    points: Mapping[int, list[Point]] = defaultdict(list)
    values = {"goal_id": goal.id}
    standing: Iterable[Any] = session.execute(_POINTS, values)
    for metric_id, *point in standing:
        points[metric_id].append(Point(*point))
    rows: Iterable[Any] = session.execute(_METRICS, values)
    zone = ZoneInfo(goal.membership.person.timezone)
    lines = []
    for metric_id, public_id, name, unit, direction, baseline, target, cadence_weeks, created_at, ended_at in rows:
        about = (public_id, name, unit, direction, baseline, target, cadence_weeks)
        created_on = created_at.astimezone(zone).date()
        standing_points = tuple(points[metric_id])
        lines.append(MetricLine(*about, created_on, ended_at is not None, not goal.is_ended, standing_points))
    return lines


def add_metric(session: Session, goal: Goal, *, actor: Actor, now: datetime, **shape: Unpack[MetricShape]) -> Metric:
    """A new metric of the goal."""
    require(may_set_goal(actor, goal.membership), seen=may_view_goals(actor, goal.membership), message=FOR_PARTICIPANTS)
    values = BLANK | shape
    _check(session, goal, values)
    metric = Metric(goal=goal, created_at=now, **values)
    session.add(metric)
    audit.record(session, "metric.added", metric, actor=actor, now=now)
    return metric


def edit_metric(
    session: Session, metric: Metric, *, actor: Actor, now: datetime, **shape: Unpack[MetricShape]
) -> Metric:
    """Puts these values in place of the metric's. Its observations stay as they are."""
    _require_writing(metric, actor)
    values = BLANK | shape
    _check(session, metric.goal, values, besides=metric)
    for name, value in values.items():
        setattr(metric, name, value)
    audit.record(session, "metric.edited", metric, actor=actor, now=now)
    return metric


def end_metric(session: Session, metric: Metric, *, actor: Actor, now: datetime) -> Metric:
    """No further value is wanted. What was observed stays."""
    _require_writing(metric, actor)
    if metric.ended_at is not None:
        raise Conflict("This metric has ended already.")
    metric.ended_at = now
    audit.record(session, "metric.ended", metric, actor=actor, now=now)
    return metric


def reopen_metric(session: Session, metric: Metric, *, actor: Actor, now: datetime) -> Metric:
    """Takes values again."""
    _require_writing(metric, actor)
    if metric.ended_at is None:
        raise Conflict("This metric is open already.")
    _check(session, metric.goal, {name: getattr(metric, name) for name in ("name", *BLANK)}, besides=metric)
    metric.ended_at = None
    audit.record(session, "metric.reopened", metric, actor=actor, now=now)
    return metric


def _require_writing(metric: Metric, actor: Actor) -> None:
    membership = metric.goal.membership
    require(may_set_goal(actor, membership), seen=may_view_goals(actor, membership), message=FOR_PARTICIPANTS)


def _check(session: Session, goal: Goal, values: Mapping[str, Any], *, besides: Metric | None = None) -> None:
    """Open metrics of a goal are told apart by their names, and a target lies on the better side of the start."""
    # Locked, because of two that are added at once the second must find the first.
    session.execute(select(Goal.id).where(Goal.id == goal.id).with_for_update())
    named = session.scalars(select(Metric).where(Metric.goal_id == goal.id, Metric.ended_at.is_(None)))
    if any(one is not besides and fold(one.name) == fold(values["name"]) for one in named):
        raise Invalid.field("name", SAME_NAME)
    baseline, target, direction = values["baseline"], values["target"], values["direction"]
    if baseline is None or target is None:
        return
    if (target <= baseline) if direction == MetricDirection.UP else (target >= baseline):
        raise Invalid.field("target", WRONG_WAY[direction])
