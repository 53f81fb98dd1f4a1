"""Private notes: what comes in, one schema an act, and what goes out to their author.

No other schema nests one of these.
"""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.models import ExportChoice, NoteClass
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Line, PublicId, QuerySchema, Text, Word

LONGEST_NOTE = 20_000
MOST_AT_ONCE = 200


class PrivateNotesQuery(QuerySchema):
    """Whose notes, or of which session; without either all of one's own in the cohort."""

    membership_id = PublicId(metadata={"description": "Only notes about this participant."})
    session_id = PublicId(metadata={"description": "Only notes about this session."})


class EditPrivateNoteSchema(BaseSchema):
    body = Text(LONGEST_NOTE, required=True)


class WritePrivateNoteSchema(EditPrivateNoteSchema):
    """A note about a participant or a session, or about the cohort where it names neither."""

    membership_id = PublicId()
    session_id = PublicId()


class DecideOnExportSchema(BaseSchema):
    choice = Word(ExportChoice, required=True)
    reason = Line(500)


class SharePrivateNoteSchema(BaseSchema):
    note_class = Word(NoteClass, required=True)


class SharedSchema(BaseSchema):
    """Where the shared note is, which has its own address and its own readers."""

    note_id = fields.String(dump_only=True)


class HandOverPrivateNotesSchema(BaseSchema):
    membership_id = PublicId(required=True)
    note_ids = fields.List(
        PublicId(),
        required=True,
        validate=validate.Length(min=1, max=MOST_AT_ONCE, error=f"Choose 1 to {MOST_AT_ONCE} notes."),
        error_messages=LIST_MESSAGES,
    )


class HandedOverSchema(BaseSchema):
    handed_over = fields.Integer(dump_only=True)


class PrivateNoteReceiptSchema(BaseSchema):
    """A note without its words: what answers a POST, because such an answer is kept for a day to be given again."""

    id = fields.String(dump_only=True)
    cohort_id = fields.String(dump_only=True)
    membership_id = fields.String(dump_only=True, allow_none=True)
    session_id = fields.String(dump_only=True, allow_none=True)
    written_at = fields.AwareDateTime(dump_only=True)
    edited_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    in_export = fields.Enum(ExportChoice, by_value=True, dump_only=True, allow_none=True)
    left_out_reason = fields.String(dump_only=True)
    decided_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)


class PrivateNoteSchema(PrivateNoteReceiptSchema):
    """A note as its author sees it; `version` is its ETag. `body` is null where it cannot be read: `fault` says why."""

    body = fields.String(dump_only=True, allow_none=True)
    fault = fields.String(dump_only=True)
    handed_over_by = fields.String(dump_only=True, allow_none=True)
    handed_over_at = fields.AwareDateTime(dump_only=True, allow_none=True)


class NoteReviewSchema(BaseSchema):
    id = PublicId(attribute="public_id", dump_only=True)
    asked_at = fields.AwareDateTime(dump_only=True)
