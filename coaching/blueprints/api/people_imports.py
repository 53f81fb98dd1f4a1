"""People of a list brought into a cohort: looked at, brought in, listed, taken back."""

from __future__ import annotations

from contextlib import closing
from datetime import date, datetime
from typing import Any, TypedDict

from flask import Response
from marshmallow import fields
from werkzeug.datastructures import FileStorage

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint, json_response
from coaching.blueprints.api.parsing import FilePart
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.people_choices import choices_of
from coaching.clock import utc_now
from coaching.importers.people import CAPS, keep_little
from coaching.models import BatchState, ImportBatch, RowOutcome
from coaching.schemas.base import BaseSchema
from coaching.schemas.people_import import PeopleImportSchema
from coaching.services.cohorts import get_cohort
from coaching.services.people_imports import (
    PeoplePreview,
    apply_people,
    count_lines,
    get_people_import,
    list_people_imports,
    preview_people,
)
from coaching.services.people_undo import undo_people
from coaching.tokens import new_secret

blueprint = ApiBlueprint("people_imports", tag="Members", description="People of a list brought into a cohort.")


class PeopleFileSchema(PeopleImportSchema):
    """The list, what is said beside it, and whether it is only looked at."""

    file = FilePart(required=True, metadata={"description": "CSV or XLSX with a column of e-mail addresses."})
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only tell what would become of each row."})


class PeopleRow(TypedDict):
    """A row of the list, and what becomes of it."""

    number: int
    name: str
    email: str
    outcome: RowOutcome
    reason: str


class _Summary(TypedDict):
    id: str | None
    file_name: str
    state: BatchState | None
    imported_at: datetime | None
    counts: dict[str, int]


class PeopleSummary(_Summary):
    """An import of people, by how many rows became what."""


class PeopleReport(_Summary, total=False):
    """An import of people, or in a dry run what it would be. `asks` names what has to be said before it can be one."""

    dry_run: bool
    asks: list[str]
    notes: list[str]
    headings: list[str]
    columns: dict[str, str | None]
    joined_on: date | None
    rows: list[PeopleRow]


REPORT = shape_of(PeopleReport)


@blueprint.route("/cohorts/<id:cohort_id>/people-imports")
@blueprint.lists(shape_of(PeopleSummary))
def index(cohort_id: str) -> list[PeopleSummary]:
    """The imports of people into a cohort, the newest first."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return [
        {
            "id": batch.public_id,
            "file_name": batch.file_name,
            "state": batch.state,
            "imported_at": batch.imported_at,
            "counts": count_lines(batch.rows),
        }
        for batch in list_people_imports(rows(), cohort, actor=current_actor())
    ]


@blueprint.route("/cohorts/<id:cohort_id>/people-imports", methods=["POST"])
@blueprint.arguments(PeopleFileSchema, location="multipart")
@blueprint.alt_response(201, schema=REPORT, description="Brought in.", success=True)
@blueprint.answers(REPORT)
def bring_in(data: dict[str, Any], cohort_id: str) -> PeopleReport | Response:
    """Brings in who is new, all of them or nobody; with `dry_run` it only tells what would become of each row.

    People are matched by e-mail, then by name within the cohort. A row in doubt has the outcome `review` and changes
    nothing, until its number stands in `as_new` or `as_same`. The same list again, with nobody new in it, answers 200
    with the import that it made before.
    """
    actor, now = current_actor(), utc_now()
    cohort = get_cohort(rows(), cohort_id, actor=actor)
    file: FileStorage = data["file"]
    name = "".join(letter for letter in file.filename or "" if letter.isprintable()) or "people.csv"
    with closing(file):
        content = keep_little(file.stream.read(CAPS.max_bytes + 1))
    choices = choices_of(data)
    if data["dry_run"]:
        seen = preview_people(rows(), cohort, content, choices, file_name=name, actor=actor, now=now)
        return _preview_report(seen, name)
    batch = apply_people(rows(), cohort, content, choices, file_name=name, actor=actor, new_secret=new_secret, now=now)
    response = json_response(_report(batch))
    if batch.imported_at == now:
        response.status_code = 201
        response.headers.extend(place("people_imports.show", people_import_id=batch.public_id))
    return response


@blueprint.route("/people-imports/<id:people_import_id>")
@blueprint.answers(REPORT)
def show(people_import_id: str) -> PeopleReport:
    """An import of people with each row's outcome."""
    batch, _ = get_people_import(rows(), people_import_id, actor=current_actor())
    return _report(batch)


@blueprint.route("/people-imports/<id:people_import_id>/undo", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.answers(REPORT)
def undo(_data: dict[str, Any], people_import_id: str) -> PeopleReport:
    """Takes out of the cohort who came in by it and nobody has touched since. Each row says who stays, and why."""
    batch, cohort = get_people_import(rows(), people_import_id, actor=current_actor())
    return _report(undo_people(rows(), batch, cohort, actor=current_actor(), now=utc_now()))


def _report(batch: ImportBatch) -> PeopleReport:
    return {
        "id": batch.public_id,
        "dry_run": False,
        "file_name": batch.file_name,
        "state": batch.state,
        "imported_at": batch.imported_at,
        "counts": count_lines(batch.rows),
        "asks": [],
        "notes": batch.detected.get("notes", []),
        "columns": batch.choices.get("columns", {}),
        "rows": [
            {
                "number": row.number,
                "name": row.name,
                "email": row.email,
                "outcome": row.outcome,
                "reason": row.reason,
            }
            for row in batch.rows
        ],
    }


def _preview_report(seen: PeoplePreview, name: str) -> PeopleReport:
    return {
        "id": None,
        "dry_run": True,
        "file_name": name,
        "state": None,
        "imported_at": None,
        "counts": seen.counts,
        "asks": list(seen.asks),
        "notes": seen.file.notes,
        "headings": seen.file.headings,
        "columns": seen.file.columns,
        "joined_on": seen.choices.joined_on,
        "rows": [
            {
                "number": line.number,
                "name": line.name,
                "email": line.email,
                "outcome": line.outcome,
                "reason": line.reason,
            }
            for line in seen.lines
        ],
    }
