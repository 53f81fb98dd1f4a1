"""Which engine a test of pages or the API runs on, where one of the two is enough.

What differs between the engines is in the services, whose tests run on both, always. Pages and the API stand on those:
at a desk each of their tests runs on one engine, half of them on either, and in CI on both.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.databases import ENGINES

HERE = Path(__file__).parent
DOORS = HERE / "blueprints"
# The one journey that reads other people's files, which it does on SQLite.
SEASON = HERE / "browser" / "test_sessions_journey.py"
# What else is walked through once; the main job is walked through on both engines.
ASKING = HERE / "browser" / "test_follow_ups_journey.py"


def find_left_out(items: Iterable[pytest.Item]) -> set[pytest.Item]:
    """The tests that the other engine's turn makes needless. One that is made for a single engine is none of them."""
    pairs: dict[str, dict[str, pytest.Item]] = defaultdict(dict)
    for item in items:
        engine = getattr(item, "callspec", None) and item.callspec.params.get("engine_name")  # type: ignore[attr-defined]
        if engine in ENGINES and (DOORS in item.path.parents or item.path in {SEASON, ASKING}):
            pairs[item.nodeid.replace(engine, "*")][engine] = item
    return {
        item
        for name, pair in pairs.items()
        if len(pair) == len(ENGINES)
        for engine, item in pair.items()
        if engine != _engine_of(name, item)
    }


def _engine_of(name: str, item: pytest.Item) -> str:
    return "sqlite" if item.path == SEASON else ENGINES[zlib.crc32(name.encode()) % len(ENGINES)]
