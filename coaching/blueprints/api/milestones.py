"""Milestones: steps on the way to a goal."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import MilestoneRow
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Milestone
from coaching.schemas.goal import MilestoneSchema, WriteMilestoneSchema
from coaching.services.goals import get_goal
from coaching.services.milestones import add_milestone, edit_milestone, get_milestone, remove_milestone

blueprint = ApiBlueprint(
    "milestones", tag="Goals", description="Steps on the way to a goal, in the order of their days."
)


@blueprint.route("/goals/<id:goal_id>/milestones")
@blueprint.lists(shape_of(MilestoneRow))
def index(goal_id: str) -> list[MilestoneRow]:
    """The goal's milestones in the order of their days; those without a day come last."""
    return [
        {
            "id": one.public_id,
            "statement": one.statement,
            "due_on": one.due_on,
            "reached_on": one.reached_on,
            "created_at": one.created_at,
            "version": one.version,
        }
        for one in get_goal(rows(), goal_id, actor=current_actor()).milestones
    ]


@blueprint.route("/goals/<id:goal_id>/milestones", methods=["POST"])
@blueprint.etag
@blueprint.arguments(WriteMilestoneSchema)
@blueprint.response(201, MilestoneSchema)
def create(data: dict[str, Any], goal_id: str) -> tuple[Milestone, dict[str, str]]:
    """Adds a milestone to a goal that goes on."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    milestone = add_milestone(rows(), goal, actor=current_actor(), now=utc_now(), **data)
    return milestone, place("milestones.show", milestone_id=milestone.public_id)


@blueprint.route("/milestones/<id:milestone_id>")
@blueprint.etag
@blueprint.response(200, MilestoneSchema)
def show(milestone_id: str) -> Milestone:
    """One milestone."""
    return get_milestone(rows(), milestone_id, actor=current_actor())


@blueprint.route("/milestones/<id:milestone_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(WriteMilestoneSchema(partial=True))
@blueprint.response(200, MilestoneSchema)
def edit(data: dict[str, Any], milestone_id: str) -> Milestone:
    """Changes a milestone; `reached_on` says that it is reached, and null that it is not."""
    milestone = get_milestone(rows(), milestone_id, actor=current_actor())
    blueprint.check_etag(milestone, MilestoneSchema)
    values = merged(milestone, WriteMilestoneSchema, data)
    return edit_milestone(rows(), milestone, actor=current_actor(), now=utc_now(), **values)


@blueprint.route("/milestones/<id:milestone_id>", methods=["DELETE"])
@blueprint.etag
@blueprint.response(204)
def remove(milestone_id: str) -> None:
    """Takes a milestone off that was not reached."""
    milestone = get_milestone(rows(), milestone_id, actor=current_actor())
    blueprint.check_etag(milestone, MilestoneSchema)
    remove_milestone(rows(), milestone, actor=current_actor(), now=utc_now())
