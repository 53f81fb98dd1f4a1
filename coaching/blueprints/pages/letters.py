"""A letter to a member of a cohort, from somebody who runs it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Membership, Signal
from coaching.policies import may_write_to, require
from coaching.schemas.base import load_form
from coaching.schemas.letter import WriteLetterSchema
from coaching.services.letters import FOR_RUNNERS, write_to_member
from coaching.services.memberships import get_membership

LABELS = {"subject": "Subject", "text": "What you want to say"}
AT = "at"
# What a letter most likely begins with, by what made the coach write it.
SUBJECTS = {
    Signal.ABSENCES: "We missed you in {cohort}",
    Signal.SILENT_CHECK_IN: "{cohort}: how is it going?",
    Signal.OVERDUE_ACTION: "{cohort}: how did it go?",
    Signal.UNBOOKED: "{cohort}: when shall we meet?",
    Signal.IDLE_GOAL: "{cohort}: how is it going with your goal?",
    Signal.NO_PRACTICE: "{cohort}: can I help you begin?",
}

blueprint = Blueprint("letters", __name__, url_prefix="/members/<id:membership_id>/letters")


@blueprint.get("/new")
def new(membership_id: str) -> ResponseReturnValue:
    """The form, with a subject where the letter is `about` a signal."""
    membership = _membership(membership_id)
    about = request.args.get("about", "")
    if about not in set(Signal):
        return _page(membership, Form())
    subject = SUBJECTS[Signal(about)].format(cohort=membership.cohort.name)
    return _page(membership, filled(subject=subject[:120], at="needs"), about)


@blueprint.post("")
@acts_once
def create(membership_id: str) -> ResponseReturnValue:
    """Sends the letter, and goes back to where it was begun."""
    membership = _membership(membership_id)
    try:
        values = load_form(WriteLetterSchema(), request.form, beside=(AT,))
        write_to_member(db.session(), membership, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(membership, sent_again(refusal)), status_of(refusal)
    flash(f"Your letter to {membership.person.name} is on its way.", "success")
    if request.form.get(AT):
        return redirect(url_for("needs.list"), 303)
    return redirect(url_for("members.show", public_id=membership_id), 303)


def _membership(public_id: str) -> Membership:
    membership = get_membership(db.session(), public_id, actor=current_actor())
    require(may_write_to(current_actor(), membership), seen=True, message=FOR_RUNNERS)
    return membership


def _page(membership: Membership, form: Form, about: str = "") -> str:
    member = (membership.person.name, url_for("members.show", public_id=membership.public_id))
    return render_template(
        "letter/new.html",
        membership=membership,
        form=form,
        errors=form.errors,
        labels=LABELS,
        about=about,
        breadcrumb=trail(membership.cohort, member, ("Write", "")),
    )
