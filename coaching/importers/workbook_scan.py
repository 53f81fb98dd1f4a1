"""What a workbook would come to, known before anything takes it apart: an XLSX file is a zip of XML, and either can be
made to fill any memory from a few kilobytes.

Every part is unpacked under a cap and read once, as a stream. What passed is packed anew, so that what is taken apart
afterwards is what was looked at, whatever the file's own list of contents said.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from xml.parsers import expat

from coaching.errors import Invalid

MOST_UNPACKED = 40 * 1024 * 1024
# XML of a sheet is packed to a thirtieth at best where it was not made to be.
MOST_RATIO = 200
_LITTLE = 1024 * 1024
MOST_PARTS = 1_000
MOST_CELLS = 200_000
# A cell has two or three, and time is taken by each.
MOST_ELEMENTS = 1_000_000
# A sheet is laid out as a rectangle from its first cell, so that one cell far away is as much as all between.
MOST_PLACES = 2_000_000
MOST_TEXT = 20 * 1024 * 1024

HOW_TO_SAVE = "Save the sheet as 'CSV UTF-8', or copy what counts into a new workbook, and upload that file."
TOO_MUCH = f"This workbook unpacks to far more than a table fills. {HOW_TO_SAVE}"
TOO_MANY_CELLS = f"This workbook has more than {MOST_CELLS:,} cells that hold something. {HOW_TO_SAVE}"
TOO_WIDE_APART = f"A sheet of this workbook has a cell so far away that most of it is empty. {HOW_TO_SAVE}"
DAMAGED = f"This workbook is damaged and cannot be read. {HOW_TO_SAVE}"

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_STRINGS = "sharedstrings"


def repack(data: bytes) -> bytes:
    """The workbook with those of its parts that a table is made of, looked at. Raises Invalid on `file`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _unpack(archive, len(data))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise Invalid.field("file", DAMAGED) from error
    scan = _Scan()
    # What cells refer to comes first, because one long text may stand in very many of them.
    for name in sorted(parts, key=lambda name: _STRINGS not in name.casefold()):
        scan.read(parts[name], is_strings=_STRINGS in name.casefold())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)
    return packed.getvalue()


def _unpack(archive: zipfile.ZipFile, packed: int) -> dict[str, bytes]:
    """The parts that are XML, under one cap for all of them. Pictures and what else there is are left out."""
    members = archive.infolist()
    if len(members) > MOST_PARTS:
        raise Invalid.field("file", TOO_MUCH)
    parts: dict[str, bytes] = {}
    left = min(MOST_UNPACKED, max(_LITTLE, MOST_RATIO * packed))
    for member in members:
        if not member.filename.casefold().endswith((".xml", ".rels")):
            continue
        with archive.open(member) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise Invalid.field("file", TOO_MUCH)
        parts[member.filename] = content
    return parts


@dataclass
class _Scan:
    """What was counted so far, over all parts: any of them may be a sheet, whatever its name."""

    elements: int = 0
    cells: int = 0
    text: int = 0
    lengths: list[int] = field(default_factory=list)

    def read(self, content: bytes, *, is_strings: bool) -> None:
        reader = expat.ParserCreate(namespace_separator=" ")
        reader.buffer_text = True
        part: _Strings | _Sheet = _Strings(self) if is_strings else _Sheet(self)
        reader.StartElementHandler = partial(self._start, part.start)
        reader.EndElementHandler = part.end
        reader.CharacterDataHandler = part.characters
        # No workbook has a document type, and what one can declare is how little becomes much.
        reader.StartDoctypeDeclHandler = _refuse
        try:
            reader.Parse(content, True)
        except expat.ExpatError as error:
            raise Invalid.field("file", DAMAGED) from error

    def _start(self, start: Callable[[str, dict[str, str]], None], name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise Invalid.field("file", TOO_MUCH)
        start(name, attributes)


def _refuse(*_about: object) -> None:
    raise Invalid.field("file", DAMAGED)


class _Strings:
    """The texts that cells refer to by number: how long each is."""

    def __init__(self, scan: _Scan) -> None:
        self.scan = scan

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name.rpartition(" ")[2] == "si":
            self.scan.lengths.append(0)

    def end(self, name: str) -> None:
        """Nothing hangs on where a text ends."""

    def characters(self, text: str) -> None:
        if self.scan.lengths:
            self.scan.lengths[-1] += len(text)


class _Sheet:
    """The cells of a sheet that hold something, how far they lie apart, and how much text they come to."""

    def __init__(self, scan: _Scan) -> None:
        self.scan = scan
        self.row = self.column = self.last_row = self.last_column = 0
        self.refers = self.is_value = self.is_counted = False
        self.value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "row":
            self.row, self.column = _whole(attributes.get("r"), self.row + 1), 0
        elif tag == "c":
            self._place(attributes.get("r", ""))
            self.refers, self.is_counted = attributes.get("t") == "s", False
        elif tag in {"v", "t", "f"}:
            self.is_value, self.value = True, ""
            self._count()

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "v" and self.refers:
            number = _whole(self.value.strip(), 0)
            self._add(self.scan.lengths[number] if number < len(self.scan.lengths) else 0)
        if tag in {"v", "t", "f"}:
            self.is_value = False

    def characters(self, text: str) -> None:
        if self.is_value:
            self._add(len(text))
            self.value = (self.value + text)[:20]

    def _place(self, reference: str) -> None:
        """Where the cell stands; one that does not say stands after the one before it."""
        found = _REFERENCE.fullmatch(reference)
        if found is None:
            self.column += 1
            return
        self.column = 0
        for letter in found[1]:
            self.column = 26 * self.column + ord(letter) - ord("A") + 1
        self.row = int(found[2])

    def _count(self) -> None:
        if self.is_counted:
            return
        self.is_counted = True
        self.scan.cells += 1
        self.last_row, self.last_column = max(self.last_row, self.row), max(self.last_column, self.column)
        if self.scan.cells > MOST_CELLS:
            raise Invalid.field("file", TOO_MANY_CELLS)
        if self.last_row * self.last_column > MOST_PLACES:
            raise Invalid.field("file", TOO_WIDE_APART)

    def _add(self, length: int) -> None:
        self.scan.text += length
        if self.scan.text > MOST_TEXT:
            raise Invalid.field("file", TOO_MUCH)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 8 else otherwise
