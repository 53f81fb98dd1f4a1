"""What is wrong with levels as they are written: the same twice, or numbers that go up and down."""

from __future__ import annotations

import pytest

from coaching.errors import Invalid
from coaching.services.goal_levels import LEVELS, check_all, check_written, read_amount


def levels(*texts: str) -> dict[str, str]:
    return dict(zip(LEVELS.values(), texts, strict=True))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0 runs", (0, "run")),
        ("1 run that lasts", (1, "run")),
        ("1,200 joiners", (1200, "joiner")),
        ("1,5 hours", (1.5, "hour")),
        ("2.5 hours", (2.5, "hour")),
        ("3-5 runs", (3, "run")),
        ("3 to 5 runs", (3, "run")),
        ("80 %", (80, "%")),
        ("80% of them", (80, "%")),
        ("-3 degrees", (-3, "degree")),
        ("12", (12, "")),
        # A thousand to some, and one to others.
        ("1.000 joiners", None),
        ("2026-05-01: it is open", None),
        ("10:00 is when it opens", None),
        ("24/7 help", None),
        ("1st place", None),
        ("No run", None),
    ],
)
def test_the_number_that_a_level_begins_with(text: str, amount: tuple[float, str] | None) -> None:
    assert read_amount(text) == amount


@pytest.mark.parametrize(
    "texts",
    [
        ("0 runs", "1 run", "2 runs", "3 runs", "5 runs"),
        ("9 complaints", "5 complaints", "2 complaints", "1 complaint", "0 complaints"),
        # The same number again, and words that tell them apart.
        ("0 courses", "1 course on paper", "1 course", "1 course with 500 joiners", "2 courses"),
        # Numbers of different things say nothing about each other.
        ("0 runs", "300 joiners", "1 run", "200 learners", "2 runs"),
        ("Nothing", "", "3 runs", "", ""),
        ("Nothing", "An outline", "It is open", "Many join", "It runs again"),
    ],
)
def test_levels_that_may_stand(texts: tuple[str, ...]) -> None:
    check_written(levels(*texts))


@pytest.mark.parametrize(
    ("texts", "wrong"),
    [
        (("0 runs", "1 run", "3 runs", "2 runs", "5 runs"), ["expected", "more"]),
        (("5 runs", "", "4 runs", "", "6 runs"), ["much_less", "expected"]),
        (("9 errors", "5 errors", "6 errors", "1 error", "0 errors"), ["less", "expected"]),
    ],
)
def test_numbers_that_go_both_ways_are_named(texts: tuple[str, ...], wrong: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        check_written(levels(*texts))
    assert list(refusal.value.messages) == wrong
    for name in wrong:
        assert f"“{levels(*texts)[name]}”" in refusal.value.message


@pytest.mark.parametrize("twin", ["an outline", " An  outline ", "An outline."])
def test_two_that_differ_in_case_spaces_or_a_full_stop_are_the_same(twin: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_written(levels("An outline", "", twin, "", ""))
    assert list(refusal.value.messages) == ["much_less", "expected"]


def test_all_five_are_asked_for_where_they_are_needed() -> None:
    check_written(levels("a", "", "c", "", ""))
    with pytest.raises(Invalid) as refusal:
        check_all(levels("a", " ", "c", "", "e"))
    assert list(refusal.value.messages) == ["less", "more"]
