"""A session's record, as those who run the cohort write it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, sent_again, write
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import CoachingSession
from coaching.policies import may_write_record, require
from coaching.schemas.action import WriteRecordSchema
from coaching.schemas.base import load_form
from coaching.services.coaching_sessions import get_session
from coaching.services.session_record import FOR_THOSE_WHO_RUN_IT, write_record

LABELS = {"covered": "What was covered", "shared_notes": "Shared notes", "materials": "Materials"}

blueprint = Blueprint("session_record", __name__)


@blueprint.get("/sessions/<id:public_id>/record")
def edit(public_id: str) -> ResponseReturnValue:
    held = _writable(public_id)
    return _page(held, _standing(held))


@blueprint.post("/sessions/<id:public_id>/record")
def update(public_id: str) -> ResponseReturnValue:
    """Keeps the record, unless somebody else saved the session meanwhile."""
    held = _writable(public_id)
    try:
        check_version(held)
        values = load_form(WriteRecordSchema(), request.form, beside=(VERSION,))
        write_record(db.session(), held, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(held, sent_again(refusal, lambda: _standing(held))), status_of(refusal)
    flash("The record is saved.", "success")
    return redirect(url_for("sessions.show", public_id=public_id, _anchor="record"), 303)


def _writable(public_id: str) -> CoachingSession:
    held = get_session(db.session(), public_id, actor=current_actor())
    require(may_write_record(current_actor(), held), seen=True, message=FOR_THOSE_WHO_RUN_IT)
    return held


def _standing(held: CoachingSession) -> Form:
    return filled(held.version, **{name: getattr(held, name) for name in LABELS})


def _page(held: CoachingSession, form: Form) -> str:
    address = url_for("sessions.show", public_id=held.public_id)
    return render_template(
        "session/record.html",
        held=held,
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=trail(held.cohort, (held.title, address), ("Record", "")),
    )
