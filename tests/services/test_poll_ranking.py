"""Which slot is best: nobody required is left out, then yes, then if need be, then the earliest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from coaching.services.poll_ranking import SlotTally, rank_slots

DAY = datetime(2026, 7, 6, 10, tzinfo=UTC)


def _slot(number: int, yes: int, if_need_be: int = 0, required_no: int = 0, *, is_open: bool = True) -> SlotTally:
    return SlotTally(number, DAY + timedelta(days=number), yes, if_need_be, required_no, is_open)


def test_the_order_is_the_rules_whatever_the_order_they_come_in() -> None:
    slots = [
        _slot(0, yes=9, required_no=1),
        _slot(1, yes=3, if_need_be=2),
        _slot(2, yes=4, if_need_be=3),
        _slot(3, yes=3, if_need_be=1),
        _slot(4, yes=3, if_need_be=1),
        _slot(5, yes=9, is_open=False),
        _slot(6, yes=0),
    ]
    for given in list(permutations(slots))[::97]:
        assert [one.number for one in rank_slots(given)] == [2, 3, 4, 1]
    assert [one.number for one in rank_slots([_slot(1, yes=0, if_need_be=1)])] == [1]
    assert rank_slots([]) == []
