"""The lines of a text file of any size, some hundred kilobytes at a time, with its encoding and delimiter detected."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import BinaryIO

from coaching.errors import Invalid
from coaching.importers.base import SourceFile
from coaching.importers.lookalikes import name_binary, name_text
from coaching.importers.text import guess_delimiter

CHUNK = 512 * 1024
LONGEST_LINE = 100_000
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8", "utf-8-sig"),
    (b"\xff\xfe", "utf-16-le", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be", "utf-16-be"),
)


class LineFile:
    """A text file that is read once, from its start. `digest` is of all bytes that were read.

    The first line that has something in it is not looked at: headings are the reader's affair. Bytes that are no UTF-8
    become U+FFFD, and `is_damaged` says so.
    """

    def __init__(self, file: SourceFile, stream: BinaryIO, told: Callable[[int], None] | None = None) -> None:
        self.name = file.name
        self._stream, self._told = stream, told
        self._digest = blake2b(digest_size=16)
        self.is_damaged = self.is_odd = False
        first = self._take()
        mark, codec, self.encoding = next((one for one in _MARKS if first.startswith(one[0])), (b"", "utf-8", "utf-8"))
        self._decoder = codecs.getincrementaldecoder(codec)("replace")
        self._first = self._decode(first[len(mark) :], is_last=not first)
        self._refuse_what_is_no_table(first)
        self._ends_in_cr = "\r" in self._first and "\n" not in self._first
        self.delimiter = guess_delimiter(self._first[:20_000])

    def _take(self) -> bytes:
        data = self._stream.read(CHUNK)
        self._digest.update(data)
        if self._told is not None:
            self._told(len(data))
        return data

    def _decode(self, data: bytes, *, is_last: bool) -> str:
        text = self._decoder.decode(data, is_last)
        damaged = not text.isascii() and "\ufffd" in text
        self.is_damaged |= damaged
        # What has to be looked at row by row: whoever reads the lines resets it.
        self.is_odd = damaged or "\0" in text
        return text

    def _refuse_what_is_no_table(self, first: bytes) -> None:
        if not first.strip():
            raise self.refuse("is empty; not even headings are in it. Export it again.")
        if (found := name_binary(first)) is not None:
            raise self.refuse(f"looks like {found[0]}, not a CSV file.")
        if (kind := name_text(self._first)) is not None:
            raise self.refuse(f"looks like {kind}, not a CSV file.")
        if self._first.count("\0") > len(self._first) / 10:
            raise self.refuse("is not a text file. Export it again.")

    def refuse(self, why: str) -> Invalid:
        return Invalid.field("file", f"{self.name[:100]} {why}")

    @property
    def digest(self) -> bytes:
        return self._digest.digest()

    def chunks(self) -> Iterator[str]:
        """All of the text in pieces of whole lines, which end in LF between them, and not at the end of a piece.

        `is_odd` is of the last piece that came.
        """
        rest, text, is_more = "", self._first, True
        while is_more:
            whole, end, rest = (rest + self._with_line_ends(text)).rpartition("\n")
            if len(rest) > LONGEST_LINE:
                raise self.refuse(f"has a line of more than {LONGEST_LINE:,} characters. Export it again.")
            if end:
                yield whole.replace("\r\n", "\n").removesuffix("\r")
            data = self._take()
            was_odd = self.is_odd
            text = self._decode(data, is_last=not data)
            self.is_odd |= was_odd and bool(rest)
            is_more = bool(data or text)
        if rest:
            yield rest

    def _with_line_ends(self, text: str) -> str:
        """An old Mac ends its lines in CR."""
        return text.replace("\r", "\n") if self._ends_in_cr else text
