"""Shares of small groups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.statistics.proportion import Proportion, wilson_interval


@pytest.mark.parametrize(
    ("numerator", "denominator", "low", "high"),
    [(14, 14, 0.7847, 1.0), (13, 14, 0.6853, 0.9873), (93, 96, 0.9121, 0.9893), (0, 5, 0.0, 0.4345)],
)
def test_the_interval_is_wilsons(numerator: int, denominator: int, low: float, high: float) -> None:
    interval = wilson_interval(numerator, denominator)
    assert interval is not None
    assert interval == pytest.approx((low, high), abs=0.00005)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_0_and_1(pair: tuple[int, int]) -> None:
    numerator, denominator = pair
    interval = wilson_interval(numerator, denominator)
    assert interval is not None
    low, high = interval
    assert 0 <= low <= numerator / denominator <= high <= 1
    # The other side of the coin has the mirrored interval.
    mirrored = wilson_interval(denominator - numerator, denominator)
    assert mirrored == pytest.approx((1 - high, 1 - low))


def test_of_nobody_there_is_neither_share_nor_interval() -> None:
    nobody = Proportion(0, 0)
    assert nobody.share is None
    assert nobody.interval is None


def test_a_share_has_its_interval() -> None:
    assert Proportion(13, 14).share == pytest.approx(0.92857, abs=0.00001)
    assert Proportion(13, 14).interval == wilson_interval(13, 14)


@pytest.mark.parametrize(("numerator", "denominator"), [(6, 5), (-1, 5), (1, 0)])
def test_more_than_all_cannot_be(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        wilson_interval(numerator, denominator)
