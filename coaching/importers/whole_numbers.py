"""How many, as a table of figures writes it: 1234, 1 234 and 1,234,567; what could be another number is refused."""

from __future__ import annotations

import re
from collections.abc import Iterable

from coaching.importers.numerals import read_number

LARGEST = 100_000_000
PERCENT = "This is a percentage. Write how many people it is."
PART = "This is no whole number. Write how many people it is; a percentage cannot be taken."
NEGATIVE = "This is less than nought. Write how many people it is."
TOO_LARGE = f"This is more than {LARGEST:,}. Check it."
FORMULA = "This is a formula. Save the table with its values, or upload the workbook itself."
WANTED = "This is no number. Write how many people it is in digits."

# A group of three behind one sign may be thousands, or the part behind a decimal point.
_EITHER = re.compile(r"([1-9]\d{0,2})([.,])(\d{3})", re.ASCII)
_GROUPS = re.compile(r"[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})+", re.ASCII)


def thousands_sign(cells: Iterable[str]) -> str:
    """The sign between thousands that a larger number of the same table proves; empty where none does."""
    signs = {found[1] for cell in cells if (found := _GROUPS.fullmatch(cell.strip()))}
    return signs.pop() if len(signs) == 1 else ""


def read_count(text: str, thousands: str = "") -> int:
    """The number in this cell. Raises ValueError with what is wrong with it and what to do."""
    text = text.strip()
    if text.startswith("="):
        raise ValueError(FORMULA)
    if text.endswith(("%", "%", "‰")):
        raise ValueError(PERCENT)
    if (found := _EITHER.fullmatch(text)) is not None:
        if found[2] != thousands:
            raise ValueError(f"{text} can be two numbers. Write {found[1]}{found[3]} if it is in the thousands.")
        return int(found[1] + found[3])
    try:
        number = read_number(text)
    except ValueError as error:
        raise ValueError(WANTED) from error
    if number < 0:
        raise ValueError(NEGATIVE)
    if number != number.to_integral_value():
        raise ValueError(PART)
    if number > LARGEST:
        raise ValueError(TOO_LARGE)
    return int(number)
