"""Whether people come: asked on the session's page, and there for those who run the cohort, with who is torn."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, filled, sent_again
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import CoachingSession, RsvpChoice, SessionState
from coaching.policies import may_rsvp, runs_cohort
from coaching.schemas.base import load_form
from coaching.schemas.rsvp import AnswerRsvpSchema
from coaching.services.clashes import list_clashes
from coaching.services.coaching_sessions import get_session
from coaching.services.rsvps import OwnRsvp, RsvpAnswer, answer_rsvps, list_rsvps, own_rsvp

CHOICES = [
    (RsvpChoice.YES.value, "I am coming"),
    (RsvpChoice.MAYBE.value, "Maybe"),
    (RsvpChoice.NO.value, "I cannot come"),
]
NAMES = {"choice": "Are you coming", "note": "A word to your coach"}
THANKS = {
    RsvpChoice.YES: "Thank you. You are expected.",
    RsvpChoice.MAYBE: "Thank you. Say more when you know more.",
    RsvpChoice.NO: "Thank you for saying so.",
}

blueprint = Blueprint("rsvps", __name__)


@blueprint.get("/sessions/<id:public_id>/rsvp")
def show(public_id: str) -> ResponseReturnValue:
    """The question by itself."""
    held = get_session(db.session(), public_id, actor=current_actor())
    return _page(held, rsvp_form(held, own_rsvp(db.session(), held, actor=current_actor())))


@blueprint.post("/sessions/<id:public_id>/rsvp")
def answer(public_id: str) -> ResponseReturnValue:
    """Keeps the answer, in place of the one before."""
    held = get_session(db.session(), public_id, actor=current_actor())
    own_rsvp(db.session(), held, actor=current_actor())
    try:
        values = load_form(AnswerRsvpSchema(), request.form)
        given = RsvpAnswer(held, **values)
        answer_rsvps(db.session(), [given], actor=current_actor(), now=utc_now(), via="page")
    except (Invalid, Conflict) as refusal:
        return _page(held, sent_again(refusal)), status_of(refusal)
    flash(THANKS[given.choice], "success")
    return redirect(url_for("sessions.show", public_id=public_id), 303)


def rsvp_form(held: CoachingSession, own: OwnRsvp) -> Form:
    """The form with what was said of this start; what was said of another is not taken for an answer."""
    choice = own.choice if own.is_current else None
    return filled(choice=choice, note=own.note, starts_at=held.starts_at.isoformat())


def rsvp_parts(held: CoachingSession, now: datetime) -> dict[str, Any]:
    """What the session's page shows of who comes and of who would have to choose, while it is to come."""
    actor = current_actor()
    if held.state == SessionState.CANCELLED or held.starts_at <= now:
        return {"rsvps": None}
    runs = runs_cohort(actor, held.cohort)
    lines = list_rsvps(db.session(), held, actor=actor) if runs else []
    own = own_rsvp(db.session(), held, actor=actor) if may_rsvp(actor, held) and not runs else None
    return {
        "rsvps": {
            "lines": lines,
            "counts": Counter(line.counted for line in lines if line.is_expected or line.choice),
            "clashes": list_clashes(db.session(), held, actor=actor) if runs else [],
            "own": own,
            "form": rsvp_form(held, own) if own else None,
            "choices": CHOICES,
        }
    }


def _page(held: CoachingSession, form: Form) -> str:
    address = url_for("sessions.show", public_id=held.public_id)
    return render_template(
        "rsvp/show.html",
        held=held,
        form=form,
        errors=form.errors,
        names=NAMES,
        choices=CHOICES,
        is_open=held.state == SessionState.SCHEDULED and held.starts_at > utc_now(),
        breadcrumb=trail(held.cohort, (held.title, address), ("Are you coming?", "")),
    )
