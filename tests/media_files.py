"""Files of every kind that evidence may be, as small as they can be, and such as mean harm."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

PDF = b"%PDF-1.7\n1 0 obj <</Type/Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
CONTENTS = "[Content_Types].xml"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = f"{OFFICE}wordprocessingml.document.main+xml"
PPTX = f"{OFFICE}presentationml.presentation.main+xml"
XLSX = f"{OFFICE}spreadsheetml.sheet.main+xml"
ODT = "application/vnd.oasis.opendocument.text"


def zipped(entries: Mapping[str, str | bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data, ZIP_STORED if name == "mimetype" else ZIP_DEFLATED)
    return out.getvalue()


def office(*types: str, **more: str | bytes) -> bytes:
    """A document of Office with these content types."""
    listed = "".join(f'<Override PartName="/part{number}" ContentType="{one}"/>' for number, one in enumerate(types))
    return zipped({CONTENTS: f'<?xml version="1.0"?><Types>{listed}</Types>', "word/document.xml": "<a/>"} | more)


def open_document(kind: str = ODT, **more: str | bytes) -> bytes:
    return zipped({"mimetype": kind, "content.xml": "<a/>"} | more)


def sent(data: bytes, name: str = "talk.pdf", **fields: str) -> dict[str, Any]:
    """A large file in the body of a request, as a client of tests takes it: whole, and with nothing left open."""
    boundary, body = encode_multipart({"file": FileStorage(BytesIO(data), name)} | fields)
    return {"data": body, "content_type": f'multipart/form-data; boundary="{boundary}"'}


def picture(kind: str = "PNG", size: tuple[int, int] = (6, 4), mode: str = "RGB", **options: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 1 if mode == "P" else None).save(out, kind, **options)
    return out.getvalue()
