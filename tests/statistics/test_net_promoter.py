"""The net promoter score and its standard error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.statistics.net_promoter import NetPromoter, net_promoter


def test_bounds_of_the_three_groups() -> None:
    assert net_promoter([0, 6, 7, 8, 9, 10]) == NetPromoter(promoters=2, passives=2, detractors=2)


def test_score_and_standard_error_by_hand() -> None:
    # p = 0.6, d = 0.1: 100(p - d) = 50, and 100 * sqrt((0.7 - 0.25) / 10) = 21.21.
    found = net_promoter([10] * 6 + [7] * 3 + [0])
    assert found.score == pytest.approx(50)
    assert round(found.standard_error, 2) == 21.21


def test_nobody_is_no_score() -> None:
    found = net_promoter([])
    assert (found.answers, found.score, found.standard_error) == (0, None, None)


def test_everybody_alike_has_no_error() -> None:
    assert net_promoter([10, 10, 10]).standard_error == 0
    assert net_promoter([3, 3]).score == -100


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60))
def test_the_formula_is_the_spread_of_plus_and_minus_one(ratings: list[int]) -> None:
    """The published form equals the standard deviation of +1, 0, -1 over the square root of n."""
    signs = [(rating >= 9) - (rating <= 6) for rating in ratings]
    mean = sum(signs) / len(signs)
    variance = sum((sign - mean) ** 2 for sign in signs) / len(signs)
    found = net_promoter(ratings)
    assert found.score == pytest.approx(100 * mean)
    assert found.standard_error == pytest.approx(100 * (variance / len(signs)) ** 0.5, abs=1e-4)


@pytest.mark.parametrize("rating", [-1, 11])
def test_a_rating_off_the_scale_is_refused(rating: int) -> None:
    with pytest.raises(ValueError, match="from 0 to 10"):
        net_promoter([5, rating])
