"""The attendance grid as a picture: members by sessions, drawn at its own size, to be scrolled where it is too wide.

What a cell says is in its shape as well as in its colour. All cells of a status are one path, so that a picture of
1,200 cells is a dozen elements; the names are a picture of their own, which stays in sight while the other one moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from coaching.blueprints.attendance_words import in_a_row
from coaching.blueprints.wording import words
from coaching.services.attendance_grid import BEFORE, AttendanceGrid

STEP, CELL, HEAD, FOOT = 24, 20, 56, 64
LONGEST_NAME = 18
# How wide a letter is at most on average, in the size that the style sheet gives it.
LETTER = 7.2
RULE_EVERY = 5
NONE = "none"


class Glyph(NamedTuple):
    """The strokes and the filled part of a status, from the middle of its cell."""

    strokes: str
    filled: str = ""


_CIRCLE = "m0-5a5 5 0 1 0 .01 0z"
GLYPHS = {
    "present": Glyph("m-4.5 .5l3 3 6-7"),
    "late": Glyph(f"{_CIRCLE}m0 2v3l2.5 1.5"),
    "partial": Glyph(_CIRCLE, "m0-5a5 5 0 0 0 0 10z"),
    "absent": Glyph("m-4-4l8 8m0-8l-8 8"),
    "excused": Glyph("m-4 0h8"),
    NONE: Glyph("m0 0h.01"),
    BEFORE: Glyph("m-7 7l14-14m-14 7l7-7m0 14l7-7"),
}

_SVG = Markup('<svg class="{}" width="{}" height="{}" viewBox="0 0 {} {}" {}>{}</svg>')
_HIDDEN = Markup('aria-hidden="true" focusable="false"')
_NAMED = Markup('role="img" aria-labelledby="grid-title grid-desc"')
_ABOUT = Markup('<title id="grid-title">{}</title><desc id="grid-desc">{}</desc>')
_TEXT = Markup('<text class="{}" x="{}" y="{}">{}</text>')
_UPRIGHT = Markup('<text class="picture-quiet" transform="translate({} {}) rotate(-90)">{}</text>')
_CELLS = Markup('<g class="cells-{}"><path class="cell-back" d="{}"/><path class="cell-strokes" d="{}"/>{}</g>')
_FILLED = Markup('<path class="cell-filled" d="{}"/>')
_RULES = Markup('<path class="picture-rule" d="{}"/>')


def draw_grid(grid: AttendanceGrid, days: Sequence[str], *, title: str, description: str) -> Markup:
    """The picture with what it is called and says; `days` are what stands above the columns."""
    height = HEAD + STEP * len(grid.members) + (FOOT if grid.is_whole else 0)
    return _draw_names(grid, height) + _draw_cells(grid, days, height, _ABOUT.format(title, description))


def draw_sample(status: str) -> Markup:
    """One cell, for the key."""
    return _SVG.format("cell-sample", CELL, CELL, CELL, CELL, _HIDDEN, _draw_status(status, [(CELL // 2, CELL // 2)]))


def _draw_names(grid: AttendanceGrid, height: int) -> Markup:
    names = [_shortened(member.name) for member in grid.members]
    width = round(max(map(len, names), default=0) * LETTER) + 24
    texts = [_TEXT.format("picture-name", 12, _middle(place) + 4, name) for place, name in enumerate(names)]
    if grid.is_whole:
        texts.append(_TEXT.format("picture-quiet", 12, HEAD + STEP * len(names) + 20, "Came"))
    inner = _draw_rules(len(names), width) + Markup("").join(texts)
    return _SVG.format("picture-names", width, height, width, height, _HIDDEN, inner)


def _draw_cells(grid: AttendanceGrid, days: Sequence[str], height: int, about: Markup) -> Markup:
    across, down = len(grid.sessions), len(grid.members)
    notes = [_note(member.attended, member.counted, member.absences_in_a_row) for member in grid.members]
    right = STEP * across + 12
    width = right + round(max(map(len, notes), default=0) * LETTER) + 12
    places: dict[str, list[tuple[int, int]]] = {status: [] for status in GLYPHS}
    for y, member in enumerate(grid.members):
        for x, word in enumerate(member.cells):
            places[word or NONE].append((_centre(x), _middle(y)))
    parts = [about, _draw_rules(down, width)]
    parts += [_draw_status(status, found) for status, found in places.items() if found]
    parts += [_UPRIGHT.format(_centre(x) + 4, HEAD - 8, day) for x, day in enumerate(days)]
    parts += [
        _TEXT.format(
            "picture-alarm" if in_a_row(member.absences_in_a_row) else "picture-text", right, _middle(y) + 4, said
        )
        for y, (member, said) in enumerate(zip(grid.members, notes, strict=True))
    ]
    if grid.is_whole:
        parts += [
            _UPRIGHT.format(_centre(x) + 4, height - 4, f"{one.came} of {one.counted}")
            for x, one in enumerate(grid.sessions)
        ]
    return _SVG.format("picture-cells", width, height, width, height, _NAMED, Markup("").join(parts))


def _draw_status(status: str, places: Sequence[tuple[int, int]]) -> Markup:
    glyph, half = GLYPHS[status], CELL // 2
    back = "".join(f"M{x - half} {y - half}h{CELL}v{CELL}h-{CELL}z" for x, y in places)
    strokes = "".join(f"M{x} {y}{glyph.strokes}" for x, y in places)
    filled = "".join(f"M{x} {y}{glyph.filled}" for x, y in places) if glyph.filled else ""
    return _CELLS.format(status, back, strokes, _FILLED.format(filled) if filled else "")


def _draw_rules(rows: int, width: int) -> Markup:
    """A line after every few rows, to keep the eye in its own."""
    return _RULES.format("".join(f"M0 {HEAD + STEP * row}H{width}" for row in range(0, rows + 1, RULE_EVERY)))


def _note(attended: int, counted: int, absences: int) -> str:
    return "; ".join(part for part in (f"{attended} of {counted}", in_a_row(absences)) if part)


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"


def _centre(column: int) -> int:
    return column * STEP + STEP // 2


def _middle(row: int) -> int:
    return HEAD + row * STEP + STEP // 2


KEY = tuple((status, "Not recorded yet" if status == NONE else words(status)) for status in GLYPHS)
