"""From bytes to text: the encoding is detected and said, and what is too big or is no text is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from coaching.errors import Invalid
from coaching.importers.caps import MEETING, Caps
from coaching.importers.lookalikes import name_binary

DELIMITERS = (",", ";", "\t")

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32-le", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be", "utf-16-be"),
)
_CUT_REASONS = ("unexpected end of data", "truncated data")
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a\x1b") + b"\x7f"
# The encodings that spreadsheets still write. Without this list a short file is given to exotic mainframe ones.
_CANDIDATES = [
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp932", "gb18030", "big5", "cp949", "euc_jp", "koi8_r", "mac_roman"),
]
_SAMPLE = 64 * 1024
_NOT_WESTERN = re.compile(
    r"[\u00c0-\u024f]{3}|[^\x00-\x7f\xaa\xba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u2010-\u2026\xa0·´°]"
)
_QUOTED = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True)
class TextFile:
    """The text of a file, how it was encoded, and what is doubtful about that.

    `guessed`: nothing in the file says its encoding. `cut`: it ends in the middle of a character.
    `damaged`: some bytes belong to no character and stand as U+FFFD.
    """

    text: str
    encoding: str
    guessed: bool = False
    cut: bool = False
    damaged: bool = False


def read_text(data: bytes, caps: Caps = MEETING) -> TextFile:
    """The text in these bytes: by its mark, else as UTF-8 or unmarked UTF-16, else by a guess that is said."""
    if len(data) > caps.max_bytes:
        raise Invalid.field("file", f"The file is larger than {caps.megabytes}, {caps.too_large}. {caps.advice}")
    if not data.strip():
        raise Invalid.field("file", f"The file is empty. {caps.advice}")
    if (found := name_binary(data)) is not None:
        kind, advice = found
        raise Invalid.field("file", f"This looks like {kind}, not a CSV file. {advice or caps.advice}")
    file = _decode(data, caps)
    if "\x00" in file.text:
        raise Invalid.field("file", f"The file holds NUL bytes, so it is not a text file. {caps.advice}")
    if not file.text.strip("\ufeff \t\r\n"):
        raise Invalid.field("file", f"The file is empty. {caps.advice}")
    return file


def guess_delimiter(text: str) -> str:
    """The delimiter that stands in most of the first lines, outside quotation marks; a comma when none does.

    A spreadsheet may name it in a first line of its own (`sep=;`), and then it is believed.
    """
    lines = [line for line in text[:20_000].replace("\r", "\n").split("\n") if line.strip()][:12]
    if lines and (named := re.fullmatch(r'"?sep=([,;\t])"?', lines[0].strip(" "), re.IGNORECASE)):
        return named[1]
    bare = [_QUOTED.sub("", line) for line in lines]

    def score(delimiter: str) -> tuple[int, int]:
        counts = [line.count(delimiter) for line in bare]
        return sum(count > 0 for count in counts), sum(counts)

    return max(DELIMITERS, key=score)


def _decode(data: bytes, caps: Caps) -> TextFile:
    for mark, codec, label in _BOMS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], codec, label)
    utf16 = _unmarked_utf16(data)
    if utf16 is not None:
        return _decode_as(data, utf16, utf16, guessed=True)
    file = _decode_as(data, "utf-8", "utf-8")
    if file.damaged and not _mostly_whole(file.text):
        return _guess(data, caps)
    return file


def _decode_as(data: bytes, codec: str, label: str, *, guessed: bool = False) -> TextFile:
    """Decode; a character cut off by the end of the file is left out, a broken one elsewhere is replaced."""
    cut = False
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        cut = error.reason in _CUT_REASONS and error.end >= len(data)
        if cut:
            data = data[: error.start]
        text = data.decode(codec, "replace")
    return TextFile(text.lstrip("\ufeff"), label, guessed=guessed, cut=cut, damaged="\ufffd" in text)


def _mostly_whole(text: str) -> bool:
    """Whether the broken characters are few beside the whole ones: then it is damaged UTF-8, not something else."""
    broken = text.count("\ufffd")
    whole = len(text) - len(text.encode("ascii", "ignore")) - broken
    return whole >= 2 * broken


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark shows: headings and digits leave a zero in every second byte."""
    sample = data[:4096]
    half = len(sample) // 2
    if half == 0:
        return None
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > 0.3 and even < 0.1:
        return "utf-16-le"
    if even > 0.3 and odd < 0.1:
        return "utf-16-be"
    return None


def _guess(data: bytes, caps: Caps) -> TextFile:
    """The likeliest old encoding. Short names in cp1252 mislead every detector, so plain Western text goes first."""
    if len(data) - len(data.translate(None, _CONTROLS)) > len(data) / 200:
        raise Invalid.field("file", f"This is not a text file that can be read. {caps.advice}")
    telling = _telling_lines(data)
    encoding = "cp1252" if _is_western(telling) else _most_likely(telling)
    if encoding is None:
        raise Invalid.field(
            "file", "The encoding of this file cannot be told. Open it, save it as 'CSV UTF-8', and upload that file."
        )
    text = data.decode(encoding, "replace")
    return TextFile(text, encoding, guessed=True, damaged="\ufffd" in text)


def _telling_lines(data: bytes) -> bytes:
    """Whole lines with something to tell, so that no character is cut; but no more of them than a guess needs."""
    kept: list[bytes] = []
    size = 0
    for line in data.splitlines():
        if not line.isascii():
            kept.append(line)
            size += len(line)
        if size > _SAMPLE:
            break
    return b"\n".join(kept)


def _is_western(sample: bytes) -> bool:
    try:
        return _NOT_WESTERN.search(sample.decode("cp1252")) is None
    except UnicodeDecodeError:
        return False


def _most_likely(sample: bytes) -> str | None:
    # Imported here because it takes longer to load than the rest of this package, and few files need it.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    best = from_bytes(sample, cp_isolation=_CANDIDATES).best()
    return best.encoding if best is not None else None
