"""Steps of a plan in words: when they are asked, and what a change of them does."""

from __future__ import annotations

import re

from coaching.blueprints.formatting import listed, plural
from coaching.models import Anchor, FollowUpStep
from coaching.services.follow_up_changes import Effect

ANCHORS = {
    Anchor.COHORT_END: "the cohort’s last day",
    Anchor.SESSION_END: "each session",
    Anchor.LAUNCH: "each launch",
    Anchor.GOAL_DUE: "a goal’s due date",
}
UNITS = {"D": ("day", "days"), "W": ("week", "weeks"), "M": ("month", "months"), "Y": ("year", "years")}
_PART = re.compile(r"([0-9]+)([YMWD])")


def offset_words(offset: str) -> str:
    """P3M as 3 months, P1Y6M as 1 year and 6 months; nothing where it is no time at all."""
    parts = [(int(number), unit) for number, unit in _PART.findall(offset)]
    return listed([plural(number, *UNITS[unit]) for number, unit in parts if number])


def when_words(step: FollowUpStep) -> str:
    """When a step is asked: 2 weeks after the cohort's last day."""
    after, anchor = offset_words(step.offset), ANCHORS[step.anchor]
    return f"{after} after {anchor}" if after else f"on the day of {anchor}" if "day" not in anchor else f"on {anchor}"


def split_offset(offset: str) -> tuple[str, str]:
    """An offset as a number and a unit; one of several parts is a unit of its own, without a number."""
    parts = _PART.findall(offset)
    if len(parts) == 1:
        number, unit = parts[0]
        return number, unit
    return "", offset


def effect_words(effect: Effect) -> str:
    """What a change does to check-ins, in one line."""
    asked = effect.made + effect.reopened
    told = [
        (asked, "1 check-in is planned", "{:,} check-ins are planned"),
        (effect.moved, "1 check-in that is not asked yet moves", "{:,} check-ins that are not asked yet move"),
        (effect.ended, "1 is called off", "{:,} are called off"),
        (effect.too_late, "1 is too long past and will not be asked", "{:,} are too long past and will not be asked"),
    ]
    said = "; ".join(one if count == 1 else many.format(count) for count, one, many in told if count)
    return f"{said}." if said else "No check-in changes."
