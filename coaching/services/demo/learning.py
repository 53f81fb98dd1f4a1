"""The demo's skills, rated before and after, and metrics of goals with their values over the weeks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    Goal,
    Metric,
    MetricDirection,
    Observation,
    ObservationSource,
    Programme,
    Skill,
    SkillAssessment,
    SkillMoment,
    SkillScale,
    SkillScore,
)
from coaching.services.demo.cohorts import DemoCohort
from coaching.services.skill_templates import COURSE_BUILDERS, POINTS, WORDS


class _Kind(NamedTuple):
    """A metric as the demo has it: from where to where, and how far a value strays from the way between."""

    name: str
    unit: str
    direction: MetricDirection
    baseline: str
    target: str
    stray: str


KINDS = (
    _Kind("Hours on the course each week", "hours", MetricDirection.UP, "1", "4", "0.5"),
    _Kind("Steps of the course that are written", "steps", MetricDirection.UP, "0", "24", "2"),
    _Kind("Learners who finish the first week", "%", MetricDirection.UP, "35", "60", "3"),
    _Kind("Days until a question is answered", "days", MetricDirection.DOWN, "5.5", "1", "0.5"),
)
WEEKS = 2


def build_learning(
    session: Session, programme: Programme, cohorts: list[DemoCohort], *, seed: int, now: datetime
) -> None:
    """Skills and metrics, by draws of their own, so that the rest of the demo is what it was without them."""
    _build_skills(session, programme, cohorts, rng=Random(f"skills {seed}"), now=now)  # noqa: S311
    _build_metrics(session, cohorts, rng=Random(f"metrics {seed}"), now=now)  # noqa: S311


def _build_skills(
    session: Session, programme: Programme, cohorts: list[DemoCohort], *, rng: Random, now: datetime
) -> None:
    """Most rated themselves before, most of these after; some skills were left out, and some people grew modest."""
    at = min(cohort.row.created_at for cohort in cohorts)
    session.add(SkillScale(programme=programme, points=POINTS, words=list(WORDS), created_at=at))
    skills = [
        Skill(programme=programme, position=place, name=name, description=description, created_at=at)
        for place, (name, description) in enumerate(COURSE_BUILDERS, start=1)
    ]
    session.add_all(skills)
    for cohort in cohorts:
        for member in cohort.participants:
            before = {skill.name: rng.choices((1, 2, 3, 4), (3, 5, 3, 1))[0] for skill in skills}
            steps = {skill.name: rng.choices((-1, 0, 1, 2), (1, 4, 8, 4))[0] for skill in skills}
            grown = {name: max(1, min(POINTS, score + steps[name])) for name, score in before.items()}
            looks = ((SkillMoment.BEFORE, cohort.days[0] - timedelta(days=3), before, 0.9),
                     (SkillMoment.AFTER, cohort.days[-1] + timedelta(days=2), grown, 0.75))  # fmt: skip
            for moment, day, scores, share in looks:
                if day < now.date() and rng.random() < share:
                    look = SkillAssessment(membership=member, moment=moment, at=_at(day))
                    look.scores = [
                        SkillScore(skill=skill, skill_name=skill.name, score=scores[skill.name])
                        for skill in skills
                        if rng.random() < 0.95
                    ]
                    session.add(look)


def _build_metrics(session: Session, cohorts: list[DemoCohort], *, rng: Random, now: datetime) -> None:
    """A metric for the goals of the two coaching cohorts, with a value every other week; one was corrected."""
    members = [member.id for cohort in cohorts[-2:] for member in cohort.participants]
    first_days = {member.id: cohort.days[0] for cohort in cohorts[-2:] for member in cohort.participants}
    goals = session.scalars(select(Goal).where(Goal.membership_id.in_(members)).order_by(Goal.id)).all()
    for goal in goals:
        kind, first = rng.choice(KINDS), first_days[goal.membership_id]
        metric = Metric(
            goal=goal,
            name=kind.name,
            unit=kind.unit,
            direction=kind.direction,
            baseline=Decimal(kind.baseline),
            target=Decimal(kind.target),
            cadence_weeks=WEEKS,
            created_at=_at(first),
        )
        session.add(metric)
        _add_values(session, metric, kind, goal.membership.person_id, first, rng=rng, now=now)


def _add_values(
    session: Session, metric: Metric, kind: _Kind, person_id: int, first: date, *, rng: Random, now: datetime
) -> None:
    start, end, stray = Decimal(kind.baseline), Decimal(kind.target), Decimal(kind.stray)
    weeks = min((now.date() - first).days // 7, 20)
    rows = []
    for week in range(0, weeks, WEEKS):
        way = Decimal(week) / Decimal(24)
        value = start + (end - start) * way + stray * rng.randrange(-1, 2)
        day = first + timedelta(weeks=week)
        row = Observation(metric=metric, value=max(round(value, 1), Decimal(0)), observed_on=day,
                          source=ObservationSource.PAGE, recorded_by_id=person_id, created_at=_at(day))  # fmt: skip
        session.add(row)
        rows.append(row)
    if len(rows) > 3 and rng.random() < 0.3:
        wrong = rows[2]
        # A correction names the row that it corrects by its number.
        session.flush()
        session.add(
            Observation(metric=metric, value=(wrong.value or stray) + stray, observed_on=wrong.observed_on,
                        source=ObservationSource.PAGE, recorded_by_id=person_id, created_at=_at(wrong.observed_on),
                        corrects_id=wrong.id, reason="Counted once more.")
        )  # fmt: skip


def _at(day: date) -> datetime:
    """The middle of the day, when nobody asks for the hour."""
    return datetime.combine(day, time(12), tzinfo=UTC)
