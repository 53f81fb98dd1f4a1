"""The inbox within the product: a message as a row that its recipient reads on a page.

It gives no link with a secret: what an inbox holds stays in the database, and who reads it is signed in.
"""

from __future__ import annotations

from collections.abc import Callable

import orjson

from coaching.channels.base import Channel, ChannelNeeds, InboxEntry, Letter, Outcome, Verdict
from coaching.channels.house_words import render_plain
from coaching.channels.signed_in import for_signed_in


class Inbox:
    """Hands entries to who keeps them. An entry is kept once for a Message-ID, so that nothing is undecidable."""

    is_idempotent = True

    def __init__(self, put: Callable[[InboxEntry], bool]) -> None:
        self._put = put

    def write(self, letter: Letter) -> bytes:
        title, text = render_plain(for_signed_in(letter, medium="inbox"))
        return orjson.dumps({"kind": letter.kind, "title": title, "text": text, "path": letter.path})

    def open(self) -> None:
        """The database is there, or nobody would have claimed a message."""

    def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:  # noqa: ARG002  The Message-ID says whose.
        entry = InboxEntry(message_id, **orjson.loads(wire))
        try:
            is_kept = self._put(entry)
        except Exception as error:
            return Outcome(Verdict.DOWN, f"The inbox cannot be written: {type(error).__name__}.")
        if not is_kept:
            return Outcome(Verdict.FAILED, "There is nobody any more to read it.")
        return Outcome(Verdict.SENT, "Put into the inbox.")

    def close(self) -> None:
        """There is nothing to let go of."""


def make_inbox(needs: ChannelNeeds) -> Channel:
    """The channel `inbox`, which every site has."""
    return Inbox(needs.put_in_inbox)
