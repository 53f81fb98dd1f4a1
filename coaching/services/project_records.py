"""What the services of course projects share: finding, locking, and the rows that their acts leave behind.

Nothing here asks permission or audits: the services that call it do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Invalid
from coaching.models import (
    OPEN_STATUSES,
    Cohort,
    CourseProject,
    CourseRun,
    Membership,
    PracticeEntry,
    PracticeKind,
    ProjectOwner,
    Role,
    Stage,
    StageChange,
)
from coaching.policies import Actor

LAUNCHES = (Stage.LAUNCHED, Stage.RE_RUN)
LONGEST_NOTE = 1000
# What the policies ask of a project, in a constant number of queries.
TEAM = (
    joinedload(CourseProject.cohort),
    selectinload(CourseProject.owners).joinedload(ProjectOwner.membership).joinedload(Membership.cohort),
    selectinload(CourseProject.owners).joinedload(ProjectOwner.membership).joinedload(Membership.person),
)


def plain_name(name: str) -> str:
    """A name or title as people compare it: without regard to case and blanks."""
    return " ".join(name.split()).casefold()


def lock_project(session: Session, project: CourseProject) -> None:
    """Two who act on a project at once come one by one, and the second sees what the first did."""
    names = ["stage", "version", "owners", "runs", "stage_changes"]
    session.refresh(project, attribute_names=names, with_for_update=True)


def find_members(
    session: Session, programme_id: int, public_ids: Sequence[str], *, field: str = "owners"
) -> dict[int, Membership]:
    """The memberships by number, in the order given."""
    wanted = list(dict.fromkeys(public_ids))
    statement = (
        select(Membership)
        .join(Membership.cohort)
        .where(
            Membership.public_id.in_(wanted),
            Membership.status.in_(OPEN_STATUSES),
            Cohort.programme_id == programme_id,
        )
        .options(joinedload(Membership.person))
    )
    found = {member.public_id: member for member in session.scalars(statement)} if wanted else {}
    if len(found) < len(wanted):
        raise Invalid.field(field, "Choose people who are in a cohort of this programme.")
    return {found[public_id].id: found[public_id] for public_id in wanted}


def own_participation(session: Session, cohort: Cohort, actor: Actor) -> Membership | None:
    """The actor's own membership, where they take part in the cohort."""
    standing = actor.standings.get(cohort.id)
    if standing is None or standing.role != Role.PARTICIPANT or not standing.is_open:
        return None
    return session.get_one(Membership, standing.membership_id)


def find_by_title(session: Session, cohort: Cohort, title: str, actor: Actor) -> list[CourseProject]:
    """The projects of this title, but for case and blanks, in the cohort or of the actor's own in the programme."""
    owned = (
        select(ProjectOwner.project_id)
        .join(ProjectOwner.membership)
        .join(Membership.cohort)
        .where(Membership.person_id == actor.person_id, Cohort.programme_id == cohort.programme_id)
    )
    statement = select(CourseProject.id, CourseProject.title).where(
        (CourseProject.cohort_id == cohort.id) | CourseProject.id.in_(owned)
    )
    numbers = [number for number, name in session.execute(statement) if plain_name(name) == plain_name(title)]
    chosen = select(CourseProject).where(CourseProject.id.in_(numbers)).order_by(CourseProject.id)
    return list(session.scalars(chosen.options(*TEAM))) if numbers else []


def add_stage(
    session: Session,
    project: CourseProject,
    *,
    stage: Stage,
    on: date,
    actor: Actor,
    now: datetime,
    note: str = "",
    corrects_id: int | None = None,
) -> StageChange:
    """Adds a dated stage, and sets the project to the newest by day.

    The stage at which a project was entered here counts only until there is another: it is dated when it was entered,
    and what is logged next, perhaps a launch of last month, tells more.
    """
    change = StageChange(
        project=project, stage=stage, on=on, note=note, recorded_at=now, actor_id=actor.person_id,
        corrects_id=corrects_id,
    )  # fmt: skip
    session.add(change)
    # The order of two changes of one day is that of their numbers, which the database gives.
    session.flush()
    settle_stage(project)
    return change


def counted_stages(project: CourseProject) -> list[StageChange]:
    """The changes that tell at which stage the project is: those that stand, save the one with which it was entered
    here once there is another."""
    changes = sorted(project.stage_changes, key=lambda known: known.id)
    standing = [change for change in changes if change.withdrawn_at is None]
    return [change for change in standing if change is not changes[0]] or standing


def settle_stage(project: CourseProject) -> None:
    """Sets the project to the newest stage by day."""
    project.stage = max(counted_stages(project), key=lambda known: (known.on, known.id)).stage


def move_launch(session: Session, run: CourseRun, *, was: date, note: str, actor: Actor, now: datetime) -> None:
    """Moves the stage that logging the run set to the run's day, with a note of what it said before."""
    project = run.project
    launches = [change for change in project.standing_stages if change.stage in LAUNCHES]
    change = next((change for change in launches if change.on == was), None)
    if change is None:
        # A run that came in without a stage of its own.
        change = add_stage(session, project, stage=Stage.LAUNCHED, on=run.launched_on, actor=actor, now=now)
    # The newest is kept whole where a run was corrected very often.
    change.on, change.note = run.launched_on, f"{change.note} {note}".strip()[-LONGEST_NOTE:]
    _order_launches(project)
    settle_stage(project)


def remove_launch_stage(session: Session, project: CourseProject, on: date) -> None:
    """Takes away the stage that a launch of this day set, where a run goes that came in by mistake."""
    gone = [change for change in project.stage_changes if change.stage in LAUNCHES and change.on == on]
    for change in gone:
        project.stage_changes.remove(change)
        session.delete(change)
    _order_launches(project)
    if project.standing_stages:
        settle_stage(project)


def _order_launches(project: CourseProject) -> None:
    """The first launch is the launch, whichever was logged first; the others are re-runs."""
    launches = [change for change in project.standing_stages if change.stage in LAUNCHES]
    for place, launch in enumerate(sorted(launches, key=lambda known: (known.on, known.id))):
        launch.stage = Stage.RE_RUN if place else Stage.LAUNCHED


def launch_text(run: CourseRun) -> str:
    """A launch in the words of the practice log."""
    return f"Launched {run.project.title}: {run.label}"


def team_names(project: CourseProject) -> str:
    """Those who build the course, in words."""
    members = [owner.membership.person.name for owner in project.owners if owner.membership is not None]
    return " or ".join(members or [owner.outside_name for owner in project.owners])


def members_of(project: CourseProject) -> set[int]:
    """The memberships of those who build the course, by number."""
    return {owner.membership.id for owner in project.owners if owner.membership is not None}


def log_practice(
    session: Session,
    runs: Iterable[CourseRun],
    owners: Iterable[ProjectOwner],
    *,
    now: datetime,
    enrolments: int | None = None,
) -> None:
    """Each run into the practice log of each participant among the owners."""
    team = [owner.membership for owner in owners if owner.membership is not None]
    participants = [member for member in team if member.role == Role.PARTICIPANT]
    for run in runs:
        for member in participants:
            session.add(
                PracticeEntry(
                    membership=member, kind=PracticeKind.LAUNCH, on=run.launched_on, run=run, text=launch_text(run),
                    enrolments=enrolments, created_at=now,
                )
            )  # fmt: skip
