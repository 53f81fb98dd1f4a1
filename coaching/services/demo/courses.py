"""The demo's courses as their teams see them: the skills they use, the goals they serve, why one stopped, and a stage
that was noted for the wrong course."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import CourseProject, Goal, Programme, ProjectGoal, ProjectSkill, Skill, Stage, StageChange
from coaching.services.demo.cohorts import DemoCohort

WHY_STOPPED = (
    "The department’s plans changed. The outline is kept for whoever takes it up.",
    "Half of the team moved on before the pilot. We look for others.",
    "The national course came first, and says the same. We send people there.",
)
NOTED_WRONG = "That was the pilot of our other course."


def furnish_courses(session: Session, programme: Programme, cohorts: list[DemoCohort], *, seed: int) -> None:
    """By draws of its own, so that the rest of the demo is what it was without it."""
    rng = Random(f"courses {seed}")  # noqa: S311
    # Skills and goals are found by their numbers.
    session.flush()
    skills = list(session.scalars(select(Skill).where(Skill.programme_id == programme.id).order_by(Skill.position)))
    goals: dict[int, Goal] = {}
    for goal in session.scalars(select(Goal).order_by(Goal.id.desc())):
        goals[goal.membership_id] = goal
    statement = select(CourseProject).where(CourseProject.programme_id == programme.id).order_by(CourseProject.id)
    projects = list(session.scalars(statement))
    for project in projects:
        used = rng.sample(skills, rng.randrange(1, 4))
        project.skills = [ProjectSkill(skill=skill) for skill in used]
        served = [goals[owner.membership_id] for owner in project.owners if owner.membership_id in goals]
        project.goals = [ProjectGoal(goal=goal, added_at=project.created_at) for goal in served]
        for change in project.stage_changes:
            if change.stage == Stage.STOPPED:
                change.note = rng.choice(WHY_STOPPED)
    running = [project for project in projects if project.cohort_id == cohorts[-1].row.id and not project.runs]
    if running:
        _note_wrongly(running[0])


def _note_wrongly(project: CourseProject) -> None:
    """A pilot that was another course's, taken back the day after."""
    newest = max(project.stage_changes, key=lambda change: change.on)
    at = newest.recorded_at
    project.stage_changes.append(
        StageChange(
            stage=Stage.PILOTED,
            on=newest.on,
            recorded_at=at,
            withdrawn_at=at + timedelta(days=1),
            reason=NOTED_WRONG,
        )
    )
