"""Goal, Rating and what they come to: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import GoalEnd, GoalState
from coaching.schemas.base import BaseSchema, Day, Line, PublicId, Text, Whole, Word


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


class ReviseGoalSchema(BaseSchema):
    """Another scale in the place of one that was rated: all of it, and what was wrong with the old one."""

    much_less = Line(500, required=True)
    less = Line(500, required=True)
    expected = Line(500, required=True)
    more = Line(500, required=True)
    much_more = Line(500, required=True)
    importance = Whole(0, 3, required=True)
    difficulty = Whole(0, 3, required=True)
    baseline = Whole(-2, -1, required=True)
    reason = Line(1_000, required=True)


class GoalScaleSchema(ReviseGoalSchema):
    """A goal's current scale as it goes out. It is the goal's `version` that is its ETag."""

    class Meta:
        exclude = ("reason",)

    edition = fields.Integer(dump_only=True)
    version = fields.Integer(dump_only=True)


class GoalAgreementSchema(BaseSchema):
    """Which side has agreed to a goal as it stands; `version`, the goal's, says to what."""

    state = Word(GoalState, dump_only=True)
    participant_agreed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    coach_agreed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    coach_agreed_by = fields.String(
        attribute="coach_agreed_by.name", dump_only=True, dump_default=None, allow_none=True
    )
    edition = fields.Integer(dump_only=True)
    version = fields.Integer(dump_only=True)


class EndGoalSchema(BaseSchema):
    """What became of a goal. One that is changed names the goal in its place, or writes it in one sentence."""

    state = Word(GoalEnd, required=True)
    on = Day(required=True)
    reason = Text(1_000)
    successor_id = PublicId(load_default=None, allow_none=True)
    successor_statement = Line(500)


class ReopenGoalSchema(BaseSchema):
    reason = Text(1_000)


class WriteMilestoneSchema(BaseSchema):
    """A milestone as it is written, new or edited. The day on which it was reached is blank until then."""

    statement = Line(500, required=True)
    due_on = Day(load_default=None, allow_none=True)
    reached_on = Day(load_default=None, allow_none=True)


class MilestoneSchema(WriteMilestoneSchema):
    """A milestone as it goes out."""

    id = PublicId(attribute="public_id", dump_only=True)
    goal_id = fields.String(attribute="goal.public_id", dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    version = fields.Integer(dump_only=True)


class RateGoalSchema(BaseSchema):
    score = Whole(-2, 2, required=True)
    rated_on = Day(required=True)
    note = Text(1_000)


class RatingSchema(RateGoalSchema):
    """A rating as it goes out, with who gave it, and the edition of the goal's scale that it was given on."""

    id = PublicId(attribute="public_id", dump_only=True)
    edition = fields.Integer(dump_only=True)
    rated_by = fields.String(attribute="rated_by.name", dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)


class GoalSchema(SetGoalSchema):
    """A goal as it goes out; `version` is its ETag. Ratings of its current edition count."""

    id = PublicId(attribute="public_id", dump_only=True)
    membership_id = fields.String(attribute="membership.public_id", dump_only=True)
    state = Word(GoalState, dump_only=True)
    edition = fields.Integer(dump_only=True)
    ended_on = fields.Date(dump_only=True, allow_none=True)
    participant_agreed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    coach_agreed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    coach_agreed_by = fields.String(
        attribute="coach_agreed_by.name", dump_only=True, dump_default=None, allow_none=True
    )
    ratings = fields.List(fields.Nested(RatingSchema), dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    version = fields.Integer(dump_only=True)
