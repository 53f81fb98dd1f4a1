"""A goal's newest ratings as columns of a statement: whoever gave them, and of either side.

Only ratings of the goal's current edition count: one that was given on another scale says nothing on this one.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, literal_column, select

from coaching.models import Goal, Membership, Rating

# Who rates is the participant or a coach of the cohort. The statement has Membership, whose the goal is.
BY_PARTICIPANT = Rating.rated_by_id == Membership.person_id
BY_COACH = Rating.rated_by_id != Membership.person_id
_OF_EDITION = and_(Rating.goal_id == Goal.id, Rating.edition == Goal.edition)


def newest(column: Any, *of: Any) -> Any:
    """The newest of the goal's ratings, of these alone where conditions are given. The later one of a day counts."""
    return (
        select(column)
        .where(_OF_EDITION, *of)
        .correlate(Goal, Membership)
        .order_by(Rating.rated_on.desc(), Rating.id.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )


LATEST_SCORE = newest(Rating.score)
LATEST_DAY = newest(Rating.rated_on)
PARTICIPANT_SCORE = newest(Rating.score, BY_PARTICIPANT)
PARTICIPANT_DAY = newest(Rating.rated_on, BY_PARTICIPANT)
COACH_SCORE = newest(Rating.score, BY_COACH)
COACH_DAY = newest(Rating.rated_on, BY_COACH)
RATINGS = select(func.count()).where(_OF_EDITION).correlate(Goal).scalar_subquery()
