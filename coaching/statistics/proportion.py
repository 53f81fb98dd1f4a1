"""A proportion with its numerator, its denominator and its Wilson interval."""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z_95 = 1.959964


class Proportion(NamedTuple):
    """`numerator` of `denominator`. Of nobody there is no share and no interval: they are None, never 0."""

    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson_interval(self.numerator, self.denominator)


def wilson_interval(numerator: int, denominator: int, *, z: float = Z_95) -> tuple[float, float] | None:
    """The Wilson score interval (95% unless told), which stays between 0 and 1 for the smallest of groups."""
    if not 0 <= numerator <= denominator:
        raise ValueError(f"A share of {numerator} of {denominator} cannot be.")
    if denominator == 0:
        return None
    p, n = numerator / denominator, denominator
    spread = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    middle, scale = p + z * z / (2 * n), 1 + z * z / n
    # At the ends the bound is exact, which floating-point arithmetic misses by a hair.
    low = 0.0 if numerator == 0 else (middle - spread) / scale
    high = 1.0 if numerator == denominator else (middle + spread) / scale
    return low, high
