"""Which engine a test runs on, where one of the two is enough; and a share of many things, where that is.

Pages, the API and services say the same to both engines, in statements that SQLAlchemy spells: at a desk each of their
tests runs on one engine, one in four of them on PostgreSQL, whose every statement takes longer, and in CI on both.
Wherever engines can differ both have their turn, always: tests that hold connections of their own (who waits for whom),
the sweep and whatever else writes statements for each engine, jobs, kills.
"""

from __future__ import annotations

import inspect
import os
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from tests.databases import ENGINES

T = TypeVar("T")
HERE = Path(__file__).parent
DOORS = HERE / "blueprints"
SERVICES = HERE / "services"
# What writes other statements on either engine.
BY_ENGINE = {
    SERVICES / f"test_{name}.py"
    for name in ("asking", "check_in_posting", "delivery", "follow_ups", "outbox", "reminders")
}
# A browser walks through each of these once; the one that reads other people's files does so on SQLite.
JOURNEYS = HERE / "browser"
SEASON = JOURNEYS / "test_sessions_journey.py"
SECURITY = HERE / "security"
# Of what tries much again and again a desk has one part in so many, drawn by the names of the tests; CI has it all.
PARTS = {
    DOORS / "api" / "test_bad_input.py": 2,
    SECURITY / "test_archived.py": 2,
    SECURITY / "test_canary.py": 8,
    SECURITY / "test_forms.py": 2,
    SECURITY / "test_mass_assignment.py": 3,
    SECURITY / "test_matrix.py": 4,
    SECURITY / "test_pages.py": 5,
    SECURITY / "test_rough_requests.py": 8,
    SECURITY / "test_services.py": 2,
    SECURITY / "test_summaries.py": 2,
    SECURITY / "test_swaps.py": 3,
    HERE / "faults" / "test_kills.py": 3,
    HERE / "faults" / "test_mail_servers.py": 2,
    HERE / "test_migrations.py": 2,
    JOURNEYS / "test_follow_ups_journey.py": 2,
    JOURNEYS / "test_monday_journey.py": 2,
    JOURNEYS / "test_sessions_journey.py": 2,
}


def is_ci() -> bool:
    """In CI nothing is skipped: what a test needs has to be there, and whatever can be tried is tried."""
    return os.environ.get("CI") == "true"


def share_of(name: str, things: Sequence[T], *, parts: int = 3) -> Sequence[T]:
    """What of many things is tried on what has this name: in CI all of them; at a desk a part, and another on the next,
    so that each thing is tried on many and each of the many has met several."""
    return things if is_ci() else things[_drawn(name, parts) :: parts]


def find_left_out(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """The tests that the other engine's turn makes needless, where they are made for both, and those of other parts."""
    pairs: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    left_out = set()
    for item in items:
        if _drawn(item.nodeid, PARTS.get(item.path, 1)):
            left_out.add(item)
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine_name")  # type: ignore[attr-defined]
        if engine in ENGINES and _takes_turns(item):
            pairs[item.nodeid.replace(engine, "*")][engine] = item
    return left_out | {
        item
        for name, pair in pairs.items()
        if len(pair) == len(ENGINES)
        for engine, item in pair.items()
        if engine != _engine_of(name, item)
    }


def _takes_turns(item: pytest.Item) -> bool:
    if DOORS in item.path.parents or JOURNEYS in item.path.parents:
        return True
    if SERVICES not in item.path.parents or item.path in BY_ENGINE or not isinstance(item, pytest.Function):
        return False
    # Who asks for the engine itself deals with connections, and not only with rows.
    return "engine" not in inspect.signature(item.function).parameters


def _engine_of(name: str, item: pytest.Item) -> str:
    return ENGINES[item.path != SEASON and _drawn(name, 4) == 0]


def _drawn(name: str, parts: int) -> int:
    """One of so many numbers, always the same for a name."""
    return zlib.crc32(name.encode()) % parts
