"""The five levels of a goal: their words, and what is wrong with them as they are written."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import NamedTuple

from coaching.errors import Invalid

LEVELS = {-2: "much_less", -1: "less", 0: "expected", 1: "more", 2: "much_more"}
LEVEL_WORDS = {
    "much_less": "much less than expected",
    "less": "less than expected",
    "expected": "as expected",
    "more": "more than expected",
    "much_more": "much more than expected",
}
# All that a T-score is computed with: were it changed after a rating, the rating would mean something else.
SCALE = (*LEVELS.values(), "importance", "difficulty", "baseline")
MISSING = "Write this level before the first rating."
ALIKE = "Write a level that differs from the others."

# A number that a level begins with, what is left of a range ("3 to 5"), and the first word of what it counts. What a
# date, a time, a share of two numbers or an ordinal begins with is no such number.
_BEGINS = re.compile(r"([+-]?\d[\d.,]*)(?:\s?(?:-|–|to)\s?\d[\d.,]*)?(?=\s|%|$)\s*(%|[^\W\d_]*)")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DECIMAL = re.compile(r"[+-]?\d+([.,]\d+)?")
# 1.000 is one for some and a thousand for others, so that nothing is said about it.
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")


class Amount(NamedTuple):
    """How much of what a level begins with: (5.0, "run") of "5 runs in a year"."""

    number: float
    unit: str


def check_written(levels: Mapping[str, str]) -> None:
    """Refuses levels that say the same, or whose numbers are out of order; those that are not written yet may wait."""
    texts = {name: _folded(levels[name]) for name in LEVELS.values() if _folded(levels[name])}
    alike = [name for name, text in texts.items() if list(texts.values()).count(text) > 1]
    if alike:
        raise Invalid(
            f"The five levels have to differ. These say the same: {name_levels(alike)}.",
            {name: [ALIKE] for name in alike},
        )
    _check_order({name: levels[name] for name in texts})


def check_all(levels: Mapping[str, str], *, why: str = "before the first rating") -> None:
    """Refuses levels of which one is missing, and those that `check_written` refuses."""
    missing = [name for name in LEVELS.values() if not _folded(levels[name])]
    if missing:
        raise Invalid(
            f"Write all five levels {why}. Missing: {name_levels(missing)}.",
            {name: [MISSING] for name in missing},
        )
    check_written(levels)


def name_levels(names: Collection[str]) -> str:
    return ", ".join(LEVEL_WORDS[name] for name in names)


def read_amount(text: str) -> Amount | None:
    """What a level begins with, where that is a number: "1,000 joiners", "3-5 runs", "80 %"."""
    found = _BEGINS.match(text.strip())
    if found is None:
        return None
    number, unit = found.groups()
    number = number.rstrip(".,")
    if _THOUSANDS.fullmatch(number):
        number = number.replace(",", "")
    elif _EITHER.fullmatch(number) or not _DECIMAL.fullmatch(number):
        return None
    return Amount(float(number.replace(",", ".")), unit.casefold().removesuffix("s"))


def _folded(text: str) -> str:
    """A level as it is compared: without regard to case, spaces, and the full stop at its end."""
    return " ".join(text.split()).rstrip(". ").casefold()


def _check_order(levels: Mapping[str, str]) -> None:
    """Words cannot be put in order by a program, numbers can: where levels begin with so much of the same thing, that
    has to rise or to fall throughout. It may stay the same from one to the next, where words tell them apart."""
    by_unit: dict[str, list[tuple[str, float]]] = {}
    for name in LEVELS.values():
        amount = read_amount(levels.get(name, ""))
        if amount is not None:
            by_unit.setdefault(amount.unit, []).append((name, amount.number))
    for counted in by_unit.values():
        steps = list(pairwise(counted))
        rising = [pair for pair in steps if pair[0][1] < pair[1][1]]
        falling = [pair for pair in steps if pair[0][1] > pair[1][1]]
        if not rising or not falling:
            continue
        # The way that most of them go is what was meant; of as many either way, that from the first to the last.
        ends = counted[-1][1] - counted[0][1]
        is_rise = len(rising) > len(falling) or (len(rising) == len(falling) and ends >= 0)
        (lower, _), (higher, _) = (falling if is_rise else rising)[0]
        direction = "rise" if is_rise else "fall"
        wrong = {
            lower: [_broken(levels, lower, higher, direction)],
            higher: [_broken(levels, higher, lower, direction)],
        }
        raise Invalid(f"{LEVEL_WORDS[lower].capitalize()}: {wrong[lower][0]}", wrong)


def _broken(levels: Mapping[str, str], here: str, there: str, direction: str) -> str:
    return (
        f"This level says “{levels[here].strip()}”, and {LEVEL_WORDS[there]} “{levels[there].strip()}”. From each "
        f"level to the better one the number has to {direction}, as it does in the others. Change one of the two."
    )
