"""One's own inbox: what was said to one within the product."""

from __future__ import annotations

from typing import Any

from marshmallow import fields

from coaching.blueprints.access import current_actor
from coaching.blueprints.api.acting import rows
from coaching.blueprints.api.blueprint import ApiBlueprint, Slice
from coaching.blueprints.api.messages import MOST_PASSED_OVER
from coaching.blueprints.api.shapes import shape_of
from coaching.clock import utc_now
from coaching.schemas.base import BaseSchema, PublicId, QuerySchema, Whole
from coaching.services.inbox import InboxLine, get_inbox_item, list_inbox, mark_all_read, mark_read
from coaching.services.paging import LONGEST_PAGE

blueprint = ApiBlueprint("inbox", tag="Me", description="What was said to one within the product.")


class InboxQuery(QuerySchema):
    """Which part of the inbox is asked for."""

    limit = Whole(1, LONGEST_PAGE, load_default=50, metadata={"description": "How many rows a page has."})
    after = Whole(
        0, MOST_PASSED_OVER, load_default=0, metadata={"description": "How many to pass over. `next` has it for you."}
    )


class ReadSchema(BaseSchema):
    """Up to where the inbox was read, and how many were unread until now."""

    newest = PublicId(load_default=None, allow_none=True, load_only=True)
    marked = fields.Integer(dump_only=True)


@blueprint.route("/me/inbox")
@blueprint.arguments(InboxQuery, location="query")
@blueprint.lists(shape_of(InboxLine), is_paged=True)
def index(query: dict[str, Any]) -> Slice:
    """One's own inbox, the newest first. `path` is the page that an item is about, below this site's address."""
    limit, passed = query["limit"], query["after"]
    found = list_inbox(rows(), actor=current_actor(), limit=limit, offset=passed)
    is_more = passed + limit < found.total
    return Slice(found.lines, str(passed + limit) if is_more else None)


@blueprint.route("/me/inbox/<id:item_id>/read", methods=["POST"])
@blueprint.arguments(BaseSchema, required=False)
@blueprint.response(204)
def read(_data: dict[str, Any], item_id: str) -> None:
    """Marks an item as read."""
    item = get_inbox_item(rows(), item_id, actor=current_actor())
    mark_read(item, actor=current_actor(), now=utc_now())


@blueprint.route("/me/inbox/read", methods=["POST"])
@blueprint.arguments(ReadSchema, required=False)
@blueprint.response(200, ReadSchema)
def read_all(data: dict[str, Any]) -> dict[str, int]:
    """Marks everything as read, or what is not newer than `newest`, the newest item that was seen."""
    marked = mark_all_read(rows(), actor=current_actor(), now=utc_now(), newest=data.get("newest"))
    return {"marked": marked}
