"""Course projects: the real-world courses, with their owners, stages and launches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import CourseProject, CourseRun
from coaching.schemas.course_project import (
    CourseProjectSchema,
    CourseRunSchema,
    EditProjectSchema,
    LogLaunchSchema,
    QuickLaunchSchema,
    StartProjectSchema,
)
from coaching.services.cohorts import get_cohort
from coaching.services.course_projects import (
    EarlierWords,
    edit_project,
    get_project,
    list_edits,
    list_projects,
    start_project,
)
from coaching.services.project_list import ProjectLine
from coaching.services.runs import log_launch, log_new_launch

blueprint = ApiBlueprint(
    "projects", tag="Projects", description="Real-world courses that participants build, and their launches."
)


@blueprint.route("/cohorts/<id:cohort_id>/projects")
@blueprint.lists(shape_of(ProjectLine))
def index(cohort_id: str) -> Sequence[ProjectLine]:
    """The projects that began in the cohort or that a member of it co-owns, by title."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_projects(rows(), cohort, actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/projects", methods=["POST"])
@blueprint.etag
@blueprint.arguments(StartProjectSchema)
@blueprint.response(201, CourseProjectSchema)
def start(data: dict[str, Any], cohort_id: str) -> tuple[CourseProject, dict[str, str]]:
    """Starts a project. The participant who starts it is one of its owners without saying so."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    project = start_project(rows(), cohort, actor=current_actor(), now=utc_now(), **data)
    return project, place("projects.show", project_id=project.public_id)


@blueprint.route("/cohorts/<id:cohort_id>/launches", methods=["POST"])
@blueprint.arguments(QuickLaunchSchema)
@blueprint.response(201, CourseRunSchema)
def launch_quickly(data: dict[str, Any], cohort_id: str) -> tuple[CourseRun, dict[str, str]]:
    """Logs a launch in one step, of one's project of this title or of a new one. Three fields are enough.

    A participant owns what they launch. Coaches and coordinators say whose a new course is, in `owners` or
    `outside_names`. A course of the same title that others in the cohort own is refused: it would count twice.
    """
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    run = log_new_launch(rows(), cohort, actor=current_actor(), now=utc_now(), **data)
    return run, place("runs.show", run_id=run.public_id)


@blueprint.route("/projects/<id:project_id>")
@blueprint.etag
@blueprint.response(200, CourseProjectSchema)
def show(project_id: str) -> CourseProject:
    """One project with its owners, stages, runs and their figures."""
    return get_project(rows(), project_id, actor=current_actor())


@blueprint.route("/projects/<id:project_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(EditProjectSchema(partial=True))
@blueprint.response(200, CourseProjectSchema)
def edit(data: dict[str, Any], project_id: str) -> CourseProject:
    """Changes a project's title, platform, audience, address or skills. What it said before stays on record."""
    project = get_project(rows(), project_id, actor=current_actor())
    blueprint.check_etag(project, CourseProjectSchema)
    values = merged(project, EditProjectSchema, data)
    return edit_project(rows(), project, actor=current_actor(), now=utc_now(), **values)


@blueprint.route("/projects/<id:project_id>/edits")
@blueprint.lists(shape_of(EarlierWords))
def list_earlier(project_id: str) -> Sequence[EarlierWords]:
    """What the project said before each edit, the newest first."""
    project = get_project(rows(), project_id, actor=current_actor())
    return list_edits(rows(), project, actor=current_actor())


@blueprint.route("/projects/<id:project_id>/launches", methods=["POST"])
@blueprint.arguments(LogLaunchSchema)
@blueprint.response(201, CourseRunSchema)
def launch(data: dict[str, Any], project_id: str) -> tuple[CourseRun, dict[str, str]]:
    """Logs that the course opened to learners. Before the cohort's end is as good as any time."""
    project = get_project(rows(), project_id, actor=current_actor())
    run = log_launch(rows(), project, actor=current_actor(), now=utc_now(), **data)
    return run, place("runs.show", run_id=run.public_id)
