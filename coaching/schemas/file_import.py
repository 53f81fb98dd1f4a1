"""ImportBatch of files: what somebody says that they belong to, coming in; how the batch stands, going out."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from coaching.importers.times import ORDERS
from coaching.models import BatchState, RunTarget
from coaching.schemas.base import LIST_MESSAGES, PICK, BaseSchema, Day, Line, PublicId, Word

MOST_RUNS = 500


class RunChoiceSchema(BaseSchema):
    """Where one run that the files tell of belongs."""

    key = Line(300, required=True)
    to = Word(RunTarget, required=True)
    run_id = PublicId(load_default=None, allow_none=True)
    project_id = PublicId(load_default=None, allow_none=True)
    launched_on = Day(load_default=None, allow_none=True)
    as_of = Day(load_default=None, allow_none=True)


class ChooseRunsSchema(BaseSchema):
    """What the files belong to, and what they do not say of themselves."""

    runs = fields.List(
        fields.Nested(RunChoiceSchema), load_default=(), validate=validate.Length(max=MOST_RUNS),
        error_messages=LIST_MESSAGES,
    )  # fmt: skip
    columns = fields.Dict(keys=Line(40), values=Line(300, allow_none=True), load_default=None, allow_none=True)
    date_order = Line(8, load_default=None, allow_none=True, validate=validate.OneOf(ORDERS, error=PICK))

    sheet = Line(200, load_default=None, allow_none=True)

    @validates_schema
    def each_once(self, data: dict[str, Any], **_context: Any) -> None:
        keys = [run["key"] for run in data["runs"]]
        if len(set(keys)) < len(keys):
            raise ValidationError("Say of each run once where it belongs.", "runs")


class ImportedRowSchema(BaseSchema):
    """A row of a file that a person should know of. It says nothing of whom it tells."""

    number = fields.Integer(dump_only=True)
    reason = fields.String(dump_only=True)


class FileImportSchema(BaseSchema):
    """A batch of files as it goes out. `detected` is what was understood, `choices` what was said, `done` of `total`
    bytes how far it is while it is read or applied."""

    id = PublicId(attribute="public_id", dump_only=True)
    kind = fields.String(dump_only=True)
    file_name = fields.String(dump_only=True)
    state = Word(BatchState, dump_only=True)
    problem = fields.String(dump_only=True)
    done = fields.Integer(dump_only=True)
    total = fields.Integer(dump_only=True)
    imported_at = fields.AwareDateTime(dump_only=True)
    applied_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    undone_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    detected = fields.Dict(keys=fields.String(), dump_only=True)
    choices = fields.Dict(keys=fields.String(), dump_only=True)
    rows = fields.List(fields.Nested(ImportedRowSchema), dump_only=True)
