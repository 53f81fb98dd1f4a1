"""What every channel offers to who sends, and the few things that can become of a message on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from coaching.config import Settings

# Our own channels. Other packages bring theirs.
MAIL, INBOX, CHAT = "mail", "inbox", "chat"


class Verdict(StrEnum):
    """What became of one message.

    `retry` and `failed` are the other side's refusals, for now and for good; `unknown` means that the answer to the
    last byte did not come, so it may have arrived; `down` says nothing about the message: the way itself is shut.
    """

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict with the other side's words, which never hold what the message says."""

    verdict: Verdict
    detail: str = ""


@dataclass(slots=True)
class Words:
    """A programme's own words for a kind of mail, as templates. Where they cannot be filled in, `fault` says why."""

    number: int
    subject: str
    text: str
    html: str
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a channel needs to write a message's final bytes. `link` is whole; empty where the message has none.

    `link` opens what the message is about without a sign-in, so it is for a way that nobody but the recipient reads.
    `path` is the page of the same for who is signed in; empty where there is none. `medium` is what the words of the
    templates suit: `mail`, or `inbox` and `chat`, where nothing is said of mails and of links that are one's own.
    Without `words` a mail has ours.
    """

    kind: str
    message_id: str
    name: str
    address: str
    timezone: str
    facts: dict[str, Any]
    link: str
    written_at: datetime
    words: Words | None = None
    path: str = ""
    medium: str = "mail"


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """What the in-app inbox says of one message; `message_id` tells whose it is. `path` is a page of ours."""

    message_id: str
    kind: str
    title: str
    text: str
    path: str


@dataclass(frozen=True, slots=True)
class ChannelNeeds:
    """What a channel is made with. `put_in_inbox` writes an entry and tells whether its message is still there."""

    settings: Settings
    put_in_inbox: Callable[[InboxEntry], bool]


class ChannelDown(Exception):
    """The way cannot be opened now. The text says why."""


class Channel(Protocol):
    """One way for messages to leave.

    `is_idempotent` tells whether the same message handed over twice is one to who receives it; only then is a message
    that a crash left undecided simply handed over again.
    """

    is_idempotent: bool

    def write(self, letter: Letter) -> bytes:
        """The final bytes. They are stored before the first attempt, and every attempt sends them."""
        ...

    def open(self) -> None:
        """Makes the way ready, or raises ChannelDown. Nothing of a message has left when it does."""
        ...

    def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
        """Hands one message over. It raises nothing: whatever happens is an outcome."""
        ...

    def close(self) -> None:
        """Lets the way go until it is opened again."""
        ...
