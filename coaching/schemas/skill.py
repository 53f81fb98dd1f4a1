"""Skill, its scale and what people say of themselves on it: what comes in, and what goes out."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.models import SkillMoment
from coaching.models.skill import LEAST_POINTS, MOST_POINTS, MOST_SKILLS
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Line, PublicId, Whole, Word


class WriteScaleSchema(BaseSchema):
    """The scale: how many points, and a text for each; only the ends must have one."""

    points = Whole(LEAST_POINTS, MOST_POINTS, required=True)
    words = fields.List(
        Line(80),
        required=True,
        validate=validate.Length(max=MOST_POINTS, error=f"Write at most {MOST_POINTS} texts, one for each point."),
        error_messages=LIST_MESSAGES,
    )


class WriteSkillSchema(BaseSchema):
    name = Line(120, required=True)
    description = Line(300)


class OrderSkillsSchema(BaseSchema):
    skill_ids = fields.List(
        PublicId(),
        required=True,
        validate=validate.Length(max=MOST_SKILLS, error="Name each skill once."),
        error_messages=LIST_MESSAGES,
    )


class ScoreSchema(BaseSchema):
    skill_id = PublicId(required=True)
    score = Whole(1, MOST_POINTS, required=True)


class AssessSkillsSchema(BaseSchema):
    """What somebody says of their skills; those that are left out have no score."""

    scores = fields.List(
        fields.Nested(ScoreSchema),
        required=True,
        validate=validate.Length(max=MOST_SKILLS, error="Rate each skill once."),
        error_messages=LIST_MESSAGES,
    )


class SkillSchema(WriteSkillSchema):
    """A skill as it goes out; `version` is its ETag."""

    id = PublicId(attribute="public_id", dump_only=True)
    position = fields.Integer(dump_only=True)
    is_retired = fields.Function(lambda skill: skill.retired_at is not None, dump_only=True)
    version = fields.Integer(dump_only=True)


class SkillScaleSchema(WriteScaleSchema):
    """A scale as it goes out; version 0 is the usual one, which nobody has written over."""

    version = fields.Integer(dump_only=True)


class ScoreGivenSchema(BaseSchema):
    skill_id = fields.String(attribute="skill.public_id", dump_only=True)
    name = fields.String(attribute="skill_name", dump_only=True)
    score = fields.Integer(dump_only=True)


class AssessmentSchema(BaseSchema):
    """What somebody said of their skills at one moment."""

    moment = Word(SkillMoment, dump_only=True)
    at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    scores = fields.List(fields.Nested(ScoreGivenSchema), dump_only=True)
    version = fields.Integer(dump_only=True)
