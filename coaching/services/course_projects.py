"""Course projects: started, shared with co-owners, moved from stage to stage, and launched.

Every participant who owns a course has each of its launches in their practice log, whoever of them logged it and
however late they became an owner: a launch is the team's. Reach is not read from there but from the run, so that it
counts once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    Cohort,
    CourseProject,
    CourseRun,
    Membership,
    Platform,
    ProjectOwner,
    ReachMetric,
    Role,
    Stage,
    StageChange,
)
from coaching.policies import (
    Actor,
    may_edit_project,
    may_log_launch,
    may_start_project,
    may_view_cohort,
    may_view_project,
    require,
)
from coaching.services import audit
from coaching.services.project_list import OWNERS_IN_COHORT, PROJECTS_IN_COHORT, ProjectLine, read_projects
from coaching.services.project_records import (
    TEAM,
    add_stage,
    find_by_title,
    find_members,
    lock_project,
    log_practice,
    plain_name,
)
from coaching.services.reach import report_reach, source_of
from coaching.services.zones import latest_today

LAUNCHES = (Stage.LAUNCHED, Stage.RE_RUN)
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
) -> CourseProject:
    """A new project. `owners` are memberships by public id; a participant is an owner of what they start."""
    require(may_start_project(actor, cohort), seen=may_view_cohort(actor, cohort))
    if stage in LAUNCHES:
        raise Invalid.field("stage", LOG_IT)
    members = find_members(session, cohort.programme_id, owners)
    standing = actor.standings.get(cohort.id)
    if standing is not None and standing.role == Role.PARTICIPANT and standing.is_open:
        members = {standing.membership_id: session.get_one(Membership, standing.membership_id)} | members
    project = CourseProject(
        programme_id=cohort.programme_id, cohort=cohort, title=title, audience=audience, platform=platform, url=url,
        stage=stage, created_at=now,
    )  # fmt: skip
    project.owners = [ProjectOwner(membership=member, added_at=now) for member in members.values()]
    names = {plain_name(name): name for name in outside_names}
    project.owners += [ProjectOwner(outside_name=name, added_at=now) for name in names.values()]
    session.add(project)
    add_stage(session, project, stage=stage, on=latest_today(now, actor.timezone), actor=actor, now=now)
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
    audit.record(session, "project.owner_added", owner, actor=actor, now=now)
    return owner


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


def log_launch(
    session: Session,
    project: CourseProject,
    *,
    actor: Actor,
    now: datetime,
    launched_on: date,
    enrolments: int | None = None,
    label: str = "",
    platform: Platform | None = None,
    url: str = "",
    ended_on: date | None = None,
) -> CourseRun:
    """The course opened to learners. A launch before the cohort's end is as good as any: `is_before_end` tells of it.

    `enrolments` are those known now, whenever the launch was. What is left out is taken from the project.
    """
    require(may_log_launch(actor, project), seen=may_view_project(actor, project))
    today = latest_today(now, actor.timezone, project.cohort.timezone)
    _check_run_dates(launched_on, ended_on, today)
    lock_project(session, project)
    if any(run.launched_on == launched_on for run in project.runs):
        raise Conflict("You already logged this launch.")
    run = CourseRun(
        project=project, label=label or f"Run {len(project.runs) + 1}", platform=platform or project.platform,
        url=url or project.url, launched_on=launched_on, ended_on=ended_on, recorded_at=now,
        recorded_by_id=actor.person_id,
    )  # fmt: skip
    session.add(run)
    is_first = all(other.launched_on >= launched_on for other in project.runs)
    stage = Stage.LAUNCHED if is_first else Stage.RE_RUN
    add_stage(session, project, stage=stage, on=launched_on, actor=actor, now=now)
    if enrolments is not None:
        _report_joiners(session, run, enrolments, as_of=today, actor=actor, now=now)
    log_practice(session, [run], project.owners, enrolments=enrolments, now=now)
    audit.record(session, "launch.logged", run, actor=actor, now=now)
    return run


def log_new_launch(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    launched_on: date,
    enrolments: int | None = None,
    platform: Platform | None = None,
    url: str = "",
) -> CourseRun:
    """A launch in one step, for someone in a hurry: of their project of this title, or of a new one.

    A course of the same title that others in the cohort own is probably the same course, and would count twice;
    so that is a Conflict that says whom to ask.
    """
    require(may_start_project(actor, cohort), seen=may_view_cohort(actor, cohort))
    # Locked, so that a form that was sent twice finds the project that its first sending started.
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    namesakes = find_by_title(session, cohort, title, actor)
    project = next((found for found in namesakes if may_log_launch(actor, found)), None)
    if project is None and namesakes:
        names = [owner.membership.person.name for owner in namesakes[0].owners if owner.membership is not None]
        whom = " or ".join(names) or "your coach"
        raise Conflict(f"There is a course of this title in your cohort already. Ask {whom} to add you as an owner.")
    if project is None:
        project = start_project(
            session, cohort, actor=actor, now=now, title=title, platform=platform or Platform.OTHER, url=url
        )
    return log_launch(
        session, project, actor=actor, now=now, launched_on=launched_on, enrolments=enrolments, platform=platform,
        url=url,
    )  # fmt: skip


def _check_run_dates(launched_on: date, ended_on: date | None, today: date) -> None:
    if launched_on > today:
        raise Invalid.field(
            "launched_on", "This launch is still to come. Log it on its day; until then, change the project's stage."
        )
    if ended_on is not None and ended_on < launched_on:
        raise Invalid.field("ended_on", "The run ends before it begins. Write a later day, or leave this blank.")


def _report_joiners(session: Session, run: CourseRun, value: int, *, as_of: date, actor: Actor, now: datetime) -> None:
    report_reach(
        session,
        run,
        metric=ReachMetric.JOINERS,
        value=value,
        as_of=as_of,
        source=source_of(actor, run.project),
        recorded_by_id=actor.person_id,
        now=now,
    )
