"""Files with figures of courses, brought into a cohort: read, said where they belong, applied, undone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, TypedDict

from flask import request
from marshmallow import fields

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.parsing import FilePart
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.file_taking import discard_files, files_brought, mark_files_named, read_files_body, take_files
from coaching.blueprints.uploading import settings
from coaching.clock import utc_now
from coaching.models import BatchState, ImportBatch, ReachMetric, RowOutcome
from coaching.schemas.base import LIST_MESSAGES, BaseSchema
from coaching.schemas.file_import import ChooseRunsSchema, FileImportSchema
from coaching.services.cohorts import get_cohort
from coaching.services.file_applying import ask_to_apply
from coaching.services.file_choices import choose_runs
from coaching.services.file_imports import (
    cancel_files,
    check_may_bring,
    get_file_import,
    list_file_imports,
    receive_files,
)
from coaching.services.file_plan import plan_import
from coaching.services.file_undoing import undo_files
from coaching.services.import_queue import apply_at_once, read_at_once

blueprint = ApiBlueprint(
    "file_imports", tag="Imports of figures", description="Exports of platforms and tables of figures, brought in."
)
blueprint.teardown_request(discard_files)


class FilesSchema(BaseSchema):
    """The files, each as a part of its own."""

    file: fields.List[Any] = fields.List(
        FilePart(),
        required=True,
        error_messages=LIST_MESSAGES,
        metadata={"description": "Up to 60 files or zips, up to 200 MB together, each in a part named file."},
    )


class FileImportRow(TypedDict):
    """An import in a list."""

    id: str
    file_name: str
    kind: str
    state: BatchState
    imported_at: datetime
    applied_at: datetime | None


class PlannedRow(TypedDict):
    """A figure that applying would add to a run, or that stands already, perhaps by the import named."""

    key: str
    run_id: str | None
    metric: ReachMetric
    value: int
    as_of: date
    outcome: RowOutcome
    warnings: list[str]
    known_from: str | None


@blueprint.before_request
def take_body() -> None:
    """Before anything looks at the body of an upload: whether its sender may bring files, and then the body."""
    if request.endpoint != "api_file_imports.bring_in":
        return
    cohort = get_cohort(rows(), (request.view_args or {})["cohort_id"], actor=current_actor())
    check_may_bring(cohort, actor=current_actor())
    read_files_body()
    take_files()


@blueprint.route("/cohorts/<id:cohort_id>/file-imports")
@blueprint.lists(shape_of(FileImportRow))
def index(cohort_id: str) -> list[FileImportRow]:
    """The cohort's imports of figures, the newest first: one's own, and for who runs the cohort all of them."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return [
        {
            "id": batch.public_id,
            "file_name": batch.file_name,
            "kind": batch.kind,
            "state": batch.state,
            "imported_at": batch.imported_at,
            "applied_at": batch.applied_at,
        }
        for batch in list_file_imports(rows(), cohort, actor=current_actor())
    ]


@blueprint.route("/cohorts/<id:cohort_id>/file-imports", methods=["POST"])
@blueprint.etag
@blueprint.arguments(FilesSchema, location="multipart")
@blueprint.response(201, FileImportSchema)
def bring_in(_data: dict[str, Any], cohort_id: str) -> tuple[ImportBatch, dict[str, str]]:
    """Keeps the files and reads them: at once where they are small, else soon, with `state` and `done` telling how far.

    Files that came before, and whose import stands or is under way, are known: the answer is that import.
    """
    cohort, now = get_cohort(rows(), cohort_id, actor=current_actor()), utc_now()
    batch, is_new = receive_files(rows(), cohort, files_brought(), actor=current_actor(), now=now)
    if is_new:
        read_at_once(rows(), batch, settings().uploads, now=now)
        # The files are the rows' once these are written.
        rows().flush()
        mark_files_named()
    return batch, place("file_imports.show", file_import_id=batch.public_id)


@blueprint.route("/file-imports/<id:file_import_id>")
@blueprint.etag
@blueprint.response(200, FileImportSchema)
def show(file_import_id: str) -> ImportBatch:
    """An import with what was understood, what was said, and how far it is."""
    return get_file_import(rows(), file_import_id, actor=current_actor())[0]


@blueprint.route("/file-imports/<id:file_import_id>/plan")
@blueprint.lists(shape_of(PlannedRow))
def plan(file_import_id: str) -> list[PlannedRow]:
    """What applying would do, figure by figure, with what a person should look at first."""
    batch, cohort = get_file_import(rows(), file_import_id, actor=current_actor())
    return [
        {
            "key": planned.key,
            "run_id": planned.run.public_id if planned.run is not None else None,
            "metric": figure.metric,
            "value": figure.value,
            "as_of": figure.as_of,
            "outcome": figure.outcome,
            "warnings": list(figure.warnings),
            "known_from": figure.known_from,
        }
        for planned in plan_import(rows(), batch, cohort, actor=current_actor())
        for figure in planned.figures
    ]


@blueprint.route("/file-imports/<id:file_import_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(ChooseRunsSchema)
@blueprint.response(200, FileImportSchema)
def choose(data: dict[str, Any], file_import_id: str) -> ImportBatch:
    """Says where the runs belong, and what the files do not say of themselves; then they are read anew."""
    batch, cohort = get_file_import(rows(), file_import_id, actor=current_actor())
    blueprint.check_etag(batch, FileImportSchema)
    now = utc_now()
    choose_runs(rows(), batch, cohort, actor=current_actor(), now=now, **data)
    if batch.state == BatchState.READING:
        read_at_once(rows(), batch, settings().uploads, now=now)
    return batch


@blueprint.route("/file-imports/<id:file_import_id>/apply", methods=["POST"])
@blueprint.etag
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, FileImportSchema)
def apply(_data: dict[str, Any], file_import_id: str) -> ImportBatch:
    """Makes the figures count: at once where the files are small, else soon."""
    batch, cohort = get_file_import(rows(), file_import_id, actor=current_actor())
    ask_to_apply(rows(), batch, cohort, actor=current_actor(), now=utc_now())
    apply_at_once(rows(), batch, settings().uploads, now=utc_now())
    return batch


@blueprint.route("/file-imports/<id:file_import_id>/undo", methods=["POST"])
@blueprint.etag
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, FileImportSchema)
def undo(_data: dict[str, Any], file_import_id: str) -> ImportBatch:
    """Takes back what the import brought. Runs that it opened and that nobody has worked with since go too."""
    batch, cohort = get_file_import(rows(), file_import_id, actor=current_actor())
    undo_files(rows(), batch, cohort, actor=current_actor(), now=utc_now())
    return batch


@blueprint.route("/file-imports/<id:file_import_id>/cancel", methods=["POST"])
@blueprint.etag
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, FileImportSchema)
def cancel(_data: dict[str, Any], file_import_id: str) -> ImportBatch:
    """Ends an import that does not count yet. Where it is worked on, that stops within seconds."""
    batch, cohort = get_file_import(rows(), file_import_id, actor=current_actor())
    cancel_files(rows(), batch, cohort, settings().uploads, actor=current_actor(), now=utc_now())
    return batch
