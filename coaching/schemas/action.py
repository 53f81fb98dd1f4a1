"""Action and a session's record: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import ActionEnd, ActionState
from coaching.schemas.base import BaseSchema, Day, Line, PublicId, Text, Word


class WriteRecordSchema(BaseSchema):
    """What a session leaves behind, for everybody who sees the session. Plain text, in paragraphs."""

    covered = Text(20_000)
    shared_notes = Text(20_000)
    materials = Text(20_000)


class SessionRecordSchema(WriteRecordSchema):
    """A record as it goes out; `version` is the session's, so that a change of either is seen by the other."""

    session_id = fields.String(attribute="public_id", dump_only=True)
    version = fields.Integer(dump_only=True)


class AgreeActionSchema(BaseSchema):
    """An action as it is written, new or edited: what, and by when."""

    statement = Line(500, required=True)
    due_on = Day(load_default=None, allow_none=True)


class AgreeSessionActionSchema(AgreeActionSchema):
    """An action agreed in a session, with whose it is."""

    membership_id = PublicId(required=True)


class CloseActionSchema(BaseSchema):
    """What became of it. Why is asked for where it is dropped."""

    state = Word(ActionEnd, required=True)
    reason = Line(500)


class BackToSessionSchema(BaseSchema):
    """The session on whose page it was said what became of an action."""

    at = PublicId(required=True)


class ActionSchema(AgreeActionSchema):
    """An action as it goes out; `session_id` is null where it was agreed alone."""

    id = PublicId(attribute="public_id", dump_only=True)
    membership_id = fields.String(attribute="membership.public_id", dump_only=True)
    session_id = fields.String(attribute="session.public_id", dump_only=True, dump_default=None, allow_none=True)
    state = Word(ActionState, dump_only=True)
    reason = fields.String(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    closed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)
