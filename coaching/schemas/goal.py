"""Goal, Rating and what they come to: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.schemas.base import BaseSchema, Day, Line, PublicId, Text, Whole


class SetGoalSchema(BaseSchema):
    """A goal as it is written, new or edited. The level texts may wait until the first rating."""

    statement = Line(500, required=True)
    why = Text(5_000)
    due_on = Day(load_default=None, allow_none=True)
    importance = Whole(0, 3, load_default=1)
    difficulty = Whole(0, 3, load_default=1)
    baseline = Whole(-2, -1, load_default=-1)
    much_less = Line(500)
    less = Line(500)
    expected = Line(500)
    more = Line(500)
    much_more = Line(500)


class RateGoalSchema(BaseSchema):
    score = Whole(-2, 2, required=True)
    rated_on = Day(required=True)
    note = Text(1_000)


class RatingSchema(RateGoalSchema):
    """A rating as it goes out, with who gave it."""

    id = PublicId(attribute="public_id", dump_only=True)
    rated_by = fields.String(attribute="rated_by.name", dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)


class GoalSchema(SetGoalSchema):
    """A goal as it goes out; `version` is its ETag."""

    id = PublicId(attribute="public_id", dump_only=True)
    membership_id = fields.String(attribute="membership.public_id", dump_only=True)
    ratings = fields.List(fields.Nested(RatingSchema), dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    version = fields.Integer(dump_only=True)


class GoalLineSchema(SetGoalSchema):
    """A goal in a list: with its newest rating instead of all."""

    id = PublicId(dump_only=True)
    ratings = fields.Integer(dump_only=True)
    latest_score = fields.Integer(dump_only=True, allow_none=True, validate=validate.Range(-2, 2))
    latest_rated_on = fields.Date(dump_only=True, allow_none=True)


class AttainmentSchema(BaseSchema):
    """The T-scores over the rated goals; null where there is nothing to say."""

    rated = fields.Integer(dump_only=True)
    unrated = fields.Integer(dump_only=True)
    baseline_t = fields.Float(dump_only=True, allow_none=True)
    achieved_t = fields.Float(dump_only=True, allow_none=True)
    change = fields.Float(dump_only=True, allow_none=True)
