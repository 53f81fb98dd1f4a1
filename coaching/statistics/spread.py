"""The middle of a few values and how far they lie apart, said by values and not by a mean that one of them can pull."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """The median of `n` values, between the quartiles in which the middle half of them lies."""

    n: int
    median: float
    lower: float
    upper: float


def spread(values: Iterable[float]) -> Spread | None:
    """Median and quartiles; None of no values. Between two values a quartile is interpolated, as spreadsheets do it
    (type 7 of Hyndman and Fan)."""
    ordered = sorted(values)
    if not ordered:
        return None
    return Spread(len(ordered), _at(ordered, 0.5), _at(ordered, 0.25), _at(ordered, 0.75))


def _at(ordered: Sequence[float], share: float) -> float:
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
