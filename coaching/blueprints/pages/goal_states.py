"""What is said of a goal as a whole: agreed to, revised, ended, taken up again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.goal_page import LABELS, goal_link, goal_trail, render_goal, writable_goal
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Goal, GoalEnd, GoalState
from coaching.schemas.base import load_form
from coaching.schemas.goal import EndGoalSchema, ReopenGoalSchema, ReviseGoalSchema
from coaching.services.goal_history import require_open
from coaching.services.goal_levels import SCALE
from coaching.services.goal_revisions import NOT_REVISED, revise_goal
from coaching.services.goal_states import agree_to_goal, end_goal, reopen_goal

REVISION = {name: LABELS[name] for name in SCALE} | {"reason": "What was wrong with the scale"}
SAID = {
    GoalEnd.REACHED: "The goal is reached. It stays among the others with its last rating.",
    GoalEnd.CHANGED: "The goal has ended in favour of the other.",
    GoalEnd.DROPPED: "The goal is dropped. It stays among the others with its last rating.",
}

blueprint = Blueprint("goal_states", __name__)


@blueprint.post("/goals/<id:public_id>/agreement")
def agree(public_id: str) -> ResponseReturnValue:
    """Says yes to the goal as it stands, which is the version that was on the page."""
    goal = writable_goal(public_id)
    try:
        refuse_unknown(VERSION)
        check_version(goal)
        agree_to_goal(db.session(), goal, actor=current_actor(), now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        # It is the levels that are wrong, and they are no fields of this page.
        shown = Invalid(refusal.message) if isinstance(refusal, Invalid) else refusal
        return render_goal(goal, sent_again(shown, lambda: filled(goal.version))), status_of(refusal)
    is_draft = goal.state == GoalState.DRAFT
    flash("You agreed. The other side has still to." if is_draft else "You both agreed to this goal.", "success")
    return redirect(url_for("goals.show", public_id=public_id), 303)


@blueprint.get("/goals/<id:public_id>/scale")
def revise(public_id: str) -> ResponseReturnValue:
    goal = writable_goal(public_id)
    require_open(goal, but=NOT_REVISED)
    return _revise(goal, _standing(goal))


@blueprint.post("/goals/<id:public_id>/scale")
def update(public_id: str) -> ResponseReturnValue:
    """Puts the new scale in the place of the one that was rated."""
    goal = writable_goal(public_id)
    try:
        check_version(goal)
        values = load_form(ReviseGoalSchema(), request.form, beside=(VERSION,))
        revise_goal(db.session(), goal, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _revise(goal, sent_again(refusal, lambda: _standing(goal))), status_of(refusal)
    flash("The scale is revised. Rate the goal on it, and agree to it both.", "success")
    return redirect(url_for("goals.show", public_id=public_id), 303)


@blueprint.post("/goals/<id:public_id>/ending")
@acts_once
def end(public_id: str) -> ResponseReturnValue:
    """Says what became of the goal; one that is changed may set the goal in its place."""
    goal = writable_goal(public_id)
    try:
        values = load_form(EndGoalSchema(), request.form)
        end_goal(db.session(), goal, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_goal(goal, sent_again(refusal), at="end"), status_of(refusal)
    flash(SAID[values["state"]], "success")
    return redirect(url_for("goals.show", public_id=public_id), 303)


@blueprint.post("/goals/<id:public_id>/reopening")
def reopen(public_id: str) -> ResponseReturnValue:
    """Takes the goal up again."""
    goal = writable_goal(public_id)
    try:
        values = load_form(ReopenGoalSchema(), request.form)
        reopen_goal(db.session(), goal, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_goal(goal, sent_again(refusal)), status_of(refusal)
    flash("The goal goes on.", "success")
    return redirect(url_for("goals.show", public_id=public_id), 303)


def _standing(goal: Goal) -> Form:
    return filled(goal.version, **{name: getattr(goal, name) for name in SCALE})


def _revise(goal: Goal, form: Form) -> str:
    return render_template(
        "goal/revise.html",
        goal=goal,
        form=form,
        errors=form.errors,
        labels=REVISION,
        breadcrumb=goal_trail(goal.membership, goal_link(goal), ("Revise the scale", "")),
    )
