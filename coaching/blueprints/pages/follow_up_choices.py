"""Being asked at all, in the app: "stop asking me", and whether alumni steps may ask. On the participant's own page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import refuse_unknown
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.policies import may_answer_check_in, require
from coaching.schemas.base import checked, load_form
from coaching.schemas.follow_up_choice import AlumniConsentSchema, CameFromSchema
from coaching.services.follow_up_choices import FOR_THEMSELVES, resume_follow_ups, say_alumni_consent, stop_follow_ups
from coaching.services.memberships import get_membership

CAME_FROM = "check_in_id"

blueprint = Blueprint("follow_up_choices", __name__)


@blueprint.post("/members/<id:public_id>/follow-ups-stop")
def stop(public_id: str) -> ResponseReturnValue:
    """Ends all that is open and to come."""
    refuse_unknown()
    membership = get_membership(db.session(), public_id, actor=current_actor())
    stop_follow_ups(db.session(), membership, actor=current_actor(), now=utc_now())
    flash("You are not asked any more about this cohort. You can take that back here at any time.", "success")
    return _back(public_id)


@blueprint.post("/members/<id:public_id>/follow-ups-stop/end")
def take_back(public_id: str) -> ResponseReturnValue:
    """Takes "stop asking me" back."""
    refuse_unknown()
    membership = get_membership(db.session(), public_id, actor=current_actor())
    resume_follow_ups(db.session(), membership, actor=current_actor(), now=utc_now())
    flash("Welcome back. What is still to come is asked again.", "success")
    return _back(public_id)


@blueprint.post("/members/<id:public_id>/alumni-consent")
def say_consent(public_id: str) -> ResponseReturnValue:
    """Keeps whether alumni steps may ask, and goes back to the check-in where the question stood on one."""
    membership = get_membership(db.session(), public_id, actor=current_actor())
    require(may_answer_check_in(current_actor(), membership), seen=True, message=FOR_THEMSELVES)
    values = load_form(AlumniConsentSchema(), request.form, beside=(CAME_FROM,))
    say_alumni_consent(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
    flash("Thank you. That is kept; you can change it on your page at any time.", "success")
    came_from = request.form.get(CAME_FROM)
    if came_from:
        came = checked(CameFromSchema(), {CAME_FROM: came_from})
        return redirect(url_for("check_ins.show", public_id=came[CAME_FROM]), 303)
    return _back(public_id)


def _back(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("members.show", public_id=public_id, _anchor="check-ins"), 303)
