"""Workbooks made to measure, part by part, so that a test can make one that nobody's software would write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from coaching.importers.base import Findings, Importer, SourceFile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REFERS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HIDDEN = ' state="hidden"'
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
# The second style of these is of days.
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    extra: Mapping[str, bytes | str] | None = None,
    hidden: Sequence[str] = (),
) -> bytes:
    """An XLSX file. A cell is text or a number; a tuple is its XML as it is, without its place."""
    listed = "".join(
        f'<sheet name="{escape(name)}"{HIDDEN if name in hidden else ""} sheetId="{at}" r:id="r{at}"/>'
        for at, name in enumerate(sheets, start=1)
    )
    related = "".join(
        f'<Relationship Id="r{at}" Type="{REFERS}/worksheet" Target="worksheets/sheet{at}.xml"/>'
        for at in range(1, len(sheets) + 1)
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="w" Type="{REFERS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{REFERS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}'
        f'<Relationship Id="s" Type="{REFERS}/styles" Target="styles.xml"/>'
        f'<Relationship Id="t" Type="{REFERS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
    }
    for at, rows in enumerate(sheets.values(), start=1):
        parts[f"xl/worksheets/sheet{at}.xml"] = sheet_of("".join(map(row_of, range(1, len(rows) + 1), rows)))
    return packed(parts | dict(extra or {}))


def sheet_of(rows: str) -> str:
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def row_of(number: int, cells: Sequence[Any]) -> str:
    return f'<row r="{number}">{"".join(_cell(f"{chr(65 + at)}{number}", cell) for at, cell in enumerate(cells))}</row>'


def _cell(place: str, cell: Any) -> str:
    if isinstance(cell, tuple):
        return f'<c r="{place}" {cell[0]}>{cell[1]}</c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>' if cell else ""
    return f'<c r="{place}"><v>{cell}</v></c>'


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    """These parts as a zip."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def source(data: bytes | str, name: str = "table.csv") -> SourceFile:
    """A file that came in."""
    content = data.encode() if isinstance(data, str) else data
    return SourceFile(name, len(content), lambda: io.BytesIO(content))


class Kept:
    """Learners as an importer tells of them."""

    def __init__(self) -> None:
        self.runs: dict[str, set[str]] = {}

    def add(self, run: str, identifiers: Sequence[str]) -> None:
        self.runs.setdefault(run, set()).update(identifiers)


def read(importer: Importer, *files: SourceFile, learners: Kept | None = None, **choices: Any) -> Findings:
    """What an importer finds in these files."""
    watch: Callable[[int], None] = lambda _read: None  # noqa: E731
    return importer.read(files, choices=choices, learners=learners or Kept(), watch=watch)
