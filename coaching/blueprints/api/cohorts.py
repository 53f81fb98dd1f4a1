"""Cohorts, and the progress of everybody in one."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.paging import PageQuery
from coaching.blueprints.api.rows import CohortRow
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Cohort, CohortKind
from coaching.schemas.base import Line, PublicId, Word
from coaching.schemas.cohort import CohortSchema, EditCohortSchema
from coaching.services.cohort_list import CohortTime, list_cohorts
from coaching.services.cohorts import edit_cohort, get_cohort
from coaching.services.paging import Page
from coaching.services.programmes import find_filter_programme

blueprint = ApiBlueprint("cohorts", tag="Cohorts", description="Groups that learn together.")


class CohortQuery(PageQuery):
    """What a list of cohorts can be narrowed down to."""

    programme = PublicId()
    kind = Word(CohortKind)
    state = Word(CohortTime)
    text = Line(200, metadata={"description": "A part of the name."})


@blueprint.route("/cohorts")
@blueprint.arguments(CohortQuery, location="query")
@blueprint.lists(shape_of(CohortRow), is_paged=True)
def index(query: dict[str, Any]) -> Page:
    """The cohorts that one may look at, the latest start first."""
    wanted = query.pop("programme", None)
    programme = find_filter_programme(rows(), wanted) if wanted else None
    if wanted and programme is None:
        return Page([], None)
    return list_cohorts(rows(), actor=current_actor(), now=utc_now(), programme=programme, **query)


@blueprint.route("/cohorts/<id:cohort_id>")
@blueprint.etag
@blueprint.response(200, CohortSchema)
def show(cohort_id: str) -> Cohort:
    """One cohort."""
    return get_cohort(rows(), cohort_id, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(EditCohortSchema(partial=True))
@blueprint.response(200, CohortSchema)
def edit(data: dict[str, Any], cohort_id: str) -> Cohort:
    """Changes a cohort. Check-ins that have not been asked yet move with its end."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    blueprint.check_etag(cohort, CohortSchema)
    values = merged(cohort, EditCohortSchema, data)
    return edit_cohort(rows(), cohort, actor=current_actor(), now=utc_now(), **values)
