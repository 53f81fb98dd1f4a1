"""Saying whether one comes by the link in an invite. Public: whoever holds the link answers for this person, no more.

Opening it writes nothing, because mail scanners open links; only sending the form records. No CSRF token is asked for:
the secret in the address is one already, and cookies may be blocked where mail is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.pages.forms import Form, filled, refuse_unknown, sent_again
from coaching.blueprints.pages.rsvps import CHOICES
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import csrf, db
from coaching.models import CoachingSession
from coaching.schemas.base import PICK, checked
from coaching.schemas.rsvp import AnswerRsvpSchema
from coaching.services.rsvp_links import OpenedInvite, open_invite
from coaching.services.rsvps import OwnRsvp, RsvpAnswer, answer_rsvps

# What a page says at its head where there is nothing to answer, by the code of the refusal.
TITLES = {
    "link-ended": "This link has ended",
    "session-cancelled": "This session was cancelled",
    "session-begun": "It is too late to answer",
    "not-expected": "You are not expected any more",
}
ALL = "all"
CHOICE, STARTS = "choice-", "starts-"
ANSWER_ONE = "Choose an answer first."

blueprint = Blueprint("rsvp_links", __name__, url_prefix="/rsvp")


@blueprint.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """What is to come of this invite, with what the person said so far and no other history."""
    try:
        opened = open_invite(db.session(), secret, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _ended(refusal)
    return _page(opened, secret, _standing(opened), is_kept="kept" in request.args)


@blueprint.post("/<secret>")
@csrf.exempt
def answer(secret: str) -> ResponseReturnValue:
    """Keeps the answers, in place of those before."""
    try:
        opened = open_invite(db.session(), secret, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return _ended(refusal)
    try:
        refuse_unknown(ALL, "note", starting=(CHOICE, STARTS))
        answers = _answers(opened)
        answer_rsvps(db.session(), answers, actor=opened.actor, now=utc_now(), via="link")
    except (Invalid, Conflict) as refusal:
        return _page(opened, secret, _sent_again(refusal, opened)), status_of(refusal)
    return redirect(url_for("rsvp_links.show", secret=secret, kept="yes"), 303)


def _answers(opened: OpenedInvite) -> list[RsvpAnswer]:
    """What was chosen, for each session that was on the page. `all` stands for every one of them."""
    everywhere = request.form.get(ALL, "").strip()
    found: list[RsvpAnswer] = []
    wrong: dict[str, Sequence[str]] = {}
    for held in opened.sessions:
        typed = everywhere or request.form.get(f"{CHOICE}{held.public_id}", "").strip()
        if not typed:
            continue
        own = opened.own.get(held.id, OwnRsvp())
        sent = {
            "choice": typed,
            "note": own.note if opened.is_series else request.form.get("note", ""),
            "starts_at": request.form.get(f"{STARTS}{held.public_id}", ""),
        }
        try:
            found.append(RsvpAnswer(held, **checked(AnswerRsvpSchema(), sent)))
        except Invalid as refusal:
            wrong |= {_field(name, held): texts for name, texts in refusal.messages.items()}
    if wrong:
        raise Invalid("Some of what was sent cannot be used. Each field says what to do.", wrong)
    if not found:
        raise Invalid.field(ALL if opened.is_series else f"{CHOICE}{opened.sessions[0].public_id}", ANSWER_ONE)
    return found


def _field(name: str, held: CoachingSession) -> str:
    return f"{CHOICE}{held.public_id}" if name == "choice" else name if name == "note" else ""


def _standing(opened: OpenedInvite) -> Form:
    values: dict[str, Any] = {ALL: ""}
    for held in opened.sessions:
        own = opened.own.get(held.id, OwnRsvp())
        values[f"{CHOICE}{held.public_id}"] = own.choice if own.is_current else None
        values["note"] = own.note
    return filled(None, **values)


def _sent_again(refusal: Invalid | Conflict, opened: OpenedInvite) -> Form:
    form = sent_again(refusal)
    choices = {f"{CHOICE}{held.public_id}" for held in opened.sessions}
    # People read words, and not the values that ours stand for.
    picked = {
        name: [PICK] if name in choices and form.values.get(name) else texts for name, texts in form.errors.items()
    }
    return replace(form, errors=picked)


def _page(opened: OpenedInvite, secret: str, form: Form, *, is_kept: bool = False) -> str:
    cohort = opened.sessions[0].cohort
    names = {f"{CHOICE}{held.public_id}": held.title for held in opened.sessions}
    return render_template(
        "rsvp/link.html",
        opened=opened,
        cohort=cohort,
        secret=secret,
        zone=opened.actor.timezone,
        form=form,
        errors=form.errors,
        names=names | {ALL: "The same for all", "note": "A word to your coach"},
        choices=CHOICES,
        is_kept=is_kept,
    )


def _ended(refusal: Invalid | Conflict) -> tuple[str, int]:
    """A page without a form, for a link that is whole but has nothing to answer behind it."""
    if refusal.code not in TITLES:
        raise refusal
    page = render_template("rsvp/ended.html", title=TITLES[refusal.code], message=refusal.message)
    return page, status_of(refusal)
