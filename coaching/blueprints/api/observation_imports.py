"""Values of metrics brought into a cohort from a file."""

from __future__ import annotations

from typing import Any, TypedDict

from marshmallow import fields
from werkzeug.datastructures import FileStorage

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.parsing import FilePart
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.importers.observations import MAX_BYTES
from coaching.schemas.base import BaseSchema
from coaching.services.cohorts import get_cohort
from coaching.services.observation_imports import ImportedLine, count_outcomes, import_observations

blueprint = ApiBlueprint("observation_imports", tag="Metrics", description="Values of metrics from a file.")


class ObservationFileSchema(BaseSchema):
    """The file, and whether it is only looked at."""

    file = FilePart(required=True, metadata={"description": "CSV with email, goal, metric, date and value."})
    dry_run = fields.Boolean(load_default=False, metadata={"description": "Only tell what would be recorded."})


class ObservationReport(TypedDict):
    """What became of each row, or in a dry run would; and how many of each outcome there are."""

    dry_run: bool
    counts: dict[str, int]
    rows: list[ImportedLine]


@blueprint.route("/cohorts/<id:cohort_id>/observations", methods=["POST"])
@blueprint.arguments(ObservationFileSchema, location="multipart")
@blueprint.answers(shape_of(ObservationReport))
def bring_in(data: dict[str, Any], cohort_id: str) -> ObservationReport:
    """Records the rows that can be recorded, and says of the others why not.

    Rows are told apart by person, goal, metric and day, so that the same file again records nothing. A value that
    differs from the one that stands is left out: it is corrected by hand.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    file: FileStorage = data["file"]
    content = file.stream.read(MAX_BYTES + 1)
    lines = import_observations(
        rows(), cohort, content, actor=current_actor(), now=utc_now(), is_dry_run=data["dry_run"]
    )
    counts = {str(outcome): count for outcome, count in count_outcomes(lines).items()}
    return {"dry_run": data["dry_run"], "counts": counts, "rows": lines}
