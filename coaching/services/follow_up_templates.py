"""Steps to begin with: the five of the default plan, and those after a session, a launch and on a goal's due date."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from coaching.models import Anchor, FollowUpStep


class Template(NamedTuple):
    """A step that somebody can add and then change. `values` are those that differ from a step's usual ones."""

    name: str
    label: str
    anchor: Anchor
    offset: str
    question: str
    values: dict[str, Any]

    def shape(self) -> dict[str, Any]:
        """The step as a form begins with it."""
        return {
            "label": self.label,
            "anchor": self.anchor,
            "offset": self.offset,
            "question": self.question,
            **self.values,
        }


_ALUMNI = {"is_alumni": True}
DEFAULT_STEPS = (
    Template(
        "two-weeks", "Two weeks on", Anchor.COHORT_END, "P14D",
        "Have you begun to put what you learned into practice?", {},
    ),
    Template(
        "six-weeks", "Six weeks on", Anchor.COHORT_END, "P42D",
        "Have you shown your course, or a part of it, to the learners it is for?", {},
    ),
    Template(
        "three-months", "Three months on", Anchor.COHORT_END, "P3M",
        "Have you launched your course, or run one again, since the cohort ended?", {},
    ),
    Template(
        "six-months", "Six months on", Anchor.COHORT_END, "P6M",
        "Is what you learned part of how you and your team build courses now?", _ALUMNI,
    ),
    Template(
        "a-year", "A year on", Anchor.COHORT_END, "P12M",
        "Have you put what you learned into practice in the past six months?", _ALUMNI,
    ),
)  # fmt: skip
# A question a week is quickly too much: what comes after each session is short, and is not asked twice.
_LIGHT = {"asks_enrolments": False, "window_days": 6, "nudges": 0, "nudge_days": 1, "escalate_days": None}
AFTER_SESSION = Template(
    "after-a-session", "A week after the session", Anchor.SESSION_END, "P1W",
    "Have you tried something from the session in your own work?", _LIGHT,
)  # fmt: skip
AFTER_LAUNCH = (
    Template(
        "30-days-live", "30 days after the launch", Anchor.LAUNCH, "P30D",
        "Has your course gone as you hoped in its first month?", {},
    ),
    Template(
        "90-days-live", "90 days after the launch", Anchor.LAUNCH, "P90D",
        "Have you changed something about your course because of what its learners did or said?", {},
    ),
)  # fmt: skip
ON_GOAL_DUE = Template(
    "goal-due", "On the goal’s due date", Anchor.GOAL_DUE, "P0D",
    "Have you reached your goal?", {"asks_enrolments": False, "window_days": 14},
)  # fmt: skip

TEMPLATES = {each.name: each for each in (*DEFAULT_STEPS, AFTER_SESSION, *AFTER_LAUNCH, ON_GOAL_DUE)}


def missing_templates(steps: Iterable[FollowUpStep]) -> list[Template]:
    """Those that a plan has no step like, by when it asks."""
    known = {(step.anchor, step.offset) for step in steps}
    return [each for each in TEMPLATES.values() if (each.anchor, each.offset) not in known]
