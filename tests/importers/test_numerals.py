"""Numbers as people write them: what can be read one way is read so, and what cannot is refused with what to do."""

from __future__ import annotations

from decimal import Decimal

import pytest

from coaching.importers.numerals import NO_EXPONENT, NO_UNIT, WANTED, read_number

READ = {
    "1.5": "1.5",
    "1,5": "1.5",
    " 12 ": "12",
    "-0.1": "-0.1",
    "\u22123": "-3",
    ".5": "0.5",
    "0,500": "0.500",
    "1,200,000": "1200000",
    "1,200.50": "1200.50",
    "1.200,50": "1200.50",
    "1.200.000": "1200000",
    "1\u202f200": "1200",
    "1'200.5": "1200.5",
}
REFUSED = {
    "": WANTED,
    "abc": WANTED,
    "nan": WANTED,
    "inf": WANTED,
    "-": WANTED,
    "1..5": WANTED,
    "1,20,0": WANTED,
    "١٢": WANTED,
    "1e999": NO_EXPONENT,
    "1E3": NO_EXPONENT,
    "12 %": NO_UNIT,
    "12 hours": NO_UNIT,
}


@pytest.mark.parametrize(("words", "value"), READ.items())
def test_a_number_is_read_exactly(words: str, value: str) -> None:
    assert read_number(words) == Decimal(value)


@pytest.mark.parametrize(("words", "why"), REFUSED.items())
def test_what_is_no_number_is_refused(words: str, why: str) -> None:
    with pytest.raises(ValueError, match=why[:20]):
        read_number(words)


def test_what_can_be_two_numbers_is_refused_with_both() -> None:
    with pytest.raises(ValueError, match=r"Write 1500 or 1\.5"):
        read_number("1,500")


def test_the_metrics_own_unit_may_stand_behind() -> None:
    assert read_number("12 %", unit="%") == 12
    assert read_number("3.5 Hours", unit="hours") == Decimal("3.5")
    with pytest.raises(ValueError, match="unit"):
        read_number("12 %", unit="hours")
