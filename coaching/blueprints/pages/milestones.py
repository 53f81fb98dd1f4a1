"""Milestones: added on the goal's page, changed, reached with one tap, taken off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.goal_page import MILESTONE, goal_link, goal_trail, render_goal, writable_goal
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Milestone
from coaching.policies import may_set_goal, require
from coaching.schemas.base import load_form
from coaching.schemas.goal import WriteMilestoneSchema
from coaching.services.goals import FOR_PARTICIPANTS
from coaching.services.milestones import add_milestone, edit_milestone, get_milestone, remove_milestone

blueprint = Blueprint("milestones", __name__)


@blueprint.post("/goals/<id:public_id>/milestones")
@acts_once
def create(public_id: str) -> ResponseReturnValue:
    """Adds a step on the way to the goal."""
    goal = writable_goal(public_id)
    try:
        values = load_form(WriteMilestoneSchema(), request.form)
        add_milestone(db.session(), goal, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_goal(goal, sent_again(refusal), at="milestones"), status_of(refusal)
    flash("The milestone is added.", "success")
    return redirect(url_for("goals.show", public_id=public_id, _anchor="milestones"), 303)


@blueprint.get("/milestones/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    milestone = _writable(public_id)
    return _edit(milestone, _standing(milestone))


@blueprint.post("/milestones/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    milestone = _writable(public_id)
    try:
        check_version(milestone)
        values = load_form(WriteMilestoneSchema(), request.form, beside=(VERSION,))
        edit_milestone(db.session(), milestone, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(milestone, sent_again(refusal, lambda: _standing(milestone))), status_of(refusal)
    flash("The milestone is saved.", "success")
    return redirect(_goal_page(milestone), 303)


@blueprint.post("/milestones/<id:public_id>/reached")
def reach(public_id: str) -> ResponseReturnValue:
    """Says that the milestone is reached today; for another day there is its form."""
    milestone = _writable(public_id)
    try:
        refuse_unknown()
        edit_milestone(
            db.session(),
            milestone,
            actor=current_actor(),
            now=utc_now(),
            statement=milestone.statement,
            due_on=milestone.due_on,
            reached_on=milestone.reached_on or in_zone(utc_now(), current_actor().timezone).date(),
        )
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(milestone, sent_again(refusal)), status_of(refusal)
    flash(f"Reached: {milestone.statement}", "success")
    return redirect(_goal_page(milestone), 303)


@blueprint.post("/milestones/<id:public_id>/removal")
def remove(public_id: str) -> ResponseReturnValue:
    """Takes the milestone off."""
    milestone = _writable(public_id)
    address = _goal_page(milestone)
    try:
        check_version(milestone)
        refuse_unknown(VERSION)
        remove_milestone(db.session(), milestone, actor=current_actor(), now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(milestone, sent_again(refusal, lambda: _standing(milestone))), status_of(refusal)
    flash("The milestone is taken off.", "success")
    return redirect(address, 303)


def _writable(public_id: str) -> Milestone:
    milestone = get_milestone(db.session(), public_id, actor=current_actor())
    require(may_set_goal(current_actor(), milestone.goal.membership), seen=True, message=FOR_PARTICIPANTS)
    return milestone


def _goal_page(milestone: Milestone) -> str:
    return url_for("goals.show", public_id=milestone.goal.public_id, _anchor="milestones")


def _standing(milestone: Milestone) -> Form:
    return filled(
        milestone.version,
        statement=milestone.statement,
        due_on=milestone.due_on,
        reached_on=milestone.reached_on,
    )


def _edit(milestone: Milestone, form: Form) -> str:
    goal = milestone.goal
    return render_template(
        "goal/milestone.html",
        milestone=milestone,
        goal=goal,
        form=form,
        errors=form.errors,
        labels=MILESTONE,
        breadcrumb=goal_trail(goal.membership, goal_link(goal), (milestone.statement, "")),
    )
