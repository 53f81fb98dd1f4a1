"""What a practice log can be narrowed down to, by the page and by the API alike."""

from __future__ import annotations

from typing import Any

from coaching.models import PracticeKind
from coaching.schemas.base import Day, QuerySchema, Whole, Word
from coaching.services.practice_list import LARGEST_PAGE, PAGE

MOST_PASSED_OVER = 10_000_000
_WANTED: dict[str, Any] = {
    "kind": Word(
        PracticeKind,
        allow_none=True,
        load_default=None,
        metadata={"description": "Where a line comes from. Left out: all."},
    ),
    # Named after what they mean, which is a word of the language that this is written in.
    "from": Day(
        allow_none=True,
        load_default=None,
        metadata={"description": "The first day. Left out: from the beginning."},
    ),
    "to": Day(allow_none=True, load_default=None, metadata={"description": "The last day. Left out: up to today."}),
    "after": Whole(
        0, MOST_PASSED_OVER, load_default=0, metadata={"description": "How many to pass over. `next` has it for you."}
    ),
}
_LIMIT = {
    "limit": Whole(1, LARGEST_PAGE, load_default=50, metadata={"description": "How many rows a page has."}),
}
PracticeQuery = QuerySchema.from_dict(_WANTED, name="PracticeQuery")
PracticePageQuery = QuerySchema.from_dict(_WANTED | _LIMIT, name="PracticePageQuery")


def wanted_of(query: dict[str, Any]) -> dict[str, Any]:
    """The query as the service takes it. One more than is given tells whether there is more."""
    return {
        "kind": query["kind"],
        "since": query["from"],
        "until": query["to"],
        "limit": query.get("limit", PAGE) + 1,
        "offset": query["after"],
    }
