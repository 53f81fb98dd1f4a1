"""The same people before and after: who improved, stayed the same or fell, and the medians of those who answered twice.

Who answered only once is counted beside and mixed in nowhere: those who stay to the end differ from those who leave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two looks at the same thing come to; medians are None where nobody answered twice."""

    pairs: int
    improved: int
    same: int
    fell: int
    median_before: float | None
    median_after: float | None
    only_before: int
    only_after: int


def compare(before: Mapping[int, float], after: Mapping[int, float]) -> Comparison:
    """Compares scores by the number of who gave them. More is better."""
    both = before.keys() & after.keys()
    gains = [after[one] - before[one] for one in both]
    return Comparison(
        pairs=len(both),
        improved=sum(gain > 0 for gain in gains),
        same=sum(gain == 0 for gain in gains),
        fell=sum(gain < 0 for gain in gains),
        median_before=float(median(before[one] for one in both)) if both else None,
        median_after=float(median(after[one] for one in both)) if both else None,
        only_before=len(before.keys() - both),
        only_after=len(after.keys() - both),
    )
