"""The geometry of a metric's values over time, between its start and its target. Drawn by goal/_metric.html.

The plot is a square of 100 by 100 that the page stretches. Unlike reach, a metric need not begin at nothing, so its
axis runs from the lowest to the highest of all that is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from coaching.blueprints.drawing import SIDE
from coaching.services.metrics import MetricLine


class MetricPicture(NamedTuple):
    """The line through the values, where each lies, and how high start and target are; None where there is none."""

    line: str
    dots: list[tuple[float, float]]
    baseline: float | None
    target: float | None
    top: Decimal
    bottom: Decimal


def picture_of(metric: MetricLine) -> MetricPicture | None:
    """The values that stand, between start and target."""
    return draw_metric([(point.day, point.value) for point in metric.points], metric.baseline, metric.target)


def draw_metric(
    points: Sequence[tuple[date, Decimal]], baseline: Decimal | None, target: Decimal | None
) -> MetricPicture | None:
    """None where there is no value to draw."""
    if not points:
        return None
    marks = [value for value in (baseline, target) if value is not None]
    shown = [*(value for _, value in points), *marks]
    top, bottom = max(shown), min(shown)
    span = (top - bottom) or Decimal(1)

    def height(value: Decimal) -> float:
        part = float((value - bottom) / span) if top != bottom else 0.5
        return round(SIDE - part * SIDE, 2)

    first = points[0][0].toordinal()
    days = max(points[-1][0].toordinal() - first, 1)
    # A single value stands in the middle: there is no time that it could be at an end of.
    dots = [
        (round((day.toordinal() - first) / days * SIDE, 2) if len(points) > 1 else SIDE / 2, height(value))
        for day, value in points
    ]
    line = "M" + "L".join(f"{x:g} {y:g}" for x, y in dots)
    return MetricPicture(
        line=line,
        dots=dots,
        baseline=None if baseline is None else height(baseline),
        target=None if target is None else height(target),
        top=top,
        bottom=bottom,
    )
