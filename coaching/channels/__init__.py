"""The channels: how messages leave. A message names its channel; `registry` has those that are installed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from coaching.channels.base import Channel, ChannelNeeds
from coaching.channels.mail_drop import MailDrop
from coaching.channels.smtp import SmtpChannel

# Of a mail URL, by its scheme.
MAIL: dict[str, Callable[[str, str], Channel]] = {
    "file": MailDrop.from_url,
    "smtp": SmtpChannel.from_url,
    "smtp+starttls": SmtpChannel.from_url,
    "smtps": SmtpChannel.from_url,
}


def make_mail(needs: ChannelNeeds) -> Channel:
    """The channel `mail`, as the settings have it."""
    return open_mail(needs.settings.mail_url, needs.settings.mail_from)


def open_mail(mail_url: str, sender: str) -> Channel:
    """A mail server or a mail drop. It belongs to one thread: make it where it is used."""
    return MAIL[urlsplit(mail_url).scheme](mail_url, sender)


def open_further(mail_url: str, sender: str, connections: int) -> dict[str, list[Channel]]:
    """The connections beside the first of each channel, so that there are as many as asked for. A folder of files has
    no round trips to wait for, and one way into it."""
    if urlsplit(mail_url).scheme == "file":
        return {}
    return {"mail": [open_mail(mail_url, sender) for _ in range(connections - 1)]}
