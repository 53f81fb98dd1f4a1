"""Unsubscribing by the link in a mail. Public: whoever holds the link switches this one kind of mail, no more.

Opening it writes nothing, because mail scanners open links. No CSRF token is asked for: the secret in the address is
one already. A mail program's own button (RFC 8058) posts `List-Unsubscribe=One-Click` here, without cookies.
"""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.pages.forms import refuse_unknown
from coaching.clock import utc_now
from coaching.extensions import csrf, db
from coaching.models import MessageKind
from coaching.services.contact_preferences import switch_kind
from coaching.services.subscriptions import open_subscription

ONE_CLICK = "List-Unsubscribe"
# What each kind is, as people know it.
KINDS = {
    MessageKind.CHECK_IN: ("check-ins", "the questions on how it goes, after an end, a session or a launch"),
    MessageKind.SESSION_REMINDER: ("reminders", "the mails before a session"),
    MessageKind.ACTION_REMINDER: ("reminders of actions", "the mails before something that you said you would do"),
    MessageKind.POLL: ("polls", "the questions on when you could meet"),
}

blueprint = Blueprint("unsubscribing", __name__, url_prefix="/unsubscribe")


@blueprint.get("/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """What the mail's kind is, with a button that switches it off, or on again."""
    opened = open_subscription(db.session(), secret, now=utc_now())
    name, what = KINDS[opened.kind]
    return render_template("unsubscribing/show.html", opened=opened, secret=secret, name=name, what=what)


@blueprint.post("/<secret>")
@csrf.exempt
def switch_off(secret: str) -> ResponseReturnValue:
    """Ends this kind of mail. A mail program wants no page to follow."""
    refuse_unknown(ONE_CLICK)
    _switch(secret, is_wanted=False)
    if ONE_CLICK in request.form:
        return "", 200
    return redirect(url_for("unsubscribing.show", secret=secret), 303)


@blueprint.post("/<secret>/return")
@csrf.exempt
def switch_on(secret: str) -> ResponseReturnValue:
    """Takes it back."""
    refuse_unknown()
    _switch(secret, is_wanted=True)
    return redirect(url_for("unsubscribing.show", secret=secret), 303)


def _switch(secret: str, *, is_wanted: bool) -> None:
    opened = open_subscription(db.session(), secret, now=utc_now())
    switch_kind(db.session(), opened.person, opened.kind, actor=opened.actor, now=utc_now(), is_wanted=is_wanted)
