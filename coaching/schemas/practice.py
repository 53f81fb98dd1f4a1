"""The practice log: its lines going out, and a figure that is given to a run."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import PracticeKind
from coaching.schemas.base import BaseSchema, PublicId, Word


class TieEnrolmentsSchema(BaseSchema):
    run_id = PublicId(required=True)


class PracticeLineSchema(BaseSchema):
    id = PublicId(dump_only=True)
    kind = Word(PracticeKind, dump_only=True)
    on = fields.Date(dump_only=True)
    text = fields.String(dump_only=True)
    enrolments = fields.Integer(dump_only=True, allow_none=True)
    run_id = fields.String(dump_only=True, allow_none=True)
    run_label = fields.String(dump_only=True, allow_none=True)
    project_id = fields.String(dump_only=True, allow_none=True)
    project_title = fields.String(dump_only=True, allow_none=True)
    can_be_tied = fields.Boolean(dump_only=True)


class RunLineSchema(BaseSchema):
    """A run of the participant's courses, with the joiners it stands at now."""

    id = PublicId(dump_only=True)
    label = fields.String(dump_only=True)
    launched_on = fields.Date(dump_only=True)
    project_id = fields.String(dump_only=True)
    project_title = fields.String(dump_only=True)
    joiners = fields.Integer(dump_only=True, allow_none=True)
    as_of = fields.Date(dump_only=True, allow_none=True)
