"""Programme: what goes out."""

from __future__ import annotations

from marshmallow import fields

from coaching.schemas.base import BaseSchema, PublicId


class ProgrammeSchema(BaseSchema):
    id = PublicId(attribute="public_id", dump_only=True)
    slug = fields.String(dump_only=True)
    name = fields.String(dump_only=True)
    description = fields.String(dump_only=True)
    timezone = fields.String(dump_only=True)
    minimum_group = fields.Integer(dump_only=True)
    is_synthetic = fields.Boolean(dump_only=True)
