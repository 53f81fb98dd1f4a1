"""Password resets. Public: who forgot their password cannot sign in, and the link in the mail shows who they are."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.pages.forms import Form, sent_again
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Invalid
from coaching.extensions import db
from coaching.models import Purpose
from coaching.schemas.base import load_form
from coaching.schemas.person import AskForResetSchema, ResetPasswordSchema
from coaching.services.capabilities import open_capability
from coaching.services.passwords import SHORTEST
from coaching.services.people import reset_password
from coaching.services.sign_in import ask_for_reset
from coaching.tokens import new_secret

ON_ITS_WAY = "If there is an account with that address, a mail with a link is on its way. The link works for one hour."

blueprint = Blueprint("password_resets", __name__, url_prefix="/password-reset")


@blueprint.get("")
def new() -> ResponseReturnValue:
    return _ask(Form())


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Mails a link. The answer is the same whether or not there is such an account."""
    try:
        values = load_form(AskForResetSchema(), request.form)
    except Invalid as refusal:
        return _ask(sent_again(refusal)), 422
    ask_for_reset(
        db.session(),
        email=values["email"],
        address=request.remote_addr or "",
        key=current_app.extensions["settings"].secret_key,
        secret=new_secret(),
        now=utc_now(),
    )
    flash(ON_ITS_WAY, "info")
    return redirect(url_for("sign_in.form"), 303)


@blueprint.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """Shows what the link is for; opening it, as mail scanners do, uses nothing up."""
    return _with_open_link(secret, Form(), 200)


@blueprint.post("/<secret>")
def submit(secret: str) -> ResponseReturnValue:
    """Sets the new password, uses the link up, and ends every sign-in that the account had."""
    try:
        values = load_form(ResetPasswordSchema(), request.form)
        reset_password(db.session(), secret, password=values["password"], now=utc_now())
    except Invalid as refusal:
        return _with_open_link(secret, sent_again(refusal), 422)
    flash("Your password is changed, and you are signed out everywhere. Sign in with the new one.", "success")
    return redirect(url_for("sign_in.form"), 303)


def _ask(form: Form) -> str:
    return render_template("password_reset/new.html", form=form, errors=form.errors)


def _with_open_link(secret: str, form: Form, status: int) -> ResponseReturnValue:
    """The form, while the link stands; else the page that says how to get a new one."""
    try:
        open_capability(db.session(), secret, Purpose.PASSWORD_RESET, now=utc_now())
    except Invalid as refusal:
        if refusal.code != "link-ended":
            raise
        return render_template("password_reset/ended.html"), status_of(refusal)
    return render_template("password_reset/show.html", form=form, errors=form.errors, shortest=SHORTEST), status
