"""A check-in in the app: answered by the participant, read by those who run the cohort."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import AnswerChoice, CheckIn, CheckInState
from coaching.policies import may_answer_check_in, require
from coaching.schemas.base import load_form
from coaching.schemas.check_in import AnswerSchema
from coaching.services.check_ins import FOR_THE_PARTICIPANT, answer_check_in, get_check_in

CHOICES = [
    (AnswerChoice.DID_IT.value, "Yes, I did it"),
    (AnswerChoice.NOT_YET.value, "Not yet"),
    (AnswerChoice.CANNOT_SAY.value, "I cannot say"),
]
# What a summary of errors calls the fields.
NAMES = {"choice": "Your answer", "note": "Anything to add", "enrolments": "Enrolments so far"}

blueprint = Blueprint("check_ins", __name__)


@blueprint.get("/check-ins/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    check_in = get_check_in(db.session(), public_id, actor=current_actor())
    return _page(check_in, answer_form(check_in))


@blueprint.post("/check-ins/<id:public_id>")
def answer(public_id: str) -> ResponseReturnValue:
    """Keeps the answer; until the check-in closes it can be changed."""
    check_in = get_check_in(db.session(), public_id, actor=current_actor())
    require(may_answer_check_in(current_actor(), check_in.membership), seen=True, message=FOR_THE_PARTICIPANT)
    try:
        values = load_form(AnswerSchema(), request.form)
        answer_check_in(db.session(), check_in, actor=current_actor(), now=utc_now(), via="page", **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(check_in, sent_again(refusal)), status_of(refusal)
    flash("Thank you. Your answer is kept, and in your practice log.", "success")
    return redirect(url_for("check_ins.show", public_id=public_id), 303)


def answer_form(check_in: CheckIn) -> Form:
    """The form with what was answered before, if anything."""
    given = check_in.answer
    return filled(choice=given.choice, note=given.note, enrolments=given.enrolments) if given else filled()


def _page(check_in: CheckIn, form: Form) -> str:
    membership, now = check_in.membership, utc_now()
    is_open = check_in.state in {CheckInState.ASKED, CheckInState.ANSWERED, CheckInState.DUE}
    is_open = is_open and check_in.due_at <= now < check_in.closes_at
    return render_template(
        "check_in/show.html",
        check_in=check_in,
        membership=membership,
        form=form,
        errors=form.errors,
        choices=CHOICES,
        names=NAMES,
        may_answer=may_answer_check_in(current_actor(), membership) and is_open,
        is_open=is_open,
        breadcrumb=trail(
            membership.cohort,
            (membership.person.name, url_for("members.show", public_id=membership.public_id)),
            (check_in.step.label, ""),
        ),
    )
