"""Answering a check-in by the link in its mail. Public: whoever holds the link answers this one check-in, no more.

Opening it shows the question and writes nothing, because mail scanners open links; only sending the form records. No
CSRF token is asked for: the secret in the address is one already, and cookies may be blocked where mail is read.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.pages.check_ins import CHOICES, NAMES
from coaching.blueprints.pages.forms import Form, filled, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import csrf, db
from coaching.schemas.base import load_form
from coaching.schemas.check_in import AnswerSchema
from coaching.services.check_ins import OpenedLink, answer_check_in, open_by_link

# What a page says at its head where there is nothing to answer, by the code of the refusal.
TITLES = {
    "link-ended": "This check-in is over",
    "check-in-closed": "This check-in is over",
    "check-in-cancelled": "This check-in was called off",
    "check-in-not-open": "This check-in is not open yet",
}

blueprint = Blueprint("check_in_links", __name__, url_prefix="/check-in")


@blueprint.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """The question with an empty form: a link shows no history, not even the answer given by it."""
    try:
        opened = open_by_link(db.session(), secret, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _ended(refusal)
    return _page(opened, secret, filled(), is_kept="kept" in request.args)


@blueprint.post("/<secret>")
@csrf.exempt
def answer(secret: str) -> ResponseReturnValue:
    """Keeps the answer, or the one that replaces it."""
    try:
        opened = open_by_link(db.session(), secret, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _ended(refusal)
    try:
        values = load_form(AnswerSchema(), request.form)
        answer_check_in(db.session(), opened.check_in, actor=opened.actor, now=utc_now(), via="link", **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(opened, secret, sent_again(refusal)), status_of(refusal)
    return redirect(url_for("check_in_links.show", secret=secret, kept="yes"), 303)


def _page(opened: OpenedLink, secret: str, form: Form, *, is_kept: bool = False) -> str:
    return render_template(
        "check_in/link.html",
        check_in=opened.check_in,
        secret=secret,
        zone=opened.actor.timezone,
        form=form,
        errors=form.errors,
        choices=CHOICES,
        names=NAMES,
        is_kept=is_kept,
    )


def _ended(refusal: Invalid | Conflict) -> tuple[str, int]:
    """A page without a form, for a link that is whole but has nothing to answer behind it."""
    if refusal.code not in TITLES:
        raise refusal
    page = render_template("check_in/ended.html", title=TITLES[refusal.code], message=refusal.message)
    return page, status_of(refusal)
