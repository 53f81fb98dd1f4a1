"""Poll: slots that are proposed, what people say of each, and what goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from coaching.models import PollChoice, PollState
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Line, PublicId, Text, Whole, Word
from coaching.schemas.coaching_session import WallClock

FEWEST_SLOTS, MOST_SLOTS = 2, 40
MOST_INVITEES = 1000
SLOT_COUNT = f"Propose {FEWEST_SLOTS} to {MOST_SLOTS} times."


def _members(**options: Any) -> Any:
    cap = validate.Length(max=MOST_INVITEES, error=f"Ask at most {MOST_INVITEES:,} people.")
    return fields.List(PublicId(), validate=cap, error_messages=LIST_MESSAGES, **options)


class CreatePollSchema(BaseSchema):
    """A new poll. Wall-clock times are those of `timezone`; without `required` every participant is required."""

    title = Line(200, required=True)
    note = Text(2000)
    timezone = Line(64, required=True)
    duration_minutes = Whole(5, 1440, required=True)
    closes_local = WallClock(required=True)
    slots = fields.List(
        WallClock(),
        required=True,
        validate=validate.Length(min=FEWEST_SLOTS, max=MOST_SLOTS, error=SLOT_COUNT),
        error_messages=LIST_MESSAGES,
    )
    required = _members(load_default=None, allow_none=True)
    optional = _members(load_default=list)


class EditPollSchema(BaseSchema):
    """What can change of a poll: people have answered for its times, so those stay."""

    title = Line(200, required=True)
    note = Text(2000)
    closes_local = WallClock(required=True)


class PollSlotSchema(BaseSchema):
    id = PublicId(attribute="public_id", dump_only=True)
    local_start = WallClock(dump_only=True)
    starts_at = fields.AwareDateTime(dump_only=True)


class PollSchema(BaseSchema):
    """A poll as it goes out to whoever is asked; what the others answered is in its results."""

    id = PublicId(attribute="public_id", dump_only=True)
    cohort_id = fields.String(attribute="cohort.public_id", dump_only=True)
    title = fields.String(dump_only=True)
    note = fields.String(dump_only=True)
    timezone = fields.String(dump_only=True)
    duration_minutes = fields.Integer(dump_only=True)
    closes_local = WallClock(dump_only=True)
    closes_at = fields.AwareDateTime(dump_only=True)
    state = Word(PollState, dump_only=True)
    session_id = fields.String(attribute="session.public_id", dump_only=True, dump_default=None, allow_none=True)
    slots = fields.List(fields.Nested(PollSlotSchema), dump_only=True)
    version = fields.Integer(dump_only=True)


class SlotAnswerSchema(BaseSchema):
    slot_id = PublicId(required=True)
    choice = Word(PollChoice, required=True)


class AnswerPollSchema(BaseSchema):
    """An answer for every slot."""

    answers = fields.List(
        fields.Nested(SlotAnswerSchema),
        required=True,
        validate=validate.Length(min=1, max=MOST_SLOTS, error="Answer for every time that is proposed."),
        error_messages=LIST_MESSAGES,
    )


class ChooseSlotSchema(BaseSchema):
    """The slot that becomes a session, with where it is. Without a title it has the poll's."""

    slot_id = PublicId(required=True)
    title = Line(200)
    location = Line(500)
