"""Which slot of a poll is best: a pure rule over what people said of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SlotTally:
    """What was said of a slot. `is_open` is false where it is past, or the coach is elsewhere."""

    number: int
    starts_at: datetime
    yes: int
    if_need_be: int
    required_no: int
    is_open: bool = True

    @property
    def is_good(self) -> bool:
        """Somebody can come, and nobody who is required cannot."""
        return self.is_open and not self.required_no and self.yes + self.if_need_be > 0


def rank_slots(tallies: Iterable[SlotTally]) -> Sequence[SlotTally]:
    """The good slots, the best first: the most "yes", then the fewest "if need be", then the earliest.

    A "no" of somebody required counts against a slot altogether. Silence counts for nothing: it is no "no".
    """
    good = (one for one in tallies if one.is_good)
    return sorted(good, key=lambda one: (-one.yes, one.if_need_be, one.starts_at))
