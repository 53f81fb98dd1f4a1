"""Finding a time: slots proposed to a cohort, answered in the app, looked over, and made into a session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import local_time, plural
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import (
    Form,
    check_version,
    filled,
    refuse_unknown,
    sent_again,
    write,
    zone_options,
)
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.poll_forms import (
    ASK,
    ASKED,
    LABELS,
    MORE,
    first_form,
    member_label,
    poll_sent_again,
    read_edit,
    read_form,
    row_count,
    row_labels,
    standing,
)
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort, Poll, PollChoice, PollState
from coaching.policies import is_polled, may_answer_poll, may_run_cohort, require, runs_cohort
from coaching.schemas.base import PICK, checked, load_form
from coaching.schemas.poll import AnswerPollSchema, ChooseSlotSchema
from coaching.services.cohorts import get_cohort
from coaching.services.poll_answers import EVERY_SLOT, answer_poll, read_own
from coaching.services.poll_editing import edit_poll
from coaching.services.poll_results import read_results
from coaching.services.polls import (
    choose_slot,
    close_poll,
    create_poll,
    get_poll,
    is_answerable,
    list_polls,
    remind_invitees,
)
from coaching.services.progress import cohort_overview

SLOT = "slot-"
CHOICES = [
    (PollChoice.YES.value, "Yes"),
    (PollChoice.IF_NEED_BE.value, "If need be"),
    (PollChoice.NO.value, "No"),
]

blueprint = Blueprint("polls", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/polls", endpoint="list")
def index(cohort_id: str) -> ResponseReturnValue:
    cohort = get_cohort(db.session(), cohort_id, actor=current_actor())
    return render_template(
        "poll/list.html",
        cohort=cohort,
        polls=list_polls(db.session(), cohort, actor=current_actor()),
        runs=runs_cohort(current_actor(), cohort),
        may_run=may_run_cohort(current_actor(), cohort),
        breadcrumb=trail(cohort, ("Finding a time", "")),
    )


@blueprint.get("/cohorts/<id:cohort_id>/polls/new")
def new(cohort_id: str) -> ResponseReturnValue:
    return _new(_cohort_run(cohort_id))


@blueprint.post("/cohorts/<id:cohort_id>/polls")
@acts_once
def create(cohort_id: str) -> ResponseReturnValue:
    """Asks when people could meet; the button for more rows shows the form again, with what was typed."""
    cohort = _cohort_run(cohort_id)
    if MORE in request.form:
        return _new(cohort, Form(dict(request.form.items())))
    try:
        poll = create_poll(db.session(), cohort, actor=current_actor(), now=utc_now(), **read_form())
        write()
    except (Invalid, Conflict) as refusal:
        return _new(cohort, poll_sent_again(refusal)), status_of(refusal)
    flash(
        f"{plural(len(poll.invitees), 'person is', 'people are')} asked by mail. You find the answers here.", "success"
    )
    return redirect(url_for("polls.show", public_id=poll.public_id), 303)


@blueprint.get("/polls/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """The question to those who are asked, and what everybody answered to those who run the cohort."""
    poll = get_poll(db.session(), public_id, actor=current_actor())
    return _page(poll)


@blueprint.get("/polls/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    poll = _poll_run(public_id)
    return _edit(poll, standing(poll))


@blueprint.post("/polls/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    """Changes what the poll is for, its note, and until when people answer."""
    poll = _poll_run(public_id)
    try:
        check_version(poll)
        edit_poll(db.session(), poll, actor=current_actor(), now=utc_now(), **read_edit())
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(poll, poll_sent_again(refusal, lambda: standing(poll))), status_of(refusal)
    flash("The poll is saved. Links that went out are good until the end that it has now.", "success")
    return redirect(url_for("polls.show", public_id=public_id), 303)


@blueprint.post("/polls/<id:public_id>/answer")
def answer(public_id: str) -> ResponseReturnValue:
    """Keeps what was said of each slot, in place of what was said before."""
    poll = get_poll(db.session(), public_id, actor=current_actor())
    # Asked before the form is looked at, because a wrong form is no reason to say more.
    read_own(db.session(), poll, actor=current_actor())
    try:
        answer_poll(db.session(), poll, actor=current_actor(), now=utc_now(), answers=read_answers())
    except (Invalid, Conflict) as refusal:
        return _page(poll, sent_again(refusal)), status_of(refusal)
    flash("Thank you. Your answer is kept; you can change it until the poll closes.", "success")
    return redirect(url_for("polls.show", public_id=public_id), 303)


@blueprint.post("/polls/<id:public_id>/reminder")
@acts_once
def remind(public_id: str) -> ResponseReturnValue:
    """Asks those who have not answered once more."""
    poll = _poll_run(public_id)
    try:
        refuse_unknown()
        count = remind_invitees(db.session(), poll, actor=current_actor(), now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _page(poll, sent_again(refusal)), status_of(refusal)
    flash(f"{plural(count, 'person is', 'people are')} reminded by mail.", "success")
    return redirect(url_for("polls.show", public_id=public_id), 303)


@blueprint.post("/polls/<id:public_id>/closing")
@acts_once
def close(public_id: str) -> ResponseReturnValue:
    """Ends the poll without a session."""
    poll = _poll_run(public_id)
    try:
        refuse_unknown()
        close_poll(db.session(), poll, actor=current_actor(), now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        return _page(poll, sent_again(refusal)), status_of(refusal)
    flash("The poll is closed.", "success")
    return redirect(url_for("polls.show", public_id=public_id), 303)


@blueprint.post("/polls/<id:public_id>/choice")
@acts_once
def choose(public_id: str) -> ResponseReturnValue:
    """Makes a slot into a session, and goes there."""
    poll = _poll_run(public_id)
    try:
        values = load_form(ChooseSlotSchema(), request.form)
        held = choose_slot(db.session(), poll, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(poll, sent_again(refusal)), status_of(refusal)
    flash(f"{held.title} is scheduled.", "success")
    return redirect(url_for("sessions.show", public_id=held.public_id), 303)


def read_answers() -> Mapping[str, PollChoice]:
    """What was chosen for each slot, by its identifier. What is missing the service asks for."""
    refuse_unknown(starting=(SLOT,))
    typed = {name.removeprefix(SLOT): value for name, value in request.form.items() if name.startswith(SLOT) and value}
    if not typed:
        raise Invalid("Say of each time whether you could come.")
    answers = [{"slot_id": name, "choice": value} for name, value in typed.items()]
    try:
        loaded = checked(AnswerPollSchema(), {"answers": answers})
    except Invalid as refusal:
        names = [*typed]
        wrong = {}
        for name in refusal.messages:
            _, _, rest = name.partition(".")
            place = rest.partition(".")[0]
            wrong[f"{SLOT}{names[int(place)]}" if place.isdigit() else ""] = [PICK if place.isdigit() else EVERY_SLOT]
        raise Invalid(refusal.message, wrong) from refusal
    return {one["slot_id"]: one["choice"] for one in loaded["answers"]}


def slot_names(poll: Poll, zone: str) -> dict[str, str]:
    """What a summary of errors calls the fields of an answer: by their times."""
    return {f"{SLOT}{slot.public_id}": local_time(slot.starts_at, zone) for slot in poll.slots}


def answer_form(own: Mapping[str, PollChoice]) -> Form:
    """The form with what was said before, if anything."""
    return filled(None, **{f"{SLOT}{name}": choice for name, choice in own.items()})


def _cohort_run(public_id: str) -> Cohort:
    cohort = get_cohort(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), cohort), seen=True)
    return cohort


def _poll_run(public_id: str) -> Poll:
    poll = get_poll(db.session(), public_id, actor=current_actor())
    require(may_run_cohort(current_actor(), poll.cohort), seen=True)
    return poll


def _new(cohort: Cohort, form: Form | None = None) -> str:
    overview = cohort_overview(db.session(), cohort, actor=current_actor(), now=utc_now())
    form = form or first_form(cohort, overview, utc_now())
    return render_template(
        "poll/new.html",
        cohort=cohort,
        form=form,
        errors=form.errors,
        labels=LABELS | row_labels(form) | {f"{ASK}{one.id}": member_label(one) for one in overview.members},
        members=overview.members,
        asked=ASKED,
        rows=row_count(form),
        zones=zone_options(form.values.get("timezone", "")),
        breadcrumb=trail(cohort, ("Find a time", "")),
    )


def _edit(poll: Poll, form: Form) -> str:
    return render_template(
        "poll/edit.html",
        poll=poll,
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=trail(poll.cohort, (poll.title, url_for("polls.show", public_id=poll.public_id)), ("Edit", "")),
    )


def _page(poll: Poll, form: Form | None = None) -> str:
    actor, now = current_actor(), utc_now()
    runs, answers = runs_cohort(actor, poll.cohort), is_polled(actor, poll)
    own = read_own(db.session(), poll, actor=actor) if answers else {}
    errors = form.errors if form else {}
    if form is None or not any(name.startswith(SLOT) for name in form.values):
        form = replace(answer_form(own), errors=errors)
    return render_template(
        "poll/show.html",
        poll=poll,
        form=form,
        errors=errors,
        names=slot_names(poll, actor.timezone),
        choices=CHOICES,
        own=own,
        answers=answers,
        may_answer=may_answer_poll(actor, poll),
        is_open=is_answerable(poll, now),
        is_undecided=poll.state == PollState.OPEN,
        runs=runs,
        may_run=may_run_cohort(actor, poll.cohort),
        results=read_results(db.session(), poll, actor=actor, now=now) if runs else None,
        breadcrumb=trail(
            poll.cohort, ("Finding a time", url_for("polls.list", cohort_id=poll.cohort.public_id)), (poll.title, "")
        ),
    )
