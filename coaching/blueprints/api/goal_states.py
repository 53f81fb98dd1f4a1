"""What is said of a goal as a whole: agreed to, revised, ended, taken up again; and the history that this leaves."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.goals import rating_row
from coaching.blueprints.api.rows import GoalChangeRow, GoalRevisionRow
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Goal
from coaching.schemas.base import BaseSchema
from coaching.schemas.goal import (
    EndGoalSchema,
    GoalAgreementSchema,
    GoalScaleSchema,
    GoalSchema,
    ReopenGoalSchema,
    ReviseGoalSchema,
)
from coaching.services.goal_revisions import earlier_editions, revise_goal
from coaching.services.goal_states import agree_to_goal, end_goal, reopen_goal
from coaching.services.goals import get_goal

blueprint = ApiBlueprint(
    "goal_states",
    tag="Goals",
    description="Goals with five levels (Goal Attainment Scaling): their states and editions.",
)


@blueprint.route("/goals/<id:goal_id>/agreement")
@blueprint.etag
@blueprint.response(200, GoalAgreementSchema)
def show_agreement(goal_id: str) -> Goal:
    """Which side has agreed to the goal as it stands."""
    return get_goal(rows(), goal_id, actor=current_actor())


@blueprint.route("/goals/<id:goal_id>/agreement", methods=["PUT"])
@blueprint.etag
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, GoalAgreementSchema)
def agree(_data: dict[str, Any], goal_id: str) -> Goal:
    """Agrees to the goal as it stands, as its participant or as a coach. Agreed takes both, and all five levels."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    blueprint.check_etag(goal, GoalAgreementSchema)
    return agree_to_goal(rows(), goal, actor=current_actor(), now=utc_now())


@blueprint.route("/goals/<id:goal_id>/scale")
@blueprint.etag
@blueprint.response(200, GoalScaleSchema)
def show_scale(goal_id: str) -> Goal:
    """The scale that the goal has now: levels, importance, difficulty and baseline."""
    return get_goal(rows(), goal_id, actor=current_actor())


@blueprint.route("/goals/<id:goal_id>/scale", methods=["PUT"])
@blueprint.etag
@blueprint.arguments(ReviseGoalSchema)
@blueprint.response(200, GoalScaleSchema)
def revise(data: dict[str, Any], goal_id: str) -> Goal:
    """Puts another scale in the place of one that was rated: the goal's next edition, with the reason.

    Earlier ratings stay with the scale that they were given on and no longer count; both agreements are taken back. A
    scale that nobody has rated on is edited with the goal.
    """
    goal = get_goal(rows(), goal_id, actor=current_actor())
    blueprint.check_etag(goal, GoalScaleSchema)
    revise_goal(rows(), goal, actor=current_actor(), now=utc_now(), **data)
    return goal


@blueprint.route("/goals/<id:goal_id>/revisions")
@blueprint.lists(shape_of(GoalRevisionRow))
def list_revisions(goal_id: str) -> list[GoalRevisionRow]:
    """The scales that the goal had before, the newest first, each with the ratings that were given on it."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    return [
        {
            "edition": one.edition,
            "importance": one.importance,
            "difficulty": one.difficulty,
            "baseline": one.baseline,
            "much_less": one.much_less,
            "less": one.less,
            "expected": one.expected,
            "more": one.more,
            "much_more": one.much_more,
            "revised_at": one.revised_at,
            "revised_by": one.revised_by.name if one.revised_by else None,
            "reason": one.reason,
            "ratings": [rating_row(rating) for rating in ratings],
        }
        for one, ratings in earlier_editions(goal)
    ]


@blueprint.route("/goals/<id:goal_id>/ending", methods=["POST"])
@blueprint.etag
@blueprint.arguments(EndGoalSchema)
@blueprint.response(200, GoalSchema)
def end(data: dict[str, Any], goal_id: str) -> Goal:
    """Says what became of the goal: `reached`, `changed` or `dropped`; the latter two say why.

    One that is changed names the goal in its place (`successor_id`), or writes it (`successor_statement`). It keeps its
    last rating in the T-score, and check-ins that count from its due date are asked no more.
    """
    goal = get_goal(rows(), goal_id, actor=current_actor())
    return end_goal(rows(), goal, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/goals/<id:goal_id>/reopening", methods=["POST"])
@blueprint.etag
@blueprint.arguments(ReopenGoalSchema, required=False)
@blueprint.response(200, GoalSchema)
def reopen(data: dict[str, Any], goal_id: str) -> Goal:
    """Takes up a goal again that had ended, with what was agreed on."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    return reopen_goal(rows(), goal, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/goals/<id:goal_id>/changes")
@blueprint.lists(shape_of(GoalChangeRow))
def list_changes(goal_id: str) -> list[GoalChangeRow]:
    """The goal's states in the order in which they were written down, from when it was set."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    return [
        {
            "id": one.public_id,
            "state": one.state,
            "on": one.on,
            "at": one.at,
            "reason": one.reason,
            "by": one.actor.name if one.actor else None,
            "successor_id": one.successor.public_id if one.successor else None,
        }
        for one in goal.changes
    ]
