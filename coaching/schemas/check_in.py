"""CheckIn and its answer: what comes in by page, link and API, and what goes out."""

from __future__ import annotations

from marshmallow import fields

from coaching.models import AnswerChoice, CheckInState, MessageState
from coaching.schemas.base import BaseSchema, PublicId, Text, Whole, Word

LONGEST_NOTE = 2000
MOST_ENROLMENTS = 100_000_000


class AnswerSchema(BaseSchema):
    """An answer as it comes in."""

    choice = Word(AnswerChoice, required=True)
    note = Text(LONGEST_NOTE)
    enrolments = Whole(0, MOST_ENROLMENTS, load_default=None, allow_none=True)


class CheckInAnswerSchema(BaseSchema):
    """An answer as it goes out, with when it was given and last changed."""

    choice = Word(AnswerChoice, dump_only=True)
    note = fields.String(dump_only=True)
    enrolments = fields.Integer(dump_only=True, allow_none=True)
    answered_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    via = fields.String(dump_only=True)


class CheckInSchema(BaseSchema):
    """A check-in with its question, and its answer where there is one."""

    id = PublicId(attribute="public_id", dump_only=True)
    membership_id = fields.String(attribute="membership.public_id", dump_only=True)
    cohort_id = fields.String(attribute="membership.cohort.public_id", dump_only=True)
    step = fields.String(attribute="step.label", dump_only=True)
    question = fields.String(attribute="step.question", dump_only=True)
    state = Word(CheckInState, dump_only=True)
    due_at = fields.AwareDateTime(dump_only=True)
    asked_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    closes_at = fields.AwareDateTime(dump_only=True)
    answer = fields.Nested(CheckInAnswerSchema, dump_only=True, allow_none=True)


class CheckInLineSchema(BaseSchema):
    """A member's check-in in a list, with what became of its mail."""

    id = fields.String(dump_only=True)
    state = Word(CheckInState, dump_only=True)
    step = fields.String(dump_only=True)
    question = fields.String(dump_only=True)
    due_at = fields.AwareDateTime(dump_only=True)
    asked_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    closes_at = fields.AwareDateTime(dump_only=True)
    choice = Word(AnswerChoice, dump_only=True)
    note = fields.String(dump_only=True)
    enrolments = fields.Integer(dump_only=True)
    answered_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True)
    message_state = Word(MessageState, dump_only=True)
    message_detail = fields.String(dump_only=True)
