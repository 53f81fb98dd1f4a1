"""Who builds a course, and which goals of theirs it serves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import CourseProject, ProjectOwner
from coaching.schemas.course_project import (
    AddOwnerSchema,
    CourseProjectSchema,
    LinkOwnerSchema,
    OwnerSchema,
    ServeGoalSchema,
)
from coaching.services.course_projects import get_project
from coaching.services.project_goals import ServedGoal, list_served, serve_goal, stop_serving
from coaching.services.project_owners import add_owner, link_owner, remove_owner

blueprint = ApiBlueprint("project_team", tag="Projects", description="Who builds a course, and what it is good for.")


@blueprint.route("/projects/<id:project_id>/owners", methods=["POST"])
@blueprint.arguments(AddOwnerSchema)
@blueprint.response(201, OwnerSchema)
def share(data: dict[str, Any], project_id: str) -> tuple[ProjectOwner, dict[str, str]]:
    """Adds one more who builds the course: a member, or the name of someone outside."""
    project = get_project(rows(), project_id, actor=current_actor())
    owner = add_owner(rows(), project, actor=current_actor(), now=utc_now(), **data)
    return owner, place("projects.show", project_id=project.public_id)


@blueprint.route("/projects/<id:project_id>/owners/removal", methods=["POST"])
@blueprint.etag
@blueprint.arguments(AddOwnerSchema)
@blueprint.response(200, CourseProjectSchema)
def unshare(data: dict[str, Any], project_id: str) -> CourseProject:
    """Takes an owner off the team, save the last one. Answers with the project.

    The course's launches leave the participant's practice log; what they answered to check-ins stays in it.
    """
    project = get_project(rows(), project_id, actor=current_actor())
    remove_owner(rows(), project, actor=current_actor(), now=utc_now(), **data)
    return project


@blueprint.route("/projects/<id:project_id>/owners/linking", methods=["POST"])
@blueprint.arguments(LinkOwnerSchema)
@blueprint.response(200, OwnerSchema)
def link(data: dict[str, Any], project_id: str) -> ProjectOwner:
    """Puts a member in the place of a name from outside: somebody has joined. The launches so far become theirs, too.

    Where the member is on the team already, the name goes.
    """
    project = get_project(rows(), project_id, actor=current_actor())
    return link_owner(rows(), project, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/projects/<id:project_id>/goals")
@blueprint.lists(shape_of(ServedGoal))
def list_goals(project_id: str) -> Sequence[ServedGoal]:
    """The goals that the course serves, as far as one reads them: of other people's nothing is told."""
    project = get_project(rows(), project_id, actor=current_actor())
    return list_served(rows(), project, actor=current_actor())


@blueprint.route("/projects/<id:project_id>/goals", methods=["POST"])
@blueprint.arguments(ServeGoalSchema)
@blueprint.answers(shape_of(ServedGoal))
def serve(data: dict[str, Any], project_id: str) -> ServedGoal:
    """Says that the course serves a goal of one of its owners: for whose goal it is, and their coaches."""
    project = get_project(rows(), project_id, actor=current_actor())
    return serve_goal(rows(), project, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/projects/<id:project_id>/goals/removal", methods=["POST"])
@blueprint.arguments(ServeGoalSchema)
@blueprint.response(204)
def stop(data: dict[str, Any], project_id: str) -> None:
    """The course does not serve this goal after all."""
    project = get_project(rows(), project_id, actor=current_actor())
    stop_serving(rows(), project, actor=current_actor(), now=utc_now(), **data)
