"""Note: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from coaching.models import NoteChangeState, NoteClass, NoteWriter
from coaching.schemas.base import BaseSchema, PublicId, Text, Truth, Word

LONGEST_NOTE = 10_000
# GROW, a frame for what is said in coaching: each of these may begin a part of a note, under its own heading.
FRAME = ("goal", "reality", "options", "will")
HEADINGS = {"goal": "Goal", "reality": "Reality", "options": "Options", "will": "Will"}
WRITE_SOMETHING = "Write the note here, or in the fields of the frame."


class EditNoteSchema(BaseSchema):
    """A note's words, in Markdown."""

    body = Text(LONGEST_NOTE, required=True)


class WriteNoteSchema(EditNoteSchema):
    """A new note. `pair_coach` names, by their membership, the coach to whom a participant writes, where the cohort has
    several."""

    note_class = Word(NoteClass, required=True)
    pair_coach = PublicId(load_default=None, allow_none=True)


class WriteNoteFormSchema(WriteNoteSchema):
    """A new note as a page asks for it: its words in one field, or in those of the frame, or in both."""

    body = Text(LONGEST_NOTE)
    goal = Text(LONGEST_NOTE)
    reality = Text(LONGEST_NOTE)
    options = Text(LONGEST_NOTE)
    will = Text(LONGEST_NOTE)


class ChangeClassSchema(BaseSchema):
    """Another class for a note."""

    note_class = Word(NoteClass, required=True)
    pair_coach = PublicId(load_default=None, allow_none=True)


class AnswerChangeSchema(BaseSchema):
    """Yes or no to what is asked about a note."""

    agreed = Truth(required=True)


class NoteSchema(EditNoteSchema):
    """A note as it goes out; `membership_id` and `session_id` are null where it is about neither."""

    id = PublicId(attribute="public_id", dump_only=True)
    cohort_id = fields.String(attribute="cohort.public_id", dump_only=True)
    membership_id = fields.String(attribute="membership.public_id", dump_only=True, dump_default=None, allow_none=True)
    session_id = fields.String(attribute="session.public_id", dump_only=True, dump_default=None, allow_none=True)
    note_class = Word(NoteClass, dump_only=True)
    author = fields.String(attribute="author.name", dump_only=True)
    written_as = Word(NoteWriter, dump_only=True)
    pair_coach = fields.String(attribute="pair_coach.name", dump_only=True, dump_default=None, allow_none=True)
    written_at = fields.AwareDateTime(dump_only=True)
    edited_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)


class NoteConsentSchema(BaseSchema):
    """Somebody who is asked, and what they said; null until they did."""

    name = fields.String(attribute="person.name", dump_only=True)
    agreed = fields.Boolean(dump_only=True, allow_none=True)
    answered_at = fields.AwareDateTime(dump_only=True, allow_none=True)


class NoteChangeSchema(BaseSchema):
    """A change of a note's class that was made or asked for: the words that it is about, from whom to whom."""

    id = PublicId(attribute="public_id", dump_only=True)
    note_id = fields.String(attribute="note.public_id", dump_only=True)
    body = fields.String(attribute="note.body", dump_only=True)
    asked_by = fields.String(attribute="by.name", dump_only=True)
    from_class = Word(NoteClass, dump_only=True)
    to_class = Word(NoteClass, dump_only=True)
    to_coach = fields.String(attribute="to_coach.name", dump_only=True, dump_default=None, allow_none=True)
    state = Word(NoteChangeState, dump_only=True)
    asked_at = fields.AwareDateTime(dump_only=True)
    decided_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    consents = fields.List(fields.Nested(NoteConsentSchema), dump_only=True)


def in_frame(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a page's form as a note has them: the parts of the frame stand in one text, each under its heading.

    Raises ValueError where there are no words, or more than a note holds.
    """
    parts = [f"## {HEADINGS[name]}\n\n{values[name]}" for name in FRAME if values[name]]
    body = "\n\n".join([part for part in (values["body"], *parts) if part])
    if not body:
        raise ValueError(WRITE_SOMETHING)
    if len(body) > LONGEST_NOTE:
        raise ValueError(f"With the parts of the frame it is too long. Use at most {LONGEST_NOTE:,} characters.")
    return {name: value for name, value in values.items() if name not in FRAME} | {"body": body}
