"""When we may ask somebody: how often, at what hours, not until a day, and which kinds of mail not at all."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import CHANGED, VERSION, Form, filled, sent_again, write
from coaching.blueprints.problems import CHANGED_MEANWHILE, status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import MessageKind, Person
from coaching.schemas.base import load_form
from coaching.schemas.contact_preference import ContactPreferenceSchema
from coaching.services.contact_preferences import ContactChoice, read_preferences, set_preferences
from coaching.services.held_check_ins import lock_person

LIMITS = [("1", "Once a week"), ("2", "Twice a week")] + [
    (str(count), f"{count} times a week") for count in range(3, 8)
]
FROM_HOURS = [(str(hour), f"{hour:02}:00") for hour in range(24)]
UNTIL_HOURS = [(str(hour), f"{hour:02}:00") for hour in range(1, 25)]
KINDS = [
    (MessageKind.CHECK_IN.value, "Check-ins", "Short questions on how it goes, after an end, a session or a launch."),
    (MessageKind.SESSION_REMINDER.value, "Reminders of sessions", "The mails before a session."),
    (
        MessageKind.ACTION_REMINDER.value,
        "Reminders of actions",
        "The mail before something that you said you would do.",
    ),
    (MessageKind.POLL.value, "Polls", "Questions on when you could meet. You still find them when you sign in."),
]

blueprint = Blueprint("contact_preferences", __name__, url_prefix="/account/asking")


@blueprint.get("")
def show() -> ResponseReturnValue:
    choice = _choice()
    return _page(_form(choice), [kind.value for kind in choice.switched_off])


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Keeps all of it in place of what was said before."""
    try:
        lock_person(db.session(), _own().id)
        if request.form.get(VERSION) != str(_choice().version):
            raise Conflict(CHANGED_MEANWHILE, code=CHANGED)
        values = load_form(ContactPreferenceSchema(), request.form, beside=(VERSION,))
        set_preferences(db.session(), _own(), actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        form = sent_again(refusal, lambda: _form(_choice()))
        return _page(form, request.form.getlist("switched_off")), status_of(refusal)
    flash("It is saved, and holds from now on.", "success")
    return redirect(url_for("contact_preferences.show"), 303)


def _own() -> Person:
    person: Person = current_user.person
    return person


def _choice() -> ContactChoice:
    return read_preferences(db.session(), _own(), actor=current_actor(), now=utc_now())


def _form(choice: ContactChoice) -> Form:
    return filled(
        choice.version,
        weekly_limit=choice.weekly_limit,
        from_hour=choice.from_hour,
        until_hour=choice.until_hour,
        weekends="true" if choice.weekends else "",
        paused_until=choice.paused_until,
    )


def _page(form: Form, switched_off: list[str]) -> str:
    return render_template(
        "contact_preference/edit.html",
        form=form,
        switched_off=switched_off,
        zone=_own().timezone,
        limits=LIMITS,
        from_hours=FROM_HOURS,
        until_hours=UNTIL_HOURS,
        kinds=KINDS,
        breadcrumb=[{"label": "Your account", "url": url_for("account.show")}, {"label": "When we may ask you"}],
    )
