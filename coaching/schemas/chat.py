"""A chat address: what comes in, and what goes out of it, which is never the address."""

from __future__ import annotations

from marshmallow import fields

from coaching.channels.chat_addresses import LONGEST
from coaching.models import MessageState
from coaching.schemas.base import BaseSchema, Line, Word


class ChatSchema(BaseSchema):
    """One's own chat address. `address` is taken and not given back; `label` says what it is."""

    address = Line(LONGEST, required=True, load_only=True)
    label = Line(120)
    created_at = fields.AwareDateTime(dump_only=True)
    last_outcome = Word(MessageState, dump_only=True, allow_none=True)
    last_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    last_detail = fields.String(dump_only=True)
