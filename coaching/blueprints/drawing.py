"""The geometry of small charts: figures in, SVG coordinates out. The drawing itself stands in components/charts.html.

The plot is a square of 100 by 100 that the page stretches, so that text beside it keeps its size on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

SIDE = 100.0


class Steps(NamedTuple):
    """A line that holds its value until the next date, the area under it, and where its points lie."""

    line: str
    area: str
    dots: list[tuple[float, float]]
    top: int
    middle: int


def draw_steps(points: Sequence[tuple[date, float]]) -> Steps | None:
    """A step chart from zero to a round number above the highest value; None where there is nothing to draw."""
    if not points:
        return None
    first = points[0][0].toordinal()
    days = max(points[-1][0].toordinal() - first, 1)
    top = round_above(max(value for _, value in points))
    dots = [
        (round((day.toordinal() - first) / days * SIDE, 2), round(SIDE - value / top * SIDE, 2))
        for day, value in points
    ]
    turns = "".join(f"H{x:g}V{y:g}" for x, y in dots[1:])
    line = f"M{dots[0][0]:g} {dots[0][1]:g}{turns}"
    return Steps(line=line, area=f"{line}V100H0Z", dots=dots, top=top, middle=top // 2)


def draw_spark(numbers: Sequence[float]) -> str:
    """A small line through `numbers` at even distances, for a picture beside a figure."""
    if len(numbers) < 2:
        return ""
    low, high = min(numbers), max(numbers)
    spread = (high - low) or 1
    step = SIDE / (len(numbers) - 1)
    places = (f"{place * step:.1f} {95 - (value - low) / spread * 90:.1f}" for place, value in enumerate(numbers))
    return "M" + "L".join(places)


def round_above(value: float) -> int:
    """The next number that reads well on an axis and has a whole half: 2, 4, 6, 8 or 10 times a power of ten."""
    power = 1
    while value > 10 * power:
        power *= 10
    return next(factor * power for factor in (2, 4, 6, 8, 10) if value <= factor * power)
