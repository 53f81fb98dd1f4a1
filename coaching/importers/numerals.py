"""A number as people write it, read exactly: 1.5 and 1,5 and 1,200.50; what could be two numbers is refused."""

from __future__ import annotations

import re
from decimal import Decimal

# Blanks, narrow ones too, and the apostrophe stand between thousands and nowhere else.
_APART = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'\u2019](?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{1,30})?|\.\d{1,30})")
_COMMAS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d{1,30})?")
_POINTS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d{1,30}|[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}")
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,30},\d{1,30}")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_EITHER_POINT = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")

WANTED = "Write a number, such as 12 or 12.5."
NO_UNIT = "Write the number alone, such as 12 or 12.5. The unit stands with the metric."
NO_EXPONENT = "Write the number out in digits, such as 1200."


def writes_commas(words: str) -> bool:
    """Whether somebody wrote a decimal comma here, so that a point of theirs stands between thousands."""
    text = _APART.sub("", " ".join(words.split()))
    is_whole = _EITHER.fullmatch(text) or _COMMAS.fullmatch(text)
    return not is_whole and bool(_POINTS.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text))


def read_number(words: str, *, unit: str = "", has_commas: bool = False) -> Decimal:
    """The number that these words write; a unit behind it is left off where it is this one.

    `has_commas` says that decimal commas stand beside it: then 1.500 could be two numbers, like 1,500 anywhere.
    Raises ValueError with what to do about it.
    """
    text = " ".join(words.split()).replace("\u2212", "-")
    if not text.isascii() and any(letter.isdigit() and letter not in "0123456789" for letter in text):
        raise ValueError(WANTED)
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: len(text) - len(unit)].rstrip()
    text = _APART.sub("", text)
    if _EITHER.fullmatch(text) or (has_commas and _EITHER_POINT.fullmatch(text)):
        one, other = re.sub("[,.]", "", text), Decimal(text.replace(",", ".")).normalize()
        raise ValueError(f"{text} can be two numbers. Write {one} or {other:f}.")
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if _COMMAS.fullmatch(text):
        return Decimal(text.replace(",", ""))
    if _POINTS.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _DECIMAL_COMMA.fullmatch(text):
        return Decimal(text.replace(",", "."))
    raise ValueError(_why_not(text))


def _why_not(text: str) -> str:
    if re.fullmatch(r"[+-]?[\d.,]+e[+-]?\d+", text, re.IGNORECASE):
        return NO_EXPONENT
    if re.match(r"[+-]?[\d.,]*\d\s*[^\d\s.,+-]", text):
        return NO_UNIT
    return WANTED
