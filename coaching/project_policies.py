"""Who may do what with the goals that a course project serves. What may be done with the project itself is in
`policies`."""

from __future__ import annotations

from coaching.models import CourseProject, Goal
from coaching.policies import Actor, Answer, may_set_goal, may_view_goals


def may_serve_goals(actor: Actor, project: CourseProject) -> Answer:
    """Say which goals the course serves: its owners about their own, and their coaches. Coordinators and fellows, who
    read no goals, have no say in it."""
    answers = [may_set_goal(actor, owner.membership) for owner in project.owners if owner.membership is not None]
    if any(answers):
        return True
    # Whom an archive alone keeps from it is told so.
    return next((one for one in answers if one is not False), False)


def may_see_served(actor: Actor, goal: Goal) -> bool:
    """That a course serves a goal is told to those who read the goal, and to nobody else."""
    return may_view_goals(actor, goal.membership)
