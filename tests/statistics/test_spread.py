"""The median and the quartiles, against values worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coaching.statistics.spread import spread


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([7], (1, 7, 7, 7)),
        ([1, 2], (2, 1.5, 1.25, 1.75)),
        ([4, 1, 3, 2], (4, 2.5, 1.75, 3.25)),
        ([1, 2, 3, 4, 100], (5, 3, 2, 4)),
    ],
)
def test_known_values(values: list[float], expected: tuple[float, ...]) -> None:
    assert spread(values) == expected


def test_nothing_has_no_middle() -> None:
    assert spread([]) is None


@given(st.lists(st.integers(-1000, 1000), min_size=1))
def test_the_middle_lies_in_the_middle(values: list[int]) -> None:
    found = spread(values)
    assert found is not None
    assert min(values) <= found.lower <= found.median <= found.upper <= max(values)
