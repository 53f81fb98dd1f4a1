"""What is held on oneself: how much of what, all of it, and the private notes that have to be asked for."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.blueprints.keys import note_keys
from coaching.clock import utc_now
from coaching.models import NoteReview, Person
from coaching.schemas.base import BaseSchema
from coaching.schemas.private_note import NoteReviewSchema
from coaching.services.held_data import ExportPreview, HeldData, describe_held, preview_for_coach
from coaching.services.memberships import get_membership
from coaching.services.note_reviews import ask_for_review
from coaching.services.people import get_person
from coaching.services.privacy import export_person

blueprint = ApiBlueprint("held_data", tag="Me", description="What is held on oneself, and what a coach would hand out.")


@blueprint.route("/me/data")
@blueprint.answers(shape_of(HeldData))
def show() -> HeldData:
    """What an export of one's own data would hold, in numbers, and how it stands with private notes about oneself."""
    return describe_held(rows(), _own(), actor=current_actor())


@blueprint.route("/me/data/export")
@blueprint.answers({"type": "object", "additionalProperties": {"type": "array", "items": {"type": "object"}}})
def export() -> dict[str, list[dict[str, Any]]]:
    """All that is held on oneself, by table. Private notes about oneself are in it as their authors decided."""
    return export_person(rows(), _own(), actor=current_actor(), keys=note_keys())


@blueprint.route("/me/note-reviews", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(201, NoteReviewSchema)
def ask(_data: dict[str, Any]) -> NoteReview:
    """Asks the coaches who keep private notes about oneself to decide which of these are in one's export."""
    return ask_for_review(rows(), _own(), actor=current_actor(), now=utc_now())


@blueprint.route("/members/<id:member_id>/export-preview")
@blueprint.answers(shape_of(ExportPreview))
def preview(member_id: str) -> ExportPreview:
    """What this participant's export would hold of what one wrote about them oneself."""
    member = get_membership(rows(), member_id, actor=current_actor())
    return preview_for_coach(rows(), member, keys=note_keys(), actor=current_actor())


def _own() -> Person:
    actor = current_actor()
    return get_person(rows(), actor.public_id, actor=actor)
