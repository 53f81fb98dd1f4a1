"""A cohort's follow-ups as a picture: a row for each step, its mark on its date, and a line for today.

A mark is a ring until somebody was asked, then filled as far as people answered; where a step counts from several
things the row shows from the first date to the last. Dates stand in a column of their own, so that no line runs through
them. What the picture says is in the table below it as well; where it has no room, a list takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import cos, pi, sin
from typing import NamedTuple

from markupsafe import Markup

from coaching.blueprints.formatting import date_text
from coaching.services.follow_up_timeline import TimedStep

ROW, HEAD, FOOT, LEFT, WIDE, RIGHT, MARK = 34, 34, 26, 212, 552, 196, 8
LONGEST_NAME = 26

_SVG = Markup(
    '<svg class="timeline-picture" viewBox="0 0 {0} {1}" role="img" '
    'aria-labelledby="timeline-title timeline-desc"><title id="timeline-title">{2}</title>'
    '<desc id="timeline-desc">{3}</desc>{4}</svg>'
)
_TEXT = Markup('<text class="{}" x="{}" y="{}">{}</text>')
_MIDDLE = Markup('<text class="picture-quiet" x="{}" y="{}" text-anchor="middle">{}</text>')
_LINE = Markup('<path class="{}" d="{}"/>')
_RING = Markup('<circle class="timeline-ring" cx="{}" cy="{}" r="{}"/>')
_PART = Markup('<path class="timeline-part" d="{}"/>')


def draw_timeline(steps: Sequence[TimedStep], *, ends_on: date, today: date, title: str, description: str) -> Markup:
    """The picture of the steps that have a date; empty where none has."""
    dated = [_Row(step, step.first, step.last) for step in steps if step.first is not None and step.last is not None]
    if not dated:
        return Markup("")
    days = [ends_on, today, *(day for row in dated for day in row[1:])]
    scale = _Scale(min(days), max(days))
    height = HEAD + ROW * len(dated) + FOOT
    parts = [
        _mark_day(scale, ends_on, HEAD - 12, height - FOOT, "timeline-end"),
        _mark_day(scale, today, HEAD, height - FOOT + 8, "timeline-today"),
        # One above and one below, so that they have room even on one day.
        _MIDDLE.format(scale.x(ends_on), 14, "Last day"),
        _MIDDLE.format(scale.x(today), height - 4, "Today"),
    ]
    parts += [_draw_row(scale, row, HEAD + ROW * place + ROW // 2) for place, row in enumerate(dated)]
    return _SVG.format(LEFT + WIDE + RIGHT, height, title, description, Markup("").join(parts))


class _Row(NamedTuple):
    """A step that has a date."""

    timed: TimedStep
    first: date
    last: date


class _Scale:
    """Days as places across the picture."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.span = first, max((last - first) / timedelta(days=1), 1)

    def x(self, day: date) -> int:
        return round(LEFT + WIDE * ((day - self.first) / timedelta(days=1)) / self.span)


def _draw_row(scale: _Scale, row: _Row, y: int) -> Markup:
    first, last = scale.x(row.first), scale.x(row.last)
    label = row.timed.step.label
    name = label if len(label) <= LONGEST_NAME else f"{label[: LONGEST_NAME - 1].rstrip()}…"
    parts = [_TEXT.format("picture-name", 4, y + 4, name)]
    if last > first:
        parts.append(_LINE.format("timeline-span", f"M{first} {y}H{last}"))
    parts += [_RING.format(x, y, MARK) for x in dict.fromkeys((first, last))]
    counts = row.timed.counts
    if counts is not None and counts.asked:
        parts.append(_PART.format(_pie(first, y, counts.answered / counts.asked)))
    days = date_text(row.last) if row.first == row.last else f"{date_text(row.first)} – {date_text(row.last)}"
    parts.append(_TEXT.format("picture-quiet", LEFT + WIDE + 3 * MARK, y + 4, days))
    return Markup("").join(parts)


def _mark_day(scale: _Scale, day: date, top: int, bottom: int, kind: str) -> Markup:
    return _LINE.format(kind, f"M{scale.x(day)} {top}V{bottom}")


def _pie(x: int, y: int, share: float) -> str:
    """The part of a disc, from its top clockwise."""
    r = MARK - 2
    if share >= 1:
        return f"M{x} {y - r}a{r} {r} 0 1 1 0 {2 * r}a{r} {r} 0 1 1 0 {-2 * r}z"
    if share <= 0:
        return ""
    end_x, end_y = x + r * sin(2 * pi * share), y - r * cos(2 * pi * share)
    return f"M{x} {y}V{y - r}A{r} {r} 0 {int(share > 0.5)} 1 {end_x:.1f} {end_y:.1f}z"
