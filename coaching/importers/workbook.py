"""An XLSX workbook as tables of text: a formula is its value, a day is written as YYYY-MM-DD, a number in digits."""

from __future__ import annotations

import datetime as clock_types
import io
import zipfile
from typing import Any

from coaching.errors import Invalid
from coaching.importers.caps import Caps
from coaching.importers.table import Table
from coaching.importers.workbook_scan import DAMAGED, repack

_SAVE_AS = "Open it, save it as an Excel workbook (XLSX) or as 'CSV UTF-8', and upload that file."
# What a zip is that is no XLSX, by a part that only it has.
_OTHERS = (
    ("xl/workbook.bin", "a binary Excel workbook (XLSB)"),
    ("Index/Document.iwa", "a Numbers document"),
    ("content.xml", "an OpenDocument sheet (ODS)"),
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def is_packed(data: bytes) -> bool:
    """Whether this is a zip, as a workbook is, or one of Excel's older files, of which it is said what they are."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", _OLE))


def slim_workbook(data: bytes) -> bytes:
    """The workbook without its pictures and what else no table is made of."""
    if data.startswith(_OLE):
        return data
    return repack(data)


def read_workbook(data: bytes, caps: Caps) -> dict[str, Table]:
    """The sheets that are shown and hold something, by name, in their order. Raises Invalid on `file`."""
    if len(data) > caps.max_bytes:
        raise Invalid.field("file", f"The file is larger than {caps.megabytes}, {caps.too_large}. {caps.advice}")
    _refuse_others(data, caps)
    # Loaded by who reads a workbook, and by nobody else.
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum  # noqa: PLC0415

    tables: dict[str, Table] = {}
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(repack(data))) as book:
            for about in book.sheets_metadata:
                if about.typ != SheetTypeEnum.WorkSheet or about.visible != SheetVisibleEnum.Visible:
                    continue
                table = _table(book.get_sheet_by_name(about.name).to_python(skip_empty_area=False), caps)
                if any(any(row) for row in table.rows):
                    tables[about.name] = table
    except CalamineError as error:
        raise Invalid.field("file", DAMAGED) from error
    if not tables:
        raise Invalid.field("file", f"This workbook is empty. {caps.advice}")
    return tables


def _refuse_others(data: bytes, caps: Caps) -> None:
    if data.startswith(_OLE):
        text = "This is an old Excel workbook (XLS), or one that is locked with a password."
        raise Invalid.field("file", f"{text} {_SAVE_AS}")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise Invalid.field("file", DAMAGED) from error
    if any(name.casefold() == "xl/workbook.xml" for name in names):
        return
    kind = next((kind for part, kind in _OTHERS if part in names), None)
    if kind is None:
        raise Invalid.field(
            "file", f"This is a ZIP archive. Unpack it, and upload the file that is in it. {caps.advice}"
        )
    raise Invalid.field("file", f"This is {kind}. {_SAVE_AS}")


def _table(rows: list[list[Any]], caps: Caps) -> Table:
    if len(rows) > caps.max_rows:
        raise Invalid.field("file", f"The sheet has more than {caps.max_rows:,} rows. {caps.too_long}")
    table = Table()
    for number, cells in enumerate(rows, start=1):
        kept = [_written(cell) for cell in cells]
        while kept and not kept[-1]:
            kept.pop()
        if len(kept) > caps.max_columns:
            raise Invalid.field(
                "file", f"Row {number} has {len(kept)} columns; {caps.max_columns} is the most. {caps.advice}"
            )
        if any(len(cell) > caps.max_cell for cell in kept):
            raise Invalid.field(
                "file", f"A cell in row {number} has more than {caps.max_cell:,} characters. Shorten it."
            )
        table.rows.append(kept)
    return table


def _written(cell: Any) -> str:
    """The cell as text, in the one way that can be read back without a doubt."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, clock_types.datetime):
        return cell.isoformat(sep=" ", timespec="minutes").removesuffix(" 00:00")
    if isinstance(cell, clock_types.date | clock_types.time):
        return cell.isoformat()
    return str(cell).strip()
