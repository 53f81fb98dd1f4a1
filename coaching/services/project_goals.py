"""The goals that a course project serves: told to who reads a goal, chosen by whose goal it is or their coach.

Nothing of the project changes by it, its version included: a co-owner who reads no goals does not notice.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid
from coaching.models import CourseProject, Goal, GoalState, Membership, ProjectGoal
from coaching.policies import Actor, may_set_goal, may_view_project, require
from coaching.project_policies import may_see_served, may_serve_goals
from coaching.services import audit

NOT_THEIRS = "Choose a goal of somebody who builds the course."
FOR_OWNERS = "Which goals a course serves is said by those whose goals they are, and by their coaches."


class ServedGoal(NamedTuple):
    """A goal that the course serves."""

    id: str
    statement: str
    state: GoalState
    membership_id: str
    name: str
    added_at: datetime


class ServingProject(NamedTuple):
    """A course that serves a goal."""

    id: str
    title: str


def list_served(session: Session, project: CourseProject, *, actor: Actor) -> tuple[ServedGoal, ...]:
    """The goals that the course serves and that the actor reads; of the others nothing is told, not even a number."""
    require(may_view_project(actor, project), seen=False)
    statement = (
        select(ProjectGoal)
        .where(ProjectGoal.project_id == project.id)
        .options(joinedload(ProjectGoal.goal).joinedload(Goal.membership).joinedload(Membership.person))
        .options(joinedload(ProjectGoal.goal).joinedload(Goal.membership).joinedload(Membership.cohort))
        .order_by(ProjectGoal.added_at, ProjectGoal.goal_id)
    )
    return tuple(
        ServedGoal(
            one.goal.public_id, one.goal.statement, one.goal.state, one.goal.membership.public_id,
            one.goal.membership.person.name, one.added_at,
        )
        for one in session.scalars(statement)
        if may_see_served(actor, one.goal)
    )  # fmt: skip


def list_servable(session: Session, project: CourseProject, *, actor: Actor) -> tuple[Goal, ...]:
    """The goals that the actor may add: those that go on, of the owners whose goals they set."""
    require(may_serve_goals(actor, project), seen=may_view_project(actor, project), message=FOR_OWNERS)
    served = select(ProjectGoal.goal_id).where(ProjectGoal.project_id == project.id)
    statement = _goals_of(project, actor).where(Goal.ended_on.is_(None), Goal.id.not_in(served))
    return tuple(session.scalars(statement))


def serve_goal(session: Session, project: CourseProject, *, actor: Actor, now: datetime, goal_id: str) -> ServedGoal:
    """Says that the course serves a goal of one of its owners."""
    require(may_serve_goals(actor, project), seen=may_view_project(actor, project), message=FOR_OWNERS)
    goal = _find_goal(session, project, goal_id, actor)
    if session.get(ProjectGoal, (project.id, goal.id)) is not None:
        raise Conflict("The course serves this goal already.")
    row = ProjectGoal(project_id=project.id, goal_id=goal.id, added_at=now)
    session.add(row)
    audit.record(session, "goal.served", goal, actor=actor, now=now)
    member = goal.membership
    return ServedGoal(goal.public_id, goal.statement, goal.state, member.public_id, member.person.name, now)


def stop_serving(session: Session, project: CourseProject, *, actor: Actor, now: datetime, goal_id: str) -> None:
    """The course does not serve this goal after all."""
    require(may_serve_goals(actor, project), seen=may_view_project(actor, project), message=FOR_OWNERS)
    goal = _find_goal(session, project, goal_id, actor)
    row = session.get(ProjectGoal, (project.id, goal.id))
    if row is None:
        raise Conflict("The course does not serve this goal. Load it again to see which ones it does.")
    session.delete(row)
    audit.record(session, "goal.served_no_more", goal, actor=actor, now=now)


def read_serving(session: Session, goal: Goal) -> tuple[ServingProject, ...]:
    """The courses that serve a goal, for callers that have loaded it for who reads it."""
    statement = (
        select(CourseProject.public_id, CourseProject.title)
        .join(ProjectGoal, ProjectGoal.project_id == CourseProject.id)
        .where(ProjectGoal.goal_id == goal.id)
        .order_by(CourseProject.title, CourseProject.id)
    )
    return tuple(ServingProject(*row) for row in session.execute(statement))


def _goals_of(project: CourseProject, actor: Actor) -> Select[Goal]:
    """The goals of those owners for whom the actor sets goals."""
    members = [
        owner.membership.id
        for owner in project.owners
        if owner.membership is not None and may_set_goal(actor, owner.membership)
    ]
    whose = joinedload(Goal.membership)
    return (
        select(Goal)
        .where(Goal.membership_id.in_(members))
        .options(whose.joinedload(Membership.person), whose.joinedload(Membership.cohort))
        .order_by(Goal.id)
    )


def _find_goal(session: Session, project: CourseProject, goal_id: str, actor: Actor) -> Goal:
    """One of them. Another's is refused like one that is not there."""
    goal = session.scalars(_goals_of(project, actor).where(Goal.public_id == goal_id)).one_or_none()
    if goal is None:
        raise Invalid.field("goal_id", NOT_THEIRS)
    return goal
