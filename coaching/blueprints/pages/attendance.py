"""Who came to a session, marked by the coach on one screen."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.pages.forms import refuse_unknown, sent_again
from coaching.blueprints.pages.session_forms import session_run
from coaching.blueprints.pages.sessions import render_session
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import AttendanceStatus, CoachingSession
from coaching.schemas.base import checked
from coaching.schemas.coaching_session import MarkAttendanceSchema
from coaching.services.attendance import list_attendance, mark_attendance

MARK, WAS = "mark-", "was-"

blueprint = Blueprint("attendance", __name__)


@blueprint.post("/sessions/<id:public_id>/attendance")
def mark(public_id: str) -> ResponseReturnValue:
    """Records what the coach says of each member; "the rest" are those of whom nothing was said."""
    held = session_run(public_id)
    try:
        refuse_unknown("rest", starting=(MARK, WAS))
        loaded = checked(MarkAttendanceSchema(), {"marks": _marks(held)})
        marks = {one["membership_id"]: one["status"] for one in loaded["marks"]}
        changed = mark_attendance(db.session(), held, actor=current_actor(), now=utc_now(), marks=marks)
    except (Invalid, Conflict) as refusal:
        form = sent_again(refusal)
        # No field of the form has the names that a wrong mark is refused under, so they are not repeated.
        said = {text: None for texts in form.errors.values() for text in texts}
        return render_session(held, replace(form, errors={"": list(said)})), status_of(refusal)
    flash(f"Attendance is saved: {plural(changed, 'change', 'changes')}.", "success")
    return redirect(url_for("sessions.show", public_id=public_id), 303)


def _marks(held: CoachingSession) -> list[dict[str, str]]:
    """The marks that the form changes.

    The form says beside each mark what it was when the page was made. What was left alone is not sent on, so that a
    page which has stood open for a while takes nobody else's marks back.
    """
    typed = {name.removeprefix(MARK): value for name, value in request.form.items() if name.startswith(MARK) and value}
    marks = {name: value for name, value in typed.items() if request.form.get(f"{WAS}{name}") != value}
    if "rest" in request.form:
        for line in list_attendance(db.session(), held, actor=current_actor()):
            if line.status is None:
                marks.setdefault(line.membership_id, AttendanceStatus.PRESENT.value)
    if not marks:
        raise Invalid("Nothing is changed yet. Mark who came, then save.")
    return [{"membership_id": name, "status": value} for name, value in marks.items()]
