"""What a check-in asks about, where it counts from something of one's own: a launch, a session, a goal."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Anchor, CheckIn, CoachingSession, CourseProject, CourseRun
from coaching.policies import Actor, may_view_check_in, may_view_goals, require
from coaching.services.check_in_ratings import goal_of


class Subject(NamedTuple):
    """`name` is what people call it; `levels` the words of a goal's five levels, by score, where all are written."""

    kind: Anchor
    id: str
    name: str
    levels: dict[int, str]


def read_subject(session: Session, check_in: CheckIn, *, actor: Actor) -> Subject | None:
    """What the check-in is about, by its own name, for who may see it; None where it counts from the cohort's end.

    A goal is named to its participant and their coaches alone, as everywhere.
    """
    require(may_view_check_in(actor, check_in.membership), seen=False)
    anchor = check_in.step.anchor
    if anchor == Anchor.GOAL_DUE:
        goal = goal_of(session, check_in)
        if goal is None or not may_view_goals(actor, check_in.membership):
            return None
        return Subject(anchor, goal.public_id, goal.statement, goal.levels if all(goal.levels.values()) else {})
    if anchor == Anchor.LAUNCH:
        run = (
            select(CourseRun.public_id, CourseProject.title, CourseRun.label)
            .join(CourseProject, CourseProject.id == CourseRun.project_id)
            .where(CourseRun.id == check_in.anchor_id)
        )
        launched = session.execute(run).one_or_none()
        return Subject(anchor, launched[0], f"{launched[1]}, {launched[2]}", {}) if launched else None
    if anchor == Anchor.SESSION_END:
        held = select(CoachingSession.public_id, CoachingSession.title).where(CoachingSession.id == check_in.anchor_id)
        found = session.execute(held).one_or_none()
        return Subject(anchor, found[0], found[1], {}) if found else None
    return None
