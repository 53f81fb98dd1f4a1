"""A goal: set, edited, rated, and seen on its five levels."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import VERSION, Form, as_typed, check_version, filled, sent_again, write
from coaching.blueprints.pages.goal_page import LABELS, RATING, goal_link, goal_trail, render_goal, writable_goal
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Goal, Membership
from coaching.policies import is_self, may_set_goal, may_view_member, require
from coaching.schemas.base import load_form
from coaching.schemas.goal import RateGoalSchema, SetGoalSchema
from coaching.services.goal_history import require_open
from coaching.services.goal_levels import SCALE
from coaching.services.goal_revisions import current_ratings
from coaching.services.goals import BLANK, FOR_PARTICIPANTS, NOT_EDITED, edit_goal, get_goal, rate_goal, set_goal
from coaching.services.memberships import get_membership

blueprint = Blueprint("goals", __name__)


@blueprint.get("/members/<id:membership_id>/goals/new")
def new(membership_id: str) -> ResponseReturnValue:
    membership = _membership(membership_id)
    return _new(membership, filled(**BLANK))


@blueprint.post("/members/<id:membership_id>/goals")
@acts_once
def create(membership_id: str) -> ResponseReturnValue:
    """Sets the goal and shows it; its levels may be written later, before it is agreed on or rated."""
    membership = _membership(membership_id)
    try:
        values = load_form(SetGoalSchema(), request.form)
        goal = set_goal(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new(membership, sent_again(refusal)), status_of(refusal)
    flash("The goal is set.", "success")
    return redirect(url_for("goals.show", public_id=goal.public_id), 303)


@blueprint.get("/goals/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    goal = get_goal(db.session(), public_id, actor=current_actor())
    return render_goal(goal, filled(goal.version))


@blueprint.get("/goals/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    goal = writable_goal(public_id)
    require_open(goal, but=NOT_EDITED)
    return _edit(goal, _standing(goal))


@blueprint.post("/goals/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    goal = writable_goal(public_id)
    try:
        check_version(goal)
        values = load_form(SetGoalSchema(), request.form, beside=(VERSION,))
        edit_goal(db.session(), goal, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(goal, sent_again(refusal, lambda: _standing(goal))), status_of(refusal)
    flash("The goal is saved.", "success")
    return redirect(url_for("goals.show", public_id=public_id), 303)


@blueprint.post("/goals/<id:public_id>/ratings")
@acts_once
def rate(public_id: str) -> ResponseReturnValue:
    """Adds a rating; the first one fixes the levels."""
    goal = writable_goal(public_id)
    try:
        values = load_form(RateGoalSchema(), request.form)
        rate_goal(db.session(), goal, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        if isinstance(refusal, Invalid) and not refusal.messages.keys() <= RATING.keys():
            # It is the levels that are wrong, and they are no fields of this form.
            refusal = Invalid(refusal.message)
        return render_goal(goal, sent_again(refusal), at="rate"), status_of(refusal)
    flash("The rating is kept.", "success")
    return redirect(url_for("goals.show", public_id=public_id), 303)


def _membership(public_id: str) -> Membership:
    membership = get_membership(db.session(), public_id, actor=current_actor())
    actor = current_actor()
    require(may_set_goal(actor, membership), seen=may_view_member(actor, membership), message=FOR_PARTICIPANTS)
    return membership


def _standing(goal: Goal) -> Form:
    return filled(goal.version, **{name: getattr(goal, name) for name in LABELS})


def _new(membership: Membership, form: Form) -> str:
    return render_template(
        "goal/new.html",
        membership=membership,
        form=form,
        errors=form.errors,
        labels=LABELS,
        is_own=is_self(current_actor(), membership),
        breadcrumb=goal_trail(membership, ("Set a goal", "")),
    )


def _edit(goal: Goal, form: Form) -> str:
    """The form; of a goal that was rated its scale stays as it stands, whatever was typed before."""
    scale = {name: as_typed(getattr(goal, name)) for name in SCALE} if current_ratings(goal) else {}
    return render_template(
        "goal/edit.html",
        goal=goal,
        form=form,
        errors=form.errors,
        labels=LABELS,
        scale=scale,
        lost=[(LABELS[name], form.values.get(name)) for name in scale if form.values.get(name) != scale[name]],
        breadcrumb=goal_trail(goal.membership, goal_link(goal), ("Edit", "")),
        is_agreed=goal.participant_agreed_at is not None or goal.coach_agreed_at is not None,
    )
