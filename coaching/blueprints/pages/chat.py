"""One's own chat address: given, tried out and removed. The page shows what it is called, and never the address."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import Form, refuse_unknown, sent_again
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.channels.chat_addresses import is_chat_installed
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.schemas.base import load_form
from coaching.schemas.chat import ChatSchema
from coaching.services.chat import read_chat, remove_chat, send_chat_test, set_chat

blueprint = Blueprint("chat", __name__, url_prefix="/account/chat")


@blueprint.get("")
def show() -> ResponseReturnValue:
    return _page(Form())


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Takes the address over. One that was refused stays in its field; one that was taken is not shown again."""
    try:
        values = load_form(ChatSchema(), request.form)
        set_chat(
            db.session(), actor=current_actor(), settings=current_app.extensions["settings"],
            is_installed=is_chat_installed(), now=utc_now(), **values,
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        return _page(sent_again(refusal)), status_of(refusal)
    flash("Your chat address is saved. Send yourself a test message to see that it works.", "success")
    return redirect(url_for("chat.show"), 303)


@blueprint.post("/test")
@acts_once
def test() -> ResponseReturnValue:
    """Sends a test message there."""
    refuse_unknown()
    try:
        send_chat_test(db.session(), actor=current_actor(), now=utc_now())
    except Conflict as refusal:
        flash(refusal.message, "warning")
    else:
        flash("A test message is on its way. Load this page again in a moment to see what became of it.", "success")
    return redirect(url_for("chat.show"), 303)


@blueprint.post("/removal")
def remove() -> ResponseReturnValue:
    """Forgets the address, and calls off what was to go there."""
    refuse_unknown()
    remove_chat(db.session(), actor=current_actor(), now=utc_now())
    flash("Your chat address is removed.", "success")
    return redirect(url_for("chat.show"), 303)


def _page(form: Form) -> str:
    return render_template(
        "chat/show.html",
        breadcrumb=[{"label": "Your account", "url": url_for("account.show")}, {"label": "Your chat"}],
        chat=read_chat(db.session(), actor=current_actor()),
        form=form,
        is_installed=is_chat_installed(),
    )
