"""FutureLearn's times, `2021-03-04 05:06:07 UTC`, checked by the thousand.

They sort as they stand, so nothing here becomes a datetime but what was never seen before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

_PATTERN = b"0000-00-00 00:00:00 UTC\n"
_STRIDE = len(_PATTERN)
_DIGITS = bytes.maketrans(b"0123456789", b"0" * 10)
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", re.ASCII)
_MOST_KNOWN = 50_000


class Times:
    """The times of one file. `latest` is the last one that may be, where somebody said so; `tell` is called with the
    number of each row that a person should know of, and why. `first` and `last` are of all good times that came."""

    def __init__(self, tell: Callable[[int, str], None], latest: str) -> None:
        self.first = self.last = ""
        self._tell, self._latest = tell, latest
        self._hours: set[str] = set()

    def sift(self, numbers: Sequence[int], values: Sequence[str], *, of: str, effect: str) -> Sequence[str]:
        """These cells, of rows with these numbers: times as they are, and empty what is none, which is told."""
        some = [value for value in values if value] if "" in values else values
        if not some:
            return values
        if not self._are_good(some):
            values = [self._sift_one(number, value, of, effect) for number, value in zip(numbers, values, strict=True)]
        if self._latest and max(values) > self._latest:
            for number, value in zip(numbers, values, strict=True):
                if value > self._latest:
                    self._tell(number, f"The time of {of} is after the day that the figures are of. It counts.")
        return values

    def _sift_one(self, number: int, value: str, of: str, effect: str) -> str:
        if not value.strip():
            return ""
        if self._is_good(value.strip()):
            return value.strip()
        self._tell(number, f"The time of {of} cannot be read. {effect}")
        return ""

    def _are_good(self, values: Sequence[str]) -> bool:
        """Whether all of these are times. Where not, nothing of them is remembered."""
        joined = "\n".join(values)
        if len(joined) != len(values) * _STRIDE - 1 or not joined.isascii():
            return False
        data = joined.encode()
        if data.translate(_DIGITS) != (_PATTERN * len(values))[:-1]:
            return False
        # The tens of minutes and of seconds.
        if (data[14::_STRIDE] + data[17::_STRIDE]).translate(None, b"012345"):
            return False
        new = {value[:13] for value in values} - self._hours
        if not all(map(_is_hour, new)):
            return False
        if len(self._hours) > _MOST_KNOWN:
            self._hours.clear()
        self._hours |= new
        self._note(min(values), max(values))
        return True

    def _is_good(self, value: str) -> bool:
        if not _TIME.fullmatch(value):
            return False
        try:
            datetime.fromisoformat(value[:19])
        except ValueError:
            return False
        self._note(value, value)
        return True

    def _note(self, first: str, last: str) -> None:
        self.first = min(self.first or first, first)
        self.last = max(self.last, last)


def _is_hour(text: str) -> bool:
    try:
        datetime.fromisoformat(f"{text}:00")
    except ValueError:
        return False
    return True
