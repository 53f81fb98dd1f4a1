"""Tables as files for spreadsheets: CSV that opens in the right encoding, and in which no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

CSV = "text/csv; charset=utf-8"
# What a spreadsheet takes for the beginning of a formula, in the width of any keyboard.
_BEGINNINGS = frozenset("=+-@\t\r\n＝＋－＠")
_QUOTE = "'"

Cell = str | int | None


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[Cell]], *, name: str) -> Response:
    """The table as a download. The mark at its beginning tells Excel that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in (headings, *rows):
        writer.writerow([neutral(cell) if isinstance(cell, str) else cell for cell in row])
    response = Response(text.getvalue().encode("utf-8-sig"), content_type=CSV)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def neutral(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would run it. `original` takes it off again."""
    return _QUOTE + text if _would_run(text) else text


def original(cell: str) -> str:
    """The text that `neutral` made this cell of."""
    return cell[1:] if cell.startswith(_QUOTE) and _would_run(cell[1:]) else cell


def _would_run(text: str) -> bool:
    """Whether it begins like a formula. Apostrophes before that are looked through, so that each is taken off once."""
    bare = text.lstrip(_QUOTE)
    return bare[:1] in _BEGINNINGS or bare.lstrip()[:1] in _BEGINNINGS if bare else False
