"""Who builds a course: members of any cohort of the programme, and team-mates outside, who are only a name until they
join. A participant has the course's launches in their practice log for as long as they are on its team."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import (
    OPEN_STATUSES,
    Cohort,
    CourseProject,
    Goal,
    Membership,
    Person,
    PracticeEntry,
    PracticeKind,
    ProjectGoal,
    ProjectOwner,
    Role,
)
from coaching.policies import Actor, may_coordinate, may_edit_project, may_view_project, require
from coaching.services import audit, follow_ups
from coaching.services.cohort_list import text_pattern
from coaching.services.project_records import find_members, lock_project, log_practice, plain_name

MOST_CANDIDATES = 60
NOT_ON_TEAM = "This person is not on the team of this course. Load it again to see who is."


class Candidate(NamedTuple):
    """A participant whom somebody may add to a team: they see the cohort."""

    id: str
    name: str
    cohort: str


def list_team_candidates(
    session: Session, project: CourseProject, *, actor: Actor, text: str = ""
) -> tuple[Candidate, ...]:
    """Participants of the programme whom the actor sees and who are not on the team, those of the project's cohort
    first; with `text`, those with it in their name. At most 60: whoever is looked for beyond has a name."""
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    statement = (
        select(Membership.public_id, Person.name, Cohort.name)
        .join(Person, Person.id == Membership.person_id)
        .join(Cohort, Cohort.id == Membership.cohort_id)
        .where(
            Cohort.programme_id == project.programme_id,
            Membership.role == Role.PARTICIPANT,
            Membership.status.in_(OPEN_STATUSES),
            Membership.id.not_in([owner.membership_id for owner in project.owners if owner.membership_id]),
        )
        .order_by(Cohort.id != project.cohort_id, Cohort.name, Cohort.id, Person.name, Membership.id)
        .limit(MOST_CANDIDATES)
    )
    if not may_coordinate(actor, project.programme_id):
        seen = [number for number, standing in actor.standings.items() if standing.is_open]
        statement = statement.where(Cohort.id.in_(seen))
    elif not text.strip():
        # A programme has thousands: without a name it is those of the cohorts that build the course.
        building = {owner.membership.cohort_id for owner in project.owners if owner.membership is not None}
        statement = statement.where(Cohort.id.in_(building | {project.cohort_id}))
    if text.strip():
        statement = statement.where(Person.name.ilike(text_pattern(text), escape="\\"))
    return tuple(Candidate(*row) for row in session.execute(statement))


def add_owner(
    session: Session,
    project: CourseProject,
    *,
    actor: Actor,
    now: datetime,
    membership_id: str | None = None,
    outside_name: str = "",
) -> ProjectOwner:
    """One more who builds the course: a member (by public id), or the name of a team-mate outside.

    A participant gets the launches so far into their practice log.
    """
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    if (membership_id is None) == (not outside_name):
        raise Invalid.field("membership_id", "Choose a member, or write the name of someone outside: one of the two.")
    lock_project(session, project)
    if membership_id is None:
        if plain_name(outside_name) in {plain_name(owner.outside_name) for owner in project.owners}:
            raise Conflict(f"{outside_name} is an owner of this course already.")
        owner = ProjectOwner(project=project, outside_name=outside_name, added_at=now)
    else:
        (member,) = find_members(session, project.programme_id, [membership_id], field="membership_id").values()
        if member.id in {owner.membership_id for owner in project.owners}:
            raise Conflict(f"{member.person.name} is an owner of this course already.")
        owner = ProjectOwner(project=project, membership=member, added_at=now)
    session.add(owner)
    _share_launches(session, project, owner, now=now)
    audit.record(session, "project.owner_added", owner, actor=actor, now=now)
    return owner


def link_owner(
    session: Session,
    project: CourseProject,
    *,
    actor: Actor,
    now: datetime,
    outside_name: str,
    membership_id: str,
) -> ProjectOwner:
    """Somebody from outside has joined the programme: their name becomes the member, with the launches so far.

    Where the member is on the team already, they were there twice, and the name goes.
    """
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    lock_project(session, project)
    owner = next((one for one in project.owners if _is_owner(one, None, outside_name)), None)
    if owner is None:
        raise Invalid.field("outside_name", "Nobody of this name is on the team from outside. Load the course again.")
    (member,) = find_members(session, project.programme_id, [membership_id], field="membership_id").values()
    twin = next((one for one in project.owners if one.membership_id == member.id), None)
    if twin is not None:
        project.owners.remove(owner)
        session.delete(owner)
        audit.record(session, "project.owner_linked", twin, actor=actor, now=now)
        return twin
    owner.membership, owner.outside_name = member, ""
    _share_launches(session, project, owner, now=now)
    audit.record(session, "project.owner_linked", owner, actor=actor, now=now)
    return owner


def remove_owner(
    session: Session,
    project: CourseProject,
    *,
    actor: Actor,
    now: datetime,
    membership_id: str | None = None,
    outside_name: str = "",
) -> None:
    """Takes somebody off the team who is named there by mistake, and the course's launches out of their practice log.

    What they said in check-ins stays theirs, and a figure that they reported stays the run's. The course serves their
    goals no more.
    """
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    lock_project(session, project)
    owner = next((one for one in project.owners if _is_owner(one, membership_id, outside_name)), None)
    if owner is None:
        raise Conflict(NOT_ON_TEAM)
    if len(project.owners) == 1:
        raise Conflict("A course has at least one owner. Add the right one first.")
    number = owner.membership_id
    audit.record(session, "project.owner_removed", owner, actor=actor, now=now)
    project.owners.remove(owner)
    session.delete(owner)
    if number is not None:
        _forget(session, project, number)
        if project.runs:
            follow_ups.follow_launches(session, [number], now=now)


def _is_owner(owner: ProjectOwner, membership_id: str | None, outside_name: str) -> bool:
    if owner.membership is not None:
        return owner.membership.public_id == membership_id
    return bool(outside_name) and plain_name(owner.outside_name) == plain_name(outside_name)


def _share_launches(session: Session, project: CourseProject, owner: ProjectOwner, *, now: datetime) -> None:
    """Whoever comes to the team has the launches so far."""
    if owner.membership is None:
        return
    log_practice(session, project.runs, [owner], now=now)
    if project.runs:
        follow_ups.follow_launches(session, [owner.membership.id], now=now)


def _forget(session: Session, project: CourseProject, membership_id: int) -> None:
    """What stood with a member because the course was theirs."""
    launches = PracticeEntry.run_id.in_([run.id for run in project.runs])
    session.execute(
        delete(PracticeEntry).where(
            PracticeEntry.membership_id == membership_id, PracticeEntry.kind == PracticeKind.LAUNCH, launches
        )
    )
    goals = select(Goal.id).where(Goal.membership_id == membership_id)
    session.execute(delete(ProjectGoal).where(ProjectGoal.project_id == project.id, ProjectGoal.goal_id.in_(goals)))
