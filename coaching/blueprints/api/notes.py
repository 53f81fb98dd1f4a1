"""Notes of the four classes that others read too; what only a coach reads has an address of its own."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint, Slice
from coaching.blueprints.api.messages import MOST_PASSED_OVER
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Note, NoteClass
from coaching.schemas.base import QuerySchema, Whole, Word
from coaching.schemas.note import EditNoteSchema, NoteSchema, WriteNoteSchema
from coaching.services.coaching_sessions import get_session
from coaching.services.cohorts import get_cohort
from coaching.services.memberships import get_membership
from coaching.services.note_list import (
    LARGEST_PAGE,
    NoteLine,
    list_cohort_notes,
    list_member_notes,
    list_session_notes,
)
from coaching.services.notes import edit_note, get_note, remove_note, write_note

blueprint = ApiBlueprint(
    "notes",
    tag="Notes",
    description="Notes about participants, sessions and cohorts, of four classes that say who reads them.",
)


class NotesQuery(QuerySchema):
    """Which notes are asked for, and which part of them."""

    note_class = Word(NoteClass)
    limit = Whole(1, LARGEST_PAGE, load_default=50, metadata={"description": "How many rows a page has."})
    after = Whole(
        0, MOST_PASSED_OVER, load_default=0, metadata={"description": "How many to pass over. `next` has it for you."}
    )


@blueprint.route("/members/<id:member_id>/notes")
@blueprint.arguments(NotesQuery, location="query")
@blueprint.lists(shape_of(NoteLine), is_paged=True)
def of_member(query: dict[str, Any], member_id: str) -> Slice:
    """Notes about the participant, the newest first, of the classes that one reads."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return _part(query, list_member_notes(rows(), member, actor=current_actor(), **_asked(query)))


@blueprint.route("/sessions/<id:session_id>/notes")
@blueprint.arguments(NotesQuery, location="query")
@blueprint.lists(shape_of(NoteLine), is_paged=True)
def of_session(query: dict[str, Any], session_id: str) -> Slice:
    """Notes about the session, the newest first, of the classes that one reads."""
    held = get_session(rows(), session_id, actor=current_actor())
    return _part(query, list_session_notes(rows(), held, actor=current_actor(), **_asked(query)))


@blueprint.route("/cohorts/<id:cohort_id>/notes")
@blueprint.arguments(NotesQuery, location="query")
@blueprint.lists(shape_of(NoteLine), is_paged=True)
def of_cohort(query: dict[str, Any], cohort_id: str) -> Slice:
    """Notes about the cohort, and those that the whole cohort reads of its people and sessions, the newest first."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return _part(query, list_cohort_notes(rows(), cohort, actor=current_actor(), **_asked(query)))


@blueprint.route("/members/<id:member_id>/notes", methods=["POST"])
@blueprint.etag
@blueprint.arguments(WriteNoteSchema)
@blueprint.response(201, NoteSchema)
def write_of_member(data: dict[str, Any], member_id: str) -> tuple[Note, dict[str, str]]:
    """Writes a note about a participant."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return _made(write_note(rows(), member.cohort, actor=current_actor(), now=utc_now(), membership=member, **data))


@blueprint.route("/sessions/<id:session_id>/notes", methods=["POST"])
@blueprint.etag
@blueprint.arguments(WriteNoteSchema)
@blueprint.response(201, NoteSchema)
def write_of_session(data: dict[str, Any], session_id: str) -> tuple[Note, dict[str, str]]:
    """Writes a note about a session; one about a one-to-one is about its participant too."""
    held = get_session(rows(), session_id, actor=current_actor())
    return _made(write_note(rows(), held.cohort, actor=current_actor(), now=utc_now(), coaching_session=held, **data))


@blueprint.route("/cohorts/<id:cohort_id>/notes", methods=["POST"])
@blueprint.etag
@blueprint.arguments(WriteNoteSchema)
@blueprint.response(201, NoteSchema)
def write_of_cohort(data: dict[str, Any], cohort_id: str) -> tuple[Note, dict[str, str]]:
    """Writes a note about the cohort."""
    cohort = get_cohort(rows(), cohort_id, actor=current_actor())
    return _made(write_note(rows(), cohort, actor=current_actor(), now=utc_now(), **data))


@blueprint.route("/notes/<id:note_id>")
@blueprint.etag
@blueprint.response(200, NoteSchema)
def show(note_id: str) -> Note:
    """One note. Its text is Markdown, as it was typed."""
    return get_note(rows(), note_id, actor=current_actor())


@blueprint.route("/notes/<id:note_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(EditNoteSchema)
@blueprint.response(200, NoteSchema)
def edit(data: dict[str, Any], note_id: str) -> Note:
    """Changes the words of one's own note. What was asked about the old ones is taken back."""
    note = get_note(rows(), note_id, actor=current_actor())
    blueprint.check_etag(note, NoteSchema)
    return edit_note(rows(), note, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/notes/<id:note_id>", methods=["DELETE"])
@blueprint.etag
@blueprint.response(204)
def remove(note_id: str) -> None:
    """Deletes one's own note for good."""
    note = get_note(rows(), note_id, actor=current_actor())
    blueprint.check_etag(note, NoteSchema)
    remove_note(rows(), note, actor=current_actor(), now=utc_now())


def _asked(query: dict[str, Any]) -> dict[str, Any]:
    # One more than is given tells whether there is more.
    return {"note_class": query.get("note_class"), "limit": query["limit"] + 1, "offset": query["after"]}


def _part(query: dict[str, Any], found: list[NoteLine]) -> Slice:
    limit, passed = query["limit"], query["after"]
    return Slice(found[:limit], str(passed + limit) if len(found) > limit else None)


def _made(note: Note) -> tuple[Note, dict[str, str]]:
    return note, place("notes.show", note_id=note.public_id)
