"""What somebody is told of an event follows from what they have and what holds, whatever happened in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from coaching.services.calendar_events import Meeting
from coaching.services.event_changes import Act, Fate, Told, Wanted, after, holds, make_plan, says, snapshot
from tests.histories import START, History

ANN = dict[int, Told]


def meetings(**hours: float) -> dict[int, Meeting]:
    """Sessions by the number in their name, so many hours from now: `s1=24`."""
    return {number: _at(number, hour) for number, hour in ((int(name[1:]), hour) for name, hour in hours.items())}


def _at(number: int, hours: float) -> Meeting:
    starts_at = START + timedelta(hours=hours)
    return Meeting(number, "Circle", "", "", starts_at, starts_at + timedelta(hours=1), "UTC")


def told(fate: Fate = Fate.LEFT, **hours: float) -> ANN:
    return {number: Told(snapshot(one), None, fate) for number, one in meetings(**hours).items()}


@pytest.mark.parametrize("seeds", [range(start, start + 50) for start in range(0, 300, 50)], ids=str)
def test_after_any_history_a_calendar_shows_what_holds(seeds: range) -> None:
    for seed in seeds:
        history = History(Random(seed))
        history.live(8)
        assert history.faults() == [], seed


def test_histories_can_fail() -> None:
    """Without the sequence the order of arrival would decide: the client is what makes these tests strict."""
    wrong = 0
    for seed in range(30):
        history = History(Random(seed))
        history.live(8)
        history.sent = [text.replace(f"SEQUENCE:{history.sequence}", "SEQUENCE:0") for text in history.sent]
        wrong += bool(history.faults())
    assert wrong > 5


def test_nothing_is_said_where_nothing_differs() -> None:
    assert make_plan(holds(told(s1=24)), Wanted(meetings(s1=24)), now=START) is None


@pytest.mark.parametrize(
    ("held", "wanted", "is_in", "act"),
    [
        ({}, {"s1": 24}, True, Act.WHOLE),
        ({"s1": 24, "s2": 48}, {"s1": 25, "s2": 48}, True, Act.PART),
        ({"s1": 24, "s2": 48}, {"s2": 48}, True, Act.CANCEL),
        ({"s1": 24, "s2": 48}, {"s2": 49}, True, Act.WHOLE),
        ({"s1": 24}, {}, True, Act.END),
        ({"s1": -24, "s2": 48}, {"s1": -24}, True, Act.CANCEL),
        ({"s1": -24, "s2": 48}, {}, False, Act.END),
        ({"s1": -24}, {}, False, None),
        ({}, {"s1": -24}, True, None),
        ({"s1": -24}, {"s1": -20}, True, None),
        # They would come: a session that was moved into the past is told to who has it still to come.
        ({"s1": 24}, {"s1": -2}, True, Act.PART),
    ],
)
def test_what_a_mail_does(held: dict[str, float], wanted: dict[str, float], is_in: bool, act: Act | None) -> None:
    plan = make_plan(holds(told(**held)), Wanted(meetings(**wanted), is_in), now=START)
    assert (plan.act if plan else None) == act


def test_what_was_lost_is_said_again_and_what_waits_is_not() -> None:
    assert says(told(Fate.LOST, s1=24)) == {}
    assert says(told(Fate.WAITING, s1=24)).keys() == {1}
    assert holds(told(Fate.WAITING, s1=24)) == {}


def test_what_was_called_off_leaves_no_trace() -> None:
    """Moved and moved back before the mail left: they have what they had, and hear nothing."""
    first, second = snapshot(_at(1, 24)), snapshot(_at(1, 25))
    rows = {1: Told(second, first, Fate.WAITING)}
    wanted = Wanted(meetings(s1=24))
    assert make_plan(holds(rows), wanted, now=START) is None
    assert after(rows, None, wanted) == {1: Told(first, first)}
    assert after(told(Fate.WAITING, s1=24), None, Wanted({}, is_in=False)) == {1: None}


def test_the_change_names_what_they_have_and_what_else_is_new() -> None:
    moved = replace(_at(1, 30), title="Another", place="Room 5")
    plan = make_plan(holds(told(s1=24)), Wanted({1: moved}), now=START)
    assert plan is not None
    (change,) = plan.changes
    assert (change.act, change.was, change.words) == ("moved", snapshot(_at(1, 24)), ("title", "place"))
