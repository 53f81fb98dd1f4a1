"""MailTemplate: the words that come in, and a kind of mail as it goes out."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import MessageKind
from coaching.models.mail_template import LONGEST_HTML, LONGEST_SUBJECT, LONGEST_TEXT
from coaching.schemas.base import BaseSchema, Line, Text, Word


class WriteTemplateSchema(BaseSchema):
    """The words of a mail as templates. Without `html` the HTML is made from the text."""

    subject = Line(LONGEST_SUBJECT, required=True)
    text = Text(LONGEST_TEXT, required=True)
    html = Text(LONGEST_HTML)


class RestoreWordingSchema(BaseSchema):
    """One of the earlier wordings, or `ours`."""

    wording = Line(24, required=True)


class MailTemplateSchema(BaseSchema):
    kind = Word(MessageKind, dump_only=True)
    name = fields.String(dump_only=True)
    about = fields.String(dump_only=True)
    subject = fields.String(dump_only=True)
    text = fields.String(dump_only=True)
    html = fields.String(dump_only=True)
    is_ours = fields.Boolean(dump_only=True)
    version = fields.Integer(dump_only=True)
    updated_by = fields.String(dump_only=True, allow_none=True)
    updated_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    fault = fields.String(dump_only=True)
    fault_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    names = fields.Dict(keys=fields.String(), values=fields.String(), dump_only=True)
