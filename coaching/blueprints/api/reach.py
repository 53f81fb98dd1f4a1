"""Reach over time and as it stands, each run once; and figures that somebody confirms."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import ReachMetric, ReachSnapshot
from coaching.schemas.base import BaseSchema, QuerySchema, Word
from coaching.schemas.reach import ReachSnapshotSchema, UnconfirmReachSchema
from coaching.services.cohorts import get_cohort
from coaching.services.course_projects import get_project
from coaching.services.programmes import get_programme
from coaching.services.reach import get_run, get_snapshot
from coaching.services.reach_confirmation import confirm_reach, unconfirm_reach
from coaching.services.reach_over_time import Reach, cohort_reach, programme_reach, project_reach, run_reach

blueprint = ApiBlueprint("reach", tag="Runs and reach", description="How many the courses reached, each run once.")


class ReachQuery(QuerySchema):
    """What is counted in the points; the totals have every metric."""

    metric = Word(ReachMetric, load_default=ReachMetric.JOINERS)


@blueprint.route("/runs/<id:run_id>/reach")
@blueprint.arguments(ReachQuery, location="query")
@blueprint.answers(shape_of(Reach))
def show_run(query: dict[str, Any], run_id: str) -> Reach:
    """One run over time: of each day the figure that stands for it."""
    run = get_run(rows(), run_id, actor=current_actor())
    return run_reach(rows(), run, actor=current_actor(), now=utc_now(), **query)


@blueprint.route("/projects/<id:project_id>/reach")
@blueprint.arguments(ReachQuery, location="query")
@blueprint.answers(shape_of(Reach))
def show_project(query: dict[str, Any], project_id: str) -> Reach:
    """All runs of a course over time, each with its latest figure by then."""
    project = get_project(rows(), project_id, actor=current_actor())
    return project_reach(rows(), project, actor=current_actor(), now=utc_now(), **query)


@blueprint.route("/cohorts/<id:cohort_id>/reach")
@blueprint.arguments(ReachQuery, location="query")
@blueprint.answers(shape_of(Reach))
def show_cohort(query: dict[str, Any], cohort_id: str) -> Reach:
    """The courses that began in a cohort or that its members co-own, each run once."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return cohort_reach(rows(), cohort, actor=current_actor(), now=utc_now(), **query)


@blueprint.route("/programmes/<id:programme_id>/reach")
@blueprint.arguments(ReachQuery, location="query")
@blueprint.answers(shape_of(Reach))
def show_programme(query: dict[str, Any], programme_id: str) -> Reach:
    """Every run of a programme, once, for its coordinators. `people` are no enrolments: who took two of the courses is
    among them twice, and who joined two runs of one course once."""
    programme = get_programme(rows(), programme_id, actor=current_actor())
    return programme_reach(rows(), programme, actor=current_actor(), now=utc_now(), **query)


@blueprint.route("/reach/<id:snapshot_id>/confirmation", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, ReachSnapshotSchema)
def confirm(_data: dict[str, Any], snapshot_id: str) -> ReachSnapshot:
    """Confirms a self-reported figure, as a coach or coordinator who does not build the course. Its value stays."""
    snapshot = get_snapshot(rows(), snapshot_id, actor=current_actor())
    return confirm_reach(rows(), snapshot, actor=current_actor(), now=utc_now())


@blueprint.route("/reach/<id:snapshot_id>/confirmation/withdrawal", methods=["POST"])
@blueprint.arguments(UnconfirmReachSchema)
@blueprint.response(200, ReachSnapshotSchema)
def unconfirm(data: dict[str, Any], snapshot_id: str) -> ReachSnapshot:
    """Takes a confirmation back, and says why. The figure is self-reported again."""
    snapshot = get_snapshot(rows(), snapshot_id, actor=current_actor())
    return unconfirm_reach(rows(), snapshot, actor=current_actor(), now=utc_now(), **data)
