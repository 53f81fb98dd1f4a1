"""Before and after in pairs: only who answered twice is compared."""

from __future__ import annotations

from coaching.statistics.pairs import Comparison, compare


def test_pairs_are_compared_and_single_answers_are_counted_beside() -> None:
    before = {1: 1, 2: 3, 3: 4, 4: 2, 9: 5}
    after = {1: 3, 2: 3, 3: 2, 4: 4, 8: 1}
    assert compare(before, after) == Comparison(
        pairs=4, improved=2, same=1, fell=1, median_before=2.5, median_after=3.0, only_before=1, only_after=1
    )


def test_nobody_twice_has_no_median() -> None:
    assert compare({1: 2}, {2: 5}) == Comparison(0, 0, 0, 0, None, None, 1, 1)
