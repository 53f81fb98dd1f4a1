"""What a coach reads before a session, on one page."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.session_forms import session_run
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import SessionState
from coaching.services.grow import split_frame
from coaching.services.preparation import prepare_session

blueprint = Blueprint("preparation", __name__)


@blueprint.get("/sessions/<id:public_id>/preparation")
def show(public_id: str) -> ResponseReturnValue:
    """What was agreed, where goals stand, and what happened since last time."""
    held, now = session_run(public_id), utc_now()
    actor = current_actor()
    known = prepare_session(db.session(), held, actor=actor, now=now)
    address = url_for("sessions.show", public_id=held.public_id)
    return render_template(
        "session/preparation.html",
        held=held,
        known=known,
        framed=split_frame(known.last.shared_notes) if known.last is not None else None,
        is_live=held.state == SessionState.SCHEDULED,
        today=in_zone(now, actor.timezone).date(),
        breadcrumb=trail(held.cohort, (held.title, address), ("Prepare", "")),
    )
