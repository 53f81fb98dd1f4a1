"""A session as its coach holds it, in the order of a talk: open actions, notes, what is agreed, what is next.

All of it is one form, so that whichever of its buttons is pressed, what was typed elsewhere comes along, with
JavaScript off as well. A button that closes, moves or adds an action does that alone; the texts are kept by saving.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.pages.action_forms import LABELS as ACTION_LABELS
from coaching.blueprints.pages.action_forms import say_outcome
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.session_sections import attendance_section, record_section
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid, Refusal
from coaching.extensions import db
from coaching.models import ActionOutcome, CoachingSession
from coaching.policies import may_write_record, require
from coaching.schemas.action import AgreeSessionActionSchema, FramedRecordSchema, SayOutcomeSchema, WriteRecordSchema
from coaching.schemas.base import OF_EVERY_FORM, checked
from coaching.services.actions import agree_session_action, get_action
from coaching.services.coaching_sessions import get_session
from coaching.services.grow import PARTS, join_frame, split_frame
from coaching.services.session_record import FOR_THOSE_WHO_RUN_IT, write_record

TEXTS = ("covered", "shared_notes", "materials")
LABELS = {"covered": "What was covered", "shared_notes": "Shared notes", "materials": "Materials"}
LABELS |= {part: part.capitalize() for part in PARTS} | ACTION_LABELS
NEW_ACTION = ("membership_id", "statement", "due_on", "owner_id", "reminder", "remind_on")
FRAME, ACT = "frame", "act"
# Of each open action the fields for another day and for why.
DAY_OF, WHY_OF = "due_on-", "reason-"
SAVE, BOOK, AGREE, ADD_FRAME = "save", "book", "agree", "add-frame"
KNOWN = (*TEXTS, *PARTS, *NEW_ACTION, FRAME, ACT, VERSION)

blueprint = Blueprint("session_record", __name__)


@blueprint.get("/sessions/<id:public_id>/record")
def edit(public_id: str) -> ResponseReturnValue:
    held = _writable(public_id)
    return _page(held, _standing(held))


@blueprint.post("/sessions/<id:public_id>/record")
@acts_once
def update(public_id: str) -> ResponseReturnValue:
    """Does what the button says that was pressed; without one it saves."""
    held = _writable(public_id)
    act, _, which = request.form.get(ACT, SAVE).partition(":")
    try:
        refuse_unknown(*KNOWN, starting=(DAY_OF, WHY_OF))
        return _ACTS.get(act, _say)(held, act, which)
    except (Invalid, Conflict) as refusal:
        form = _at_its_action(sent_again(refusal, lambda: _standing(held)), which, refusal)
        return _page(held, form), status_of(refusal)


def _save(held: CoachingSession, act: str, _which: str) -> ResponseReturnValue:
    """Keeps the record, unless somebody else saved the session meanwhile; and an action that is typed and not added."""
    check_version(held)
    write_record(db.session(), held, actor=current_actor(), now=utc_now(), **_texts())
    if request.form.get("statement", "").strip():
        _add_action(held)
    write()
    flash("The record is saved.", "success")
    if act == BOOK:
        address = url_for("sessions.new", cohort_id=held.cohort.public_id, copy=held.public_id)
        return redirect(address, 303)
    return redirect(url_for("sessions.show", public_id=held.public_id, _anchor="record"), 303)


def _agree(held: CoachingSession, _act: str, _which: str) -> ResponseReturnValue:
    name = _add_action(held)
    write()
    return _again(held, f"Agreed with {name}.", *NEW_ACTION)


def _say(held: CoachingSession, act: str, which: str) -> ResponseReturnValue:
    """What became of one of the actions, with the fields that stand beside it."""
    action = get_action(db.session(), which, actor=current_actor())
    typed = {"state": act, "reason": request.form.get(WHY_OF + which, "")}
    if act == ActionOutcome.MOVED:
        typed["due_on"] = request.form.get(DAY_OF + which, "")
    said = say_outcome(action, checked(SayOutcomeSchema(), typed), actor=current_actor(), now=utc_now())
    write()
    return _again(held, said, DAY_OF + which, WHY_OF + which)


def _add_frame(held: CoachingSession, _act: str, _which: str) -> ResponseReturnValue:
    """The frame beside what is typed. Nothing is written."""
    form = _typed()
    return _page(held, replace(form, values={**form.values, FRAME: "grow"}))


_ACTS: dict[str, Callable[[CoachingSession, str, str], ResponseReturnValue]] = {
    SAVE: _save,
    BOOK: _save,
    AGREE: _agree,
    ADD_FRAME: _add_frame,
}


def _add_action(held: CoachingSession) -> str:
    typed = {name: request.form[name] for name in NEW_ACTION if name in request.form}
    values = checked(AgreeSessionActionSchema(), typed)
    action = agree_session_action(db.session(), held, actor=current_actor(), now=utc_now(), **values)
    return action.membership.person.name


def _texts() -> dict[str, str]:
    """The texts of the record; the parts of the frame are put into the shared notes."""
    typed = {name: request.form[name] for name in (*TEXTS, *PARTS) if name in request.form}
    values = checked(FramedRecordSchema(), typed)
    notes = join_frame(values["shared_notes"], {part: values.pop(part) for part in PARTS})
    texts = values | {"shared_notes": notes}
    return checked(WriteRecordSchema(), texts)


def _typed(*without: str) -> Form:
    """The form as it was sent, without what was dealt with."""
    left_out = {*OF_EVERY_FORM, VERSION, ACT, *without}
    values = {name: value for name, value in request.form.items() if name not in left_out}
    return Form(values, version=request.form.get(VERSION, type=int))


def _again(held: CoachingSession, said: str, *without: str) -> str:
    """The page as it is now, with everything that was typed and not dealt with."""
    return _page(held, _typed(*without), said)


def _at_its_action(form: Form, which: str, refusal: Refusal) -> Form:
    """What is wrong with the day or the reason of an action stands at the fields beside it."""
    if not which or not isinstance(refusal, Invalid):
        return form
    return replace(form, errors={_beside(name, which): texts for name, texts in form.errors.items()})


def _beside(name: str, which: str) -> str:
    return f"{name}-{which}" if name in {"due_on", "reason"} else ""


def _writable(public_id: str) -> CoachingSession:
    held = get_session(db.session(), public_id, actor=current_actor())
    require(may_write_record(current_actor(), held), seen=True, message=FOR_THOSE_WHO_RUN_IT)
    return held


def _standing(held: CoachingSession) -> Form:
    values: dict[str, Any] = {name: getattr(held, name) for name in TEXTS}
    framed = split_frame(held.shared_notes)
    if framed is not None:
        values |= framed.parts | {"shared_notes": framed.notes, FRAME: "grow"}
    return filled(held.version, **values)


def _page(held: CoachingSession, form: Form, said: str = "") -> str:
    now = utc_now()
    attendance = attendance_section(held, now)
    sections = record_section(held, now, attendance["lines"])
    address = url_for("sessions.show", public_id=held.public_id)
    beside = {
        f"{name}{line.id}": label
        for line in sections["record"]["open_before"]
        for name, label in ((DAY_OF, "To which day"), (WHY_OF, "Why"))
    }
    return render_template(
        "session/record.html",
        held=held,
        form=form,
        errors=form.errors,
        labels=LABELS | beside,
        said=said,
        parts=PARTS,
        lines=attendance["lines"],
        breadcrumb=trail(held.cohort, (held.title, address), ("Record", "")),
        **sections,
    )
