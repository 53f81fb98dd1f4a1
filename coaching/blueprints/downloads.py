"""A file on its way out: streamed, saved and never shown, under a name that no header is broken by."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import quote

from flask import Response, request

AT_ONCE = 64 * 1024


def send_download(file: BinaryIO, *, name: str, media_type: str, size: int) -> Response:
    """The file as an attachment. The browser is told its type, and not to guess another."""
    beginning = file.read(AT_ONCE)
    if request.method == "HEAD" or len(beginning) == size:
        file.close()
    response = Response([beginning] if file.closed else _pieces(beginning, file), content_type=media_type)
    response.content_length = size
    response.headers["Content-Disposition"] = disposition(name)
    return response


def _pieces(beginning: bytes, file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield beginning
        while piece := file.read(AT_ONCE):
            yield piece


def disposition(name: str) -> str:
    """The header of RFC 6266: the name as it is, and before it what of it is plain, for those who read no other."""
    composed = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(letter for letter in composed if letter.isprintable() and letter not in '"\\%;')
    return f"attachment; filename=\"{plain.strip() or 'file'}\"; filename*=UTF-8''{quote(name, safe='')}"
