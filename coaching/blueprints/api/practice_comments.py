"""What is said to a line of a practice log: comments, celebrations, and that somebody saw it."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import place, rows
from coaching.blueprints.api.blueprint import ApiBlueprint
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import PracticeComment, PracticeEntry
from coaching.schemas.base import BaseSchema
from coaching.schemas.practice import (
    ConfirmPracticeSchema,
    PracticeCommentSchema,
    PracticeEntrySchema,
    SayInPracticeSchema,
)
from coaching.services.practice import get_entry
from coaching.services.practice_comments import (
    CommentLine,
    add_comment,
    celebrate,
    confirm_entry,
    edit_comment,
    get_comment,
    list_comments,
    remove_comment,
    take_celebration_back,
    take_confirmation_back,
)

blueprint = ApiBlueprint(
    "practice_comments",
    tag="Practice",
    description="What participants put into practice, and what those who run their cohorts say to it.",
)


@blueprint.route("/practice/<id:entry_id>/comments")
@blueprint.lists(shape_of(CommentLine))
def index(entry_id: str) -> list[CommentLine]:
    """What was said to the line, the oldest first."""
    return list_comments(rows(), _entry(entry_id), actor=current_actor())


@blueprint.route("/practice/<id:entry_id>/comments", methods=["POST"])
@blueprint.etag
@blueprint.arguments(SayInPracticeSchema)
@blueprint.response(201, PracticeCommentSchema)
def say(data: dict[str, Any], entry_id: str) -> tuple[PracticeComment, dict[str, str]]:
    """Says something to the line, or answers in one's own log. It is told in the inbox, without its words."""
    return _made(add_comment(rows(), _entry(entry_id), actor=current_actor(), now=utc_now(), **data))


@blueprint.route("/practice/<id:entry_id>/celebration", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(201, PracticeCommentSchema)
def cheer(_data: dict[str, Any], entry_id: str) -> tuple[PracticeComment, dict[str, str]]:
    """Celebrates the line, once; for those who run the cohort."""
    return _made(celebrate(rows(), _entry(entry_id), actor=current_actor(), now=utc_now()))


@blueprint.route("/practice/<id:entry_id>/celebration", methods=["DELETE"])
@blueprint.response(204)
def uncheer(entry_id: str) -> None:
    """Takes one's own celebration back."""
    take_celebration_back(rows(), _entry(entry_id), actor=current_actor(), now=utc_now())


@blueprint.route("/practice/<id:entry_id>/confirmation", methods=["POST"])
@blueprint.etag
@blueprint.arguments(ConfirmPracticeSchema)
@blueprint.response(200, PracticeEntrySchema)
def confirm(data: dict[str, Any], entry_id: str) -> PracticeEntry:
    """Says that one saw it, which is evidence and not a mark. `version` is the line's that was read."""
    return confirm_entry(rows(), _entry(entry_id), actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/practice/<id:entry_id>/confirmation", methods=["DELETE"])
@blueprint.response(200, PracticeEntrySchema)
def take_back(entry_id: str) -> PracticeEntry:
    """Takes the confirmation back."""
    return take_confirmation_back(rows(), _entry(entry_id), actor=current_actor(), now=utc_now())


@blueprint.route("/comments/<id:comment_id>")
@blueprint.etag
@blueprint.response(200, PracticeCommentSchema)
def show(comment_id: str) -> PracticeComment:
    """One thing that was said."""
    return get_comment(rows(), comment_id, actor=current_actor())


@blueprint.route("/comments/<id:comment_id>", methods=["PATCH"])
@blueprint.etag
@blueprint.arguments(SayInPracticeSchema)
@blueprint.response(200, PracticeCommentSchema)
def edit(data: dict[str, Any], comment_id: str) -> PracticeComment:
    """Other words for what one said oneself. Nobody is told a second time."""
    comment = get_comment(rows(), comment_id, actor=current_actor())
    blueprint.check_etag(comment, PracticeCommentSchema)
    return edit_comment(rows(), comment, actor=current_actor(), now=utc_now(), **data)


@blueprint.route("/comments/<id:comment_id>", methods=["DELETE"])
@blueprint.etag
@blueprint.response(204)
def remove(comment_id: str) -> None:
    """Takes back what one said oneself, for good."""
    comment = get_comment(rows(), comment_id, actor=current_actor())
    blueprint.check_etag(comment, PracticeCommentSchema)
    remove_comment(rows(), comment, actor=current_actor(), now=utc_now())


def _entry(entry_id: str) -> PracticeEntry:
    return get_entry(rows(), entry_id, actor=current_actor())


def _made(comment: PracticeComment) -> tuple[PracticeComment, dict[str, str]]:
    return comment, place("practice_comments.show", comment_id=comment.public_id)
