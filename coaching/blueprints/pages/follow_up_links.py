"""Being asked at all, by the link in a check-in's mail: "stop asking me", and whether alumni steps may ask. Public, as
answering by link is: whoever holds the link speaks for this one participant, and for this one cohort.

Opening a page writes nothing, because mail scanners open links; its button does. No CSRF token is asked for, as when
answering. These pages work after the check-in has closed, because to say "no more" is never too late.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.pages.check_in_forms import months_of
from coaching.blueprints.pages.check_in_links import ended
from coaching.blueprints.pages.forms import refuse_unknown
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import csrf, db
from coaching.models import CheckInState
from coaching.schemas.base import load_form
from coaching.schemas.follow_up_choice import AlumniConsentSchema
from coaching.services.check_ins import OpenedLink
from coaching.services.follow_up_choices import (
    list_alumni_moments,
    list_to_come,
    open_choices_by_link,
    resume_follow_ups,
    say_alumni_consent,
    stop_follow_ups,
)

blueprint = Blueprint("follow_up_links", __name__, url_prefix="/check-in")


@blueprint.get("/<secret>/stop")
def stop(secret: str) -> ResponseReturnValue:
    """What it would mean: which cohort, and what is still to come."""
    try:
        opened = open_choices_by_link(db.session(), secret)
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    membership, now = opened.check_in.membership, utc_now()
    coming = list_to_come(db.session(), membership, actor=opened.actor, now=now)
    return render_template("check_in/stop.html", coming=coming, membership=membership, **_about(opened, secret))


@blueprint.post("/<secret>/stop")
@csrf.exempt
def end(secret: str) -> ResponseReturnValue:
    """Stops, at once and without asking why."""
    refuse_unknown()
    try:
        opened = open_choices_by_link(db.session(), secret)
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    stop_follow_ups(db.session(), opened.check_in.membership, actor=opened.actor, now=utc_now())
    return redirect(url_for("follow_up_links.stop", secret=secret), 303)


@blueprint.post("/<secret>/stop/end")
@csrf.exempt
def take_back(secret: str) -> ResponseReturnValue:
    """Takes it back."""
    refuse_unknown()
    try:
        opened = open_choices_by_link(db.session(), secret)
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    resume_follow_ups(db.session(), opened.check_in.membership, actor=opened.actor, now=utc_now())
    return redirect(url_for("follow_up_links.stop", secret=secret), 303)


@blueprint.get("/<secret>/alumni-consent")
def consent(secret: str) -> ResponseReturnValue:
    """The question, or what was said to it, which can be changed."""
    try:
        opened = open_choices_by_link(db.session(), secret)
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    membership, zone = opened.check_in.membership, opened.actor.timezone
    moments = list_alumni_moments(db.session(), membership, actor=opened.actor, now=utc_now())
    return render_template(
        "check_in/consent.html", membership=membership, months=months_of(moments, zone), **_about(opened, secret)
    )


@blueprint.post("/<secret>/alumni-consent")
@csrf.exempt
def say_consent(secret: str) -> ResponseReturnValue:
    """Keeps it. A yes to an alumni check-in that is open leads at once to its question."""
    try:
        opened = open_choices_by_link(db.session(), secret)
    except (Invalid, Conflict) as refusal:
        return ended(refusal, secret)
    values = load_form(AlumniConsentSchema(), request.form)
    check_in, now = opened.check_in, utc_now()
    waited = check_in.needs_consent and check_in.due_at <= now < check_in.closes_at
    say_alumni_consent(db.session(), check_in.membership, actor=opened.actor, now=now, **values)
    leads_to_question = values["may_ask"] and waited and check_in.state != CheckInState.CANCELLED
    return redirect(
        url_for("check_in_links.show" if leads_to_question else "follow_up_links.consent", secret=secret), 303
    )


def _about(opened: OpenedLink, secret: str) -> dict[str, object]:
    now = utc_now()
    check_in = opened.check_in
    return {
        "check_in": check_in,
        "cohort": check_in.membership.cohort,
        "secret": secret,
        "zone": opened.actor.timezone,
        "is_open": check_in.state in {CheckInState.DUE, CheckInState.ASKED}
        and check_in.due_at <= now < check_in.closes_at,
    }
