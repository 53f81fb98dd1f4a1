"""An action: agreed in a session or alone, looked at, changed, done or dropped."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.action_forms import LABELS, OUTCOMES, REMINDERS, owner_options, say_outcome, standing
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.session_forms import session_run
from coaching.blueprints.pages.sessions import render_session
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid, NotFound
from coaching.extensions import db
from coaching.models import Action, ActionState, Membership, Role
from coaching.policies import is_self, may_agree_action, may_view_actions, require
from coaching.schemas.action import (
    AgreeActionSchema,
    AgreeSessionActionSchema,
    BackToSessionSchema,
    SayOutcomeSchema,
)
from coaching.schemas.base import checked, load_form
from coaching.services.action_outcomes import list_action_changes, reopen_action
from coaching.services.actions import (
    FOR_PARTICIPANTS,
    agree_action,
    agree_session_action,
    edit_action,
    get_action,
)
from coaching.services.coaching_sessions import get_session
from coaching.services.memberships import get_membership
from coaching.services.own_actions import list_own_actions

CLOSING = {"state": "It is", "reason": "Why, or how it went", "due_on": "The new day"}
# Where the buttons of a list lead back to.
AT = "at"

blueprint = Blueprint("actions", __name__)


@blueprint.get("/actions")
def index() -> ResponseReturnValue:
    """One's own actions over all cohorts, the overdue first."""
    actor, now = current_actor(), utc_now()
    lines = list_own_actions(db.session(), actor=actor, now=now)
    still_open = [line for line in lines if line.state == ActionState.OPEN]
    return render_template(
        "action/index.html",
        overdue=[line for line in still_open if line.is_overdue and line.is_mine],
        to_do=[line for line in still_open if line.is_mine and not line.is_overdue],
        promised=[line for line in still_open if not line.is_mine],
        closed=[line for line in lines if line.state != ActionState.OPEN],
        learns=any(one.role == Role.PARTICIPANT for one in actor.standings.values()),
        today=in_zone(now, actor.timezone).date(),
        breadcrumb=[{"label": "Home", "url": url_for("home.show")}, {"label": "Your actions"}],
    )


@blueprint.get("/members/<id:membership_id>/actions/new")
def new(membership_id: str) -> ResponseReturnValue:
    return _new(_membership(membership_id), Form())


