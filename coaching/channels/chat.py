"""Chat: Slack, Mattermost and Microsoft Teams, each by a webhook that its person gave us."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import orjson

from coaching.channels.base import Channel, ChannelNeeds, Letter, Outcome, Verdict
from coaching.channels.chat_addresses import is_chat_installed, read_chat_address
from coaching.channels.house_words import render_plain
from coaching.channels.pinned import (
    TIMEOUT,
    Address,
    NotSentError,
    RefusedAddressError,
    UnansweredError,
    is_public,
    post,
)
from coaching.channels.signed_in import for_signed_in
from coaching.config import Settings

# Too early, too often, or a timeout on their side: the same may be taken later.
FOR_NOW = frozenset({408, 425, 429})


class ChatChannel:
    """Hands requests to webhooks. It keeps no connection, and never is down: each webhook is a host of its own."""

    is_idempotent = False

    def __init__(self, settings: Settings, *, timeout: float = TIMEOUT) -> None:
        self._settings = settings
        self._timeout = timeout
        self._away: set[str] = set()

    def write(self, letter: Letter) -> bytes:
        """The whole request, its address included, which is dropped with the bytes when the message is settled."""
        from coaching.channels.chat_writers import write_request  # noqa: PLC0415  It takes long to load.

        address = read_chat_address(letter.address, self._settings)
        title, text = render_plain(for_signed_in(letter, medium="chat", base_url=self._settings.base_url))
        request = write_request(address, title=title, text=text.strip())
        return orjson.dumps({"url": request.url, "headers": request.headers, "body": request.body.decode()})

    def open(self) -> None:
        """Begins a batch: hosts that were away are tried again."""
        self._away.clear()

    def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:  # noqa: ARG002  It is in the bytes.
        request = orjson.loads(wire)
        host = urlsplit(request["url"]).hostname or ""
        if host in self._away:
            return Outcome(Verdict.RETRY, "Its server was away a moment ago, and is left alone for now.")
        try:
            status = post(
                request["url"], request["body"].encode(), request["headers"], timeout=self._timeout,
                allow=partial(self._may_go_to, host),
            )  # fmt: skip
        except RefusedAddressError as error:
            return Outcome(Verdict.FAILED, str(error))
        except NotSentError as error:
            self._away.add(host)
            return Outcome(Verdict.RETRY, f"It was not handed over. {error}")
        except UnansweredError as error:
            self._away.add(host)
            return Outcome(Verdict.UNKNOWN, f"It was handed over, and no answer came. {error}")
        return _outcome(status)

    def close(self) -> None:
        """There is nothing to let go of."""

    def _may_go_to(self, host: str, address: Address) -> bool:
        return host in self._settings.chat_hosts or is_public(address)


def _outcome(status: int) -> Outcome:
    """What an answer means. Its text is not kept: it may quote the address."""
    said = f"The chat server answered {status}."
    if 200 <= status < 300:
        return Outcome(Verdict.SENT, said)
    if 300 <= status < 400:
        return Outcome(Verdict.FAILED, f"{said} It points elsewhere, and that is not followed.")
    if status in FOR_NOW or status >= 500:
        return Outcome(Verdict.RETRY, said)
    return Outcome(Verdict.FAILED, said)


def make_chat(needs: ChannelNeeds) -> Channel | None:
    """The channel `chat`, where the extra is installed: pip install 'coaching[chat]'."""
    return ChatChannel(needs.settings) if is_chat_installed() else None
