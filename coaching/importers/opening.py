"""A file taken apart into rows, before anybody knows whose report it is."""

from __future__ import annotations

from dataclasses import dataclass

from coaching.errors import Invalid
from coaching.importers.caps import MEETING, Caps
from coaching.importers.lookalikes import name_text
from coaching.importers.table import Table, read_table
from coaching.importers.text import TextFile, guess_delimiter, read_text


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """The text, what separates its cells, and its rows."""

    text: TextFile
    delimiter: str
    table: Table


def open_file(data: bytes, caps: Caps = MEETING) -> OpenedFile:
    """The rows in these bytes, or `Invalid` on the field `file` when this is no table at all."""
    text = read_text(data, caps)
    if (kind := name_text(text.text)) is not None:
        raise Invalid.field("file", f"This looks like {kind}, not a CSV file. {caps.advice}")
    delimiter = guess_delimiter(text.text)
    return OpenedFile(text, delimiter, read_table(text.text, delimiter, caps))
