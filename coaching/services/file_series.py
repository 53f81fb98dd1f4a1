"""Runs of a table whose rows name days: each figure is of the day of its row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def needs_day(found: Mapping[str, Any]) -> bool:
    """Whether somebody has to say of which day a run's figures are."""
    return not found.get("series")
