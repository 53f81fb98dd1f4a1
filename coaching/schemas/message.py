"""Message: what goes out of it, which is never what it says."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import MessageKind, MessageState
from coaching.schemas.base import BaseSchema, PublicId, Word


class MessageSchema(BaseSchema):
    """One message as an administrator sees it."""

    id = PublicId(attribute="public_id", dump_only=True)
    kind = Word(MessageKind, dump_only=True)
    state = Word(MessageState, dump_only=True)
    channel = fields.String(dump_only=True)
    address = fields.String(dump_only=True)
    recipient = fields.String(attribute="recipient.name", dump_only=True)
    due_at = fields.AwareDateTime(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    settled_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    left_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    attempts = fields.Integer(dump_only=True)
