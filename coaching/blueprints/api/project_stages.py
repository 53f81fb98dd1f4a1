"""The stages of a course project, and its boards by stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint, Slice
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Platform, Stage, StageChange
from coaching.schemas.base import PublicId, QuerySchema, Whole, Word
from coaching.schemas.course_project import (
    AmendStageSchema,
    ChangeStageSchema,
    StageChangeSchema,
    TakeBackStageSchema,
    WithdrawnStageSchema,
)
from coaching.services.cohorts import get_cohort
from coaching.services.course_projects import get_project
from coaching.services.paging import LONGEST_PAGE
from coaching.services.programmes import get_programme
from coaching.services.project_board import BoardCard, BoardColumn, list_programme_projects, read_board
from coaching.services.project_stages import amend_stage, change_stage, get_stage_change, take_back_stage

blueprint = ApiBlueprint("project_stages", tag="Projects", description="How far courses are, and the boards of them.")


class ProjectQuery(QuerySchema):
    """What a programme's projects can be narrowed down to."""

    cohort_id = PublicId()
    stage = Word(Stage)
    platform = Word(Platform)
    limit = Whole(1, LONGEST_PAGE, load_default=50)
    after = PublicId(load_default=None, metadata={"description": "The last project of the page before."})


@blueprint.route("/cohorts/<id:cohort_id>/board")
@blueprint.lists(shape_of(BoardColumn))
def board(cohort_id: str) -> Sequence[BoardColumn]:
    """The cohort's projects by stage, from idea to stopped; each project once."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return read_board(rows(), cohort, actor=current_actor())


@blueprint.route("/programmes/<id:programme_id>/projects")
@blueprint.arguments(ProjectQuery, location="query")
@blueprint.lists(shape_of(BoardCard), is_paged=True)
def programme(query: dict[str, Any], programme_id: str) -> Slice:
    """A programme's projects, for its coordinators, the newest first and each once."""
    found = get_programme(rows(), programme_id, actor=current_actor())
    cohort_id = query.pop("cohort_id", None)
    cohort = get_cohort(rows(), cohort_id, actor=current_actor()) if cohort_id else None
    page = list_programme_projects(rows(), found, actor=current_actor(), cohort=cohort, **query)
    return Slice(page.items, page.next)


@blueprint.route("/projects/<id:project_id>/stages", methods=["POST"])
@blueprint.arguments(ChangeStageSchema)
@blueprint.response(201, StageChangeSchema)
def change(data: dict[str, Any], project_id: str) -> tuple[StageChange, dict[str, str]]:
    """Notes that the project was at a stage from a day on. A launch is logged instead."""
    project = get_project(rows(), project_id, actor=current_actor())
    step = change_stage(rows(), project, actor=current_actor(), now=utc_now(), **data)
    return step, place("projects.show", project_id=project.public_id)


@blueprint.route("/stages/<id:stage_id>/corrections", methods=["POST"])
@blueprint.arguments(AmendStageSchema)
@blueprint.response(201, StageChangeSchema)
def amend(data: dict[str, Any], stage_id: str) -> tuple[StageChange, dict[str, str]]:
    """Puts another change in the place of one that was noted wrong. That one stays on record with the reason."""
    change = get_stage_change(rows(), stage_id, actor=current_actor())
    amended = amend_stage(rows(), change, actor=current_actor(), now=utc_now(), **data)
    return amended, place("projects.show", project_id=change.project.public_id)


@blueprint.route("/stages/<id:stage_id>/removal", methods=["POST"])
@blueprint.arguments(TakeBackStageSchema)
@blueprint.response(200, WithdrawnStageSchema)
def take_back(data: dict[str, Any], stage_id: str) -> StageChange:
    """Takes back a change that was noted by mistake. It stays on record with the reason."""
    change = get_stage_change(rows(), stage_id, actor=current_actor())
    return take_back_stage(rows(), change, actor=current_actor(), now=utc_now(), **data)
