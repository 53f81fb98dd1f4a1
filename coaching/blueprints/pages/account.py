"""One's own account: name, time zone, and the tokens by which programs act in one's name."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import (
    VERSION,
    Form,
    check_version,
    filled,
    refuse_unknown,
    sent_again,
    write,
    zone_options,
)
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.channels.chat_addresses import is_chat_installed
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Person
from coaching.private_note_policies import PRIVATE_NOTES
from coaching.schemas.base import load_form
from coaching.schemas.person import ApiTokenSchema, PersonSchema
from coaching.services.api_tokens import create_api_token, list_api_tokens, revoke_api_token
from coaching.services.feeds import list_feeds
from coaching.services.people import edit_person
from coaching.tokens import new_secret

LIVES = [("30", "30 days"), ("90", "90 days"), ("366", "A year")]
SCOPES = [
    ("read", "Read", "Everything you can see, save your private notes."),
    ("write", "Write", "Everything you can change, save your private notes."),
    (PRIVATE_NOTES, "Reach private notes", "What it may do, it may do to your coach-private notes too."),
]

blueprint = Blueprint("account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> ResponseReturnValue:
    return _page()


@blueprint.post("")
def edit() -> ResponseReturnValue:
    """Changes name and time zone."""
    person = _own()
    try:
        check_version(person)
        values = load_form(PersonSchema(), request.form, beside=(VERSION,))
        edit_person(db.session(), person, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(about=sent_again(refusal, lambda: _about(person))), status_of(refusal)
    flash("Your account is saved.", "success")
    return redirect(url_for("account.show"), 303)


@blueprint.post("/tokens")
@acts_once
def create_token() -> ResponseReturnValue:
    """Makes a token and shows it in this answer alone: a redirect would have to carry the secret along."""
    try:
        values = load_form(ApiTokenSchema(), request.form)
        _, shown = create_api_token(
            db.session(),
            _own(),
            label=values["label"],
            scopes=frozenset(values["scopes"]),
            days=values["days"],
            secret=new_secret(),
            now=utc_now(),
            actor=current_actor(),
        )
    except Invalid as refusal:
        return _page(token=sent_again(refusal)), 422
    return _page(new_token=shown, new_label=values["label"]), 201


@blueprint.post("/tokens/<id:public_id>/revocation")
def revoke_token(public_id: str) -> ResponseReturnValue:
    """Ends a token at once."""
    refuse_unknown()
    revoke_api_token(db.session(), public_id, actor=current_actor(), now=utc_now())
    flash("The token is revoked. Programs that used it are shut out from now on.", "success")
    return redirect(url_for("account.show"), 303)


def _own() -> Person:
    person: Person = current_user.person
    return person


def _about(person: Person) -> Form:
    return filled(person.version, name=person.name, timezone=person.timezone)


def _page(about: Form | None = None, token: Form | None = None, new_token: str = "", new_label: str = "") -> str:
    person = _own()
    about = about or _about(person)
    token = token or filled(days="90")
    return render_template(
        "account/show.html",
        person=person,
        about=about,
        token=token,
        chosen_scopes=request.form.getlist("scopes") or ["read"],
        errors=dict(about.errors) | dict(token.errors),
        zones=zone_options(about.values.get("timezone", "")),
        tokens=list_api_tokens(db.session(), actor=current_actor()),
        feeds=list_feeds(db.session(), actor=current_actor()),
        new_token=new_token,
        new_label=new_label,
        now=utc_now(),
        lives=LIVES,
        scopes=SCOPES,
        has_chat=is_chat_installed(),
    )
