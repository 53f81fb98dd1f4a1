"""Action and a session's record: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from coaching.models import ActionEnd, ActionOutcome, ActionState, ReminderChoice
from coaching.models.action import DAY
from coaching.schemas.base import PICK, BaseSchema, Day, Line, PublicId, Text, Word

ON_ANOTHER_DAY = "Choose “On another day” to be reminded on this day, or leave it blank."


class WriteRecordSchema(BaseSchema):
    """What a session leaves behind, for everybody who sees the session. Plain text, in paragraphs."""

    covered = Text(20_000)
    shared_notes = Text(20_000)
    materials = Text(20_000)


class FramedRecordSchema(WriteRecordSchema):
    """The same on a page, where the shared notes may have the four parts of GROW beside them."""

    goal = Text(20_000)
    reality = Text(20_000)
    options = Text(20_000)
    will = Text(20_000)


class SessionRecordSchema(WriteRecordSchema):
    """A record as it goes out; `version` is the session's, so that a change of either is seen by the other."""

    session_id = fields.String(attribute="public_id", dump_only=True)
    version = fields.Integer(dump_only=True)


class AgreeActionSchema(BaseSchema):
    """An action as it is written, new or edited: what, by when, and who does it.

    `owner_id` is the participant's own membership where it is left out, or that of a coach of the cohort. `reminder`
    is the day before, or `on` the day in `remind_on`, or none.
    """

    statement = Line(500, required=True)
    due_on = Day(load_default=None, allow_none=True)
    owner_id = PublicId(load_default=None, allow_none=True)
    reminder = Word(ReminderChoice)
    remind_on = Day(load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def means_one_day(self, data: dict[str, Any], **_context: Any) -> None:
        """A day beside another choice would be left out without a word."""
        on, choice, due_on = data.get("remind_on"), data.get("reminder"), data.get("due_on")
        is_before = on is not None and due_on is not None and due_on - on == DAY
        if on is not None and choice not in {None, ReminderChoice.ON} and not is_before:
            raise ValidationError(ON_ANOTHER_DAY, "remind_on")

    @post_load
    def a_day_alone_is_chosen(self, data: dict[str, Any], *, partial: Any = None, **_context: Any) -> dict[str, Any]:
        """Who gives a day and no choice means that day; who says nothing of it means the day before."""
        if data.get("remind_on") is not None:
            return {"reminder": ReminderChoice.ON} | data
        return data if partial else {"reminder": ReminderChoice.DAY_BEFORE} | data


class AgreeSessionActionSchema(AgreeActionSchema):
    """An action agreed in a session, with whose it is."""

    membership_id = PublicId(required=True)


class CloseActionSchema(BaseSchema):
    """What became of it. Why is asked for where it is dropped."""

    state = Word(ActionEnd, required=True)
    reason = Line(500)


class MoveActionSchema(BaseSchema):
    """Another day, and why."""

    due_on = Day(required=True)
    reason = Line(500, required=True)


class SayOutcomeSchema(BaseSchema):
    """What became of it, as a page asks it: the day is for one that is moved."""

    state = Word(ActionOutcome, required=True, validate=validate.NoneOf([ActionOutcome.REOPENED], error=PICK))
    due_on = Day(load_default=None, allow_none=True)
    reason = Line(500)


class BackToSessionSchema(BaseSchema):
    """The session on whose page it was said what became of an action."""

    at = PublicId(required=True)


class ActionSchema(AgreeActionSchema):
    """An action as it goes out; `session_id` is null where it was agreed alone."""

    id = PublicId(attribute="public_id", dump_only=True)
    membership_id = fields.String(attribute="membership.public_id", dump_only=True)
    owner_id = PublicId(attribute="owner.public_id", dump_only=True)
    session_id = fields.String(attribute="session.public_id", dump_only=True, dump_default=None, allow_none=True)
    state = Word(ActionState, dump_only=True)
    reason = fields.String(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    closed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)
