"""A cohort's life: paused, resumed, archived, opened again, and what happened to it."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import CohortChange
from coaching.schemas.cohort_life import ChangeCohortSchema, CohortChangeSchema
from coaching.services.cohort_history import Happening, list_happenings
from coaching.services.cohort_life import AtStake, change_cohort, foresee_change
from coaching.services.cohorts import get_cohort

blueprint = ApiBlueprint(
    "cohort_life", tag="Cohorts", description="How a cohort is paused, archived, and opened again."
)


@blueprint.route("/cohorts/<id:cohort_id>/history")
@blueprint.lists(shape_of(Happening))
def index(cohort_id: str) -> list[Happening]:
    """What happened to the cohort, the newest first; for those who run it."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_happenings(rows(), cohort, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/at-stake")
@blueprint.answers(shape_of(AtStake))
def show(cohort_id: str) -> AtStake:
    """What pausing or archiving the cohort would touch now, in numbers."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return foresee_change(rows(), cohort, actor=current_actor(), now=utc_now())


@blueprint.route("/cohorts/<id:cohort_id>/changes", methods=["POST"])
@blueprint.arguments(ChangeCohortSchema)
@blueprint.response(200, CohortChangeSchema)
def change(data: dict[str, Any], cohort_id: str) -> CohortChange:
    """Pauses a cohort, archives it, or lets it run again. What had ended by archiving does not come back by itself."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return change_cohort(rows(), cohort, actor=current_actor(), now=utc_now(), **data)
