"""A participants report brought into a session: looked at, applied, its doubtful rows settled, undone."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields, validate
from werkzeug.datastructures import FileStorage

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint, json_response
from coaching.blueprints.api.parsing import FilePart
from coaching.blueprints.api.rows import ImportReport
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.importers.times import ORDERS
from coaching.models import CoachingSession, ImportBatch
from coaching.schemas.base import BaseSchema, Line
from coaching.schemas.coaching_session import AddRowMemberSchema, MatchRowSchema, SetAsideRowsSchema
from coaching.services.attendance_imports import apply_import
from coaching.services.coaching_sessions import get_session
from coaching.services.import_batches import (
    add_row_member,
    get_batch,
    reopen_row,
    resolve_row,
    set_aside_rows,
    undo_import,
)
from coaching.services.import_lines import list_lines, preview_lines
from coaching.services.import_preview import ImportPreview, preview_import
from coaching.services.report_description import Reading
from coaching.tokens import new_secret

REPORT = shape_of(ImportReport)
# What a preview tells of the file as a whole: its people are the rows.
NOT_OF_THE_FILE = frozenset({"people", "sha256"})
# What it tells of the session, each under a name of its own.
OF_THE_SESSION = frozenset({"rows", "not_in_report", "recorded_already", "problems", "already_imported_as"})

blueprint = ApiBlueprint(
    "imports", tag="Imports", description="Participants reports (Zoom, Microsoft Teams) brought into a session."
)


class ImportFormSchema(BaseSchema):
    """The report, and what it does not say by itself."""

    file = FilePart(required=True, metadata={"description": "The CSV file, as Zoom or Teams gave it."})
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only tell what would be recorded."})
    timezone = Line(64, load_default=None, metadata={"description": "The report's zone; the session's if left out."})
    date_order = fields.String(
        load_default=None,
        validate=validate.OneOf(ORDERS, error="Choose mdy or dmy."),
        metadata={"description": "Which comes first in its dates, where they can be read both ways."},
    )
    anyway = fields.Boolean(
        load_default=False, metadata={"description": "The report is of another day, and meant all the same."}
    )


@blueprint.route("/sessions/<id:session_id>/imports", methods=["POST"])
@blueprint.arguments(ImportFormSchema, location="multipart")
@blueprint.alt_response(201, schema=REPORT, description="Recorded.", success=True)
@blueprint.answers(REPORT)
def bring_in(data: dict[str, Any], session_id: str) -> ImportReport | Response:
    """Records attendance from a report, all of it or nothing; with `dry_run` it only tells what would be recorded.

    Whether Zoom or Teams wrote it is recognised, and told in `detected`. Rows in doubt have the outcome `review`, and
    wait for a match. The same report again, also saved in another encoding or by another program, records nothing, and
    answers 200 with the import that it made before.
    """
    actor, now = current_actor(), utc_now()
    coaching_session = get_session(rows(), session_id, actor=actor)
    file: FileStorage = data["file"]
    content, name = file.stream.read(), _plain(file.filename or "")
    reading = Reading(data["timezone"] or None, data["date_order"], data["anyway"])
    if data["dry_run"]:
        seen = preview_import(rows(), coaching_session, content, reading, actor=actor, now=now)
        return _preview_report(coaching_session, seen, name)
    batch = apply_import(rows(), coaching_session, content, reading, file_name=name, actor=actor, now=now)
    response = json_response(_report(batch, coaching_session))
    if batch.imported_at == now:
        response.status_code = 201
        response.headers.extend(place("imports.show", import_id=batch.public_id))
    return response


@blueprint.route("/imports/<id:import_id>")
@blueprint.answers(REPORT)
def show(import_id: str) -> ImportReport:
    """An import with each row's outcome."""
    return _report(*get_batch(rows(), import_id, actor=current_actor()))


