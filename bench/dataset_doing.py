"""More rows of the large database: what participants said they would do, and what they put into practice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bench.shape import NOW, SESSIONS, Shape, public_id

# From when on somebody needs their coach, as a new programme has it.
THRESHOLDS = 2, 0, 21, 42, 8


def actions(shape: Shape) -> Iterator[tuple[Any, ...]]:
    """Two for each participant: one that is done, and one that was due two weeks after the last session."""
    for cohort in shape.each():
        due_on = shape.starts_on(cohort) + timedelta(weeks=SESSIONS + 1)
        for place in range(shape.members):
            number = shape.membership(cohort, place)
            for position, state in enumerate(("done", "open")):
                whose = public_id("x", number * 2 + position), number, number
                yield 1, *whose, "Ask two colleagues", due_on, state, "", NOW


def practice(shape: Shape) -> Iterator[tuple[Any, ...]]:
    """Every third participant put something into practice."""
    for cohort in shape.each():
        on = shape.starts_on(cohort) + timedelta(weeks=8)
        for place in range(0, shape.members, 3):
            number = shape.membership(cohort, place)
            yield public_id("z", number), number, "launch", on, "We launched the first run.", NOW
