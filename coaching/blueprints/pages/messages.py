"""The outbox, for administrators: what was sent, what waits, and what nobody can know the fate of."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.forms import refuse_unknown
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.extensions import db
from coaching.models import Cohort, Message, MessageState
from coaching.policies import may_administer
from coaching.services.lateness import read_problems
from coaching.services.outbox import get_message, list_messages
from coaching.services.undecided import leave_message, resend_message

PAGE = 50
# The databases count in 64 bits; nobody pages as far as this.
FARTHEST = 10**9

blueprint = Blueprint("messages", __name__)


@blueprint.get("/messages", endpoint="list")
def index() -> ResponseReturnValue:
    """The newest first, of one state where it is chosen."""
    chosen = request.args.get("state", "")
    state = MessageState(chosen) if chosen in [*MessageState] else None
    offset = min(max(0, request.args.get("start", 0, type=int)), FARTHEST)
    found = list_messages(db.session(), actor=current_actor(), state=state, limit=PAGE, offset=offset)
    late_after = current_app.extensions["settings"].late_after

    def page_url(start: int) -> str:
        return url_for("messages.list", state=state, start=start or None)

    return render_template(
        "message/list.html",
        problems=read_problems(db.session(), actor=current_actor(), now=utc_now(), late_after=late_after),
        lines=found.lines,
        total=found.total,
        first=offset + 1,
        last=offset + len(found.lines),
        previous_url=page_url(max(0, offset - PAGE)) if offset else None,
        next_url=page_url(offset + PAGE) if offset + PAGE < found.total else None,
        tabs=[
            {
                "label": words(each) if each else "All",
                "url": url_for("messages.list", state=each),
                "current": each == state,
            }
            for each in (None, *MessageState)
        ],
        state=state,
    )


@blueprint.post("/messages/<id:public_id>/resend")
def resend(public_id: str) -> ResponseReturnValue:
    """Sends once more a message whose fate is unknown: a second copy may arrive, which is for a person to decide."""
    refuse_unknown()
    message = get_message(db.session(), public_id, actor=current_actor())
    resend_message(db.session(), message, actor=current_actor(), now=utc_now())
    flash("It goes out again, with the same Message-ID.", "success")
    return redirect(_list_of(message), 303)


@blueprint.post("/messages/<id:public_id>/leave")
def leave(public_id: str) -> ResponseReturnValue:
    """Leaves a message whose fate is unknown as it is: nobody is asked about it any more."""
    refuse_unknown()
    message = get_message(db.session(), public_id, actor=current_actor())
    leave_message(db.session(), message, actor=current_actor(), now=utc_now())
    flash("It is left as it is. You can still send it again.", "success")
    return redirect(_list_of(message), 303)


def _list_of(message: Message) -> str:
    """Back to those whose fate is unknown: everybody's, or the programme's for who only coordinates that."""
    if may_administer(current_actor()) or message.cohort_id is None:
        return url_for("messages.list", state=MessageState.UNKNOWN)
    programme = db.session.get_one(Cohort, message.cohort_id).programme
    return url_for("message_lists.programme", public_id=programme.public_id, view="sent", state=MessageState.UNKNOWN)
