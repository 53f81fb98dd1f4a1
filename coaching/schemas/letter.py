"""Letter: what comes in."""

from __future__ import annotations

from coaching.schemas.base import BaseSchema, Line, Text


class WriteLetterSchema(BaseSchema):
    """What somebody writes to a member: plain text, in paragraphs."""

    subject = Line(120, required=True)
    text = Text(5000, required=True)
