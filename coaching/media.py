"""What a file is: its bytes say, not its name and not who sends it. What is none of the known kinds is refused.

PDF and pictures have a signature at their beginning. Documents, slides and sheets of today are all zips, so that their
table of contents is read, within bounds: nothing in them is ever unpacked here.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from coaching.errors import Invalid

FIELD = "file"
NONE_OF_OURS = (
    "This is none of the files that can be kept here. Choose a PDF, a picture (PNG, JPEG, WebP, GIF), or a document, "
    "slides or a sheet (docx, pptx, xlsx, odt, odp, ods)."
)
EMPTY = "This file is empty. Choose another, or save it again where it comes from."
CUT_OFF = "This file is cut off before its end. Send it again."
OLD_OFFICE = "This is an old Office document, or one with a password. Save it without one, as docx, pptx, xlsx or PDF."
WITH_MACROS = "There are macros in this document, which could do harm to who opens it. Save it without them, or as PDF."
TOO_MUCH_INSIDE = "There is too much packed into this document. Save it as PDF, or make it smaller."


@dataclass(frozen=True)
class MediaType:
    """One kind of file that is kept, with the endings that its name may have; the first is given where it has none."""

    name: str
    endings: tuple[str, ...]
    is_picture: bool = False


PDF = MediaType("application/pdf", ("pdf",))
PNG = MediaType("image/png", ("png",), is_picture=True)
JPEG = MediaType("image/jpeg", ("jpg", "jpeg"), is_picture=True)
WEBP = MediaType("image/webp", ("webp",), is_picture=True)
GIF = MediaType("image/gif", ("gif",), is_picture=True)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
# By the content type of the part that the document begins with.
_OFFICE_PARTS = {
    "wordprocessingml.document.main+xml": MediaType(f"{_OFFICE}wordprocessingml.document", ("docx",)),
    "presentationml.presentation.main+xml": MediaType(f"{_OFFICE}presentationml.presentation", ("pptx",)),
    "presentationml.slideshow.main+xml": MediaType(f"{_OFFICE}presentationml.slideshow", ("ppsx",)),
    "spreadsheetml.sheet.main+xml": MediaType(f"{_OFFICE}spreadsheetml.sheet", ("xlsx",)),
}
_OPEN_TYPES = {
    f"{_OPEN}{kind}": MediaType(f"{_OPEN}{kind}", (ending,))
    for kind, ending in (("text", "odt"), ("presentation", "odp"), ("spreadsheet", "ods"))
}
ACCEPTED = (PDF, PNG, JPEG, WEBP, GIF, *_OFFICE_PARTS.values(), *_OPEN_TYPES.values())

_ZIP = b"PK\x03\x04"
_OLD_OFFICE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEAD = 16
_PDF_TAIL = 2048
# The end of a zip's directory: signature, two disk numbers, entries here and in all, the directory's size and place.
_ZIP_END = struct.Struct("<4s4H2LH")
_ZIP_END_SIGNATURE = b"PK\x05\x06"
_LONGEST_COMMENT = 65_535
MOST_ENTRIES = 5_000
LARGEST_DIRECTORY = 1024 * 1024
LARGEST_UNPACKED = 500 * 1024 * 1024
LARGEST_CONTENTS = 512 * 1024
# What reading a damaged zip, or one that was made to do harm, may end in.
_UNREADABLE = (BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, struct.error, zlib.error)
_CONTENTS = "[Content_Types].xml"
_CONTENT_TYPE = re.compile(r"""ContentType\s*=\s*["']([^"']{1,200})["']""")
_MACRO_NAMES = re.compile(r"vbaproject|vbadata|macrosheets/|activex/|^basic/|^scripts/", re.IGNORECASE)
_MACRO_TYPES = re.compile(r"macroenabled|vbaproject|activex", re.IGNORECASE)


def sniff(file: BinaryIO) -> MediaType:
    """What the file is. Raises Invalid on the field `file` where it is nothing that is kept here."""
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise Invalid.field(FIELD, EMPTY)
    if head.startswith(b"%PDF-"):
        return _checked_pdf(file)
    if head.startswith(_ZIP):
        return _sniff_zip(file)
    if head.startswith(_OLD_OFFICE_SIGNATURE):
        raise Invalid.field(FIELD, OLD_OFFICE)
    found = _picture_of(head)
    if found is None:
        raise Invalid.field(FIELD, NONE_OF_OURS)
    return found


def _picture_of(head: bytes) -> MediaType | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    return WEBP if head.startswith(b"RIFF") and head[8:12] == b"WEBP" else None


def _checked_pdf(file: BinaryIO) -> MediaType:
    """A PDF that has its end. Whatever else it may be read as, it leaves as a PDF alone, which nothing else runs."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _PDF_TAIL))
    if b"%%EOF" not in file.read(_PDF_TAIL):
        raise Invalid.field(FIELD, CUT_OFF)
    return PDF


def _sniff_zip(file: BinaryIO) -> MediaType:
    _check_directory(file)
    try:
        with ZipFile(file) as archive:
            names = archive.namelist()
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST_UNPACKED:
                raise Invalid.field(FIELD, TOO_MUCH_INSIDE)
            found = _office(archive, names) if _CONTENTS in names else _open_document(archive, names)
    except _UNREADABLE as error:
        raise Invalid.field(FIELD, NONE_OF_OURS) from error
    if found is None:
        raise Invalid.field(FIELD, NONE_OF_OURS)
    if any(_MACRO_NAMES.search(name) for name in names):
        raise Invalid.field(FIELD, WITH_MACROS)
    return found


def _check_directory(file: BinaryIO) -> None:
    """Looks at how long the directory is before anything reads it: it is read whole, and grows many times over."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _ZIP_END.size - _LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(_ZIP_END_SIGNATURE)
    if at < 0 or len(tail) - at < _ZIP_END.size:
        raise Invalid.field(FIELD, CUT_OFF)
    _, _, _, _, entries, directory, _, _ = _ZIP_END.unpack_from(tail, at)
    # Of zips that are larger than four gigabytes these fields are full, and so they are refused, too.
    if entries > MOST_ENTRIES or directory > LARGEST_DIRECTORY:
        raise Invalid.field(FIELD, TOO_MUCH_INSIDE)


def _office(archive: ZipFile, names: Collection[str]) -> MediaType | None:
    """A document of Office by what its table of contents calls its parts."""
    text = _read(archive, _CONTENTS, LARGEST_CONTENTS).decode("utf-8-sig")
    types = _CONTENT_TYPE.findall(text)
    if any(_MACRO_TYPES.search(one) for one in types) or any(_MACRO_NAMES.search(name) for name in names):
        raise Invalid.field(FIELD, WITH_MACROS)
    main = [one.removeprefix(_OFFICE) for one in types if one.startswith(_OFFICE) and one.endswith(".main+xml")]
    known = [_OFFICE_PARTS[one] for one in main if one in _OFFICE_PARTS]
    return known[0] if len(main) == 1 and known else None


def _open_document(archive: ZipFile, names: Collection[str]) -> MediaType | None:
    """A document of the OpenDocument format: its first entry says its type."""
    if "mimetype" not in names or "content.xml" not in names:
        return None
    return _OPEN_TYPES.get(_read(archive, "mimetype", 200).decode("ascii").strip())


def _read(archive: ZipFile, name: str, limit: int) -> bytes:
    """An entry that is small. What says that it is and is not, is read no further than it may be."""
    with archive.open(name) as entry:
        data = entry.read(limit + 1)
    if len(data) > limit:
        raise Invalid.field(FIELD, TOO_MUCH_INSIDE)
    return data
