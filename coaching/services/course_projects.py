"""Course projects: started, shared with co-owners, and moved from stage to stage. `runs` has their launches.

Every participant who owns a course has each of its launches in their practice log, whoever of them logged it and
however late they became an owner: a launch is the team's. Reach is not read from there but from the run, so that it
counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    Cohort,
    CourseProject,
    CourseRun,
    Platform,
    PracticeEntry,
    PracticeKind,
    ProjectOwner,
    Stage,
    StageChange,
)
from coaching.policies import Actor, may_edit_project, may_start_project, may_view_cohort, may_view_project, require
from coaching.services import audit, follow_ups
from coaching.services.project_list import OWNERS_IN_COHORT, PROJECTS_IN_COHORT, ProjectLine, read_projects
from coaching.services.project_records import (
    LAUNCHES,
    TEAM,
    add_stage,
    find_members,
    lock_project,
    log_practice,
    own_participation,
    plain_name,
)
from coaching.services.zones import latest_today

LOG_IT = "Log a launch instead: it sets the stage, and keeps the date and the enrolments."


def get_project(session: Session, public_id: str, *, actor: Actor) -> CourseProject:
    """A project with its owners, stages, runs and figures, for members of its owners' cohorts and who runs them."""
    statement = (
        select(CourseProject)
        .where(CourseProject.public_id == public_id)
        .options(
            *TEAM,
            selectinload(CourseProject.runs).selectinload(CourseRun.snapshots),
            selectinload(CourseProject.stage_changes),
        )
    )
    project = session.scalars(statement).one_or_none()
    if project is None or not may_view_project(actor, project):
        raise NotFound
    return project


def list_projects(session: Session, cohort: Cohort, *, actor: Actor) -> tuple[ProjectLine, ...]:
    """The projects that began in the cohort or that a member of it co-owns, by title."""
    require(may_view_cohort(actor, cohort), seen=False)
    values = {"cohort_id": cohort.id}
    return read_projects(session.connection(), PROJECTS_IN_COHORT, OWNERS_IN_COHORT, values).lines


def start_project(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    platform: Platform = Platform.OTHER,
    audience: str = "",
    url: str = "",
    owners: Sequence[str] = (),
    outside_names: Sequence[str] = (),
    stage: Stage = Stage.IDEA,
    on: date | None = None,
) -> CourseProject:
    """A new project, at its stage since `on`, or today.

    `owners` are memberships by public id; a participant is an owner of what they start.
    """
    require(may_start_project(actor, cohort), seen=may_view_cohort(actor, cohort))
    if stage in LAUNCHES:
        raise Invalid.field("stage", LOG_IT)
    members = find_members(session, cohort.programme_id, owners)
    own = own_participation(session, cohort, actor)
    if own is not None:
        members = {own.id: own} | members
    project = CourseProject(
        programme_id=cohort.programme_id, cohort=cohort, title=title, audience=audience, platform=platform, url=url,
        stage=stage, created_at=now,
    )  # fmt: skip
    project.owners = [ProjectOwner(membership=member, added_at=now) for member in members.values()]
    names = {plain_name(name): name for name in outside_names}
    project.owners += [ProjectOwner(outside_name=name, added_at=now) for name in names.values()]
    session.add(project)
    add_stage(session, project, stage=stage, on=on or latest_today(now, actor.timezone), actor=actor, now=now)
    audit.record(session, "project.started", project, actor=actor, now=now)
    return project


def edit_project(
    session: Session,
    project: CourseProject,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    platform: Platform = Platform.OTHER,
    audience: str = "",
    url: str = "",
) -> CourseProject:
    """Puts these values in place of the project's."""
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    project.title, project.platform, project.audience, project.url = title, platform, audience, url
    audit.record(session, "project.edited", project, actor=actor, now=now)
    return project


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
        log_practice(session, project.runs, [owner], now=now)
    session.add(owner)
    if owner.membership is not None and project.runs:
        follow_ups.follow_launches(session, [owner.membership.id], now=now)
    audit.record(session, "project.owner_added", owner, actor=actor, now=now)
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

    What they said in check-ins stays theirs, and a figure that they reported stays the run's.
    """
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    lock_project(session, project)
    owner = next((one for one in project.owners if _is_owner(one, membership_id, outside_name)), None)
    if owner is None:
        raise Conflict("This person is not on the team of this course. Load it again to see who is.")
    if len(project.owners) == 1:
        raise Conflict("A course has at least one owner. Add the right one first.")
    if owner.membership_id is not None:
        runs = [run.id for run in project.runs]
        session.execute(
            delete(PracticeEntry).where(
                PracticeEntry.membership_id == owner.membership_id,
                PracticeEntry.kind == PracticeKind.LAUNCH,
                PracticeEntry.run_id.in_(runs),
            )
        )
    audit.record(session, "project.owner_removed", owner, actor=actor, now=now)
    project.owners.remove(owner)
    session.delete(owner)
    if owner.membership_id is not None and project.runs:
        follow_ups.follow_launches(session, [owner.membership_id], now=now)


def _is_owner(owner: ProjectOwner, membership_id: str | None, outside_name: str) -> bool:
    if owner.membership is not None:
        return owner.membership.public_id == membership_id
    return bool(outside_name) and plain_name(owner.outside_name) == plain_name(outside_name)


def change_stage(
    session: Session,
    project: CourseProject,
    *,
    actor: Actor,
    now: datetime,
    stage: Stage,
    on: date,
    note: str = "",
) -> StageChange:
    """Notes that the project was at a stage from a day on; days may come in any order."""
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    if stage in LAUNCHES:
        raise Invalid.field("stage", LOG_IT)
    if on > latest_today(now, actor.timezone, project.cohort.timezone):
        raise Invalid.field("on", "This day is still to come. Write the day on which the stage began.")
    lock_project(session, project)
    if any((change.stage, change.on) == (stage, on) for change in project.stage_changes):
        raise Conflict("This stage is noted for that day already.")
    change = add_stage(session, project, stage=stage, on=on, note=note, actor=actor, now=now)
    audit.record(session, "project.stage_changed", change, actor=actor, now=now)
    return change
