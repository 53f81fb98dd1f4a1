"""Days in the cells of a table: which number is the day and which the month, told by the file or asked for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from coaching.importers.times import ORDERS, DateOrder

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", re.ASCII)
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})(?:,? .*)?", re.ASCII)
_NAMED = re.compile(r"(?:\w+,? )?(\d{1,2})\.?(?: de)? ([^\W\d]{3,12})\.?,?(?: de)? (\d{4})(?:,? .*)?")
_MONTH_FIRST = re.compile(r"(?:\w+,? )?([^\W\d]{3,12})\.? (\d{1,2}),? (\d{4})(?:,? .*)?")
# By their first letters, in the languages that platforms write them in most.
_MONTHS = (
    ("jan", "ene", "gen"), ("feb", "fév", "fev"), ("mar", "mär", "maa", "mrz"), ("apr", "avr", "abr"),
    ("may", "mai", "mei", "mag"), ("jun", "juin", "giu"), ("jul", "juil", "lug"), ("aug", "aoû", "ago"),
    ("sep", "set"), ("oct", "okt", "ott", "out"), ("nov",), ("dec", "déc", "dez", "dic"),
)  # fmt: skip
EARLIEST, LATEST = 1970, 2199
BOTH_WAYS = "Its dates can be read with the day or the month first. Say which."


class WrittenDay(NamedTuple):
    """A day as written: with `is_sure` false, `second` may be the month or the day, and `first` the other."""

    year: int
    first: int
    second: int
    is_sure: bool

    def under(self, order: DateOrder) -> date | None:
        """The day this is when dates are written in `order`; a sure one is the same under both."""
        month, day = (self.first, self.second) if self.is_sure or order == "mdy" else (self.second, self.first)
        try:
            return date(self.year, month, day) if EARLIEST <= self.year <= LATEST else None
        except ValueError:
            return None


def read_written_day(text: str) -> WrittenDay | None:
    """The day in this cell, whatever time of day stands beside it; None where there is none."""
    text = " ".join(text.split())
    if found := _ISO.fullmatch(text) or _YEAR_FIRST.fullmatch(text):
        return WrittenDay(int(found[1]), int(found[2]), int(found[3]), is_sure=True)
    if found := _NUMBERS.fullmatch(text):
        year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
        return WrittenDay(year, int(found[1]), int(found[2]), is_sure=False)
    if (found := _NAMED.fullmatch(text)) and (month := _month(found[2])):
        return WrittenDay(int(found[3]), month, int(found[1]), is_sure=True)
    if (found := _MONTH_FIRST.fullmatch(text)) and (month := _month(found[1])):
        return WrittenDay(int(found[3]), month, int(found[2]), is_sure=True)
    return None


def find_order(days: Iterable[WrittenDay], stated: object = None) -> DateOrder | None:
    """How these are written: as somebody said, or in the one way in which more of them are days. None where both ways
    are as good, and somebody has to say."""
    if stated in ORDERS:
        return next(order for order in ORDERS if order == stated)
    doubtful: Collection[WrittenDay] = {day for day in days if not day.is_sure}
    monthly, daily = ([day.under(order) for day in doubtful] for order in ORDERS)
    possible = {
        order: sum(day is not None for day in read) for order, read in zip(ORDERS, (monthly, daily), strict=True)
    }
    if possible["mdy"] != possible["dmy"]:
        return max(ORDERS, key=lambda order: possible[order])
    return "dmy" if monthly == daily else None


def tell_order(order: DateOrder, days: Iterable[WrittenDay]) -> list[str]:
    """What was taken for granted about the dates, for who looks at what was read."""
    if all(day.is_sure for day in days):
        return []
    return [f"Its dates were read with the {'day' if order == 'dmy' else 'month'} first."]


def _month(word: str) -> int:
    """The number of the month that this word begins like, 0 for none."""
    lowered = word.casefold()
    fits = (
        (len(start), at) for at, starts in enumerate(_MONTHS, start=1) for start in starts if lowered.startswith(start)
    )
    return max(fits, default=(0, 0))[1]
