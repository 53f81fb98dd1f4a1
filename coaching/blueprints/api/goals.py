"""A participant's goals, and how far they are."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import merged, place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.rows import RatingRow
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Goal, Rating
from coaching.schemas.goal import GoalSchema, RateGoalSchema, RatingSchema, SetGoalSchema
from coaching.services.check_in_ratings import GoalAnswer, list_goal_answers
from coaching.services.goal_attainment import PersonAttainment, measure_attainment
from coaching.services.goals import GoalLine, edit_goal, get_goal, list_goals, rate_goal, set_goal
from coaching.services.memberships import get_membership

blueprint = ApiBlueprint(
    "goals", tag="Goals", description="Goals with five levels (Goal Attainment Scaling): the participant's and coach's."
)


@blueprint.route("/members/<id:member_id>/goals")
@blueprint.lists(shape_of(GoalLine))
def index(member_id: str) -> list[GoalLine]:
    """The participant's goals in the order in which they were set, each with its newest rating."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return list_goals(rows(), member, actor=current_actor())


@blueprint.route("/members/<id:member_id>/goals", methods=["POST"])
@blueprint.etag
@blueprint.arguments(SetGoalSchema)
@blueprint.response(201, GoalSchema)
def create(data: dict[str, Any], member_id: str) -> tuple[Goal, dict[str, str]]:
    """Sets a goal, which is a draft until both sides agree to it. The level texts may wait until then, or until the
    first rating, which fixes them."""
    member = get_membership(rows(), member_id, actor=current_actor())
    goal = set_goal(rows(), member, actor=current_actor(), now=utc_now(), **data)
    return goal, place("goals.show", goal_id=goal.public_id)


@blueprint.route("/members/<id:member_id>/attainment")
@blueprint.answers(shape_of(PersonAttainment))
def show_attainment(member_id: str) -> PersonAttainment:
    """The T-scores over the participant's rated goals: by the newest rating of each, and by those of either side."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return measure_attainment(rows(), member, actor=current_actor())


@blueprint.route("/goals/<id:goal_id>")
@blueprint.etag
@blueprint.response(200, GoalSchema)
def show(goal_id: str) -> Goal:
    """One goal with its ratings."""
    return get_goal(rows(), goal_id, actor=current_actor())


@blueprint.route("/goals/<id:goal_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(SetGoalSchema(partial=True))
@blueprint.response(200, GoalSchema)
def edit(data: dict[str, Any], goal_id: str) -> Goal:
    """Changes a goal. From the first rating on its levels, importance, difficulty and baseline are fixed. A change of
    what was agreed on, all but `why`, takes the agreement of both sides back."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    blueprint.check_etag(goal, GoalSchema)
    return edit_goal(rows(), goal, actor=current_actor(), now=utc_now(), **merged(goal, SetGoalSchema, data))


@blueprint.route("/goals/<id:goal_id>/ratings")
@blueprint.lists(shape_of(RatingRow))
def list_ratings(goal_id: str) -> list[RatingRow]:
    """The goal's ratings by day, of all editions. Those of its current edition count."""
    return [rating_row(rating) for rating in get_goal(rows(), goal_id, actor=current_actor()).ratings]


@blueprint.route("/goals/<id:goal_id>/ratings", methods=["POST"])
@blueprint.arguments(RateGoalSchema)
@blueprint.response(201, RatingSchema)
def rate(data: dict[str, Any], goal_id: str) -> tuple[Rating, dict[str, str]]:
    """Says how far the goal is on a day, from -2 over 0 (as expected) to 2. Ratings are added, never changed. A goal
    that has ended is not rated any more."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    rating = rate_goal(rows(), goal, actor=current_actor(), now=utc_now(), **data)
    return rating, place("goals.list_ratings", goal_id=goal.public_id)


@blueprint.route("/goals/<id:goal_id>/check-ins")
@blueprint.lists(shape_of(GoalAnswer))
def list_answers(goal_id: str) -> list[GoalAnswer]:
    """What its participant said when the goal was due, the newest first."""
    goal = get_goal(rows(), goal_id, actor=current_actor())
    return list_goal_answers(rows(), goal, actor=current_actor())


def rating_row(rating: Rating) -> RatingRow:
    """A rating as it stands in a list."""
    return {
        "id": rating.public_id,
        "edition": rating.edition,
        "score": rating.score,
        "rated_on": rating.rated_on,
        "note": rating.note,
        "rated_by": rating.rated_by.name,
        "created_at": rating.created_at,
    }
