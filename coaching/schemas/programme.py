"""Programme: what comes in by the command line, and what goes out."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.schemas.base import BaseSchema, Line, PublicId


class AddProgrammeSchema(BaseSchema):
    """A new programme under its short name, by which commands call it."""

    slug = Line(
        64,
        required=True,
        validate=validate.Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z", error="Use small letters, digits and single hyphens."),
    )
    name = Line(200, required=True)
    timezone = Line(64, required=True)


class ProgrammeSchema(BaseSchema):
    id = PublicId(attribute="public_id", dump_only=True)
    slug = fields.String(dump_only=True)
    name = fields.String(dump_only=True)
    description = fields.String(dump_only=True)
    timezone = fields.String(dump_only=True)
    minimum_group = fields.Integer(dump_only=True)
    is_synthetic = fields.Boolean(dump_only=True)
