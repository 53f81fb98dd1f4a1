"""What was and will be sent, for administrators."""

from __future__ import annotations

from typing import Any

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint, Slice
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.models import Message, MessageState
from coaching.schemas.base import BaseSchema, QuerySchema, Whole, Word
from coaching.schemas.message import MessageSchema
from coaching.services.outbox import MessageLine, get_message, list_messages
from coaching.services.paging import LONGEST_PAGE
from coaching.services.undecided import leave_message, resend_message

blueprint = ApiBlueprint("messages", tag="Messages", description="The outbox, for administrators.")

MOST_PASSED_OVER = 1_000_000_000


class MessageQuery(QuerySchema):
    """What the list of messages can be narrowed down to."""

    state = Word(MessageState)
    limit = Whole(1, LONGEST_PAGE, load_default=50, metadata={"description": "How many rows a page has."})
    after = Whole(
        0, MOST_PASSED_OVER, load_default=0, metadata={"description": "How many to pass over. `next` has it for you."}
    )


@blueprint.route("/messages")
@blueprint.arguments(MessageQuery, location="query")
@blueprint.lists(shape_of(MessageLine), is_paged=True)
@blueprint.refuses(404)
def index(query: dict[str, Any]) -> Slice:
    """Messages, the newest first: that they are there and what became of them, not what they say."""
    limit, passed = query["limit"], query["after"]
    found = list_messages(rows(), actor=current_actor(), state=query.get("state"), limit=limit, offset=passed)
    is_more = passed + limit < found.total
    return Slice(found.lines, str(passed + limit) if is_more else None)


@blueprint.route("/messages/<id:message_id>")
@blueprint.response(200, MessageSchema)
def show(message_id: str) -> Message:
    """One message."""
    return get_message(rows(), message_id, actor=current_actor())


@blueprint.route("/messages/<id:message_id>/resend", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, MessageSchema)
def resend(_data: dict[str, Any], message_id: str) -> Message:
    """Sends once more what may or may not have arrived: the same bytes with the same Message-ID.

    A mail server that took the first copy and does not compare Message-IDs delivers a second.
    """
    message = get_message(rows(), message_id, actor=current_actor())
    return resend_message(rows(), message, actor=current_actor(), now=utc_now())


@blueprint.route("/messages/<id:message_id>/leave", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(200, MessageSchema)
def leave(_data: dict[str, Any], message_id: str) -> Message:
    """Leaves as it is what may or may not have arrived: nobody is asked about it any more.

    Its state stays `unknown`, and `left_at` says when. It can still be sent again.
    """
    message = get_message(rows(), message_id, actor=current_actor())
    return leave_message(rows(), message, actor=current_actor(), now=utc_now())
