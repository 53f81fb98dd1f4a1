"""The page of one goal, which several acts show again where they are refused."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.goal_picture import draw_ratings, is_of_participant, sides_of
from coaching.blueprints.metric_picture import picture_of
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import Goal, GoalEnd, Membership
from coaching.policies import is_self, may_set_goal, require
from coaching.services.check_in_ratings import list_goal_answers
from coaching.services.goal_levels import LEVELS
from coaching.services.goal_revisions import current_ratings, earlier_editions
from coaching.services.goal_states import list_possible_successors
from coaching.services.goals import FOR_PARTICIPANTS, get_goal
from coaching.services.metrics import list_metrics
from coaching.services.project_goals import read_serving

LABELS = {
    "statement": "Goal",
    "why": "Why it matters",
    "due_on": "By when",
    "importance": "Importance",
    "difficulty": "Difficulty",
    "baseline": "Where you start",
    "much_less": "Much less than expected",
    "less": "Less than expected",
    "expected": "As expected",
    "more": "More than expected",
    "much_more": "Much more than expected",
}
RATING = {"score": "Where it is now", "rated_on": "On which day", "note": "A note"}
ENDING = {
    "state": "It is",
    "on": "Since which day",
    "reason": "Why, or how one can tell",
    "successor_id": "Which goal takes its place",
    "successor_statement": "The new goal",
}
MILESTONE = {"statement": "Milestone", "due_on": "By when", "reached_on": "Reached on"}
NAMES = RATING | ENDING | MILESTONE
SCORES = {score: LABELS[LEVELS[score]] for score in sorted(LEVELS, reverse=True)}
ENDS = [
    (GoalEnd.REACHED.value, words(GoalEnd.REACHED), "As far as it was meant to go."),
    (GoalEnd.CHANGED.value, words(GoalEnd.CHANGED), "Another goal takes its place."),
    (GoalEnd.DROPPED.value, words(GoalEnd.DROPPED), "It is not worked on any more."),
]


def writable_goal(public_id: str) -> Goal:
    """The goal, for who may write on it."""
    goal = get_goal(db.session(), public_id, actor=current_actor())
    require(may_set_goal(current_actor(), goal.membership), seen=True, message=FOR_PARTICIPANTS)
    return goal


def goal_trail(membership: Membership, *steps: tuple[str, str]) -> list[dict[str, str]]:
    member = (membership.person.name, url_for("members.show", public_id=membership.public_id))
    return trail(membership.cohort, member, *steps)


def goal_link(goal: Goal) -> tuple[str, str]:
    return goal.statement, url_for("goals.show", public_id=goal.public_id)


def render_goal(goal: Goal, form: Form, *, at: str = "") -> str:
    """The page with its forms. `at` says which of them was refused; each field's name is in one of them alone."""
    actor, membership = current_actor(), goal.membership
    may_set = may_set_goal(actor, membership)
    is_own = is_self(actor, membership)
    return render_template(
        "goal/show.html",
        goal=goal,
        membership=membership,
        form=form,
        errors=form.errors,
        at=at,
        names=NAMES if goal.ended_on is None else NAMES | {"reason": "Why"},
        labels=SCORES,
        scores=[(str(score), label, goal.levels[score]) for score, label in SCORES.items()],
        today=in_zone(utc_now(), actor.timezone).date(),
        is_own=is_own,
        may_set=may_set,
        may_write=may_set and goal.ended_on is None,
        has_levels=all(goal.levels.values()),
        has_agreed=(goal.participant_agreed_at if is_own else goal.coach_agreed_at) is not None,
        **_shown(goal, is_choosing=bool(may_set) and goal.ended_on is None),
        breadcrumb=goal_trail(membership, (goal.statement, "")),
    )


def _shown(goal: Goal, *, is_choosing: bool) -> dict[str, Any]:
    """What the page draws of ratings, states and editions."""
    others = list_possible_successors(db.session(), goal) if is_choosing else []
    return {
        "sides": sides_of(goal),
        "lines": draw_ratings(goal),
        "ratings": [(rating, is_of_participant(goal, rating)) for rating in reversed(current_ratings(goal))],
        "editions": earlier_editions(goal),
        "ends": ENDS,
        "others": [(other.public_id, other.statement) for other in others],
        "answers": list_goal_answers(db.session(), goal, actor=current_actor()),
        "courses": read_serving(db.session(), goal),
        "metrics": [(one, picture_of(one)) for one in list_metrics(db.session(), goal, actor=current_actor())],
    }
