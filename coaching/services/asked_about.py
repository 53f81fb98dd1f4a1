"""What a check-in asks about, by its own name, for its mail: somebody with two goals due is told which one is meant.
And how much more its page asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from coaching.models import (
    Anchor,
    CheckIn,
    CoachingSession,
    CourseProject,
    CourseRun,
    FollowUpQuestion,
    FollowUpStep,
    Goal,
)
from coaching.services.words import is_word


def _name(anchor: Anchor, name: Any) -> Any:
    return is_word(FollowUpStep.anchor, anchor), name.correlate(CheckIn).scalar_subquery()


# A column of a statement that reads check-ins with their steps. What counts from the cohort's end has no name of its
# own, and reads nothing here.
ABOUT = case(
    _name(
        Anchor.SESSION_END,
        select(CoachingSession.title).where(CoachingSession.id == CheckIn.anchor_id),
    ),
    _name(
        Anchor.LAUNCH,
        select(CourseProject.title + ", " + CourseRun.label)
        .join_from(CourseRun, CourseProject, CourseProject.id == CourseRun.project_id)
        .where(CourseRun.id == CheckIn.anchor_id),
    ),
    _name(
        Anchor.GOAL_DUE,
        select(Goal.statement).where(Goal.id == CheckIn.anchor_id, Goal.membership_id == CheckIn.membership_id),
    ),
)
# How many further questions stand on the page. The mail asks the first alone.
MORE = select(func.count()).where(FollowUpQuestion.step_id == FollowUpStep.id).correlate(FollowUpStep).scalar_subquery()
