"""The drop-in code: what a participant sends, and what the coach shows."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import AttendanceStatus
from coaching.schemas.base import BaseSchema, Line, Word


class MarkSelfSchema(BaseSchema):
    code = Line(40, required=True, metadata={"description": "As it is shown, with or without blanks."})


class SelfMarkSchema(BaseSchema):
    """What is recorded of oneself by now."""

    session_id = fields.String(dump_only=True)
    title = fields.String(dump_only=True)
    status = Word(AttendanceStatus, dump_only=True)
    recorded_at = fields.AwareDateTime(dump_only=True)
    is_new = fields.Boolean(dump_only=True)
