"""Runs from the rows of a table of figures: each course and run that they name, with its figures day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from coaching.importers.base import FoundRow, FoundRun
from coaching.models import ReachMetric

LONGEST_KEY = 300


def runs_of_rows(rows: Sequence[FoundRow]) -> list[dict[str, Any]]:
    """A run for each course and run named, as importers of platforms find them. Its `series` has a figure a line, with
    the day that its row names, or none where somebody has to say it."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row.reason:
            continue
        values = row.values
        course, label = str(values.get("course", "")), str(values.get("run", ""))
        key = f"{course} {label}".strip()[:LONGEST_KEY]
        if key not in found:
            found[key] = asdict(FoundRun(key, course, label or "Run 1", str(values.get("platform", "")))) | {
                "series": []
            }
        told, day, opened = found[key], values.get("as_of") or "", values.get("launched_on") or ""
        told["series"] += [
            {"metric": metric.value, "value": values[metric.value], "as_of": day}
            for metric in ReachMetric
            if metric.value in values
        ]
        told["first_day"] = min(filter(None, (told["first_day"], opened)), default="")
        told["last_day"] = max(told["last_day"], day)
    return list(found.values())


def needs_day(found: Mapping[str, Any]) -> bool:
    """Whether somebody has to say of which day some of a run's figures are."""
    series = found.get("series")
    return not series or any(not line["as_of"] for line in series)
