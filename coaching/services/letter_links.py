"""The links in a mail, put in when it is written: what is stored is the one secret that they come from.

Those to unsubscribe and to answer a check-in name the message and the check-in, and are found by that: each of them is
stored as one more value in a row that is there anyway.
"""

from __future__ import annotations

from typing import Any

from coaching.models import MessageKind
from coaching.tokens import derive_secret, link_token

# Where the link in a message of this kind leads, below the product's address.
LINK_PATHS = {
    MessageKind.CHECK_IN: "/check-in/{secret}",
    MessageKind.POLL: "/poll/{secret}",
    MessageKind.INVITATION: "/invitations/{secret}",
    MessageKind.PASSWORD_RESET: "/password-reset/{secret}",
    MessageKind.SESSION_INVITE: "/rsvp/{secret}",
    MessageKind.SESSION_REMINDER: "/rsvp/{secret}",
}
# Pages that mails of a kind lead to for who is signed in: their address holds no secret.
PAGE_PATHS = {MessageKind.ACTION_REMINDER: "/actions"}
UNSUBSCRIBE_PATH = "/unsubscribe/{secret}"
# Its name among the secrets that come from a message's own.
UNSUBSCRIBE = "unsubscribe"
# Nobody asked for these one by one, so each of them can be switched off.
SWITCHABLE = (MessageKind.CHECK_IN, MessageKind.SESSION_REMINDER, MessageKind.ACTION_REMINDER, MessageKind.POLL)
# Of a message with this fact its secret opens nothing: only the way to unsubscribe comes from it.
NO_LINK = "has_no_link"
# Under this name the facts say where a mail without a secret leads.
PAGE = "page"


def link_of(kind: MessageKind, facts: dict[str, Any], secret: str | None, base_url: str) -> str:
    """The one link of a mail; empty where it has none, or one for each thing that it asks.

    A mail that asks nothing leads to a page where one signs in, and has no secret for it.
    """
    if PAGE in facts:
        return base_url + str(facts[PAGE])
    if kind in PAGE_PATHS:
        return base_url + PAGE_PATHS[kind]
    if not secret or kind == MessageKind.CHECK_IN or facts.get(NO_LINK):
        return ""
    return base_url + LINK_PATHS[kind].format(secret=secret)


def facts_with_links(
    kind: MessageKind, facts: dict[str, Any], public_id: str, secret: str | None, base_url: str
) -> dict[str, Any]:
    """What the templates are told of the message with this public identifier: with the link of each thing that is
    asked, and the way to unsubscribe."""
    if not secret or kind not in SWITCHABLE:
        return facts
    unsubscribe = link_token(public_id, derive_secret(secret, UNSUBSCRIBE))
    told = facts | {"unsubscribe": base_url + UNSUBSCRIBE_PATH.format(secret=unsubscribe)}
    if kind == MessageKind.CHECK_IN:
        path = base_url + LINK_PATHS[kind]
        told["items"] = [
            item | {"link": path.format(secret=link_token(item["id"], derive_secret(secret, item["id"])))}
            for item in facts["items"]
        ]
    return told
