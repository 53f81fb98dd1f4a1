"""Programmes, and cohorts opened in them."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import ProgrammeRow
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Cohort, Programme
from coaching.schemas.cohort import CohortSchema, OpenCohortSchema
from coaching.schemas.programme import ProgrammeSchema
from coaching.services.cohorts import open_cohort
from coaching.services.programmes import get_programme, list_programmes

blueprint = ApiBlueprint("programmes", tag="Programmes", description="Programmes that one coordinates or coaches in.")


@blueprint.route("/programmes")
@blueprint.lists(shape_of(ProgrammeRow))
def index() -> list[ProgrammeRow]:
    """The programmes that one coordinates or opens cohorts in, by name."""
    return [
        {
            "id": programme.public_id,
            "slug": programme.slug,
            "name": programme.name,
            "description": programme.description,
            "timezone": programme.timezone,
            "minimum_group": programme.minimum_group,
            "is_synthetic": programme.is_synthetic,
        }
        for programme in list_programmes(rows(), actor=current_actor())
    ]


@blueprint.route("/programmes/<id:programme_id>")
@blueprint.response(200, ProgrammeSchema)
def show(programme_id: str) -> Programme:
    """One programme."""
    return get_programme(rows(), programme_id, actor=current_actor())


@blueprint.route("/programmes/<id:programme_id>/cohorts", methods=["POST"])
@blueprint.etag
@blueprint.arguments(OpenCohortSchema)
@blueprint.response(201, CohortSchema)
def open_one(data: dict[str, Any], programme_id: str) -> tuple[Cohort, dict[str, str]]:
    """Opens a cohort with the default follow-up plan.

    Who opens it without coordinating the programme is its coach.
    """
    programme = get_programme(rows(), programme_id, actor=current_actor())
    cohort = open_cohort(rows(), programme, actor=current_actor(), now=utc_now(), **data)
    return cohort, place("cohorts.show", cohort_id=cohort.public_id)
