"""Goal Attainment Scaling against the published values, and against what the formula promises."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coaching.statistics.gas import Attainment, ScaledGoal, attainment, gas_t, goal_weight

WEIGHTS = st.integers(0, 9)
SCORES = st.integers(-2, 2)
GOALS = st.lists(st.tuples(WEIGHTS, SCORES), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("weights", "scores", "expected"),
    [
        ([1], [-1], 40.00),
        ([1, 1, 1], [-1, -1, -1], 36.31),
        ([1, 1, 1], [0, 0, 1], 54.56),
        ([1, 1, 1], [2, 2, 2], 77.39),
        ([6, 4, 9], [0, -1, 1], 53.52),
        ([3, 1, 2], [-1, 2, 0], 47.80),
    ],
)
def test_published_values(weights: list[int], scores: list[int], expected: float) -> None:
    assert round(gas_t(weights, scores), 2) == expected


@pytest.mark.parametrize("weights", [[], [0], [0, 0, 0]])
def test_without_weight_there_is_no_value(weights: list[int]) -> None:
    assert gas_t(weights, [2] * len(weights)) is None


@given(GOALS, st.integers(1, 1000))
def test_weights_are_scale_free(goals: list[tuple[int, int]], factor: int) -> None:
    weights, scores = zip(*goals, strict=True)
    assert gas_t([weight * factor for weight in weights], scores) == pytest.approx(gas_t(weights, scores))


@given(GOALS, st.data())
def test_a_better_score_never_lowers_the_value(goals: list[tuple[int, int]], data: st.DataObject) -> None:
    weights, scores = (list(values) for values in zip(*goals, strict=True))
    chosen = data.draw(st.integers(0, len(goals) - 1))
    assume(scores[chosen] < 2 and any(weights))
    better = [score + (place == chosen) for place, score in enumerate(scores)]
    if weights[chosen]:
        assert gas_t(weights, better) > gas_t(weights, scores)
    else:
        assert gas_t(weights, better) == gas_t(weights, scores)


@given(st.lists(WEIGHTS, min_size=1).filter(any))
def test_as_expected_throughout_is_fifty(weights: list[int]) -> None:
    assert gas_t(weights, [0] * len(weights)) == 50


@given(GOALS)
def test_the_order_of_goals_does_not_matter(goals: list[tuple[int, int]]) -> None:
    assume(any(weight for weight, _score in goals))
    forwards, backwards = (gas_t(*zip(*order, strict=True)) for order in (goals, goals[::-1]))
    assert forwards == pytest.approx(backwards)


def test_weights_of_any_size_do_not_overflow() -> None:
    assert gas_t([1e200, 1e200], [1, 1]) == pytest.approx(gas_t([1, 1], [1, 1]))


@pytest.mark.parametrize(("weights", "scores"), [([1], [3]), ([1], [-3]), ([-1], [0]), ([1, 1], [0])])
def test_what_cannot_be_is_refused(weights: list[int], scores: list[int]) -> None:
    with pytest.raises(ValueError, match=r"weight|score"):
        gas_t(weights, scores)


def test_unrated_goals_are_counted_and_left_out_of_both_values() -> None:
    rated = ScaledGoal(weight=goal_weight(3, 2), baseline=-1, score=1)
    unrated = ScaledGoal(weight=9, baseline=-2, score=None)
    found = attainment([rated, unrated])
    assert (found.rated, found.unrated) == (1, 1)
    assert (found.baseline_t, found.achieved_t, found.change) == (40, 60, 20)


def test_nothing_rated_is_no_value() -> None:
    assert attainment([ScaledGoal(1, -1, None)]) == Attainment(rated=0, unrated=1, baseline_t=None, achieved_t=None)
    assert attainment([]).change is None
