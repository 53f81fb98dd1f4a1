"""What is held on oneself: shown in numbers, downloaded, and with it the private notes that have to be asked for."""

from __future__ import annotations

import orjson
from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from coaching.blueprints.access import current_actor
from coaching.blueprints.keys import note_keys
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import refuse_unknown
from coaching.blueprints.pages.once import acts_once
from coaching.clock import utc_now
from coaching.errors import Conflict
from coaching.extensions import db
from coaching.services.held_data import describe_held, preview_for_coach
from coaching.services.memberships import get_membership
from coaching.services.note_reviews import ask_for_review
from coaching.services.privacy import export_person

blueprint = Blueprint("held_data", __name__)


@blueprint.get("/account/data")
def show() -> ResponseReturnValue:
    held = describe_held(db.session(), current_user.person, actor=current_actor())
    return render_template("account/data.html", held=held)


@blueprint.get("/account/data/export")
def download() -> ResponseReturnValue:
    """All of it as a file, which browsers keep and do not show."""
    held = export_person(db.session(), current_user.person, actor=current_actor(), keys=note_keys())
    text = orjson.dumps(held, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
    kept_as = f"attachment; filename=coaching-data-{utc_now():%Y-%m-%d}.json"
    return Response(text, content_type="application/json", headers={"Content-Disposition": kept_as})


@blueprint.post("/account/data/note-reviews")
@acts_once
def ask() -> ResponseReturnValue:
    """Asks the coaches who keep private notes about oneself to decide on each."""
    refuse_unknown()
    try:
        ask_for_review(db.session(), current_user.person, actor=current_actor(), now=utc_now())
    except Conflict as refusal:
        flash(refusal.message, "warning")
    else:
        flash("Your coaches see that you asked. You find here what they decided.", "success")
    return redirect(url_for("held_data.show"), 303)


@blueprint.get("/members/<id:membership_id>/export-preview")
def preview(membership_id: str) -> ResponseReturnValue:
    """What this participant would be handed of what the coach who asks wrote about them."""
    membership = get_membership(db.session(), membership_id, actor=current_actor())
    found = preview_for_coach(db.session(), membership, keys=note_keys(), actor=current_actor())
    member = (membership.person.name, url_for("members.show", public_id=membership.public_id))
    return render_template(
        "private_note/preview.html",
        membership=membership,
        preview=found,
        breadcrumb=trail(membership.cohort, member, ("What an export would show", "")),
    )
