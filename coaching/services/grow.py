"""GROW as a frame for the shared notes of a session: goal, reality, options, will (Whitmore). No database.

The frame is nothing but four Markdown headings in the notes, so that whoever reads, exports or edits them by a program
sees one text. What stands before the first heading are notes that belong to none of the four.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

PARTS = ("goal", "reality", "options", "will")
_HEADING = re.compile(r"^## (Goal|Reality|Options|Will)[ \t]*$", re.MULTILINE)


class Framed(NamedTuple):
    """Notes, and the four parts of the frame by their names."""

    notes: str
    parts: dict[str, str]


def split_frame(text: str) -> Framed | None:
    """The parts of notes that are in the frame: each heading at most once, in their order. None where they are not."""
    notes, *pieces = _HEADING.split(text)
    names = [name.lower() for name in pieces[::2]]
    if not names or names != [part for part in PARTS if part in names]:
        return None
    found = dict(zip(names, (piece.strip() for piece in pieces[1::2]), strict=True))
    return Framed(notes.strip(), {part: found.get(part, "") for part in PARTS})


def join_frame(notes: str, parts: Mapping[str, str]) -> str:
    """One text of them. A part that nobody wrote has no heading."""
    framed = [f"## {part.capitalize()}\n{parts[part].strip()}" for part in PARTS if parts.get(part, "").strip()]
    return "\n\n".join(piece for piece in (notes.strip(), *framed) if piece)
