"""One line of the practice log, and which run the figures of it belong to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    CourseProject,
    CourseRun,
    EntryFactor,
    Membership,
    PracticeEntry,
    PracticeKind,
    ProjectOwner,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
)
from coaching.policies import Actor, is_writable, may_log_launch, may_view_member, require
from coaching.services import audit
from coaching.services.reach import ReportedReach, report_reach


class RunLine(NamedTuple):
    """A run of a course that the participant owns, with the joiners it stands at now."""

    id: str
    label: str
    launched_on: date
    project_id: str
    project_title: str
    joiners: int | None
    as_of: date | None


# By person and not by membership: a course that began in last year's cohort is still theirs in this one.
_OWNED = (
    select(ProjectOwner.project_id)
    .join(Membership, Membership.id == ProjectOwner.membership_id)
    .where(Membership.person_id == bindparam("person_id"))
)
_RUNS = (
    select(
        CourseRun.public_id,
        CourseRun.label,
        CourseRun.launched_on,
        CourseProject.public_id,
        CourseProject.title,
        ReachSnapshot.value,
        ReachSnapshot.as_of,
    )
    .join(CourseProject, CourseProject.id == CourseRun.project_id)
    .outerjoin(
        ReachSnapshot,
        and_(
            ReachSnapshot.run_id == CourseRun.id,
            ReachSnapshot.metric == ReachMetric.JOINERS,
            ReachSnapshot.is_current,
        ),
    )
    .where(CourseProject.id.in_(_OWNED), CourseProject.programme_id == bindparam("programme_id"))
    .order_by(CourseRun.launched_on.desc(), CourseRun.id.desc())
)


def get_entry(session: Session, public_id: str, *, actor: Actor) -> PracticeEntry:
    """A line of the log, for the participant and for those who run the cohort."""
    statement = (
        select(PracticeEntry)
        .where(PracticeEntry.public_id == public_id)
        .options(
            joinedload(PracticeEntry.membership).options(joinedload(Membership.cohort), joinedload(Membership.person)),
            joinedload(PracticeEntry.project),
            joinedload(PracticeEntry.run).joinedload(CourseRun.project),
            selectinload(PracticeEntry.factors).joinedload(EntryFactor.factor),
        )
    )
    entry = session.scalars(statement).one_or_none()
    if entry is None or not may_view_member(actor, entry.membership):
        raise NotFound
    return entry


def list_runs(session: Session, membership: Membership, *, actor: Actor) -> list[RunLine]:
    """The runs of the participant's courses in the programme, the newest first: what a figure can be tied to."""
    require(may_view_member(actor, membership), seen=False)
    values = {"person_id": membership.person_id, "programme_id": membership.cohort.programme_id}
    rows: Iterable[Any] = session.execute(_RUNS, values)
    return [RunLine(*row) for row in rows]


def tie_enrolments(
    session: Session, entry: PracticeEntry, run: CourseRun, *, actor: Actor, now: datetime
) -> ReportedReach:
    """Gives a check-in's figure to one of the participant's runs, where it then counts as of the day it was said."""
    may_see = may_view_member(actor, entry.membership)
    require(may_see and may_log_launch(actor, run.project) and is_writable(entry.membership.cohort), seen=may_see)
    # Locked, so that one figure is not given to two runs.
    session.refresh(entry, attribute_names=["run_id", "version"], with_for_update=True)
    if entry.kind != PracticeKind.CHECK_IN or entry.enrolments is None:
        raise Conflict("There is no figure in this entry to give to a run.")
    if entry.run_id is not None:
        raise Conflict("This figure belongs to a run already. Correct it there if it is wrong.")
    owners = {owner.membership.person_id for owner in run.project.owners if owner.membership is not None}
    if entry.membership.person_id not in owners:
        raise Invalid.field("run_id", "Choose a run of a course that this participant owns.")
    if entry.on < run.launched_on:
        raise Invalid.field("run_id", "This run opened after the figure was given. Choose an earlier one.")
    entry.run_id = run.id
    reported = report_reach(
        session,
        run,
        metric=ReachMetric.JOINERS,
        value=entry.enrolments,
        as_of=entry.on,
        source=ReachSource.CHECK_IN,
        recorded_by_id=actor.person_id,
        now=now,
    )
    audit.record(session, "practice.tied", entry, actor=actor, now=now)
    return reported
