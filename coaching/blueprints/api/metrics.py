"""Metrics of a goal, and their values over time."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypedDict

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Metric, MetricDirection, Observation, ObservationSource
from coaching.schemas.base import BaseSchema
from coaching.schemas.metric import (
    CorrectObservationSchema,
    MetricSchema,
    ObservationSchema,
    RecordedObservationSchema,
    RecordObservationSchema,
    SetMetricSchema,
)
from coaching.services.goals import get_goal
from coaching.services.metrics import (
    add_metric,
    edit_metric,
    end_metric,
    get_metric,
    list_metrics,
    reopen_metric,
)
from coaching.services.observations import (
    RecordedObservation,
    correct_observation,
    get_observation,
    list_observations,
    record_observation,
)

blueprint = ApiBlueprint("metrics", tag="Metrics", description="Figures that tell how a goal comes along.")


class PointRow(TypedDict):
    """The value that stands for a day. It is text, because a number in JSON is not always kept exactly."""

    id: str
    observed_on: date
    value: str
    source: ObservationSource
    note: str


class MetricRow(TypedDict):
    """A metric with the values that stand. `due_on` is when the next is wanted, null where nobody waits for one."""

    id: str
    name: str
    unit: str
    direction: MetricDirection
    baseline: str | None
    target: str | None
    cadence_weeks: int | None
    is_ended: bool
    due_on: date | None
    observations: list[PointRow]


class ObservationRow(TypedDict):
    """A value with what became of it: `is_corrected` where another stands in its place."""

    id: str
    value: str | None
    observed_on: date
    source: ObservationSource
    note: str
    reason: str
    is_correction: bool
    is_corrected: bool
    recorded_by: str | None
    created_at: datetime


@blueprint.route("/goals/<id:goal_id>/metrics")
@blueprint.lists(shape_of(MetricRow))
def index(goal_id: str) -> list[MetricRow]:
    """The goal's metrics with the values that stand by day, those that ended last."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    return [
        {
            "id": one.id,
            "name": one.name,
            "unit": one.unit,
            "direction": one.direction,
            "baseline": _text(one.baseline),
            "target": _text(one.target),
            "cadence_weeks": one.cadence_weeks,
            "is_ended": one.is_ended,
            "due_on": one.due_on,
            "observations": [
                {
                    "id": point.id,
                    "observed_on": point.day,
                    "value": format(point.value, "f"),
                    "source": point.source,
                    "note": point.note,
                }
                for point in one.points
            ],
        }
        for one in list_metrics(rows(), goal, actor=current_actor())
    ]


@blueprint.route("/goals/<id:goal_id>/metrics", methods=["POST"])
@blueprint.etag
@blueprint.arguments(SetMetricSchema)
@blueprint.response(201, MetricSchema)
def create(data: dict[str, Any], goal_id: str) -> tuple[Metric, dict[str, str]]:
    """Adds a metric. Open metrics of a goal differ in their names."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    metric = add_metric(rows(), goal, actor=current_actor(), now=utc_now(), **data)
    return metric, place("metrics.show", metric_id=metric.public_id)


@blueprint.route("/metrics/<id:metric_id>")
@blueprint.etag
@blueprint.response(200, MetricSchema)
def show(metric_id: str) -> Metric:
    """One metric, without its values."""
    return get_metric(rows(), metric_id, actor=current_actor())


@blueprint.route("/metrics/<id:metric_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(SetMetricSchema(partial=True))
@blueprint.response(200, MetricSchema)
def edit(data: dict[str, Any], metric_id: str) -> Metric:
    """Changes a metric. Its values stay as they are."""
    metric = get_metric(rows(), metric_id, actor=current_actor())
    blueprint.check_etag(metric, MetricSchema)
    return edit_metric(rows(), metric, actor=current_actor(), now=utc_now(), **merged(metric, SetMetricSchema, data))


@blueprint.route("/metrics/<id:metric_id>/end", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, MetricSchema)
def end(_data: dict[str, Any], metric_id: str) -> Metric:
    """Wants no further value. Those that are there stay."""
    metric = get_metric(rows(), metric_id, actor=current_actor())
    return end_metric(rows(), metric, actor=current_actor(), now=utc_now())


@blueprint.route("/metrics/<id:metric_id>/reopening", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, MetricSchema)
def reopen(_data: dict[str, Any], metric_id: str) -> Metric:
    """Takes values again."""
    metric = get_metric(rows(), metric_id, actor=current_actor())
    return reopen_metric(rows(), metric, actor=current_actor(), now=utc_now())


@blueprint.route("/metrics/<id:metric_id>/observations")
@blueprint.lists(shape_of(ObservationRow))
def list_all(metric_id: str) -> list[ObservationRow]:
    """Every value, the newest day first, with those that were corrected or taken back."""
    metric = get_metric(rows(), metric_id, actor=current_actor())
    found = list_observations(rows(), metric, actor=current_actor())
    corrected = {row.corrects_id for row in found}
    return [
        {
            "id": row.public_id,
            "value": _text(row.value),
            "observed_on": row.observed_on,
            "source": row.source,
            "note": row.note,
            "reason": row.reason,
            "is_correction": row.corrects_id is not None,
            "is_corrected": row.id in corrected,
            "recorded_by": row.recorded_by.name if row.recorded_by else None,
            "created_at": row.created_at,
        }
        for row in found
    ]


@blueprint.route("/metrics/<id:metric_id>/observations", methods=["POST"])
@blueprint.arguments(RecordObservationSchema)
@blueprint.response(201, RecordedObservationSchema)
def record(data: dict[str, Any], metric_id: str) -> tuple[RecordedObservation, dict[str, str]]:
    """Adds the value of a day. The same value of the same day again changes nothing (`is_repeat`)."""
    metric = get_metric(rows(), metric_id, actor=current_actor())
    recorded = record_observation(
        rows(), metric, actor=current_actor(), now=utc_now(), source=ObservationSource.API, **data
    )
    return recorded, place("metrics.list_all", metric_id=metric.public_id)


@blueprint.route("/observations/<id:observation_id>/corrections", methods=["POST"])
@blueprint.arguments(CorrectObservationSchema)
@blueprint.response(201, ObservationSchema)
def correct(data: dict[str, Any], observation_id: str) -> tuple[Observation, dict[str, str]]:
    """Puts another value in the place of a wrong one, or with null none, and says why. Both stay on record."""
    observation = get_observation(rows(), observation_id, actor=current_actor())
    corrected = correct_observation(
        rows(), observation, actor=current_actor(), now=utc_now(), source=ObservationSource.API, **data
    )
    return corrected, place("metrics.list_all", metric_id=observation.metric.public_id)


def _text(value: Any) -> str | None:
    return None if value is None else format(value, "f")
