"""What is said to a line of a practice log: comments and answers, a celebration, and that somebody saw it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug import Response

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.practice_forms import render_entry
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import PracticeComment, PracticeEntry
from coaching.policies import may_view_member, require
from coaching.practice_policies import may_change_comment, may_confirm_practice
from coaching.schemas.base import load_form
from coaching.schemas.practice import ConfirmPracticeSchema, SayInPracticeSchema
from coaching.services.practice import get_entry
from coaching.services.practice_comments import (
    FOR_RUNNERS,
    ONLY_ITS_AUTHOR,
    add_comment,
    celebrate,
    confirm_entry,
    edit_comment,
    get_comment,
    remove_comment,
    take_celebration_back,
    take_confirmation_back,
)

LABELS = {"text": "What do you want to say?"}

blueprint = Blueprint("practice_comments", __name__)


@blueprint.post("/practice/<id:public_id>/comments")
@acts_once
def create(public_id: str) -> ResponseReturnValue:
    """Says something to the line, or answers in one's own log."""
    entry = get_entry(db.session(), public_id, actor=current_actor())
    try:
        values = load_form(SayInPracticeSchema(), request.form)
        add_comment(db.session(), entry, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_entry(entry, sent_again(refusal)), status_of(refusal)
    flash("It is said. They are told in their inbox.", "success")
    return _back(entry)


@blueprint.post("/practice/<id:public_id>/celebration")
@acts_once
def cheer(public_id: str) -> ResponseReturnValue:
    return _do(public_id, celebrate, "Celebrated. They are told in their inbox.")


@blueprint.post("/practice/<id:public_id>/celebration/removal")
def uncheer(public_id: str) -> ResponseReturnValue:
    return _do(public_id, take_celebration_back, "The celebration is taken back.")


@blueprint.post("/practice/<id:public_id>/confirmation")
def confirm(public_id: str) -> ResponseReturnValue:
    """Says that one saw it, as it stood on the page."""
    entry = get_entry(db.session(), public_id, actor=current_actor())
    require(may_confirm_practice(current_actor(), entry.membership), seen=True, message=FOR_RUNNERS)
    try:
        values = load_form(ConfirmPracticeSchema(), request.form)
        confirm_entry(db.session(), entry, actor=current_actor(), now=utc_now(), **values)
        write()
    except Conflict as refusal:
        return render_entry(entry, sent_again(refusal)), status_of(refusal)
    flash("The line is confirmed.", "success")
    return _back(entry)


@blueprint.post("/practice/<id:public_id>/confirmation/removal")
def take_back(public_id: str) -> ResponseReturnValue:
    return _do(public_id, take_confirmation_back, "The confirmation is taken back.")


@blueprint.get("/comments/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    comment = _own(public_id)
    return _edit(comment, _standing(comment))


@blueprint.post("/comments/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    comment = _own(public_id)
    try:
        check_version(comment)
        values = load_form(SayInPracticeSchema(), request.form, beside=(VERSION,))
        edit_comment(db.session(), comment, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(comment, sent_again(refusal, lambda: _standing(comment))), status_of(refusal)
    flash("The comment is saved.", "success")
    return _back(comment.entry)


@blueprint.post("/comments/<id:public_id>/deletion")
def remove(public_id: str) -> ResponseReturnValue:
    """Takes back what one said oneself, for good."""
    comment = _own(public_id)
    refuse_unknown(VERSION)
    entry = comment.entry
    try:
        check_version(comment)
        remove_comment(db.session(), comment, actor=current_actor(), now=utc_now())
        write()
    except Conflict as refusal:
        return render_entry(entry, sent_again(refusal)), status_of(refusal)
    flash("The comment is taken back.", "success")
    return _back(entry)


def _do(public_id: str, act: Callable[..., Any], said: str) -> ResponseReturnValue:
    """An act of one tap."""
    entry = get_entry(db.session(), public_id, actor=current_actor())
    refuse_unknown()
    try:
        act(db.session(), entry, actor=current_actor(), now=utc_now())
        write()
    except Conflict as refusal:
        return render_entry(entry, sent_again(refusal)), status_of(refusal)
    flash(said, "success")
    return _back(entry)


def _own(public_id: str) -> PracticeComment:
    comment = get_comment(db.session(), public_id, actor=current_actor())
    actor = current_actor()
    seen = may_view_member(actor, comment.entry.membership)
    require(may_change_comment(actor, comment), seen=seen, message=ONLY_ITS_AUTHOR)
    return comment


def _standing(comment: PracticeComment) -> Form:
    return filled(comment.version, text=comment.text)


def _edit(comment: PracticeComment, form: Form) -> str:
    membership = comment.entry.membership
    line = url_for("practice_entries.show", public_id=comment.entry.public_id)
    member = (membership.person.name, url_for("members.show", public_id=membership.public_id))
    return render_template(
        "practice/comment.html",
        comment=comment,
        form=form,
        errors=form.errors,
        labels=LABELS,
        back=line,
        breadcrumb=trail(membership.cohort, member, ("A line", line), ("Edit a comment", "")),
    )


def _back(entry: PracticeEntry) -> Response:
    return redirect(url_for("practice_entries.show", public_id=entry.public_id, _anchor="said"), 303)
