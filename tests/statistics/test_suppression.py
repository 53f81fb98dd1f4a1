"""Which cells stay hidden."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coaching.statistics.suppression import hidden_cells


def test_large_groups_are_shown() -> None:
    assert hidden_cells([5, 14, 96], minimum=5) == frozenset()


def test_a_small_group_takes_the_next_smallest_with_it() -> None:
    # 4 alone would be the total minus the others.
    assert hidden_cells([14, 4, 9], minimum=5) == {1, 2}


def test_small_groups_that_are_enough_together_hide_nothing_else() -> None:
    assert hidden_cells([14, 4, 3], minimum=5) == {1, 2}


def test_no_answers_are_nothing_to_hide() -> None:
    assert hidden_cells([0, 14], minimum=5) == frozenset()


def test_a_small_group_without_company_is_hidden() -> None:
    assert hidden_cells([3], minimum=5) == {0}


@given(st.lists(st.integers(0, 20), max_size=12), st.integers(1, 10))
def test_subtracting_leads_to_no_small_group(counts: list[int], minimum: int) -> None:
    hidden = hidden_cells(counts, minimum=minimum)
    shown = [count for position, count in enumerate(counts) if position not in hidden]
    assert all(count == 0 or count >= minimum for count in shown)
    left = sum(counts) - sum(shown)
    # What is left over is a group large enough, or the total itself is too small and is hidden by the same rule.
    assert left == 0 or left >= minimum or sum(counts) < minimum
