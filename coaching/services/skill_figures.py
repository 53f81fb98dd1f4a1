"""What a cohort's members say of their skills, counted in pairs, and never below the programme's smallest group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coaching.models import OPEN_STATUSES, Cohort, Membership, Role, Skill, SkillAssessment, SkillMoment, SkillScore
from coaching.policies import Actor, may_view_cohort, require, runs_cohort
from coaching.services.skills import read_scale, read_skills
from coaching.statistics.pairs import Comparison, compare
from coaching.statistics.suppression import hidden_cells

FOR_THOSE_WHO_RUN_IT = "Those who run the cohort see how its skills moved."

_SCORES = (
    select(SkillScore.skill_id, SkillAssessment.moment, SkillAssessment.membership_id, SkillScore.score)
    .join(SkillAssessment, SkillAssessment.id == SkillScore.assessment_id)
    .join(Membership, Membership.id == SkillAssessment.membership_id)
    .where(
        Membership.cohort_id == bindparam("cohort_id"),
        Membership.role == Role.PARTICIPANT,
        Membership.status.in_(OPEN_STATUSES),
    )
)


@dataclass(frozen=True)
class SkillMoves:
    """How one skill moved in a cohort. Withheld (`is_hidden`) it has no figures but its name."""

    id: str
    name: str
    is_retired: bool
    is_hidden: bool
    figures: Comparison | None


@dataclass(frozen=True)
class CohortSkills:
    """A cohort's skills between two moments; `minimum` is the smallest group whose answers are shown."""

    skills: list[SkillMoves]
    points: int
    words: list[str]
    minimum: int


def read_cohort_skills(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    then: SkillMoment = SkillMoment.AFTER,
) -> CohortSkills:
    """The first look beside a second, after or later, for those who run the cohort. Three statements."""
    require(runs_cohort(actor, cohort), seen=may_view_cohort(actor, cohort), message=FOR_THOSE_WHO_RUN_IT)
    scores: dict[tuple[int, SkillMoment], dict[int, int]] = defaultdict(dict)
    rows: Iterable[Any] = session.execute(_SCORES, {"cohort_id": cohort.id})
    for skill_id, moment, membership_id, score in rows:
        scores[skill_id, moment][membership_id] = score
    minimum = cohort.programme.minimum_group
    found = []
    for skill in read_skills(session, cohort.programme_id):
        first, second = scores[skill.id, SkillMoment.BEFORE], scores[skill.id, then]
        if skill.retired_at is None or first or second:
            found.append(_moves(skill, compare(first, second), minimum))
    scale = read_scale(session, cohort.programme, now=now)
    return CohortSkills(found, scale.points, scale.words, minimum)


def _moves(skill: Skill, figures: Comparison, minimum: int) -> SkillMoves:
    """Withheld as a whole where fewer than the smallest group answered twice: medians and counts of so few tell who."""
    is_hidden = bool(hidden_cells([figures.pairs], minimum=minimum))
    about = (skill.public_id, skill.name, skill.retired_at is not None)
    return SkillMoves(*about, is_hidden, None if is_hidden else figures)
