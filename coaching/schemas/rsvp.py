"""Rsvp: whether somebody comes, as it comes in and goes out."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import RsvpChoice
from coaching.schemas.base import BaseSchema, Line, Word

LONGEST_NOTE = 500
UNREADABLE = "Send the start that you answer for, as the session has it."


class AnswerRsvpSchema(BaseSchema):
    """An answer. `starts_at` is the start that it is for, so that nobody says yes to a time that they never saw."""

    choice = Word(RsvpChoice, required=True)
    note = Line(LONGEST_NOTE)
    starts_at = fields.AwareDateTime(
        format="iso", load_default=None, allow_none=True, error_messages={"invalid": UNREADABLE}
    )
