"""What a check-in counts from, by the name that people know it by: as joins and columns of a statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case

from coaching.models import Anchor, CheckIn, CoachingSession, Cohort, CourseProject, CourseRun, FollowUpStep, Goal
from coaching.services.words import is_word

# A statement that selects this must be joined by `with_anchors`.
ANCHOR_NAME = case(
    (is_word(FollowUpStep.anchor, Anchor.SESSION_END), CoachingSession.title),
    (is_word(FollowUpStep.anchor, Anchor.LAUNCH), CourseProject.title),
    (is_word(FollowUpStep.anchor, Anchor.GOAL_DUE), Goal.statement),
    else_=Cohort.name,
)


def with_anchors(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The statement, which has CheckIn, FollowUpStep and Cohort, with what each of its check-ins counts from."""
    return (
        statement.outerjoin(
            CoachingSession,
            and_(is_word(FollowUpStep.anchor, Anchor.SESSION_END), CoachingSession.id == CheckIn.anchor_id),
        )
        .outerjoin(CourseRun, and_(is_word(FollowUpStep.anchor, Anchor.LAUNCH), CourseRun.id == CheckIn.anchor_id))
        .outerjoin(CourseProject, CourseProject.id == CourseRun.project_id)
        .outerjoin(Goal, and_(is_word(FollowUpStep.anchor, Anchor.GOAL_DUE), Goal.id == CheckIn.anchor_id))
    )
