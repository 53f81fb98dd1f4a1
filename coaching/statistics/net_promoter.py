"""The net promoter score, with the standard error that its readers usually go without."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

LOWEST, HIGHEST = 0, 10
PROMOTES_FROM = 9
DETRACTS_TO = 6


@dataclass(frozen=True, slots=True)
class NetPromoter:
    """Answers from 0 to 10, counted. Of no answers there is no score and no error: they are None, never 0."""

    promoters: int
    passives: int
    detractors: int

    @property
    def answers(self) -> int:
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float | None:
        """The share of promoters less the share of detractors, times 100."""
        return 100 * (self.promoters - self.detractors) / self.answers if self.answers else None

    @property
    def standard_error(self) -> float | None:
        """Of the score, on its own scale from -100 to 100."""
        n = self.answers
        if not n:
            return None
        p, d = self.promoters / n, self.detractors / n
        # Rounding can leave a hair below nothing where everybody says the same.
        return 100 * sqrt(max(0.0, p + d - (p - d) ** 2) / n)


def net_promoter(ratings: Iterable[int]) -> NetPromoter:
    """Counts ratings into promoters (9 and 10), passives (7 and 8) and detractors (0 to 6)."""
    promoters = passives = detractors = 0
    for rating in ratings:
        if not LOWEST <= rating <= HIGHEST:
            raise ValueError(f"A rating is from {LOWEST} to {HIGHEST}, not {rating}.")
        if rating >= PROMOTES_FROM:
            promoters += 1
        elif rating <= DETRACTS_TO:
            detractors += 1
        else:
            passives += 1
    return NetPromoter(promoters, passives, detractors)
