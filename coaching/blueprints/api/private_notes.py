"""Coach-private notes: for their author alone, and for a token only where it was made for them."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.keys import note_keys
from coaching.clock import utc_now
from coaching.models import CoachingSession, Membership
from coaching.schemas.private_note import (
    DecideOnExportSchema,
    EditPrivateNoteSchema,
    HandedOverSchema,
    HandOverPrivateNotesSchema,
    PrivateNoteReceiptSchema,
    PrivateNoteSchema,
    PrivateNotesQuery,
    SharedSchema,
    SharePrivateNoteSchema,
    WritePrivateNoteSchema,
)
from coaching.services.coaching_sessions import get_session
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.note_reviews import WaitingNote, decide_on_export, list_waiting
from coaching.services.private_note_handover import (
    find_notes,
    find_recipient,
    hand_over_private_notes,
    share_private_note,
)
from coaching.services.private_notes import (
    PrivateNoteLine,
    delete_private_note,
    edit_private_note,
    get_private_note,
    line_of,
    list_private_notes,
    write_private_note,
)

blueprint = ApiBlueprint(
    "private_notes",
    tag="Private notes",
    description="Notes that only the coach who wrote them reads. A token needs the scope `private_notes` for them.",
)


@blueprint.route("/cohorts/<id:cohort_id>/private-notes")
@blueprint.arguments(PrivateNotesQuery, location="query")
@blueprint.lists(shape_of(PrivateNoteLine))
def index(query: dict[str, Any], cohort_id: str) -> list[PrivateNoteLine]:
    """One's own private notes in the cohort, the newest first."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return list_private_notes(rows(), cohort, keys=note_keys(), actor=current_actor(), **_about(query))


@blueprint.route("/cohorts/<id:cohort_id>/private-notes", methods=["POST"])
@blueprint.arguments(WritePrivateNoteSchema)
@blueprint.response(201, PrivateNoteReceiptSchema)
def create(data: dict[str, Any], cohort_id: str) -> tuple[PrivateNoteLine, dict[str, str]]:
    """Writes a private note. The answer does not repeat its words."""
    cohort, keys = get_cohort(rows(), cohort_id, actor=current_actor()), note_keys()
    note = write_private_note(
        rows(), cohort, keys=keys, actor=current_actor(), now=utc_now(), body=data["body"], **_about(data)
    )
    rows().flush()
    return line_of(note, keys), place("private_notes.show", private_note_id=note.public_id)


@blueprint.route("/private-notes/<id:private_note_id>")
@blueprint.etag
@blueprint.response(200, PrivateNoteSchema)
def show(private_note_id: str) -> PrivateNoteLine:
    """One private note of one's own."""
    return line_of(get_private_note(rows(), private_note_id, actor=current_actor()), note_keys())


@blueprint.route("/private-notes/<id:private_note_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(EditPrivateNoteSchema)
@blueprint.response(200, PrivateNoteSchema)
def edit(data: dict[str, Any], private_note_id: str) -> PrivateNoteLine:
    """Changes its words. What was decided of it for an export is open again."""
    note, keys = get_private_note(rows(), private_note_id, actor=current_actor()), note_keys()
    blueprint.check_etag(line_of(note, keys), PrivateNoteSchema)
    edit_private_note(rows(), note, keys=keys, actor=current_actor(), now=utc_now(), body=data["body"])
    rows().flush()
    return line_of(note, keys)


@blueprint.route("/private-notes/<id:private_note_id>", methods=["DELETE"])
@blueprint.etag
@blueprint.response(204)
def remove(private_note_id: str) -> None:
    """Deletes a private note for good."""
    note = get_private_note(rows(), private_note_id, actor=current_actor())
    blueprint.check_etag(line_of(note, note_keys()), PrivateNoteSchema)
    delete_private_note(rows(), note, actor=current_actor(), now=utc_now())


@blueprint.route("/private-notes/<id:private_note_id>/decision", methods=["POST"])
@blueprint.arguments(DecideOnExportSchema)
@blueprint.response(200, PrivateNoteReceiptSchema)
def decide(data: dict[str, Any], private_note_id: str) -> PrivateNoteLine:
    """Says whether the note is in the export of the participant whom it is about, or why it is left out."""
    note = get_private_note(rows(), private_note_id, actor=current_actor())
    decide_on_export(rows(), note, actor=current_actor(), now=utc_now(), **data)
    rows().flush()
    return line_of(note, note_keys())


@blueprint.route("/private-notes/<id:private_note_id>/share", methods=["POST"])
@blueprint.arguments(SharePrivateNoteSchema)
@blueprint.response(201, SharedSchema)
def share(data: dict[str, Any], private_note_id: str) -> tuple[dict[str, str], dict[str, str]]:
    """Makes a note of a wider class out of it. The private one stays until it is deleted."""
    note = get_private_note(rows(), private_note_id, actor=current_actor())
    shared = share_private_note(rows(), note, keys=note_keys(), actor=current_actor(), now=utc_now(), **data)
    rows().flush()
    return {"note_id": shared.public_id}, place("notes.show", note_id=shared.public_id)


@blueprint.route("/private-notes/reviews")
@blueprint.lists(shape_of(WaitingNote))
def list_reviews() -> list[WaitingNote]:
    """One's own notes that somebody asked for and that wait for one's decision, the longest first."""
    return list_waiting(rows(), keys=note_keys(), actor=current_actor())


@blueprint.route("/cohorts/<id:cohort_id>/private-notes/handover", methods=["POST"])
@blueprint.arguments(HandOverPrivateNotesSchema)
@blueprint.response(200, HandedOverSchema)
def hand_over(data: dict[str, Any], cohort_id: str) -> dict[str, int]:
    """Passes private notes on to another coach of the cohort, who is their author from then on."""
    actor = current_actor()
    cohort = get_cohort(rows(), cohort_id, actor=actor)
    notes = find_notes(rows(), cohort, data["note_ids"], actor=actor)
    to_membership = find_recipient(rows(), cohort, data["membership_id"], actor=actor)
    number = hand_over_private_notes(rows(), notes, to_membership, keys=note_keys(), actor=actor, now=utc_now())
    return {"handed_over": number}


def _about(data: dict[str, Any]) -> dict[str, Any]:
    """The participant and the session that identifiers name, as far as the one who asks may see them."""
    about: dict[str, Membership | CoachingSession] = {}
    if membership_id := data.get("membership_id"):
        about["membership"] = get_membership(rows(), membership_id, actor=current_actor())
    if session_id := data.get("session_id"):
        about["coaching_session"] = get_session(rows(), session_id, actor=current_actor())
    return about
