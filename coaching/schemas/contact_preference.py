"""How somebody wants to be asked: what comes in, and what goes out."""

from __future__ import annotations

from marshmallow import fields, validate

from coaching.models import MessageKind
from coaching.schemas.base import LIST_MESSAGES, BaseSchema, Day, Text, Truth, Whole

# Those that can be switched off.
KINDS = (MessageKind.CHECK_IN, MessageKind.SESSION_REMINDER, MessageKind.ACTION_REMINDER, MessageKind.POLL)
_CHOOSE = f"Choose one of: {', '.join(kind.value for kind in KINDS)}."


class Kind(fields.Enum[MessageKind]):
    """A kind of mail that can be switched off."""

    default_error_messages = {"unknown": _CHOOSE}  # noqa: RUF012

    def __init__(self) -> None:
        shown = validate.OneOf(KINDS, error=_CHOOSE)
        super().__init__(MessageKind, by_value=Text(24), validate=shown)


class ContactPreferenceSchema(BaseSchema):
    """When and how often somebody may be asked, over all of their cohorts; hours are of the clock where they live.

    What is left out is as for somebody who has said nothing. `paused_until` is the first day on which they may be asked
    again; `switched_off` are kinds of mail that they do not get at all.
    """

    weekly_limit = Whole(1, 7, load_default=2)
    from_hour = Whole(0, 23, load_default=8)
    until_hour = Whole(1, 24, load_default=18)
    weekends = Truth(load_default=False)
    paused_until = Day(allow_none=True, load_default=None)
    switched_off = fields.List(Kind(), load_default=list, error_messages=LIST_MESSAGES)
