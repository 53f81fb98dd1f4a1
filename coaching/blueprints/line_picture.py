"""The geometry of a person's line: a lane for each kind of event, a mark for each event or for several that lie close.

The drawing itself stands in components/lanes.html. A picture is laid out twice, for a desk with the names of the lanes
beside them and for a phone with the names above, because text in a picture that shrinks cannot be read. Marks are never
closer than a finger needs: those that would be become one with their number, which leads to them in the list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from coaching.blueprints.formatting import MONTHS
from coaching.blueprints.line_words import LANES, address, described, overview, span
from coaching.blueprints.wording import Look, look, words
from coaching.services.line_events import LineEvent, LineKind
from coaching.services.person_line import Line, Place

# The most pressing first: what a mark of several events looks like when they differ.
PRESSING = ("danger", "warning", "success", "accent", "info", "neutral")
PICTURED = {
    LineKind.SESSION: "calendar",
    LineKind.GOAL: "goal",
    LineKind.ACTION: "check",
    LineKind.PROJECT: "launch",
    LineKind.CHECK_IN: "mail",
    LineKind.PRACTICE: "note",
    LineKind.SKILL: "half",
    LineKind.NOTE: "pencil",
    LineKind.STANDING: "person",
}
# Lanes that are left out where there is nothing: most people have none of it, and miss nothing.
SELDOM = (LineKind.SKILL, LineKind.NOTE)


class Layout(NamedTuple):
    """How wide a picture is, where its plot begins and ends, how high a lane and what stands above it are, and how far
    apart marks and months are at least."""

    name: str
    width: int
    left: int
    right: int
    lane: int
    above: int
    apart: int
    month: int


WIDE = Layout("wide", 1040, 128, 1020, 40, 0, 26, 48)
NARROW = Layout("narrow", 344, 16, 328, 34, 18, 26, 56)
HEAD, BAR, FOOT = 18, 26, 26


class Mark(NamedTuple):
    """One event, or several of a lane: where it stands, what it says and where it leads."""

    x: float
    y: float
    events: int
    look: Look
    text: str
    url: str
    is_ahead: bool


class Lane(NamedTuple):
    label: str
    icon: str
    top: float
    middle: float
    events: int
    marks: list[Mark]


class Bar(NamedTuple):
    """A cohort from its first to its last day; `starts` and `ends` where these are within the picture."""

    label: str
    x: float
    end: float
    y: float
    starts: bool
    ends: bool


class Tick(NamedTuple):
    x: float
    label: str


class Picture(NamedTuple):
    layout: Layout
    height: float
    today: float | None
    top: float
    bottom: float
    bars: list[Bar]
    lanes: list[Lane]
    ticks: list[Tick]
    title: str = ""
    description: str = ""
    key: Sequence[tuple[Look, str]] = ()


# The address of the list with a lane's events between two days.
ListOf = Callable[[LineKind, date, date], str]


def draw_line(line: Line, kinds: Sequence[LineKind], *, title: str, list_of: ListOf) -> list[Picture]:
    """The picture for a desk and the one for a phone."""
    there = {event.kind for event in line.events}
    kinds = [kind for kind in kinds if kind in there or kind not in SELDOM]
    said = f"{title}, {span(line.first, line.last)}"
    key, description = _key(line.events), overview(line.events)
    return [
        _draw(line, kinds, layout, list_of)._replace(title=said, description=description, key=key)
        for layout in (WIDE, NARROW)
    ]


def _key(events: Iterable[LineEvent]) -> list[tuple[Look, str]]:
    """What each shape stands for here: one shape has several words where they come to the same."""
    meanings: dict[Look, dict[str, None]] = defaultdict(dict)
    for event in events:
        meanings[look(event.what)][words(event.what).lower()] = None
    return [(shape, ", ".join(found)) for shape, found in meanings.items()]


def _draw(line: Line, kinds: Sequence[LineKind], layout: Layout, list_of: ListOf) -> Picture:
    scale = _Scale(line.first, line.last, layout)
    bars = [_bar(place, number, scale) for number, place in enumerate(line.places)]
    top = HEAD + BAR * len(bars)
    today = scale.x(line.today) if line.first <= line.today <= line.last else None
    step = layout.above + layout.lane
    lanes = []
    for number, kind in enumerate(kinds):
        events = [event for event in reversed(line.events) if event.kind == kind]
        above = top + step * number
        middle = above + layout.above + layout.lane / 2
        marks = list(_marks(events, scale, middle, line.today, list_of))
        lanes.append(Lane(LANES[kind], PICTURED[kind], above, middle, len(events), marks))
    bottom = top + step * len(lanes)
    ticks = list(_ticks(line.first, line.last, scale))
    return Picture(layout, bottom + FOOT, today, top, bottom, bars, lanes, ticks)


class _Scale:
    """Days as places across the picture."""

    def __init__(self, first: date, last: date, layout: Layout) -> None:
        self.first, self.last, self.layout = first, last, layout
        self.span = max((last - first).days, 1)

    def x(self, day: date) -> float:
        share = (day - self.first).days / self.span
        return round(self.layout.left + (self.layout.right - self.layout.left) * min(max(share, 0), 1), 1)


def _bar(place: Place, number: int, scale: _Scale) -> Bar:
    starts, ends = scale.first <= place.starts_on <= scale.last, scale.first <= place.ends_on <= scale.last
    y = HEAD + BAR * number + BAR - 10
    return Bar(place.cohort, scale.x(place.starts_on), scale.x(place.ends_on), y, starts, ends)


def _marks(events: list[LineEvent], scale: _Scale, y: float, today: date, list_of: ListOf) -> Iterator[Mark]:
    """What happened is gathered from today back and what is to come from today on, so that neither crosses today."""
    past = [event for event in events if event.on <= today]
    ahead = [event for event in events if event.on > today]
    held = list(_gathered([(scale.x(event.on), event) for event in reversed(past)], scale.layout.apart, None))
    beside = held[0][0] if held else None
    coming = _gathered([(scale.x(event.on), event) for event in ahead], scale.layout.apart, beside)
    for x, group in [*((x, group[::-1]) for x, group in reversed(held)), *coming]:
        is_ahead = group[0].on > today
        url = address(group[0]) if len(group) == 1 else list_of(group[0].kind, *_days(group))
        yield Mark(x, y, len(group), _look_of(group), described(group), url, is_ahead)


def _gathered(
    placed: Iterable[tuple[float, LineEvent]], apart: int, beside: float | None
) -> Iterator[tuple[float, list[LineEvent]]]:
    """Events in groups, each at the place of its first one, and no two groups closer than `apart`."""
    group: list[LineEvent] = []
    start = 0.0
    for x, event in placed:
        if group and abs(x - start) < apart:
            group.append(event)
            continue
        if group:
            yield start, group
        # Where the last mark of what happened would lie under it, the first of what is to come makes room.
        start = x if beside is None or group else max(x, beside + apart)
        group = [event]
    if group:
        yield start, group


def _days(group: Sequence[LineEvent]) -> tuple[date, date]:
    days = [event.on for event in group]
    return min(days), max(days)


def _look_of(group: Sequence[LineEvent]) -> Look:
    looks = {look(event.what) for event in group}
    return min(looks, key=lambda one: (PRESSING.index(one.tone), one.icon))


def _ticks(first: date, last: date, scale: _Scale) -> Iterator[Tick]:
    """The first days of months, as many as there is room for; the year where it is another one."""
    month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    seen, year = scale.layout.left - scale.layout.month, 0
    while month <= last:
        x = scale.x(month)
        if seen + scale.layout.month <= x <= scale.layout.right - 8:
            yield Tick(x, f"{MONTHS[month.month - 1]} {month.year}" if month.year != year else MONTHS[month.month - 1])
            # A label with its year takes more room.
            seen, year = round(x) + (16 if month.year != year else 0), month.year
        month = (month + timedelta(days=32)).replace(day=1)
