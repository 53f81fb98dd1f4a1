"""The ways on which a private note leaves its author: to another coach, into its subject's export, to more readers."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from coaching.blueprints.access import current_actor
from coaching.blueprints.formatting import plural
from coaching.blueprints.keys import note_keys
from coaching.blueprints.pages.cohorts import trail
from coaching.blueprints.pages.forms import Form, sent_again, write
from coaching.blueprints.pages.once import acts_once
from coaching.blueprints.pages.private_notes import edit_page
from coaching.blueprints.problems import status_of
from coaching.clock import utc_now
from coaching.errors import Conflict, Invalid
from coaching.extensions import db
from coaching.models import Cohort
from coaching.policies import require
from coaching.private_note_policies import may_edit_private_note
from coaching.schemas.base import load_form
from coaching.schemas.private_note import DecideOnExportSchema, HandOverPrivateNotesSchema, SharePrivateNoteSchema
from coaching.services.cohorts import get_cohort
from coaching.services.note_reviews import decide_on_export, list_waiting
from coaching.services.private_note_handover import (
    find_notes,
    find_recipient,
    hand_over_private_notes,
    list_recipients,
    share_private_note,
)
from coaching.services.private_notes import ONLY_READ, get_private_note, list_private_notes

LABELS = {
    "membership_id": "Which coach",
    "note_ids": "Which notes",
    "choice": "Is this note in the export",
    "reason": "Reason for leaving it out",
}

blueprint = Blueprint("private_note_exits", __name__)


@blueprint.get("/cohorts/<id:cohort_id>/private-notes/handover")
def handover(cohort_id: str) -> ResponseReturnValue:
    return _handover(get_cohort(db.session(), cohort_id, actor=current_actor()), Form())


@blueprint.post("/cohorts/<id:cohort_id>/private-notes/handover")
@acts_once
def hand_over(cohort_id: str) -> ResponseReturnValue:
    """Makes another coach the author of the notes that were chosen."""
    actor = current_actor()
    cohort = get_cohort(db.session(), cohort_id, actor=actor)
    try:
        values = load_form(HandOverPrivateNotesSchema(), request.form)
        notes = find_notes(db.session(), cohort, values["note_ids"], actor=actor)
        recipient = find_recipient(db.session(), cohort, values["membership_id"], actor=actor)
        number = hand_over_private_notes(db.session(), notes, recipient, keys=note_keys(), actor=actor, now=utc_now())
        write()
    except (Invalid, Conflict) as refusal:
        return _handover(cohort, sent_again(refusal)), status_of(refusal)
    passed = plural(number, "note is", "notes are")
    flash(f"{passed} with {recipient.person.name} now, and no longer with you.", "success")
    return redirect(url_for("private_notes.of_cohort", cohort_id=cohort_id), 303)


@blueprint.get("/private-notes/reviews")
def reviews() -> ResponseReturnValue:
    """Notes that somebody asked for, each with the two answers that there are."""
    return _reviews(Form())


@blueprint.post("/private-notes/<id:public_id>/decision")
def decide(public_id: str) -> ResponseReturnValue:
    """Whether a note is in the export of the person whom it is about."""
    note = get_private_note(db.session(), public_id, actor=current_actor())
    try:
        values = load_form(DecideOnExportSchema(), request.form)
        decide_on_export(db.session(), note, actor=current_actor(), now=utc_now(), **values)
        write()
    except (Invalid, Conflict) as refusal:
        return _reviews(sent_again(refusal), public_id), status_of(refusal)
    flash("Your decision is kept. You can change it until you delete the note.", "success")
    if note.membership is None:
        return redirect(url_for("private_note_exits.reviews"), 303)
    return redirect(url_for("held_data.preview", membership_id=note.membership.public_id), 303)


@blueprint.post("/private-notes/<id:public_id>/share")
@acts_once
def share(public_id: str) -> ResponseReturnValue:
    """Makes a note of a wider class out of a private one."""
    note = get_private_note(db.session(), public_id, actor=current_actor())
    require(may_edit_private_note(current_actor(), note), seen=True, message=ONLY_READ)
    keys, now = note_keys(), utc_now()
    try:
        values = load_form(SharePrivateNoteSchema(), request.form)
        shared = share_private_note(db.session(), note, keys=keys, actor=current_actor(), now=now, **values)
        write()
    except (Invalid, Conflict) as refusal:
        # The form beside it has the words, which were not sent along.
        form = replace(sent_again(refusal), values={"body": keys.read(note).text or ""}, version=note.version)
        return edit_page(note, form), status_of(refusal)
    flash("The note is shared. The private one is still yours; delete it if you need it no more.", "success")
    return redirect(url_for("notes.show", public_id=shared.public_id), 303)


def _handover(cohort: Cohort, form: Form) -> str:
    actor, session = current_actor(), db.session()
    return render_template(
        "private_note/handover.html",
        cohort=cohort,
        lines=list_private_notes(session, cohort, keys=note_keys(), actor=actor),
        coaches=[(one.public_id, one.person.name) for one in list_recipients(session, cohort, actor=actor)],
        chosen=request.form.getlist("note_ids"),
        form=form,
        errors=form.errors,
        labels=LABELS,
        breadcrumb=trail(
            cohort,
            ("Private notes", url_for("private_notes.of_cohort", cohort_id=cohort.public_id)),
            ("Pass on", ""),
        ),
    )


def _reviews(form: Form, of_note: str = "") -> str:
    """The list; where a decision was refused, what was typed stands at its note."""
    waiting = list_waiting(db.session(), keys=note_keys(), actor=current_actor())
    return render_template(
        "private_note/reviews.html", waiting=waiting, form=form, errors=form.errors, labels=LABELS, of_note=of_note
    )
