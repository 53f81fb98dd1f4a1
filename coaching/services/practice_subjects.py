"""What a line of somebody's practice log can be about: the courses that they build."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import CourseProject, Membership, ProjectOwner
from coaching.policies import Actor, may_view_member, require


class OwnCourse(NamedTuple):
    """A course of the participant's, whatever its stage."""

    id: str
    title: str


def list_own_courses(session: Session, membership: Membership, *, actor: Actor) -> list[OwnCourse]:
    """The courses that the participant builds in the programme, by title; by person and not by membership, because a
    course that began in an earlier cohort is still theirs."""
    require(may_view_member(actor, membership), seen=False)
    owned = (
        select(ProjectOwner.project_id)
        .join(Membership, Membership.id == ProjectOwner.membership_id)
        .where(Membership.person_id == membership.person_id)
    )
    statement = (
        select(CourseProject.public_id, CourseProject.title)
        .where(CourseProject.id.in_(owned), CourseProject.programme_id == membership.cohort.programme_id)
        .order_by(CourseProject.title, CourseProject.id)
    )
    return [OwnCourse(*row) for row in session.execute(statement)]
