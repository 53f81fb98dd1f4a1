"""What Apprise knows of chat services: how a text looks to each. It writes the requests, and sends none.

Its plugins send what they write at once, through `requests`. Here they find a recorder in the place of that, which
keeps the one request and answers that all is well. So the bytes are fixed before the first attempt, and how they leave
is ours to say (`pinned`): none of these plugins opens a connection in this process, or leaves a certificate unchecked.

Loading this takes a second and a half, so that only who has something for a chat does it.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from apprise.asset import AppriseAsset
from apprise.common import NotifyFormat, NotifyType
from apprise.plugins import mattermost, slack, workflows

from coaching.channels.chat_addresses import ChatAddress, ChatService

# It would tell our log the addresses that it writes to.
logging.getLogger("apprise").setLevel(logging.CRITICAL)

NAME = "Coaching"
LONGEST_TEXT = 3500
# Invisible, and between an @ and the word: what somebody wrote calls nobody to a chat.
_JOINER = "\u2060"
_CALLS = re.compile(r"@(?=(?:all|channel|here|everyone)\b)", re.IGNORECASE)
_MENTION = re.compile(r"<(/?at)>", re.IGNORECASE)
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LINK = re.compile(r"(https?://[^\s<>\"]+)")


@dataclass(frozen=True, slots=True)
class Request:
    """A POST that is to be made."""

    url: str
    headers: dict[str, str]
    body: bytes


class _Answer:
    status_code = 200
    content = b"ok"
    text = "ok"
    headers: dict[str, str] = {}  # noqa: RUF012  Nobody writes into it.


_caught: ContextVar[list[Request]] = ContextVar("caught")


class _Recorder:
    """As much of `requests` as the plugins use for a webhook."""

    codes = requests.codes
    RequestException = requests.RequestException

    def post(self, url: str, *, data: str, headers: dict[str, str], params: Any = None, **_how: Any) -> _Answer:
        query = f"?{urlencode(params)}" if params else ""
        _caught.get().append(Request(url + query, dict(headers), data.encode()))
        return _Answer()

    def request(self, method: str, url: str, **what: Any) -> _Answer:
        if method.lower() != "post":
            raise ValueError(f"A webhook is written to by POST, not by {method}.")
        return self.post(url, **what)


for _module in (mattermost, slack, workflows):
    _module.requests = _Recorder()  # type: ignore[attr-defined]


def write_request(address: ChatAddress, *, title: str, text: str) -> Request:
    """The request by which this address is told this. Raises ValueError where Apprise writes none, or several."""
    plugin = _plugin(address)
    is_marked = address.service != ChatService.SLACK
    title, text = (_quiet(words, is_marked=is_marked) for words in (title, text[:LONGEST_TEXT]))
    if address.service == ChatService.MATTERMOST:
        # It knows no titles.
        title = f"**{title}**"
    body_format = NotifyFormat.MARKDOWN if address.service == ChatService.TEAMS else NotifyFormat.TEXT
    caught: list[Request] = []
    token = _caught.set(caught)
    try:
        plugin.notify(body=text, title=title, notify_type=NotifyType.INFO, body_format=body_format)
    finally:
        _caught.reset(token)
    if len(caught) != 1 or urlsplit(caught[0].url).hostname != address.host:
        raise ValueError("Apprise wrote no request for this address, or another one.")
    return caught[0]


def _plugin(address: ChatAddress) -> Any:
    how: dict[str, Any] = {"asset": AppriseAsset(app_id=NAME), "include_image": False}
    if address.service == ChatService.SLACK:
        first, second, third = address.secrets
        return slack.NotifySlack(  # type: ignore[no-untyped-call]
            token_a=first, token_b=second, token_c=third, include_footer=False, **how
        )
    how |= {"host": address.host, "port": address.port, "secure": address.is_tls}
    if address.service == ChatService.MATTERMOST:
        return mattermost.NotifyMattermost(token=address.secrets[0], fullpath=address.folder, **how)
    workflow, signature = address.secrets
    return workflows.NotifyWorkflows(  # type: ignore[no-untyped-call]
        workflow=workflow, signature=signature, power_automate=address.is_power_automate, routing_id=address.route,
        version=address.version or None, **how,
    )  # fmt: skip


def _quiet(words: str, *, is_marked: bool) -> str:
    """The words as words: they call nobody, and mark nothing up where the service reads marks."""
    calm = _MENTION.sub(r"(\1)", _CALLS.sub(f"@{_JOINER}", words))
    if not is_marked:
        return calm
    # Every second part is a link, which leads where it led.
    parts = _LINK.split(calm)
    return "".join(part if number % 2 else _MARKS.sub(r"\\\1", part) for number, part in enumerate(parts))
