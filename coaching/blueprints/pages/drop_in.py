"""The drop-in code: the coach's screen in the room, and the page on which participants mark themselves.

A page that is only opened marks nobody and tells nothing of a code: whether it is right, the form is told, and wrong
ones are counted there.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from coaching.blueprints.access import current_actor, keep_writes
from coaching.blueprints.formatting import clock_text, in_zone, zone_text
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import messages_of, refuse_unknown
from coaching.blueprints.pages.session_forms import session_run
from coaching.blueprints.problems import status_of
from coaching.blueprints.wording import words
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid, NotAllowed, Refusal
from coaching.extensions import db
from coaching.models import CoachingSession, DropInCode
from coaching.schemas.base import load_form
from coaching.schemas.drop_in import MarkSelfSchema
from coaching.services.attendance import list_attendance
from coaching.services.drop_in import WRONG_CODE, close_code, find_code, list_open_sessions, mark_self, open_code
from coaching.tokens import new_room_code

blueprint = Blueprint("drop_in", __name__)


@blueprint.get("/sessions/<id:public_id>/drop-in")
def screen(public_id: str) -> ResponseReturnValue:
    """For the wall of the room: the code, large, where to type it, and a picture to scan."""
    held = session_run(public_id)
    actor, now = current_actor(), utc_now()
    code = find_code(db.session(), held, actor=actor, now=now)
    lines = list_attendance(db.session(), held, actor=actor)
    return render_template(
        "session/drop_in.html",
        held=held,
        code=code,
        letters=_spaced(code.code) if code else "",
        address=_address(),
        picture=draw_code(_address(code)) if code else "",
        closes_at=_clock(code.closes_at, held) if code else "",
        marked=sum(line.status is not None for line in lines),
        expected=len(lines),
        breadcrumb=trail(held.cohort, (held.title, url_for("sessions.show", public_id=public_id)), ("The code", "")),
    )


@blueprint.post("/sessions/<id:public_id>/drop-in")
def start(public_id: str) -> ResponseReturnValue:
    """Opens the session for marking oneself."""
    refuse_unknown()
    held = session_run(public_id)
    try:
        open_code(db.session(), held, actor=current_actor(), now=utc_now(), code=new_room_code())
    except Conflict as refusal:
        flash(refusal.message, "warning")
        return redirect(url_for("sessions.show", public_id=public_id), 303)
    return redirect(url_for("drop_in.screen", public_id=public_id), 303)


@blueprint.post("/sessions/<id:public_id>/drop-in/closing")
def end(public_id: str) -> ResponseReturnValue:
    """Closes it before the session ends."""
    refuse_unknown()
    held = session_run(public_id)
    close_code(db.session(), held, actor=current_actor(), now=utc_now())
    flash("The code is closed. Check who came, and mark the others.", "success")
    return redirect(url_for("sessions.show", public_id=public_id, _anchor="attendance"), 303)


@blueprint.get("/drop-in")
def enter() -> ResponseReturnValue:
    """Asks for the code."""
    return _ask("")


@blueprint.get("/drop-in/<code>")
def confirm(code: str) -> ResponseReturnValue:
    """Where the picture leads: the same page, with the code in its field, to be confirmed."""
    return _ask(code[:40])


@blueprint.post("/drop-in")
def mark() -> ResponseReturnValue:
    """Marks who asks as there. A wrong code stands, though the answer is a refusal: it has to be counted."""
    typed = request.form.get("code", "")[:40]
    try:
        values = load_form(MarkSelfSchema(), request.form)
        key = current_app.extensions["settings"].secret_key
        done = mark_self(db.session(), values["code"], actor=current_actor(), now=utc_now(), key=key)
    except Invalid as refusal:
        response = make_response(_ask(typed, refusal), status_of(refusal))
        return keep_writes(response) if refusal.code == WRONG_CODE else response
    except (Conflict, NotAllowed) as refusal:
        return _ask(typed, refusal), status_of(refusal)
    said = f"You are marked as {words(done.status).lower()}" if done.is_new else "You were marked already"
    flash(f"{said}: {done.title}.", "success")
    return redirect(url_for("sessions.show", public_id=done.session_id, _anchor="attendance"), 303)


def draw_code(address: str) -> Markup:
    """The address as a QR code, dark on light in every theme, because cameras want it so."""
    import segno  # noqa: PLC0415  Only this page needs it.

    drawn = BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, omitsize=True, border=3, dark="#000", light="#fff",
        svgclass="room-picture", lineclass=None, title="A QR code that leads to the page for marking oneself",
    )  # fmt: skip
    return Markup(drawn.getvalue().decode())  # noqa: S704  Drawn here, of an address of ours.


def _ask(typed: str, refusal: Refusal | None = None) -> str:
    actor, now = current_actor(), utc_now()
    sessions = list_open_sessions(db.session(), actor=actor, now=now)
    values: dict[str, Any] = {"typed": typed, "sessions": sessions, "errors": messages_of(refusal) if refusal else {}}
    return render_template("session/mark_self.html", breadcrumb=[{"label": "Mark yourself", "url": ""}], **values)


def _address(code: DropInCode | None = None) -> str:
    """Where to go, as cameras need it; without a code as people type it."""
    base: str = current_app.extensions["settings"].base_url
    return f"{base}/drop-in/{code.code}" if code else f"{base.removeprefix('https://').removeprefix('http://')}/drop-in"


def _spaced(code: str) -> str:
    return f"{code[:4]} {code[4:]}"


def _clock(moment: Any, held: CoachingSession) -> str:
    return f"{clock_text(in_zone(moment, held.timezone))} ({zone_text(held.timezone)})"
