"""Notes of the four classes that others read too: listed, written, looked at, edited and deleted."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.note_words import who_reads
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import (
    VERSION,
    Form,
    check_version,
    filled,
    refuse_unknown,
    sent_again,
    write,
)
from coaching.blueprints.pages.note_places import (
    LABELS,
    place_of_cohort,
    place_of_member,
    place_of_session,
    render_place,
)
from coaching.blueprints.pages.note_sections import NotePlace
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Note, NoteClass
from coaching.models.note_readers import offered_classes
from coaching.note_policies import may_change_class, may_edit_note, writes_as
from coaching.policies import may_view_member, may_view_session, require
from coaching.schemas.base import load_form
from coaching.schemas.note import EditNoteSchema, WriteNoteFormSchema, in_frame
from coaching.services.note_changes import list_changes
from coaching.services.notes import (
    ONLY_ITS_AUTHOR,
    YOU_DO_NOT_WRITE,
    edit_note,
    get_note,
    list_pair_coaches,
    remove_note,
    write_note,
)

blueprint = Blueprint("notes", __name__)


@blueprint.get("/members/<id:member_id>/notes")
def of_member(member_id: str) -> ResponseReturnValue:
    """Notes about a participant, of the classes that the one who asks reads."""
    return render_place(place_of_member(member_id), Form())


@blueprint.get("/sessions/<id:session_id>/notes")
def of_session(session_id: str) -> ResponseReturnValue:
    return render_place(place_of_session(session_id), Form())


@blueprint.get("/cohorts/<id:cohort_id>/notes")
def of_cohort(cohort_id: str) -> ResponseReturnValue:
    """Notes about the cohort, and whatever of its people and sessions the whole cohort reads."""
    return render_place(place_of_cohort(cohort_id), Form())


@blueprint.post("/members/<id:member_id>/notes")
@acts_once
def write_of_member(member_id: str) -> ResponseReturnValue:
    return _write(place_of_member(member_id))


@blueprint.post("/sessions/<id:session_id>/notes")
@acts_once
def write_of_session(session_id: str) -> ResponseReturnValue:
    return _write(place_of_session(session_id))


@blueprint.post("/cohorts/<id:cohort_id>/notes")
@acts_once
def write_of_cohort(cohort_id: str) -> ResponseReturnValue:
    return _write(place_of_cohort(cohort_id))


@blueprint.get("/notes/<id:public_id>")
def show(public_id: str) -> ResponseReturnValue:
    """A note with what became of its class, and the form that changes it."""
    return render_note(get_note(db.session(), public_id, actor=current_actor()), Form())


@blueprint.get("/notes/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    note = _own(public_id)
    return _edit(note, _standing(note))


@blueprint.post("/notes/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    note = _own(public_id)
    try:
        check_version(note)
        values = load_form(EditNoteSchema(), request.form, beside=(VERSION,))
        edit_note(db.session(), note, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _edit(note, sent_again(refusal, lambda: _standing(note))), status_of(refusal)
    flash("The note is saved.", "success")
    return redirect(url_for("notes.show", public_id=public_id), 303)


@blueprint.post("/notes/<id:public_id>/deletion")
def remove(public_id: str) -> ResponseReturnValue:
    """Deletes one's own note for good."""
    note = _own(public_id)
    refuse_unknown(VERSION)
    back = place_url(note)
    try:
        check_version(note)
        remove_note(db.session(), note, actor=current_actor(), now=utc_now())
        write()
    except Conflict as refusal:
        return render_note(note, sent_again(refusal)), status_of(refusal)
    flash("The note is deleted, for good.", "success")
    return redirect(back, 303)


def render_note(note: Note, form: Form) -> str:
    actor, session = current_actor(), db.session()
    may_change = may_change_class(actor, note)
    offered = offered_classes(note.written_as, membership=note.membership, coaching_session=note.session)
    member = note.membership.person.name if note.membership is not None else ""
    changes = list_changes(session, note, actor=actor)
    can_pair = may_change and NoteClass.PAIR in offered
    coaches = list_pair_coaches(session, note.cohort, actor=actor) if can_pair else []
    return render_template(
        "note/show.html",
        note=note,
        form=form,
        errors=form.errors,
        labels=LABELS,
        readers=who_reads(note.note_class, member=member, coach=note.pair_coach.name if note.pair_coach else ""),
        may_edit=may_edit_note(actor, note),
        may_change=may_change,
        offered=[
            (one.value, who_reads(one, member=member, coach="the coach of the pair"))
            for one in offered
            if one != note.note_class
        ],
        coaches=[(one.id, one.name) for one in coaches],
        changes=changes,
        waiting=next((change for change in changes if change.state == "pending"), None),
        place=place_url(note),
        breadcrumb=trail(note.cohort, ("Notes", place_url(note)), ("Note", "")),
    )


def place_url(note: Note) -> str:
    """The list that the note stands in, for this reader: fellows do not see the page of whom it is about."""
    actor = current_actor()
    if note.session is not None and may_view_session(actor, note.session):
        return url_for("notes.of_session", session_id=note.session.public_id)
    if note.membership is not None and may_view_member(actor, note.membership):
        return url_for("notes.of_member", member_id=note.membership.public_id)
    return url_for("notes.of_cohort", cohort_id=note.cohort.public_id)


def _own(public_id: str) -> Note:
    note = get_note(db.session(), public_id, actor=current_actor())
    require(may_edit_note(current_actor(), note), seen=True, message=ONLY_ITS_AUTHOR)
    return note


def _write(place: NotePlace) -> ResponseReturnValue:
    writer = writes_as(current_actor(), place.cohort, place.membership)
    require(writer is not None, seen=True, message=YOU_DO_NOT_WRITE)
    try:
        values = _in_frame(load_form(WriteNoteFormSchema(), request.form))
        about = place.about
        write_note(db.session(), place.cohort, actor=current_actor(), now=utc_now(), **about, **values)
        write()
    except (Invalid, Conflict) as refusal:
        return render_place(place, sent_again(refusal)), status_of(refusal)
    flash("The note is kept.", "success")
    return redirect(place.url, 303)


def _in_frame(values: dict[str, Any]) -> dict[str, Any]:
    try:
        return in_frame(values)
    except ValueError as error:
        raise Invalid.field("body", str(error)) from error


def _standing(note: Note) -> Form:
    return filled(note.version, body=note.body)


def _edit(note: Note, form: Form) -> str:
    steps = ("Notes", place_url(note)), ("Note", url_for("notes.show", public_id=note.public_id)), ("Edit", "")
    return render_template(
        "note/edit.html",
        note=note,
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=trail(note.cohort, *steps),
    )
