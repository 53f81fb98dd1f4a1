"""Coach-private notes: pages of their own, so that no other page ever holds their words."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.keys import note_keys
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import VERSION, Form, check_version, filled, refuse_unknown, sent_again, write
from coaching.blueprints.pages.note_places import class_sentence
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import CoachingSession, Cohort, Membership, PrivateNote
from coaching.models.note_readers import offered_classes
from coaching.note_policies import writes_as
from coaching.policies import may_coach, require
from coaching.private_note_policies import may_edit_private_note, may_write_private_notes
from coaching.schemas.base import load_form
from coaching.schemas.private_note import EditPrivateNoteSchema, WritePrivateNoteSchema
from coaching.services.coaching_sessions import get_session
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.private_notes import (
    ONLY_READ,
    PrivateNoteLine,
    delete_private_note,
    edit_private_note,
    get_private_note,
    line_of,
    list_private_notes,
    write_private_note,
)

LABELS = {"body": "Note", "note_class": "Who reads it"}

blueprint = Blueprint("private_notes", __name__)


@blueprint.get("/members/<id:member_id>/private-notes")
def of_member(member_id: str) -> ResponseReturnValue:
    membership = get_membership(db.session(), member_id, actor=current_actor())
    return _page(membership.cohort, Form(), membership=membership)


@blueprint.get("/sessions/<id:session_id>/private-notes")
def of_session(session_id: str) -> ResponseReturnValue:
    held = get_session(db.session(), session_id, actor=current_actor())
    return _page(held.cohort, Form(), coaching_session=held)


@blueprint.get("/cohorts/<id:cohort_id>/private-notes")
def of_cohort(cohort_id: str) -> ResponseReturnValue:
    """All of one's own in the cohort, whatever they are about."""
    return _page(get_cohort(db.session(), cohort_id, actor=current_actor()), Form())


@blueprint.post("/cohorts/<id:cohort_id>/private-notes")
@acts_once
def create(cohort_id: str) -> ResponseReturnValue:
    """Keeps a note about the participant or the session that the form names, or about the cohort."""
    actor = current_actor()
    cohort = get_cohort(db.session(), cohort_id, actor=actor)
    require(may_write_private_notes(actor, cohort), seen=False)
    about: dict[str, Any] = {}
    try:
        values = load_form(WritePrivateNoteSchema(), request.form)
        about = _about(values)
        write_private_note(
            db.session(), cohort, keys=note_keys(), actor=actor, now=utc_now(), body=values["body"], **about
        )
        write()
    except (Invalid, Conflict) as refusal:
        form = sent_again(refusal)
        return _page(cohort, form, **(about or _about(_named(refusal)))), status_of(refusal)
    flash("The note is kept. Only you read it.", "success")
    return redirect(_place(cohort, **about), 303)


@blueprint.get("/private-notes/<id:public_id>/edit")
def edit(public_id: str) -> ResponseReturnValue:
    note = get_private_note(db.session(), public_id, actor=current_actor())
    return edit_page(note, _standing(note))


@blueprint.post("/private-notes/<id:public_id>/edit")
def update(public_id: str) -> ResponseReturnValue:
    note = get_private_note(db.session(), public_id, actor=current_actor())
    require(may_edit_private_note(current_actor(), note), seen=True, message=ONLY_READ)
    try:
        check_version(note)
        values = load_form(EditPrivateNoteSchema(), request.form, beside=(VERSION,))
        edit_private_note(db.session(), note, keys=note_keys(), actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return edit_page(note, sent_again(refusal, lambda: _standing(note))), status_of(refusal)
    flash("The note is saved. Only you read it.", "success")
    return redirect(_place_of(note), 303)


@blueprint.post("/private-notes/<id:public_id>/deletion")
def remove(public_id: str) -> ResponseReturnValue:
    """Deletes a note for good."""
    refuse_unknown(VERSION)
    note = get_private_note(db.session(), public_id, actor=current_actor())
    where = _place_of(note)
    try:
        check_version(note)
        delete_private_note(db.session(), note, actor=current_actor(), now=utc_now())
        write()
    except Conflict as refusal:
        return edit_page(note, sent_again(refusal, lambda: _standing(note))), status_of(refusal)
    flash(plural(1, "private note is deleted", "private notes are deleted") + ", for good.", "success")
    return redirect(where, 303)


def _named(refusal: Invalid | Conflict) -> dict[str, Any]:
    """What the refused form says it is about, as far as that can be an identifier."""
    wrong = refusal.messages if isinstance(refusal, Invalid) else {}
    names = ("membership_id", "session_id")
    return {name: request.form[name].strip() for name in names if request.form.get(name) and name not in wrong}


def _about(values: dict[str, Any]) -> dict[str, Any]:
    """The participant and the session that a form names, as far as the one who asks may see them."""
    about: dict[str, Membership | CoachingSession] = {}
    if membership_id := values.get("membership_id"):
        about["membership"] = get_membership(db.session(), membership_id, actor=current_actor())
    if session_id := values.get("session_id"):
        about["coaching_session"] = get_session(db.session(), session_id, actor=current_actor())
    return about


def _place(
    cohort: Cohort, membership: Membership | None = None, coaching_session: CoachingSession | None = None
) -> str:
    """The page with the notes about the same."""
    if coaching_session is not None:
        return url_for("private_notes.of_session", session_id=coaching_session.public_id)
    if membership is not None:
        return url_for("private_notes.of_member", member_id=membership.public_id)
    return url_for("private_notes.of_cohort", cohort_id=cohort.public_id)


def _place_of(note: PrivateNote) -> str:
    return _place(note.cohort, note.membership, note.session)


def _standing(note: PrivateNote) -> Form:
    return filled(note.version, body=note_keys().read(note).text)


def _page(
    cohort: Cohort,
    form: Form,
    *,
    membership: Membership | None = None,
    coaching_session: CoachingSession | None = None,
) -> str:
    actor = current_actor()
    lines: list[PrivateNoteLine] = list_private_notes(
        db.session(),
        cohort,
        keys=note_keys(),
        actor=actor,
        membership=membership,
        coaching_session=coaching_session,
    )
    steps = [("Private notes", "")]
    if coaching_session is not None:
        steps.insert(0, (coaching_session.title, url_for("sessions.show", public_id=coaching_session.public_id)))
    elif membership is not None:
        steps.insert(0, (membership.person.name, url_for("members.show", public_id=membership.public_id)))
    return render_template(
        "private_note/list.html",
        cohort=cohort,
        membership=membership,
        held=coaching_session,
        lines=lines,
        form=form,
        errors=form.errors,
        labels=LABELS,
        may_write=may_write_private_notes(actor, cohort),
        coaches_it=may_coach(actor, cohort),
        breadcrumb=trail(cohort, *steps),
    )


def edit_page(note: PrivateNote, form: Form) -> str:
    """The form for the words, and the ways to share and to delete the note."""
    offered = offered_classes(
        writes_as(current_actor(), note.cohort, note.membership),
        membership=note.membership,
        coaching_session=note.session,
    )
    return render_template(
        "private_note/edit.html",
        note=line_of(note, note_keys()),
        form=form,
        errors=form.errors,
        labels=LABELS,
        may_edit=may_edit_private_note(current_actor(), note),
        offered=[(one.value, class_sentence(one, note.membership, [])) for one in offered],
        back=_place_of(note),
        breadcrumb=trail(note.cohort, ("Private notes", _place_of(note)), ("Edit", "")),
    )
