"""Metric and Observation: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import MetricDirection, ObservationSource
from coaching.schemas.base import BaseSchema, Day, Line, PublicId, Text, Whole, Word
from coaching.schemas.exact import Exact


class SetMetricSchema(BaseSchema):
    """A metric as it is written, new or edited. Without `cadence_weeks` nobody waits for the next value."""

    name = Line(120, required=True)
    unit = Line(40)
    direction = Word(MetricDirection, load_default=MetricDirection.UP)
    baseline = Exact(load_default=None, allow_none=True)
    target = Exact(load_default=None, allow_none=True)
    cadence_weeks = Whole(1, 52, load_default=None, allow_none=True)

    def __init__(self, *, unit: str = "", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        for name in ("baseline", "target"):
            self.fields[name].unit = unit  # type: ignore[attr-defined]


class RecordObservationSchema(BaseSchema):
    """`unit` is what a page lets people write behind the value."""

    value = Exact(required=True)
    observed_on = Day(required=True)
    note = Text(500)

    def __init__(self, *, unit: str = "", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.fields["value"].unit = unit  # type: ignore[attr-defined]


class CorrectObservationSchema(BaseSchema):
    """Null takes the value back: nothing was observed on that day."""

    value = Exact(required=True, allow_none=True)
    reason = Line(500, required=True)

    def __init__(self, *, unit: str = "", **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.fields["value"].unit = unit  # type: ignore[attr-defined]


class ObservationSchema(BaseSchema):
    """A value of a day as it goes out. One without a value took back what it corrects."""

    id = PublicId(attribute="public_id", dump_only=True)
    value = Exact(dump_only=True, allow_none=True)
    observed_on = Day(dump_only=True)
    source = Word(ObservationSource, dump_only=True)
    note = fields.String(dump_only=True)
    is_correction = fields.Function(lambda row: row.corrects_id is not None, dump_only=True)
    reason = fields.String(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)


class RecordedObservationSchema(BaseSchema):
    """What recording a value came to; `is_repeat` where the same value of that day was known."""

    observation = fields.Nested(ObservationSchema, dump_only=True)
    is_repeat = fields.Boolean(dump_only=True)


class MetricSchema(SetMetricSchema):
    """A metric as it goes out; `version` is its ETag."""

    id = PublicId(attribute="public_id", dump_only=True)
    goal_id = fields.String(attribute="goal.public_id", dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    ended_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)
