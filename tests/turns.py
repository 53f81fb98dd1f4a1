"""Which engine a test runs on, where one of the two is enough; and a share of many things, where that is.

Pages, the API and services say the same to both engines, in statements that SQLAlchemy spells: at a desk each of their
tests runs on one engine, half of them on either, and in CI on both. Wherever engines can differ both have their turn,
always: tests that hold connections of their own (who waits for whom), the sweep and whatever else writes statements for
each engine, jobs, migrations, kills.
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
# The one journey that reads other people's files, which it does on SQLite.
SEASON = HERE / "browser" / "test_sessions_journey.py"
# What else is walked through once; the main job is walked through on both engines.
ASKING = HERE / "browser" / "test_follow_ups_journey.py"


def is_ci() -> bool:
    """In CI nothing is skipped: what a test needs has to be there, and whatever can be tried is tried."""
    return os.environ.get("CI") == "true"


def share_of(name: str, things: Sequence[T], *, parts: int = 3) -> Sequence[T]:
    """What of many things is tried on what has this name: in CI all of them; at a desk a part, and another on the next,
    so that each thing is tried on many and each of the many has met several."""
    return things if is_ci() else things[zlib.crc32(name.encode()) % parts :: parts]


def find_left_out(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """The tests that the other engine's turn makes needless. One that is made for a single engine is none of them."""
    pairs: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine_name")  # type: ignore[attr-defined]
        if engine in ENGINES and _takes_turns(item):
            pairs[item.nodeid.replace(engine, "*")][engine] = item
    return {
        item
        for name, pair in pairs.items()
        if len(pair) == len(ENGINES)
        for engine, item in pair.items()
        if engine != _engine_of(name, item)
    }


def _takes_turns(item: pytest.Item) -> bool:
    if DOORS in item.path.parents or item.path in {SEASON, ASKING}:
        return True
    if SERVICES not in item.path.parents or item.path in BY_ENGINE or not isinstance(item, pytest.Function):
        return False
    # Who asks for the engine itself deals with connections, and not only with rows.
    return "engine" not in inspect.signature(item.function).parameters


def _engine_of(name: str, item: pytest.Item) -> str:
    return "sqlite" if item.path == SEASON else ENGINES[zlib.crc32(name.encode()) % len(ENGINES)]
