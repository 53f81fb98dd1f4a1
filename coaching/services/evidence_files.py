"""A file of evidence on its way in: what it is, made safe to keep, and then kept."""

from __future__ import annotations

import unicodedata
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, NamedTuple

from coaching.errors import Invalid
from coaching.media import ACCEPTED, FIELD, sniff
from coaching.pictures import rewrite
from coaching.uploads import KeptFile, keep_upload

LARGEST_FILE = 20 * 1024 * 1024
TOO_LARGE = f"This file is over {LARGEST_FILE // 1024**2} MB. Make it smaller, or put it somewhere else and add a link."
LONGEST_NAME = 200
LONGEST_ENDING = 10
NAMELESS = "file"
_ENDINGS = {kind.name: kind.endings for kind in ACCEPTED}
# What a file system of some machine takes for something else than a part of a name.
_NOT_IN_NAMES = frozenset('<>:"|?*%\\/')


class ReceivedFile(NamedTuple):
    """A file that lies in the folder of uploads, for a row to name."""

    kept: KeptFile
    media_type: str
    file_name: str


def receive_file(stream: BinaryIO, *, file_name: str, folder: Path, token: str) -> ReceivedFile:
    """Keeps the file, under the token as its name, if it is one of those that are kept. Pictures are written anew.

    It is looked at before it lies in the folder. No transaction is open meanwhile: it may take seconds.
    """
    if stream.seek(0, SEEK_END) > LARGEST_FILE:
        raise too_large()
    kind = sniff(stream)
    media_type = kind.name
    if kind.is_picture:
        stream, media_type = rewrite(stream, kind.name)
    stream.seek(0)
    kept = keep_upload(stream, limit=2 * LARGEST_FILE, folder=folder, token=token)
    return ReceivedFile(kept, media_type, safe_name(file_name, media_type, kind.endings))


def too_large() -> Invalid:
    return Invalid(TOO_LARGE, {FIELD: [TOO_LARGE]}, code="too-large")


def safe_name(name: str, media_type: str, came_with: tuple[str, ...] = ()) -> str:
    """The name under which a file leaves again: one line, of one folder, with an ending that says what it is.

    An ending of the kind that it came as gives way, where it is written as another.
    """
    bare = name.replace("\\", "/").rpartition("/")[2]
    # What is not printable has the signs among it that turn the direction of reading round.
    composed = unicodedata.normalize("NFC", bare)
    plain = "".join(letter for letter in composed if letter.isprintable() and letter not in _NOT_IN_NAMES)
    words = " ".join(plain.split()).strip(". ")
    endings = _ENDINGS[media_type]
    stem, dot, ending = words.rpartition(".")
    kept = ending.lower() if ending.lower() in endings else endings[0]
    if dot and ending.lower() in {*endings, *came_with}:
        words = stem.rstrip(". ")
    return f"{words[: LONGEST_NAME - LONGEST_ENDING].rstrip('. ') or NAMELESS}.{kept}"
