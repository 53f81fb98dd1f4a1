"""Who is silent: taken off the list of who needs their coach, when the coach has seen to it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import refuse_unknown
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.services.check_ins import get_check_in
from coaching.services.silence import see_to_silence

blueprint = Blueprint("silence", __name__)


@blueprint.post("/check-ins/<id:public_id>/seen-to")
def see_to(public_id: str) -> ResponseReturnValue:
    """Back to the coach's home, where the list is."""
    check_in = get_check_in(db.session(), public_id, actor=current_actor())
    see_to_silence(db.session(), check_in, actor=current_actor(), now=utc_now())
    refuse_unknown()
    flash(f"{check_in.membership.person.name} is off your list. The check-in can still be answered.", "success")
    return redirect(url_for("home.show"), 303)
