"""What ratings come to: the T-scores of a person, by either side, and of a cohort, without ever adding people up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from coaching.models import Membership
from coaching.policies import Actor
from coaching.services.goals import GoalLine, list_goals
from coaching.statistics.gas import Attainment, ScaledGoal, attainment, goal_weight
from coaching.statistics.spread import Spread, spread
from coaching.statistics.suppression import hidden_cells


class PersonAttainment(NamedTuple):
    """The T-scores over a person's rated goals, ended ones included. `overall` goes by the newest rating of each goal,
    whoever gave it; `participant` and `coach` by the newest of that side, over the goals that it has rated."""

    overall: Attainment
    participant: Attainment
    coach: Attainment


class CohortAttainment(NamedTuple):
    """The T-scores of a cohort's people: each is somebody's own, and counts once, however many goals they have.

    `people` are the participants, `measured` those of them who have a T. The spreads are None where too few have one,
    and `is_hidden` tells that this is why.
    """

    people: int
    measured: int
    is_hidden: bool
    baseline: Spread | None
    achieved: Spread | None
    change: Spread | None


def measure_attainment(session: Session, membership: Membership, *, actor: Actor) -> PersonAttainment:
    """Baseline and achieved T of a participant, for them and their coaches."""
    return attain(list_goals(session, membership, actor=actor))


def attain(lines: Sequence[GoalLine]) -> PersonAttainment:
    """The same of goals that were read already."""

    def by(scores: Iterable[int | None]) -> Attainment:
        return attainment(
            [
                ScaledGoal(goal_weight(line.importance, line.difficulty), line.baseline, score)
                for line, score in zip(lines, scores, strict=True)
            ]
        )

    return PersonAttainment(
        overall=by(line.latest_score for line in lines),
        participant=by(line.participant_score for line in lines),
        coach=by(line.coach_score for line in lines),
    )


def attain_together(found: Iterable[Attainment | None], *, minimum: int) -> CohortAttainment:
    """A cohort's, from that of each of its people, which is None for who has no goal; hidden below the minimum."""
    people = list(found)
    measured = [
        (one.baseline_t, one.achieved_t, one.achieved_t - one.baseline_t)
        for one in people
        if one is not None and one.baseline_t is not None and one.achieved_t is not None
    ]
    is_hidden = bool(hidden_cells([len(measured)], minimum=minimum))
    baseline, achieved, change = (
        (None, None, None) if is_hidden else (spread(row[place] for row in measured) for place in range(3))
    )
    return CohortAttainment(len(people), len(measured), is_hidden, baseline, achieved, change)
