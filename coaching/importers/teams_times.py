"""Dates and lengths of time as Teams writes them in its languages."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache

from coaching.importers.times import Moment, read_moment

_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202a\u202c"))
_BETWEEN = re.compile(r"(?<=[\d ]),?\s(?:à|a las?|um|om|at|de|del)\s")
_HALF = re.compile(r"\b([ap])\. ?m\b\.?")
_FRENCH_CLOCK = re.compile(r"(\d{1,2}) h (\d{2})(?: min (\d{2}) s)?")
_ORDINAL = re.compile(r"^(\d{1,2})\. ")
_WORD = re.compile(r"[^\W\d]{3,12}\.?")
# The beginnings of months where they are not those of the English month; the longer of two is found first.
_MONTHS = {
    "janv": "jan", "ene": "jan", "fév": "feb", "mär": "mar", "maa": "mar", "mrt": "mar", "avr": "apr", "abr": "apr",
    "mai": "may", "mei": "may", "juin": "jun", "juil": "jul", "aoû": "aug", "ago": "aug", "okt": "oct", "out": "oct",
    "déc": "dec", "dez": "dec", "dic": "dec",
}  # fmt: skip
_PIECE = re.compile(r"(\d{1,6})\s?([^\W\d]+)\.?")
# The first letters of a unit, in every language: h(our), u(ur), st(unde); d(ay), j(our), t(ag); m(inute); s(econd).
_UNITS = (
    ("st", timedelta(hours=1)),
    ("h", timedelta(hours=1)),
    ("u", timedelta(hours=1)),
    ("d", timedelta(days=1)),
    ("j", timedelta(days=1)),
    ("t", timedelta(days=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})")


def plain_time(text: str) -> str:
    """A date and time in words that every importer reads: 'à', 'um', 'a. m.' and the names of months made plain."""
    text = " ".join(text.translate(_MARKS).split())
    if read_moment(text) is not None:
        return text
    plain = _HALF.sub(r"\1m", text.lower())
    plain = _FRENCH_CLOCK.sub(lambda found: f"{found[1]}:{found[2]}:{found[3] or '00'}", plain)
    plain = _ORDINAL.sub(r"\1 ", _WORD.sub(lambda found: _month(found[0]), plain))
    # Twice, because "14 de noviembre de 2022 a las 9:29" has words behind words.
    for _ in range(2):
        plain = _BETWEEN.sub(" ", re.sub(r"(?<=[a-z]) de ", " ", plain))
    return plain if read_moment(plain) is not None else text


def read_time(text: str) -> Moment | None:
    """The date and time in a cell; None when it is neither."""
    return read_moment(text) or read_moment(plain_time(text))


def _month(word: str) -> str:
    for beginning, month in _MONTHS.items():
        if word.startswith(beginning):
            return month
    return word


# A large report says the same few lengths over and over.
@lru_cache(maxsize=1024)
def read_length(text: str) -> timedelta | None:
    """`1h 2m 3s`, `2 h 44 m`, `1 Std. 5 Min.`, `2 u 3 m`, `00:21:07`; None for anything else."""
    text = " ".join(text.translate(_MARKS).split()).lower()
    if found := _CLOCK.fullmatch(text):
        return timedelta(hours=int(found[1]), minutes=int(found[2]), seconds=int(found[3]))
    pieces = _PIECE.findall(text)
    if not pieces or _PIECE.sub("", text).strip(" ,"):
        return None
    lengths = [_unit(unit) for _, unit in pieces]
    if len(set(lengths)) < len(lengths):
        return None
    known = [int(number) * length for (number, _), length in zip(pieces, lengths, strict=True) if length is not None]
    return sum(known, timedelta()) if len(known) == len(pieces) else None


def _unit(word: str) -> timedelta | None:
    return next((length for beginning, length in _UNITS if word.startswith(beginning)), None)
