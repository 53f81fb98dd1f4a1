"""A check-in in the app: answered by the participant, read by those who run the cohort; and all of one's own."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.check_in_forms import CHOICES, answer_form, months_of, names_of, unused_reasons
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import CheckIn, CheckInState
from coaching.policies import is_self, is_writable, may_answer_check_in, require
from coaching.schemas.check_in import load_answer_form
from coaching.services.asked_run import find_asked_run
from coaching.services.check_in_subjects import read_subject
from coaching.services.check_ins import FOR_THE_PARTICIPANT, answer_check_in, get_check_in, why_called_off
from coaching.services.follow_up_choices import read_alumni_question
from coaching.services.own_check_ins import list_own_check_ins, sort_own_check_ins
from coaching.services.why import NEVER_ASKED

blueprint = Blueprint("check_ins", __name__)


@blueprint.get("/check-ins")
def mine() -> ResponseReturnValue:
    """One's own: what is open, when the next comes, what one answered."""
    now = utc_now()
    lines = list_own_check_ins(db.session(), actor=current_actor(), now=now)
    return render_template("check_in/mine.html", own=sort_own_check_ins(lines, now=now))


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
        values = load_answer_form(check_in.step.questions, request.form)
        answer_check_in(db.session(), check_in, actor=current_actor(), now=utc_now(), via="page", **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(check_in, sent_again(refusal)), status_of(refusal)
    flash("Thank you. Your answer is kept.", "success")
    return redirect(url_for("check_ins.show", public_id=public_id), 303)


def _page(check_in: CheckIn, form: Form) -> str:
    membership, actor, now = check_in.membership, current_actor(), utc_now()
    is_open = check_in.state in {CheckInState.ASKED, CheckInState.ANSWERED, CheckInState.DUE}
    is_open = is_open and check_in.due_at <= now < check_in.closes_at and bool(is_writable(membership.cohort))
    is_own = is_self(actor, membership)
    asks_alumni = is_own and check_in.answer is not None
    alumni = read_alumni_question(db.session(), membership, actor=actor, now=now) if asks_alumni else []
    return render_template(
        "check_in/show.html",
        check_in=check_in,
        membership=membership,
        subject=read_subject(db.session(), check_in, actor=actor),
        asked_run=find_asked_run(db.session(), check_in, actor=actor, now=now) if is_own and is_open else None,
        form=form,
        errors=form.errors,
        choices=CHOICES,
        names=names_of(check_in),
        unused=unused_reasons(check_in),
        may_answer=is_own and is_open and not check_in.needs_consent,
        must_consent=is_own and is_open and check_in.needs_consent,
        months=months_of(alumni, actor.timezone),
        never=NEVER_ASKED,
        called_off=why_called_off(db.session(), check_in, actor=actor),
        is_own=is_own,
        is_open=is_open,
        breadcrumb=trail(
            membership.cohort,
            (membership.person.name, url_for("members.show", public_id=membership.public_id)),
            (check_in.step.label, ""),
        ),
    )
