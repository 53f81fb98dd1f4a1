"""Reach as pages show it: its metrics in words, and no more points than somebody can look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import request

from coaching.models import ReachMetric
from coaching.services.reach_over_time import Reach, ReachPoint

METRICS = [
    (ReachMetric.JOINERS.value, "Joiners", "Everyone who enrolled."),
    (ReachMetric.LEARNERS.value, "Learners", "Visited at least one step."),
    (ReachMetric.ACTIVE.value, "Active learners", "Completed at least one step."),
    (ReachMetric.COMPLETED_50.value, "Completed half", "Completed at least half of the steps."),
    (ReachMetric.COMPLETED_90.value, "Completed", "Completed at least nine in ten of the steps."),
    (ReachMetric.STATEMENTS.value, "Statements", "Bought or were given a statement."),
]
METRIC_NAMES = {value: label for value, label, _meaning in METRICS}
# What a sum of them is called over time: joiners of several runs are no people.
CHART_NAMES = METRIC_NAMES | {ReachMetric.JOINERS.value: "Enrolments"}
MEANINGS = {value: meaning for value, _label, meaning in METRICS}
MOST_POINTS = 60


def asked_metric() -> ReachMetric:
    """The metric that the address names, or joiners: whatever else stands there is no reason to show nothing."""
    name = request.args.get("metric", "")
    return ReachMetric(name) if name in METRIC_NAMES else ReachMetric.JOINERS


def shown_points(points: Sequence[ReachPoint]) -> list[tuple[date, int]]:
    """The points of a chart and of its table: of very many the first, and the last of each month."""
    if len(points) > MOST_POINTS:
        of_month = {(point.on.year, point.on.month): point for point in points}
        points = [points[0], *(point for point in of_month.values() if point is not points[0])]
    return [(point.on, point.value) for point in points]


def picture(reach: Reach) -> dict[str, object]:
    """What every page about reach gives its template."""
    return {
        "reach": reach,
        "points": shown_points(reach.points),
        "metrics": METRICS,
        "metric_names": METRIC_NAMES,
        "chart_names": CHART_NAMES,
        "meanings": MEANINGS,
        "is_thinned": len(reach.points) > MOST_POINTS,
    }
