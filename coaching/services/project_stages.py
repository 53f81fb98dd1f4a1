"""The stages of a course project: dated changes, each with its reason, and what was noted wrong put right.

A launch and a re-run are stages, too, but come from logging a run: `runs` moves them.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import CourseProject, Stage, StageChange
from coaching.policies import Actor, may_edit_project, may_view_project, require
from coaching.services import audit
from coaching.services.project_records import LAUNCHES, TEAM, add_stage, counted_stages, lock_project, settle_stage
from coaching.services.zones import latest_today

LOG_IT = "Log a launch instead: it sets the stage, and keeps the date and the enrolments."
WHY_STOP = "Say why it stops. It stays on record, and whoever takes the course up again will want to know."
WHY_BACK = "Say why it goes back to an earlier stage. It stays on record."
WHY_WRONG = "Say what was wrong. It stays on record with what it said before."
FROM_A_RUN = "This stage comes from a launch. Correct the run, and the stage follows."
GONE = "This stage was taken back already. Load the course again to see what stands."
LAST = "A course always has a stage. Correct this one instead, or note the next."
SAME = "This stage is noted for that day already."
_ORDER = list(Stage)


def get_stage_change(session: Session, public_id: str, *, actor: Actor) -> StageChange:
    """A stage change with its project, for who sees the project."""
    team = [
        joinedload(StageChange.project).options(*TEAM),
        joinedload(StageChange.project).selectinload(CourseProject.stage_changes),
    ]
    change = session.scalars(select(StageChange).where(StageChange.public_id == public_id).options(*team)).one_or_none()
    if change is None or not may_view_project(actor, change.project):
        raise NotFound
    return change


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
    """Notes that the project was at a stage from a day on; days may come in any order.

    To stop needs a note that says why, and so does going back. What was stopped can be taken up again at any stage.
    """
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    _check_stage(project, stage, on, actor=actor, now=now)
    lock_project(session, project)
    _check_place(project, stage, on, note, besides=None)
    change = add_stage(session, project, stage=stage, on=on, note=note, actor=actor, now=now)
    audit.record(session, "project.stage_changed", change, actor=actor, now=now)
    return change


def amend_stage(
    session: Session,
    change: StageChange,
    *,
    actor: Actor,
    now: datetime,
    stage: Stage,
    on: date,
    reason: str,
    note: str = "",
) -> StageChange:
    """Puts another change in the place of one that was noted wrong, which stays on record with the reason."""
    project = change.project
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    _check_stage(project, stage, on, actor=actor, now=now)
    _lock_standing(session, change, reason)
    if (change.stage, change.on, change.note) == (stage, on, note):
        raise Invalid.field("stage", "Nothing is changed. Change what is wrong, then save.")
    _check_place(project, stage, on, note, besides=change)
    _withdraw(change, actor=actor, now=now, reason=reason)
    amended = add_stage(
        session, project, stage=stage, on=on, note=note, actor=actor, now=now, corrects_id=change.id
    )  # fmt: skip
    audit.record(session, "project.stage_amended", amended, actor=actor, now=now)
    return amended


def take_back_stage(session: Session, change: StageChange, *, actor: Actor, now: datetime, reason: str) -> StageChange:
    """The change was noted by mistake: it stands no longer, and stays on record with the reason."""
    project = change.project
    require(may_edit_project(actor, project), seen=may_view_project(actor, project))
    _lock_standing(session, change, reason)
    if project.standing_stages == [change]:
        raise Conflict(LAST)
    _withdraw(change, actor=actor, now=now, reason=reason)
    settle_stage(project)
    audit.record(session, "project.stage_taken_back", change, actor=actor, now=now)
    return change


def is_amendable(change: StageChange) -> bool:
    """Whether it can be put right by hand: it stands, and no run says it."""
    return change.withdrawn_at is None and change.stage not in LAUNCHES


def _check_stage(project: CourseProject, stage: Stage, on: date, *, actor: Actor, now: datetime) -> None:
    if stage in LAUNCHES:
        raise Invalid.field("stage", LOG_IT)
    if on > latest_today(now, actor.timezone, project.cohort.timezone):
        raise Invalid.field("on", "This day is still to come. Write the day on which the stage began.")


def _check_place(project: CourseProject, stage: Stage, on: date, note: str, *, besides: StageChange | None) -> None:
    """What the history says of the stage: it is not noted twice, and to stop or to go back has a reason."""
    that_day = [change for change in project.standing_stages if change is not besides and change.on == on]
    # Back and forth within a day is possible; what the day ended with is not noted again.
    if that_day and max(that_day, key=lambda known: known.id).stage == stage:
        raise Conflict(SAME)
    if note.strip():
        return
    if stage == Stage.STOPPED:
        raise Invalid.field("note", WHY_STOP)
    earlier = [change for change in counted_stages(project) if change is not besides and change.on <= on]
    before = max(earlier, key=lambda known: (known.on, known.id), default=None)
    if before is not None and before.stage != Stage.STOPPED and _ORDER.index(stage) < _ORDER.index(before.stage):
        raise Invalid.field("note", WHY_BACK)


def _lock_standing(session: Session, change: StageChange, reason: str) -> None:
    """The change that is put right stands when its project is locked, and is no run's."""
    if not reason.strip():
        raise Invalid.field("reason", WHY_WRONG)
    lock_project(session, change.project)
    session.refresh(change, attribute_names=["stage", "on", "note", "withdrawn_at"])
    if change.withdrawn_at is not None:
        raise Conflict(GONE)
    if change.stage in LAUNCHES:
        raise Conflict(FROM_A_RUN)


def _withdraw(change: StageChange, *, actor: Actor, now: datetime, reason: str) -> None:
    change.withdrawn_at, change.withdrawn_by_id, change.reason = now, actor.person_id, reason
