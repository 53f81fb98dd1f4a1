"""Runs of a course: a launch logged, in one step where somebody is in a hurry, and what was logged wrong corrected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import (
    Cohort,
    CourseProject,
    CourseRun,
    Membership,
    Platform,
    PracticeEntry,
    PracticeKind,
    ReachMetric,
    ReachSnapshot,
    Role,
    Stage,
)
from coaching.policies import Actor, may_log_launch, may_start_project, may_view_cohort, may_view_project, require
from coaching.services import audit, follow_ups
from coaching.services.course_projects import start_project
from coaching.services.project_owners import add_owner
from coaching.services.project_records import (
    add_stage,
    find_by_title,
    find_members,
    launch_text,
    lock_project,
    log_practice,
    members_of,
    move_launch,
    own_participation,
    plain_name,
    team_names,
)
from coaching.services.reach import report_reach, source_of
from coaching.services.reach_checks import long_day
from coaching.services.zones import latest_today

NAMESAKE = "namesake"
# A year before this one is a slip of the pen.
EARLIEST = date(2000, 1, 1)


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
    follow_ups.follow_launches(session, members_of(project), now=now)
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
    owners: Sequence[str] = (),
    outside_names: Sequence[str] = (),
) -> CourseRun:
    """A launch in one step, for someone in a hurry: of their project of this title, or of a new one.

    A participant owns what they launch. Who logs it for others says whose it is, in `owners` (memberships by public
    id) or `outside_names`. A course of the same title that others in the cohort own is probably the same course, and
    would count twice; so that is a Conflict that says whom to ask.
    """
    require(may_start_project(actor, cohort), seen=may_view_cohort(actor, cohort))
    # Locked, so that a form that was sent twice finds the project that its first sending started.
    session.execute(select(Cohort.id).where(Cohort.id == cohort.id).with_for_update())
    members = _learners(find_members(session, cohort.programme_id, owners))
    project = _own_of_title(session, cohort, title, actor)
    if project is None or not project.owners:
        _check_somebody(own_participation(session, cohort, actor), members, outside_names)
    if project is None:
        project = start_project(
            session, cohort, actor=actor, now=now, title=title, platform=platform or Platform.OTHER, url=url,
            owners=owners, outside_names=outside_names, on=launched_on,
        )  # fmt: skip
    elif project.owners:
        _check_same_team(project, members, outside_names)
    else:
        _name_team(session, project, owners, outside_names, actor=actor, now=now)
    return log_launch(
        session, project, actor=actor, now=now, launched_on=launched_on, enrolments=enrolments, platform=platform,
        url=url,
    )  # fmt: skip


def correct_run(
    session: Session,
    run: CourseRun,
    *,
    actor: Actor,
    now: datetime,
    label: str,
    launched_on: date,
    ended_on: date | None,
    reason: str,
    platform: Platform | None = None,
    url: str = "",
) -> CourseRun:
    """Puts right what was logged wrong about a run. What it said before stays on record with the reason.

    A day that changes moves the launch in the project's stages and in the practice log of its team.
    """
    project = run.project
    require(may_log_launch(actor, project), seen=may_view_project(actor, project))
    if not reason.strip():
        raise Invalid.field("reason", "Say why the run changes: it stays on record with what it said before.")
    _check_run_dates(launched_on, ended_on, latest_today(now, actor.timezone, project.cohort.timezone))
    lock_project(session, project)
    if any(other.launched_on == launched_on for other in project.runs if other.id != run.id):
        raise Conflict("Another run of this course opened on that day already. Correct that one, or choose another.")
    _check_figures_after(session, run, launched_on)
    values = {"label": label, "launched_on": launched_on, "ended_on": ended_on, "url": url}
    was, changed = run.launched_on, _correct(run, values | {"platform": platform or run.platform})
    if not changed:
        raise Invalid.field("reason", "Nothing is changed. Change what is wrong, then save.")
    move_launch(session, run, was=was, note=f"Corrected: {', '.join(changed)}. {reason}", actor=actor, now=now)
    _move_lines(session, run)
    if launched_on != was:
        follow_ups.follow_launches(session, members_of(project), now=now)
    audit.record(session, "run.corrected", run, actor=actor, now=now)
    return run


def _move_lines(session: Session, run: CourseRun) -> None:
    """In the practice logs, where whoever confirmed a line confirmed what it said before."""
    session.execute(
        update(PracticeEntry)
        .where(PracticeEntry.run_id == run.id, PracticeEntry.kind == PracticeKind.LAUNCH)
        .values(on=run.launched_on, text=launch_text(run), confirmed_at=None, confirmed_by_id=None)
    )


def _correct(run: CourseRun, values: Mapping[str, Any]) -> list[str]:
    """Sets the values, and tells for each that changes what the run said before."""
    before = {
        "launched_on": f"the launch was logged as of {long_day(run.launched_on)}",
        "label": f"the run was called {run.label}",
        "ended_on": f"it ended on {long_day(run.ended_on)}" if run.ended_on else "it had no end",
        "platform": "it had another platform",
        "url": f"its link was {run.url}" if run.url else "it had no link",
    }
    changed = [text for name, text in before.items() if getattr(run, name) != values[name]]
    for name, value in values.items():
        setattr(run, name, value)
    return changed


def _check_figures_after(session: Session, run: CourseRun, launched_on: date) -> None:
    """A figure is of a day on which the course was open."""
    stands = (ReachSnapshot.run_id == run.id, ReachSnapshot.withdrawn_at.is_(None))
    first = session.scalar(select(func.min(ReachSnapshot.as_of)).where(*stands))
    if first is not None and first < launched_on:
        text = f"There is a figure of {long_day(first)}: the course was open by then. Write that day or an earlier one."
        raise Invalid.field("launched_on", text)


def _learners(members: dict[int, Membership]) -> dict[int, Membership]:
    if any(member.role != Role.PARTICIPANT for member in members.values()):
        raise Invalid.field("owners", "Choose participants: the course is theirs.")
    return members


def _check_somebody(own: Membership | None, members: dict[int, Membership], outside_names: Sequence[str]) -> None:
    if own is None and not members and not outside_names:
        text = "Say whose course it is: choose at least one participant, or write the name of somebody from outside."
        raise Invalid.field("owners", text)


def _own_of_title(session: Session, cohort: Cohort, title: str, actor: Actor) -> CourseProject | None:
    """The project of this title whose launches the actor may log, if there is one of this title at all."""
    namesakes = find_by_title(session, cohort, title, actor)
    project = next((found for found in namesakes if may_log_launch(actor, found)), None)
    if project is None and namesakes:
        whom = team_names(namesakes[0]) or "your coach"
        asked = f"There is a course of this title in your cohort already. Ask {whom} to add you as an owner."
        raise Conflict(f"{asked} If yours is another course, give it another title.", code=NAMESAKE)
    return project


def _name_team(
    session: Session,
    project: CourseProject,
    owners: Sequence[str],
    outside_names: Sequence[str],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """The first owners of a course that was of nobody."""
    for public_id in owners:
        add_owner(session, project, actor=actor, now=now, membership_id=public_id)
    for name in outside_names:
        add_owner(session, project, actor=actor, now=now, outside_name=name)


def _check_same_team(project: CourseProject, members: dict[int, Membership], outside_names: Sequence[str]) -> None:
    """A launch changes no team: whoever is named beside a title that is there already has to be of it."""
    known = {owner.membership_id for owner in project.owners}
    known_names = {plain_name(owner.outside_name) for owner in project.owners}
    new = [member.person.name for number, member in members.items() if number not in known]
    new += [name for name in outside_names if plain_name(name) not in known_names]
    if new:
        raise Conflict(
            f"There is a course of this title already, of {team_names(project)}. Name nobody to log its launch; "
            f"if {', '.join(new)} built it too, add them to its team."
        )


def _check_run_dates(launched_on: date, ended_on: date | None, today: date) -> None:
    if launched_on > today:
        raise Invalid.field(
            "launched_on", "This launch is still to come. Log it on its day; until then, change the project's stage."
        )
    if launched_on < EARLIEST:
        raise Invalid.field("launched_on", f"Online courses are younger than that. Check the year: {launched_on.year}.")
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
