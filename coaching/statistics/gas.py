"""Goal Attainment Scaling: the T-score of several goals together, whatever each of them is about.

Kiresuk and Sherman (1968), with the weights and the correlation of Turner-Stokes (2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

# The correlation between a person's goals that the published formula assumes.
RHO = 0.3
LOWEST, HIGHEST = -2, 2


class ScaledGoal(NamedTuple):
    """One goal as the formula sees it. `score` is None while nobody has rated it."""

    weight: int
    baseline: int
    score: int | None


class Attainment(NamedTuple):
    """How far goals came. Both T are over the `rated` goals, so that they compare; `unrated` ones are only counted.

    A T is None where there is nothing to say: no goal was rated, or every weight is 0.
    """

    rated: int
    unrated: int
    baseline_t: float | None
    achieved_t: float | None

    @property
    def change(self) -> float | None:
        if self.baseline_t is None or self.achieved_t is None:
            return None
        return self.achieved_t - self.baseline_t


def goal_weight(importance: int, difficulty: int) -> int:
    """Importance times difficulty: a goal that is either of no importance or of no difficulty carries no weight."""
    return importance * difficulty


def gas_t(weights: Sequence[float], scores: Sequence[int]) -> float | None:
    """The T-score: 50 where every goal is reached as expected. None where no goal carries weight."""
    if len(weights) != len(scores):
        raise ValueError(f"There are {len(weights)} weights for {len(scores)} scores.")
    if not weights:
        return None
    if min(weights) < 0:
        raise ValueError("A weight is 0 or more.")
    if min(scores) < LOWEST or max(scores) > HIGHEST:
        raise ValueError(f"A score is from {LOWEST} to {HIGHEST}.")
    heaviest = max(weights)
    if heaviest == 0:
        return None
    # The formula does not change when every weight is divided by the same number, and so it cannot overflow.
    # One plain loop: a cohort's page asks for two of these a member.
    total = squares = whole = 0.0
    for weight, score in zip(weights, scores, strict=True):
        share = weight / heaviest
        total += share * score
        squares += share * share
        whole += share
    return 50 + 10 * total / sqrt((1 - RHO) * squares + RHO * whole * whole)


def attainment(goals: Sequence[ScaledGoal]) -> Attainment:
    """Baseline and achieved T of the goals that were rated."""
    rated = [(goal.weight, goal.baseline, goal.score) for goal in goals if goal.score is not None]
    weights = [weight for weight, _baseline, _score in rated]
    return Attainment(
        rated=len(rated),
        unrated=len(goals) - len(rated),
        baseline_t=gas_t(weights, [baseline for _weight, baseline, _score in rated]),
        achieved_t=gas_t(weights, [score for _weight, _baseline, score in rated]),
    )
