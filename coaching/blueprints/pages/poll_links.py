"""Answering a poll by the link in its mail. Public: whoever holds the link answers for this person, no more.

Opening it writes nothing, because mail scanners open links; only sending the form records. No CSRF token is asked for:
the secret in the address is one already, and cookies may be blocked where mail is read.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.pages.forms import Form, sent_again
from coaching.blueprints.pages.polls import CHOICES, answer_form, read_answers, slot_names
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import csrf, db
from coaching.services.poll_answers import OpenedPoll, answer_poll, open_poll

# What a page says at its head where there is nothing to answer, by the code of the refusal.
TITLES = {
    "poll-chosen": "A time was chosen",
    "poll-closed": "This poll was closed",
    "poll-over": "The time to answer is over",
}

blueprint = Blueprint("poll_links", __name__, url_prefix="/poll")


@blueprint.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """The proposed times with what the person said of them so far, and no other history."""
    try:
        opened = open_poll(db.session(), secret, now=utc_now())
    except Conflict as refusal:
        return _ended(refusal)
    return _page(opened, secret, answer_form(opened.own), is_kept="kept" in request.args)


@blueprint.post("/<secret>")
@csrf.exempt
def answer(secret: str) -> ResponseReturnValue:
    """Keeps the answer, or the one that replaces it."""
    try:
        opened = open_poll(db.session(), secret, now=utc_now())
    except Conflict as refusal:
        return _ended(refusal)
    try:
        answer_poll(db.session(), opened.poll, actor=opened.actor, now=utc_now(), answers=read_answers())
    except (Invalid, Conflict) as refusal:
        return _page(opened, secret, sent_again(refusal)), status_of(refusal)
    return redirect(url_for("poll_links.show", secret=secret, kept="yes"), 303)


def _page(opened: OpenedPoll, secret: str, form: Form, *, is_kept: bool = False) -> str:
    return render_template(
        "poll/link.html",
        poll=opened.poll,
        secret=secret,
        zone=opened.actor.timezone,
        form=form,
        errors=form.errors,
        names=slot_names(opened.poll, opened.actor.timezone),
        choices=CHOICES,
        is_kept=is_kept,
    )


def _ended(refusal: Conflict) -> tuple[str, int]:
    """A page without a form, which says what became of the poll."""
    if refusal.code not in TITLES:
        raise refusal
    page = render_template("poll/ended.html", title=TITLES[refusal.code], message=refusal.message)
    return page, status_of(refusal)
