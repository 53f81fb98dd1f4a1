"""The practice log: what comes in, one schema an act, and what goes out."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from coaching.models import CommentKind, FactorKind, PracticeKind
from coaching.models.practice import MOST_FACTORS
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Day, Line, PublicId, Text, Whole, Word


class TieEnrolmentsSchema(BaseSchema):
    run_id = PublicId(required=True)


class DescribePracticeSchema(BaseSchema):
    """What may be added to any line. `factor_ids` are words of the programme for what helped and what hindered."""

    with_whom = Line(500)
    helped = Text(2000)
    hindered = Text(2000)
    reflection = Text(4000)
    what_next = Text(2000)
    factor_ids = fields.List(
        PublicId(),
        load_default=list,
        validate=validate.Length(max=2 * MOST_FACTORS, error="Choose each word once."),
        error_messages=LIST_MESSAGES,
    )


class WritePracticeSchema(DescribePracticeSchema):
    """A line by hand: what was done, and when. `about_id` is a course that the participant builds, or a run of one."""

    text = Text(2000, required=True)
    on = Day(required=True)
    about_id = PublicId(load_default=None, allow_none=True)


class FactorInEntrySchema(BaseSchema):
    id = fields.String(attribute="factor.public_id", dump_only=True)
    kind = Word(FactorKind, dump_only=True)
    name = fields.String(dump_only=True)


def _project(entry: Any) -> str | None:
    project = entry.run.project if entry.run is not None else entry.project
    return project.public_id if project is not None else None


def _about(entry: Any) -> str | None:
    return entry.run.public_id if entry.run is not None else _project(entry)


class PracticeEntrySchema(BaseSchema):
    """A line of the log as it goes out; `version` is its ETag."""

    id = PublicId(attribute="public_id", dump_only=True)
    membership_id = fields.String(attribute="membership.public_id", dump_only=True)
    kind = Word(PracticeKind, dump_only=True)
    text = fields.String(dump_only=True)
    on = fields.Date(dump_only=True)
    about_id = fields.Function(_about, dump_only=True)
    project_id = fields.Function(_project, dump_only=True)
    with_whom = fields.String(dump_only=True)
    helped = fields.String(dump_only=True)
    hindered = fields.String(dump_only=True)
    reflection = fields.String(dump_only=True)
    what_next = fields.String(dump_only=True)
    run_id = fields.String(attribute="run.public_id", dump_only=True, dump_default=None, allow_none=True)
    factor_ids = fields.Function(lambda entry: sorted(one.factor.public_id for one in entry.factors), dump_only=True)
    factors = fields.List(fields.Nested(FactorInEntrySchema), dump_only=True)
    enrolments = fields.Integer(dump_only=True, allow_none=True)
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    confirmed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)


class ConfirmPracticeSchema(BaseSchema):
    """The version of the line that was read, so that nobody confirms what they have not seen."""

    version = Whole(1, 2**31 - 1, required=True)


class SayInPracticeSchema(BaseSchema):
    text = Text(2000, required=True)


class PracticeCommentSchema(BaseSchema):
    """What was said to a line, as it goes out; a celebration has no text."""

    id = PublicId(attribute="public_id", dump_only=True)
    entry_id = fields.String(attribute="entry.public_id", dump_only=True)
    kind = Word(CommentKind, dump_only=True)
    text = fields.String(dump_only=True)
    created_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    version = fields.Integer(dump_only=True)


class RenameFactorSchema(BaseSchema):
    name = Line(80, required=True)


class AddFactorSchema(RenameFactorSchema):
    """A word for what helps (`enabler`) or what hinders (`barrier`)."""

    kind = Word(FactorKind, required=True)


class OrderFactorsSchema(BaseSchema):
    kind = Word(FactorKind, required=True)
    factor_ids = fields.List(
        PublicId(),
        required=True,
        validate=validate.Length(max=MOST_FACTORS, error="Name each word once."),
        error_messages=LIST_MESSAGES,
    )


class PracticeFactorSchema(RenameFactorSchema):
    """A word of a programme's vocabulary as it goes out; `version` is its ETag."""

    id = PublicId(attribute="public_id", dump_only=True)
    kind = Word(FactorKind, dump_only=True)
    position = fields.Integer(dump_only=True)
    is_retired = fields.Function(lambda factor: factor.retired_at is not None, dump_only=True)
    version = fields.Integer(dump_only=True)
