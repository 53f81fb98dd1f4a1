"""A folder instead of a mail server: each mail is a file that any mail program opens. For trying out, and for tests."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from coaching.channels.base import ChannelDown, Letter, Outcome, Verdict
from coaching.channels.mime import write_mail

_UNSAFE = re.compile(r"[^0-9A-Za-z.@_-]")


class MailDrop:
    """Writes `<Message-ID>.eml`. Handing the same message over twice leaves one file, so nothing is undecidable."""

    is_idempotent = True

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    @classmethod
    def from_url(cls, url: str, sender: str) -> MailDrop:
        """From `file:` and a folder, with or without slashes in front."""
        parts = urlsplit(url)
        return cls(Path(unquote(parts.netloc + parts.path)), sender)

    def write(self, letter: Letter) -> bytes:
        return write_mail(letter, sender=self.sender)

    def open(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ChannelDown(f"The mail drop cannot be made: {error.strerror}.") from error

    def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:  # noqa: ARG002  Its To says where it goes.
        name = _UNSAFE.sub("_", message_id.strip("<>"))
        unfinished = self.folder / f".{name}.part"
        try:
            with unfinished.open("wb") as file:
                file.write(wire)
                file.flush()
                os.fsync(file.fileno())
            # A rename is whole or not at all: who looks into the folder never sees half a mail.
            unfinished.replace(self.folder / f"{name}.eml")
            _keep_names(self.folder)
        except OSError as error:
            return Outcome(Verdict.DOWN, f"The mail drop cannot be written: {error.strerror}.")
        return Outcome(Verdict.SENT, "Written to the mail drop.")

    def close(self) -> None:
        """There is nothing to let go of."""


def _keep_names(folder: Path) -> None:
    """Puts the folder itself on the disk, so that a power cut does not take back a name that we called sent."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
