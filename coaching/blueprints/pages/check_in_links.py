"""A check-in by the link in a mail. Public: whoever holds the link answers for this one participant, and no more.

Opening it shows the question and writes nothing, because mail scanners open links; only sending the form records. No
CSRF token is asked for: the secret in the address is one already, and cookies may be blocked where mail is read.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.pages.check_in_forms import CHOICES, months_of, names_of, unused_reasons
from coaching.blueprints.pages.forms import Form, filled, refuse_unknown, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import csrf, db
from coaching.models import AnswerChoice, CheckIn
from coaching.schemas.check_in import load_answer_form
from coaching.services.asked_run import find_asked_run
from coaching.services.check_in_subjects import read_subject
from coaching.services.check_ins import OpenedLink, answer_check_in, choose_answer, open_by_link
from coaching.services.follow_up_choices import read_alumni_question

# What a page says at its head where there is nothing to answer, by the code of the refusal.
TITLES = {
    "link-ended": "This check-in is over",
    "check-in-closed": "This check-in is over",
    "check-in-cancelled": "This check-in was called off",
    "check-in-not-open": "This check-in is not open yet",
    "member-left": "Nothing more is asked",
}
WORDS = dict(CHOICES)

blueprint = Blueprint("check_in_links", __name__, url_prefix="/check-in")


@blueprint.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """The question with an empty form: a link shows no history, not even the answer given by it. After one tap the
    form has that answer, which the address says."""
    try:
        opened = open_by_link(db.session(), secret, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    if opened.check_in.needs_consent:
        return redirect(url_for("follow_up_links.consent", secret=secret), 303)
    kept = _kept(opened.check_in)
    return _page(opened, secret, filled(choice=kept) if kept in WORDS else filled(), kept=kept)


@blueprint.post("/<secret>")
@csrf.exempt
def answer(secret: str) -> ResponseReturnValue:
    """Keeps the answer, or the one that replaces it."""
    try:
        opened = open_by_link(db.session(), secret, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    try:
        values = load_answer_form(opened.check_in.step.questions, request.form)
        answer_check_in(db.session(), opened.check_in, actor=opened.actor, now=utc_now(), via="link", **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(opened, secret, sent_again(refusal)), status_of(refusal)
    return redirect(url_for("check_in_links.show", secret=secret, kept="yes"), 303)


@blueprint.get("/<secret>/<any(did_it, not_yet, cannot_say):choice>")
def tap(secret: str, choice: str) -> ResponseReturnValue:
    """One answer, chosen in the mail, with one button that records it."""
    try:
        opened = open_by_link(db.session(), secret, now=utc_now())
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    if opened.check_in.needs_consent:
        return redirect(url_for("follow_up_links.consent", secret=secret), 303)
    return render_template("check_in/tap.html", **_about(opened, secret), choice=choice, word=WORDS[choice])


@blueprint.post("/<secret>/<any(did_it, not_yet, cannot_say):choice>")
@csrf.exempt
def choose(secret: str, choice: str) -> ResponseReturnValue:
    """Records this one answer, and offers what else is asked: it counts already, whatever comes of that."""
    refuse_unknown()
    try:
        opened = open_by_link(db.session(), secret, now=utc_now())
        check_in, now = opened.check_in, utc_now()
        choose_answer(db.session(), check_in, actor=opened.actor, now=now, choice=AnswerChoice(choice), via="link")
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    return redirect(url_for("check_in_links.show", secret=secret, kept=choice), 303)


def _kept(check_in: CheckIn) -> str:
    """What the address says was recorded, as far as it is so: somebody may have answered anew in another tab."""
    said = request.args.get("kept", "")
    if not said or check_in.answer is None:
        return ""
    return said if said == check_in.answer.choice else "yes"


def _about(opened: OpenedLink, secret: str) -> dict[str, object]:
    return {
        "check_in": opened.check_in,
        "subject": read_subject(db.session(), opened.check_in, actor=opened.actor),
        "asked_run": find_asked_run(db.session(), opened.check_in, actor=opened.actor, now=utc_now()),
        "secret": secret,
        "zone": opened.actor.timezone,
        "choices": CHOICES,
    }


def _page(opened: OpenedLink, secret: str, form: Form, *, kept: str = "") -> str:
    membership, now = opened.check_in.membership, utc_now()
    alumni = read_alumni_question(db.session(), membership, actor=opened.actor, now=now) if kept else []
    return render_template(
        "check_in/link.html",
        **_about(opened, secret),
        form=form,
        errors=form.errors,
        names=names_of(opened.check_in),
        is_kept=bool(kept),
        tapped=WORDS.get(kept),
        unused=unused_reasons(opened.check_in) if kept else [],
        months=months_of(alumni, opened.actor.timezone),
    )


def ended(refusal: Invalid | Conflict, secret: str) -> tuple[str, int]:
    """A page without a form, for a link that is whole but has nothing to answer behind it."""
    db.session.rollback()
    if refusal.code == "consent-needed":
        # Somebody sent an answer from a page that was open before the question of consent came up.
        return render_template("check_in/ended.html", title="One question first", message=refusal.message,
                               secret=secret, leads_to="consent"), status_of(refusal)  # fmt: skip
    if refusal.code not in TITLES:
        raise refusal
    leads_to = "choices" if refusal.code == "check-in-cancelled" else ""
    page = render_template(
        "check_in/ended.html", title=TITLES[refusal.code], message=refusal.message, secret=secret, leads_to=leads_to
    )
    return page, status_of(refusal)
