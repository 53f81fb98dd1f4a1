"""Who reads a note changed: at once towards fewer readers, and towards more when those concerned have agreed."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.clock import utc_now
from coaching.models import NoteChange
from coaching.schemas.base import BaseSchema
from coaching.schemas.listing import list_of
from coaching.schemas.note import AnswerChangeSchema, ChangeClassSchema, NoteChangeSchema
from coaching.services.note_changes import (
    answer_change,
    change_class,
    get_change,
    list_asked,
    list_changes,
    withdraw_change,
)
from coaching.services.notes import get_note

blueprint = ApiBlueprint("note_changes", tag="Notes", description="Who reads a note, changed with the others' consent.")


@blueprint.route("/me/note-changes")
@blueprint.response(200, list_of(NoteChangeSchema))
def asked() -> dict[str, list[NoteChange]]:
    """The questions about notes that wait for one's own answer, the oldest first."""
    return {"items": list_asked(rows(), actor=current_actor())}


@blueprint.route("/notes/<id:note_id>/changes")
@blueprint.response(200, list_of(NoteChangeSchema))
def index(note_id: str) -> dict[str, list[NoteChange]]:
    """What became of the note's class, the oldest first; what was only asked is for those who could ask."""
    note = get_note(rows(), note_id, actor=current_actor())
    return {"items": list_changes(rows(), note, actor=current_actor())}


@blueprint.route("/notes/<id:note_id>/changes", methods=["POST"])
@blueprint.etag
@blueprint.arguments(ChangeClassSchema)
@blueprint.response(201, NoteChangeSchema)
def change(data: dict[str, Any], note_id: str) -> tuple[NoteChange, dict[str, str]]:
    """Changes the note's class where that takes readers away, `made`; asks the others otherwise, `pending`."""
    note = get_note(rows(), note_id, actor=current_actor())
    made = change_class(rows(), note, actor=current_actor(), now=utc_now(), **data)
    return made, place("note_changes.show", change_id=made.public_id)


@blueprint.route("/note-changes/<id:change_id>")
@blueprint.etag
@blueprint.response(200, NoteChangeSchema)
def show(change_id: str) -> NoteChange:
    """A question about a note: which words would be shown to whom, and who has answered."""
    return get_change(rows(), change_id, actor=current_actor())


@blueprint.route("/note-changes/<id:change_id>/answer", methods=["POST"])
@blueprint.etag
@blueprint.arguments(AnswerChangeSchema)
@blueprint.response(200, NoteChangeSchema)
def answer(data: dict[str, Any], change_id: str) -> NoteChange:
    """Says yes or no. With the last yes the note changes its class, with the first no it never does."""
    change = get_change(rows(), change_id, actor=current_actor())
    return answer_change(rows(), change, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/note-changes/<id:change_id>/withdrawal", methods=["POST"])
@blueprint.etag
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, NoteChangeSchema)
def withdraw(_data: dict[str, Any], change_id: str) -> NoteChange:
    """Takes back what one asked."""
    change = get_change(rows(), change_id, actor=current_actor())
    return withdraw_change(rows(), change, actor=current_actor(), now=utc_now())
