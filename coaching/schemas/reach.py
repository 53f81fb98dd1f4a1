"""ReachSnapshot: figures of a run as of a date, coming in and going out."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import ReachMetric, ReachSource, ReachState
from coaching.models.reach import LARGEST_REACH
from coaching.schemas.base import BaseSchema, Day, Line, PublicId, Whole, Word


class AddReachSchema(BaseSchema):
    metric = Word(ReachMetric, load_default=ReachMetric.JOINERS)
    value = Whole(0, LARGEST_REACH, required=True)
    as_of = Day(required=True)


class CorrectReachSchema(BaseSchema):
    value = Whole(0, LARGEST_REACH, required=True)
    reason = Line(500, required=True)


class UnconfirmReachSchema(BaseSchema):
    reason = Line(500, required=True)


class ReachSnapshotSchema(AddReachSchema):
    """A figure as it goes out. A correction took the place of an earlier figure, for the `reason` given; one that was
    withdrawn came with an import that was undone, and stands no longer."""

    id = PublicId(attribute="public_id", dump_only=True)
    source = Word(ReachSource, dump_only=True)
    state = Word(ReachState, dump_only=True)
    is_current = fields.Boolean(dump_only=True)
    is_correction = fields.Function(lambda snapshot: snapshot.corrects_id is not None, dump_only=True)
    reason = fields.String(dump_only=True)
    recorded_at = fields.AwareDateTime(dump_only=True)
    confirmed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    unconfirmed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    unconfirmed_because = fields.String(dump_only=True)
    withdrawn_at = fields.AwareDateTime(dump_only=True, allow_none=True)


class ReportedReachSchema(BaseSchema):
    """What reporting a figure came to, and what to look at."""

    snapshot = fields.Nested(ReachSnapshotSchema, dump_only=True)
    warnings = fields.List(fields.String(), dump_only=True)
    is_repeat = fields.Boolean(dump_only=True)
