"""Signing in and out. Public: nobody is signed in before they sign in."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints import access
from coaching.blueprints.pages.forms import messages_of
from coaching.clock import utc_now
from coaching.errors import Invalid, Messages, NotFound
from coaching.extensions import db
from coaching.schemas.base import load_form
from coaching.schemas.person import SignInSchema
from coaching.services.sign_in import find_signed_in, sign_in_with_password

DEMO = "demo"

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def form() -> ResponseReturnValue:
    """The page that asks who is there; who is in already is taken home."""
    if access.is_signed_in():
        return redirect(url_for("home.show"))
    return _page({})


@blueprint.post("/sign-in")
def submit() -> ResponseReturnValue:
    """Lets in who knows the password. A failure stands, though the answer is a refusal: it has to be counted."""
    try:
        values = load_form(SignInSchema(), request.form)
        person = sign_in_with_password(
            db.session(),
            email=values["email"],
            password=values["password"],
            address=request.remote_addr or "",
            key=current_app.extensions["settings"].secret_key,
            now=utc_now(),
        )
    except Invalid as refusal:
        return access.keep_writes(make_response(_page(messages_of(refusal)), 422))
    access.sign_in(person, via="password")
    return redirect(access.place_asked_for() or url_for("home.show"), 303)


@blueprint.post("/sign-out")
def end() -> ResponseReturnValue:
    access.sign_out()
    flash("You are signed out.", "success")
    return redirect(url_for("sign_in.form"), 303)


@blueprint.get("/demo/<secret>")
def demo(secret: str) -> ResponseReturnValue:
    """Takes over a sign-in that `coaching demo` has prepared. The server's side exists, so this GET writes nothing."""
    if not current_app.extensions["settings"].is_development:
        raise NotFound
    person = find_signed_in(db.session(), secret, now=utc_now(), via=DEMO)
    if person is None:
        return render_template("sign_in/demo_ended.html"), 410
    access.adopt_session(secret, person)
    return redirect(url_for("home.show"))


def _page(errors: Messages) -> str:
    return render_template(
        "sign_in/form.html", errors=errors, email=request.form.get("email", ""), wanted=access.place_asked_for()
    )
