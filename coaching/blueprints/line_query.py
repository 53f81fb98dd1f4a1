"""What a line can be narrowed down to, by the page and by the API alike."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from coaching.schemas.base import LIST_MESSAGES, Day, QuerySchema, Text, Whole, Word
from coaching.services.line_events import LineKind
from coaching.services.paging import LONGEST_PAGE
from coaching.services.person_line import GONE, Wanted

_CURSOR = r"\d{8}-[a-z_]{1,20}-[0-9a-z_]{1,60}"
_OF_A_LINE: dict[str, Any] = {
    "kinds": fields.List(
        Word(LineKind),
        load_default=list,
        error_messages=LIST_MESSAGES,
        metadata={"description": "What it is about: one, or several by giving it several times. None: everything."},
    ),
    # Named after what they mean, which is a word of the language that this is written in.
    "from": Day(
        allow_none=True,
        load_default=None,
        metadata={"description": "The first day. Left out: before the first cohort began."},
    ),
    "to": Day(
        allow_none=True, load_default=None, metadata={"description": "The last day. Left out: a month from today."}
    ),
    "after": Text(
        100,
        load_default="",
        validate=validate.Regexp(rf"\Z|{_CURSOR}\Z", error=GONE),
        metadata={"description": "The last event of the page before. `next` has it for you."},
    ),
}
_OF_A_PAGE = {"limit": Whole(1, LONGEST_PAGE, load_default=50, metadata={"description": "How many events a page has."})}
LineQuery = QuerySchema.from_dict(_OF_A_LINE, name="LineQuery")
LinePageQuery = QuerySchema.from_dict(_OF_A_LINE | _OF_A_PAGE, name="LinePageQuery")


def wanted_of(query: dict[str, Any]) -> Wanted:
    """The query as the service takes it."""
    return Wanted(tuple(query["kinds"]), query["from"], query["to"], query["after"])