@blueprint.route("/imports/<id:import_id>/rows/<id:row_id>/match", methods=["POST"])
@blueprint.arguments(MatchRowSchema)
@blueprint.answers(REPORT)
def match(data: dict[str, Any], import_id: str, row_id: str) -> ImportReport:
    """Says who a row is, or with null that it is nobody of this cohort. Answers with the whole import."""
    batch, coaching_session = get_batch(rows(), import_id, actor=current_actor())
    resolve_row(rows(), batch, coaching_session, row_id, data["membership_id"], actor=current_actor(), now=utc_now())
    return _report(batch, coaching_session)


@blueprint.route("/imports/<id:import_id>/rows/<id:row_id>/match", methods=["DELETE"])
@blueprint.response(204)
def reopen(import_id: str, row_id: str) -> None:
    """Takes back who a row is: it waits for an answer again, and what was remembered of its name is forgotten."""
    batch, coaching_session = get_batch(rows(), import_id, actor=current_actor())
    reopen_row(rows(), batch, coaching_session, row_id, actor=current_actor(), now=utc_now())


@blueprint.route("/imports/<id:import_id>/rows/<id:row_id>/member", methods=["POST"])
@blueprint.arguments(AddRowMemberSchema)
@blueprint.answers(REPORT)
def add_person(data: dict[str, Any], import_id: str, row_id: str) -> ImportReport:
    """Brings the person of a row into the cohort as a participant, and records that they were there.

    Who has no account yet gets an invitation by mail. They joined on the session's day, unless `joined_on` is given.
    """
    batch, coaching_session = get_batch(rows(), import_id, actor=current_actor())
    add_row_member(
        rows(), batch, coaching_session, row_id, actor=current_actor(), secret=new_secret(), now=utc_now(), **data
    )
    return _report(batch, coaching_session)


@blueprint.route("/imports/<id:import_id>/set-aside", methods=["POST"])
@blueprint.arguments(SetAsideRowsSchema)
@blueprint.answers(REPORT)
def set_aside(data: dict[str, Any], import_id: str) -> ImportReport:
    """Says of these rows, or with null of all that are in doubt, that they are nobody of this cohort."""
    batch, coaching_session = get_batch(rows(), import_id, actor=current_actor())
    set_aside_rows(rows(), batch, coaching_session, data["row_ids"], actor=current_actor(), now=utc_now())
    return _report(batch, coaching_session)


@blueprint.route("/imports/<id:import_id>/undo", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.answers(REPORT)
def undo(_data: dict[str, Any], import_id: str) -> ImportReport:
    """Puts attendance back to what it was before this import, save what somebody changed since."""
    batch, coaching_session = get_batch(rows(), import_id, actor=current_actor())
    undo_import(rows(), batch, coaching_session, actor=current_actor(), now=utc_now())
    return _report(batch, coaching_session)


def _report(batch: ImportBatch, coaching_session: CoachingSession) -> ImportReport:
    return {
        "id": batch.public_id,
        "session_id": coaching_session.public_id,
        "dry_run": False,
        "state": batch.state,
        "file_name": batch.file_name,
        "sha256": batch.sha256,
        "imported_at": batch.imported_at,
        "detected": batch.detected,
        "rows": list_lines(rows(), batch, coaching_session, actor=current_actor()),
    }


def _preview_report(coaching_session: CoachingSession, seen: ImportPreview, name: str) -> ImportReport:
    words = seen.as_dict()
    kept = OF_THE_SESSION | NOT_OF_THE_FILE
    return {
        "id": None,
        "session_id": coaching_session.public_id,
        "dry_run": True,
        "state": None,
        "file_name": name,
        "sha256": seen.report.sha256,
        "imported_at": None,
        "detected": {key: value for key, value in words.items() if key not in kept},
        "rows": preview_lines(seen),
        "not_in_report": list(seen.missing),
        "recorded_already": list(seen.recorded),
        "problems": seen.problems,
        "already_imported_as": seen.already,
    }


def _plain(name: str) -> str:
    """The file's name without what a database cannot hold."""
    return "".join(letter for letter in name if letter.isprintable()) or "report.csv"