@blueprint.post("/members/<id:membership_id>/actions")
@acts_once
def create(membership_id: str) -> ResponseReturnValue:
    """Agrees on an action outside of any session."""
    membership = _membership(membership_id)
    try:
        values = load_form(AgreeActionSchema(), request.form)
        agree_action(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _new(membership, sent_again(refusal)), status_of(refusal)
    flash("The action is added.", "success")
    return redirect(url_for("members.show", public_id=membership_id, _anchor="actions"), 303)


@blueprint.post("/sessions/<id:public_id>/actions")
@acts_once
def agree(public_id: str) -> ResponseReturnValue:
    """Agrees on an action of one of those who meet, on the session's page."""
    held = session_run(public_id)
    try:
        values = load_form(AgreeSessionActionSchema(), request.form)
        action = agree_session_action(db.session(), held, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_session(held, sent_again(refusal)), status_of(refusal)
    flash(f"Agreed with {action.membership.person.name}.", "success")
    return redirect(url_for("sessions.show", public_id=public_id, _anchor="actions"), 303)


@blueprint.get("/actions/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    return _page(get_action(db.session(), public_id, actor=current_actor()), Form())


@blueprint.get("/actions/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    action = _changeable(public_id)
    return _edit(action, standing(action))


@blueprint.post("/actions/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    action = _changeable(public_id)
    try:
        check_version(action)
        values = load_form(AgreeActionSchema(), request.form, beside=(VERSION,))
        edit_action(db.session(), action, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(action, sent_again(refusal, lambda: standing(action))), status_of(refusal)
    flash("The action is saved.", "success")
    return redirect(url_for("actions.show", public_id=public_id), 303)


@blueprint.post("/actions/<id:public_id>/closing")
def close(public_id: str) -> ResponseReturnValue:
    """Says what became of the action, or moves it, and goes back to the list that it was said in."""
    action = _changeable(public_id)
    try:
        values = load_form(SayOutcomeSchema(), request.form, beside=(AT,))
        said = say_outcome(action, values, actor=current_actor(), now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        return _page(action, sent_again(refusal)), status_of(refusal)
    flash(said, "success")
    return redirect(_back(action), 303)


@blueprint.post("/actions/<id:public_id>/reopening")
def reopen(public_id: str) -> ResponseReturnValue:
    """Takes back what was said to have become of the action."""
    action = _changeable(public_id)
    try:
        refuse_unknown()
        reopen_action(db.session(), action, actor=current_actor(), now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        return _page(action, sent_again(refusal)), status_of(refusal)
    flash("The action is open again.", "success")
    return redirect(url_for("actions.show", public_id=public_id), 303)


def _back(action: Action) -> str:
    """The page whose list had the button. Nothing of what was sent is used as an address."""
    at = request.form.get(AT, "")
    if at == "actions":
        return url_for("actions.index")
    if at == "home":
        return url_for("home.show", _anchor="my-actions")
    if at == "member":
        return url_for("members.show", public_id=action.membership.public_id, _anchor="actions")
    try:
        held = get_session(db.session(), checked(BackToSessionSchema(), {AT: at})[AT], actor=current_actor())
    except (Invalid, NotFound):
        return url_for("actions.show", public_id=action.public_id)
    return url_for("sessions.show", public_id=held.public_id, _anchor="open-before")


def _changeable(public_id: str) -> Action:
    action = get_action(db.session(), public_id, actor=current_actor())
    require(may_agree_action(current_actor(), action.membership), seen=True, message=FOR_PARTICIPANTS)
    return action


def _membership(public_id: str) -> Membership:
    membership = get_membership(db.session(), public_id, actor=current_actor())
    actor = current_actor()
    require(may_agree_action(actor, membership), seen=may_view_actions(actor, membership), message=FOR_PARTICIPANTS)
    return membership


def _trail(membership: Membership, *steps: tuple[str, str]) -> list[dict[str, str]]:
    member = (membership.person.name, url_for("members.show", public_id=membership.public_id))
    return trail(membership.cohort, member, *steps)


def _new(membership: Membership, form: Form) -> str:
    return render_template(
        "action/new.html",
        membership=membership,
        form=form,
        errors=form.errors,
        labels=LABELS,
        is_own=is_self(current_actor(), membership),
        owners=owner_options(membership.cohort),
        reminders=REMINDERS,
        breadcrumb=_trail(membership, ("Add an action", "")),
    )


def _edit(action: Action, form: Form) -> str:
    steps = (action.statement, url_for("actions.show", public_id=action.public_id)), ("Edit", "")
    return render_template(
        "action/edit.html",
        action=action,
        form=form,
        errors=form.errors,
        labels=LABELS,
        owners=_owners_of(action),
        reminders=REMINDERS,
        breadcrumb=_trail(action.membership, *steps),
    )


def _owners_of(action: Action) -> list[tuple[str, str]]:
    """Who may do it, and the coach who does it now where the viewer may not choose another."""
    owners = owner_options(action.membership.cohort)
    own = (action.owner.public_id, action.owner.person.name)
    return owners if action.owner_id == action.membership_id or own in owners else [*owners, own]


def _page(action: Action, form: Form) -> str:
    actor = current_actor()
    return render_template(
        "action/show.html",
        action=action,
        form=form,
        errors=form.errors,
        labels=CLOSING,
        outcomes=OUTCOMES,
        changes=list_action_changes(db.session(), action, actor=actor),
        is_open=action.state == ActionState.OPEN,
        may_change=may_agree_action(actor, action.membership),
        today=in_zone(utc_now(), actor.timezone).date(),
        breadcrumb=_trail(action.membership, (action.statement, "")),
    )
