"""Who reads a note changed; and the questions about that, answered by those whose word it takes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.note_words import who_reads
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, refuse_unknown, sent_again, write
from coaching.blueprints.pages.note_places import LABELS
from coaching.blueprints.pages.notes import render_note
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import NoteChange, NoteChangeState, NoteClass, NoteConsent
from coaching.note_policies import may_change_class, may_read_note
from coaching.policies import require
from coaching.schemas.base import load_form
from coaching.schemas.note import AnswerChangeSchema, ChangeClassSchema
from coaching.services.note_changes import (
    FOR_THE_SIDES,
    NOT_ASKED,
    answer_change,
    change_class,
    get_change,
    list_asked,
    withdraw_change,
)
from coaching.services.notes import get_note

SAID = {
    NoteChangeState.MADE: "It is changed.",
    NoteChangeState.PENDING: "They are asked. Until they agree, the note stays as it is.",
    NoteChangeState.REFUSED: "You said no. The note stays as it is.",
}

blueprint = Blueprint("note_changes", __name__)


@blueprint.get("/note-changes")
def index() -> ResponseReturnValue:
    """What the one who asks is asked about notes."""
    changes = list_asked(db.session(), actor=current_actor())
    return render_template("note/asked.html", changes=[(change, readers_to_be(change)) for change in changes])


@blueprint.post("/notes/<id:public_id>/changes")
@acts_once
def change(public_id: str) -> ResponseReturnValue:
    """Changes the class at once where that takes readers away, or asks those whose word it takes."""
    note = get_note(db.session(), public_id, actor=current_actor())
    require(may_change_class(current_actor(), note), seen=True, message=FOR_THE_SIDES)
    try:
        values = load_form(ChangeClassSchema(), request.form)
        made = change_class(db.session(), note, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_note(note, sent_again(refusal)), status_of(refusal)
    flash(SAID[made.state], "success" if made.state == NoteChangeState.MADE else "info")
    if may_read_note(current_actor(), note):
        return redirect(url_for("notes.show", public_id=public_id), 303)
    return redirect(url_for("cohorts.show", public_id=note.cohort.public_id), 303)


@blueprint.get("/note-changes/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """Which words would be shown to whom."""
    return _page(get_change(db.session(), public_id, actor=current_actor()), Form())


@blueprint.post("/note-changes/<id:public_id>/answer")
def answer(public_id: str) -> ResponseReturnValue:
    asked = get_change(db.session(), public_id, actor=current_actor())
    require(_own(asked) is not None, seen=True, message=NOT_ASKED)
    try:
        values = load_form(AnswerChangeSchema(), request.form)
        answer_change(db.session(), asked, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _page(asked, sent_again(refusal)), status_of(refusal)
    flash(SAID[asked.state], "success")
    return redirect(url_for("note_changes.index"), 303)


@blueprint.post("/note-changes/<id:public_id>/withdrawal")
def withdraw(public_id: str) -> ResponseReturnValue:
    """Takes back what one asked."""
    asked = get_change(db.session(), public_id, actor=current_actor())
    refuse_unknown()
    try:
        withdraw_change(db.session(), asked, actor=current_actor(), now=utc_now())
        write()
    except Conflict as refusal:
        return _page(asked, sent_again(refusal)), status_of(refusal)
    flash("The question is taken back. The note stays as it is.", "success")
    return redirect(url_for("notes.show", public_id=asked.note.public_id), 303)


def readers_to_be(asked: NoteChange) -> dict[str, str]:
    """Who reads the note now, and who would."""
    note = asked.note
    member = note.membership.person.name if note.membership is not None else ""

    def said(note_class: NoteClass, coach: str) -> str:
        return who_reads(note_class, member=member, coach=coach)

    return {
        "now": said(asked.from_class, note.pair_coach.name if note.pair_coach is not None else ""),
        "then": said(asked.to_class, asked.to_coach.name if asked.to_coach is not None else ""),
    }


def _own(asked: NoteChange) -> NoteConsent | None:
    """What the one who looks is asked, if they are."""
    return next((one for one in asked.consents if one.person_id == current_actor().person_id), None)


def _page(asked: NoteChange, form: Form) -> str:
    actor = current_actor()
    return render_template(
        "note/change.html",
        change=asked,
        readers=readers_to_be(asked),
        form=form,
        errors=form.errors,
        labels=LABELS,
        own=_own(asked),
        is_asker=asked.by_id == actor.person_id,
        is_open=asked.state == NoteChangeState.PENDING,
        breadcrumb=trail(asked.note.cohort, ("Asked about a note", "")),
    )
