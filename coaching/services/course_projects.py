"""Course projects: started, edited, and seen. `project_owners` has their teams, `project_stages` their stages, and
`runs` their launches.

Every participant who owns a course has each of its launches in their practice log, whoever of them logged it and
however late they became an owner: a launch is the team's. Reach is not read from there but from the run, so that it
counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from coaching.errors import Invalid, NotFound
from coaching.models import (
    Cohort,
    CourseProject,
    CourseRun,
    Membership,
    Platform,
    ProjectEdit,
    ProjectOwner,
    ProjectSkill,
    Skill,
    Stage,
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
    LAUNCHES,
    TEAM,
    add_stage,
    find_by_title,
    find_members,
    lock_project,
    own_participation,
    plain_name,
    team_names,
)
from coaching.services.project_stages import LOG_IT
from coaching.services.skills import read_skills
from coaching.services.zones import latest_today

SAID = ("title", "audience", "platform", "url")
OWN_NAMESAKE = "You have a course of this title already. Go on with that one, or give this one another title."


class EarlierWords(NamedTuple):
    """What a project said until it was edited."""

    title: str
    audience: str
    platform: Platform
    url: str
    edited_at: datetime


def get_project(session: Session, public_id: str, *, actor: Actor) -> CourseProject:
    """A project with its owners, stages, runs and figures, for members of its owners' cohorts and who runs them."""
    statement = (
        select(CourseProject)
        .where(CourseProject.public_id == public_id)
        .options(
            *TEAM,
            selectinload(CourseProject.runs).selectinload(CourseRun.snapshots),
            selectinload(CourseProject.stage_changes),
            selectinload(CourseProject.skills).joinedload(ProjectSkill.skill),
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
    skill_ids: Sequence[str] = (),
    stage: Stage = Stage.IDEA,
    on: date | None = None,
) -> CourseProject:
    """A new project, at its stage since `on`, or today.

    `owners` are memberships by public id; a participant is an owner of what they start. A title that is there already,
    with oneself or in the cohort, is refused: it is probably the same course, and would count twice.
    """
    require(may_start_project(actor, cohort), seen=may_view_cohort(actor, cohort))
    if stage in LAUNCHES:
        raise Invalid.field("stage", LOG_IT)
    _check_title(session, cohort, title, actor)
    members = find_members(session, cohort.programme_id, owners)
    own = own_participation(session, cohort, actor)
    if own is not None:
        members = {own.id: own} | members
    project = CourseProject(
        programme_id=cohort.programme_id, cohort=cohort, title=title, audience=audience, platform=platform, url=url,
        stage=stage, created_at=now,
    )  # fmt: skip
    project.owners = _first_team(members.values(), outside_names, now)
    session.add(project)
    _choose_skills(session, project, skill_ids)
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
    skill_ids: Sequence[str] = (),
) -> CourseProject:
    """Puts these values in place of the project's. What it said before stays on record."""
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    if plain_name(title) != plain_name(project.title):
        _check_title(session, project.cohort, title, actor)
    lock_project(session, project)
    has_other_skills = _choose_skills(session, project, skill_ids)
    values = {"title": title, "audience": audience, "platform": platform, "url": url}
    if {name: getattr(project, name) for name in SAID} != values:
        said = {name: getattr(project, name) for name in SAID}
        session.add(ProjectEdit(project_id=project.id, edited_at=now, actor_id=actor.person_id, **said))
        for name, value in values.items():
            setattr(project, name, value)
    elif has_other_skills:
        # A skill alone is a change of the project, too: its version rises with it.
        flag_modified(project, "title")
    else:
        return project
    audit.record(session, "project.edited", project, actor=actor, now=now)
    return project


def list_edits(session: Session, project: CourseProject, *, actor: Actor) -> tuple[EarlierWords, ...]:
    """What the project said before each edit, the newest first."""
    require(may_view_project(actor, project), seen=False)
    columns = (ProjectEdit.title, ProjectEdit.audience, ProjectEdit.platform, ProjectEdit.url, ProjectEdit.edited_at)
    statement = select(*columns).where(ProjectEdit.project_id == project.id).order_by(ProjectEdit.id.desc())
    return tuple(EarlierWords(*row) for row in session.execute(statement))


def offered_skills(session: Session, programme_id: int, project: CourseProject | None = None) -> list[Skill]:
    """The skills of the programme that a project may say it uses, for callers that have asked permission: those in
    use, and those that it says already."""
    used = {one.skill_id for one in project.skills} if project is not None else set()
    return [skill for skill in read_skills(session, programme_id) if skill.retired_at is None or skill.id in used]


def _first_team(members: Iterable[Membership], outside_names: Iterable[str], now: datetime) -> list[ProjectOwner]:
    names = {plain_name(name): name for name in outside_names}
    inside = [ProjectOwner(membership=member, added_at=now) for member in members]
    return inside + [ProjectOwner(outside_name=name, added_at=now) for name in names.values()]


def _choose_skills(session: Session, project: CourseProject, skill_ids: Sequence[str]) -> bool:
    """Sets the skills that it uses, and tells whether they are others than before."""
    if set(skill_ids) == set(project.skill_ids):
        return False
    known = {used.skill.public_id: used for used in project.skills}
    offered = {skill.public_id: skill for skill in offered_skills(session, project.programme_id, project)}
    if not offered.keys() >= set(skill_ids):
        raise Invalid.field("skill_ids", "Choose skills of this programme that are in use.")
    project.skills = [known.get(one) or ProjectSkill(skill=offered[one]) for one in dict.fromkeys(skill_ids)]
    return True


def _check_title(session: Session, cohort: Cohort, title: str, actor: Actor) -> None:
    """A course of the same title is probably the same course.

    The cohort is locked, before any project of it, so that of two who give the title at once the second hears of it.
    """
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    namesakes = find_by_title(session, cohort, title, actor)
    if not namesakes:
        return
    if any(may_log_launch(actor, found) for found in namesakes):
        raise Invalid.field("title", OWN_NAMESAKE)
    text = f"There is a course of this title in the cohort already. Ask {team_names(namesakes[0]) or 'its coach'} to"
    raise Invalid.field("title", f"{text} add you to its team, or give this one another title.")
