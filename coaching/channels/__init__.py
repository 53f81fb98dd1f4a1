"""The channels by name, as the settings have them. A message names its channel; who sends looks it up here."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from coaching.channels.base import Channel
from coaching.channels.mail_drop import MailDrop
from coaching.channels.smtp import SmtpChannel

# Of a mail URL, by its scheme.
MAIL: dict[str, Callable[[str, str], Channel]] = {
    "file": MailDrop.from_url,
    "smtp": SmtpChannel.from_url,
    "smtp+starttls": SmtpChannel.from_url,
    "smtps": SmtpChannel.from_url,
}


def open_channels(mail_url: str, sender: str) -> dict[str, Channel]:
    """Every channel that messages can leave by. Each belongs to one thread: make them where they are used."""
    return {"mail": MAIL[urlsplit(mail_url).scheme](mail_url, sender)}


def open_further(mail_url: str, sender: str, connections: int) -> dict[str, list[Channel]]:
    """The connections beside the first of each channel, so that there are as many as asked for. A folder of files has
    no round trips to wait for, and one way into it."""
    scheme = urlsplit(mail_url).scheme
    if scheme == "file":
        return {}
    return {"mail": [MAIL[scheme](mail_url, sender) for _ in range(connections - 1)]}
