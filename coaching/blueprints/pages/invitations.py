"""Invitations. Public: who was invited has no password yet, and the link in the mail is what lets them in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints import access
from coaching.blueprints.pages.forms import Form, filled, sent_again, zone_options
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Invalid
from coaching.extensions import db
from coaching.models import Capability, Purpose
from coaching.schemas.base import load_form
from coaching.schemas.person import AcceptInvitationSchema
from coaching.services.capabilities import open_capability
from coaching.services.people import accept_invitation

blueprint = Blueprint("invitations", __name__, url_prefix="/invitations")


@blueprint.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """Shows what the link is for; opening it, as mail scanners do, uses nothing up."""
    try:
        invited = _open(secret).person
    except Invalid as refusal:
        return _ended(refusal)
    return _page(invited.email, filled(name=invited.name, timezone=invited.timezone))


@blueprint.post("/<secret>")
def accept(secret: str) -> ResponseReturnValue:
    """Sets name, password and time zone, uses the link up, and signs the person in."""
    try:
        _open(secret)
    except Invalid as refusal:
        return _ended(refusal)
    try:
        values = load_form(AcceptInvitationSchema(), request.form)
        person = accept_invitation(db.session(), secret, now=utc_now(), **values)
    except Invalid as refusal:
        form = sent_again(refusal)
        return _page(_open(secret).person.email, form), 422
    access.sign_in(person, via="invitation")
    flash(f"Welcome, {person.name}. Your account is ready.", "success")
    return redirect(url_for("home.show"), 303)


def _open(secret: str) -> Capability:
    return open_capability(db.session(), secret, Purpose.INVITATION, now=utc_now())


def _page(email: str | None, form: Form) -> str:
    zones = zone_options(form.values.get("timezone", ""))
    return render_template("invitation/show.html", email=email, form=form, errors=form.errors, zones=zones)


def _ended(refusal: Invalid) -> tuple[str, int]:
    if refusal.code != "link-ended":
        raise refusal
    return render_template("invitation/ended.html"), status_of(refusal)
