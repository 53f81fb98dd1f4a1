"""What a file is: by its bytes, whatever its name, and nothing that is not one of the known kinds."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO

import pytest

from coaching import media
from coaching.errors import Invalid
from coaching.media import sniff
from tests.media_files import CONTENTS, DOCX, ODT, PDF, PPTX, XLSX, office, open_document, picture, zipped

SHEET_WITH_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
KNOWN = {
    "pdf": PDF,
    "png": picture(),
    "jpg": picture("JPEG"),
    "webp": picture("WEBP"),
    "gif": picture("GIF"),
    "docx": office(DOCX),
    "pptx": office(PPTX),
    "xlsx": office(XLSX),
    "odt": open_document(),
    "odp": open_document("application/vnd.oasis.opendocument.presentation"),
    "ods": open_document("application/vnd.oasis.opendocument.spreadsheet\n"),
}


@pytest.mark.parametrize("ending", KNOWN)
def test_each_known_kind_is_told_by_its_bytes(ending: str) -> None:
    assert sniff(BytesIO(KNOWN[ending])).endings[0] == ending


def forged_directory(entries: int, size: int) -> bytes:
    """A zip whose end claims a directory of so many entries and bytes."""
    data = bytearray(office(DOCX))
    at = data.rfind(b"PK\x05\x06")
    struct.pack_into("<2H", data, at + 8, entries, entries)
    struct.pack_into("<L", data, at + 12, size)
    return bytes(data)


def forged_size(size: int) -> bytes:
    """A zip with an entry that is said to unpack to so many bytes."""
    data = bytearray(office(DOCX))
    struct.pack_into("<L", data, data.find(b"PK\x01\x02") + 24, size)
    return bytes(data)


REFUSED = {
    "nothing": (b"", media.EMPTY),
    "zero bytes": (bytes(4096), media.NONE_OF_OURS),
    "HTML": (b"<!doctype html><script>alert(1)</script>", media.NONE_OF_OURS),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', media.NONE_OF_OURS),
    "a program": (b"MZ\x90\x00" + bytes(200), media.NONE_OF_OURS),
    "a script": (b"#!/bin/sh\n", media.NONE_OF_OURS),
    "HTML before a PDF": (b"<html>" + PDF, media.NONE_OF_OURS),
    "a PDF without its end": (PDF[:-7], media.CUT_OFF),
    "a PDF that goes on as something else": (PDF + b"<script>" * 400, media.CUT_OFF),
    "RIFF that is sound": (b"RIFF\x24\x00\x00\x00WAVEfmt ", media.NONE_OF_OURS),
    "TIFF": (picture("TIFF"), media.NONE_OF_OURS),
    "BMP": (picture("BMP"), media.NONE_OF_OURS),
    "old Office": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), media.OLD_OFFICE),
    "a zip of anything": (zipped({"a.txt": "a"}), media.NONE_OF_OURS),
    "a zip cut off": (office(DOCX)[:-30], media.CUT_OFF),
    "a zip before which HTML stands": (b"<html>" + office(DOCX), media.NONE_OF_OURS),
    "a jar": (zipped({"META-INF/MANIFEST.MF": "Main-Class: A"}), media.NONE_OF_OURS),
    "macros by type": (office(SHEET_WITH_MACROS), media.WITH_MACROS),
    "macros under a plain type": (office(DOCX, **{"word/vbaProject.bin": b"\x00"}), media.WITH_MACROS),
    "macros by another name": (
        office(DOCX, "application/vnd.ms-office.vbaProject", **{"word/a.bin": b"\x00"}),
        media.WITH_MACROS,
    ),
    "macros of a sheet": (office(XLSX, **{"xl/macrosheets/sheet1.xml": "<a/>"}), media.WITH_MACROS),
    "ActiveX": (office(DOCX, **{"word/activeX/activeX1.xml": "<a/>"}), media.WITH_MACROS),
    "Basic in an OpenDocument": (open_document(**{"Basic/Standard/Module1.xml": "<a/>"}), media.WITH_MACROS),
    "a script in an OpenDocument": (open_document(**{"Scripts/python/a.py": "a"}), media.WITH_MACROS),
    "a template of Office": (office(DOCX.replace("document.main", "template.main")), media.NONE_OF_OURS),
    "two documents in one": (office(DOCX, XLSX), media.NONE_OF_OURS),
    "a drawing": (open_document(ODT.replace("text", "graphics")), media.NONE_OF_OURS),
    "types in UTF-16": (zipped({CONTENTS: f'<Types ContentType="{DOCX}"/>'.encode("utf-16")}), media.NONE_OF_OURS),
    "a long table of contents": (office(DOCX, **{CONTENTS: " " * 600_000}), media.TOO_MUCH_INSIDE),
    "many entries": (forged_directory(5001, 100), media.TOO_MUCH_INSIDE),
    "a long directory": (forged_directory(2, 2**21), media.TOO_MUCH_INSIDE),
    "more than zip can count": (forged_directory(0xFFFF, 0xFFFFFFFF), media.TOO_MUCH_INSIDE),
    "a bomb": (forged_size(2**30), media.TOO_MUCH_INSIDE),
    "a directory that is none": (forged_directory(2, 3), media.NONE_OF_OURS),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_kept_is_refused_at_its_field(name: str) -> None:
    data, words = REFUSED[name]
    with pytest.raises(Invalid) as refusal:
        sniff(BytesIO(data))
    assert refusal.value.messages == {"file": [words]}


def test_damage_anywhere_in_a_zip_is_refused_and_nothing_else() -> None:
    whole = office(DOCX)
    for place in range(4, len(whole), 3):
        data = bytearray(whole)
        data[place] ^= 0xFF
        with suppress(Invalid):
            assert sniff(BytesIO(bytes(data))).endings == ("docx",)


def test_what_an_entry_says_of_its_size_is_not_believed() -> None:
    """An entry of the table of contents that says it is small, and unpacks to much more than that."""
    data = bytearray(office(DOCX, **{CONTENTS: b" " * 4_000_000}))
    packed = zlib.compress(b" " * 4_000_000)
    assert len(packed) < 10_000
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<L", data, data.find(signature) + offset, 100)
    with pytest.raises(Invalid):
        sniff(BytesIO(bytes(data)))
