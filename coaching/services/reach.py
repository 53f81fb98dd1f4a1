"""Reach: figures of a run as of a date, added and never changed, with one current figure a run and metric.

The current figure is the newest that stands, by its as-of date and then by when it came in. So a figure that comes
late does not push out a newer one, in whatever order they arrive, and a corrected figure stands no longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    CourseProject,
    CourseRun,
    Person,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
)
from coaching.models.reach import LARGEST_REACH
from coaching.policies import Actor, may_log_launch, may_view_project, owns_project, require
from coaching.services import audit
from coaching.services.project_records import TEAM
from coaching.services.zones import latest_today

_TEAM = joinedload(CourseRun.project).options(*TEAM)


class ReportedReach(NamedTuple):
    """The figure that now stands for its day, and what about it a person should look at."""

    snapshot: ReachSnapshot
    warnings: tuple[str, ...] = ()
    is_repeat: bool = False


class Figure(NamedTuple):
    """A figure as the rules see it."""

    id: int
    value: int


def get_run(session: Session, public_id: str, *, actor: Actor) -> CourseRun:
    """A run with its project and figures, for whoever may look at the project."""
    statement = (
        select(CourseRun).where(CourseRun.public_id == public_id).options(_TEAM, selectinload(CourseRun.snapshots))
    )
    run = session.scalars(statement).one_or_none()
    if run is None or not may_view_project(actor, run.project):
        raise NotFound
    return run


def get_snapshot(session: Session, public_id: str, *, actor: Actor) -> ReachSnapshot:
    """One figure, for whoever may look at the project of its run."""
    statement = select(ReachSnapshot).where(ReachSnapshot.public_id == public_id)
    snapshot = session.scalars(statement.options(joinedload(ReachSnapshot.run).options(_TEAM))).one_or_none()
    if snapshot is None or not may_view_project(actor, snapshot.run.project):
        raise NotFound
    return snapshot


def add_reach(
    session: Session,
    run: CourseRun,
    *,
    actor: Actor,
    now: datetime,
    metric: ReachMetric,
    value: int,
    as_of: date,
) -> ReportedReach:
    """A figure from an owner of the course, or from who runs their cohort."""
    require(may_log_launch(actor, run.project), seen=may_view_project(actor, run.project))
    reported = report_reach(
        session,
        run,
        metric=metric,
        value=value,
        as_of=as_of,
        source=source_of(actor, run.project),
        recorded_by_id=actor.person_id,
        now=now,
    )
    if not reported.is_repeat:
        audit.record(session, "reach.added", reported.snapshot, actor=actor, now=now)
    return reported


def report_reach(
    session: Session,
    run: CourseRun,
    *,
    metric: ReachMetric,
    value: int,
    as_of: date,
    source: ReachSource,
    recorded_by_id: int | None,
    now: datetime,
    reason: str = "",
) -> ReportedReach:
    """Adds a figure. For callers that have asked permission and audit what they do, such as a check-in's answer.

    The same figure of the same day again changes nothing. A figure that shrinks is taken, with a warning.
    """
    _check_figure(session, run, value=value, as_of=as_of, recorded_by_id=recorded_by_id, now=now)
    figures = _lock_figures(session, run, metric)
    same_day = figures.get(as_of)
    if same_day is not None and same_day.value == value:
        return ReportedReach(session.get_one(ReachSnapshot, same_day.id), is_repeat=True)
    warnings = _shrinks(figures, value, as_of)
    snapshot = _append(session, run, figures, metric=metric, value=value, as_of=as_of, source=source, now=now)
    snapshot.recorded_by_id, snapshot.reason = recorded_by_id, reason
    return ReportedReach(snapshot, warnings)


def correct_reach(
    session: Session,
    snapshot: ReachSnapshot,
    *,
    actor: Actor,
    now: datetime,
    value: int,
    reason: str,
) -> ReachSnapshot:
    """Puts another figure in the place of one that was wrong: a new row for the same day, which names the old one."""
    run = snapshot.run
    require(may_log_launch(actor, run.project), seen=may_view_project(actor, run.project))
    if not reason.strip():
        raise Invalid.field("reason", "Say why the figure changes: it stays on record with the old one.")
    _check_figure(session, run, value=value, as_of=snapshot.as_of, recorded_by_id=actor.person_id, now=now)
    figures = _lock_figures(session, run, snapshot.metric)
    newest = figures[snapshot.as_of]
    if newest.id != snapshot.id:
        raise Conflict("A later figure stands for this day already. Correct that one.")
    if newest.value == value:
        raise Invalid.field("value", "This is the figure that stands already.")
    corrected = _append(
        session,
        run,
        figures,
        metric=snapshot.metric,
        value=value,
        as_of=snapshot.as_of,
        source=source_of(actor, run.project),
        now=now,
    )
    corrected.corrects_id, corrected.reason, corrected.recorded_by_id = snapshot.id, reason, actor.person_id
    audit.record(session, "reach.corrected", corrected, actor=actor, now=now)
    return corrected


def source_of(actor: Actor, project: CourseProject) -> ReachSource:
    """Whose figure it is: of one who builds the course, or of a coach or coordinator who heard of it."""
    return ReachSource.PARTICIPANT if owns_project(actor, project) else ReachSource.COACH


def _check_figure(
    session: Session, run: CourseRun, *, value: int, as_of: date, recorded_by_id: int | None, now: datetime
) -> None:
    if not 0 <= value <= LARGEST_REACH:
        raise Invalid.field("value", f"Write a whole number from 0 to {LARGEST_REACH:,}.")
    if as_of < run.launched_on:
        raise Invalid.field(
            "as_of",
            f"This day is before the launch, {long_day(run.launched_on)}. Write the day on which you read the figure.",
        )
    zones = [run.project.cohort.timezone]
    if recorded_by_id is not None:
        zones.append(session.get_one(Person, recorded_by_id).timezone)
    if as_of > latest_today(now, *zones):
        raise Invalid.field("as_of", "This day is still to come. Write the day on which you read the figure.")


def _lock_figures(session: Session, run: CourseRun, metric: ReachMetric) -> dict[date, Figure]:
    """The figure that stands for each day, the earliest day first: of one day the last to come in.

    A correction is of the day of what it corrects and comes after it, so a corrected figure never stands.
    The run is locked, so that two who report at once come one by one.
    """
    session.execute(select(CourseRun.id).where(CourseRun.id == run.id).with_for_update())
    statement = (
        select(ReachSnapshot.id, ReachSnapshot.value, ReachSnapshot.as_of)
        .where(ReachSnapshot.run_id == run.id, ReachSnapshot.metric == metric)
        .order_by(ReachSnapshot.as_of, ReachSnapshot.id)
    )
    return {as_of: Figure(number, value) for number, value, as_of in session.execute(statement)}


def long_day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _shrinks(figures: Mapping[date, Figure], value: int, as_of: date) -> tuple[str, ...]:
    """Warnings about neighbours in time: of people who joined, there can hardly be fewer later on."""
    before = max((other for other in figures if other <= as_of), default=None)
    after = min((other for other in figures if other > as_of), default=None)
    found = []
    if before is not None and figures[before].value > value:
        found.append(f"{value:,} is fewer than the {figures[before].value:,} of {long_day(before)}.")
    if after is not None and figures[after].value < value:
        found.append(f"{value:,} is more than the {figures[after].value:,} of {long_day(after)}.")
    return tuple(f"{words} If one of the two is wrong, correct it." for words in found)


def _append(
    session: Session,
    run: CourseRun,
    figures: Mapping[date, Figure],
    *,
    metric: ReachMetric,
    value: int,
    as_of: date,
    source: ReachSource,
    now: datetime,
) -> ReachSnapshot:
    """The new row, current where no figure of a later day stands. Call it with the run locked."""
    is_current = all(other <= as_of for other in figures)
    if is_current:
        # At once, because the database admits one current figure a run and metric, and inserts come before updates.
        session.execute(
            update(ReachSnapshot)
            .where(ReachSnapshot.run_id == run.id, ReachSnapshot.metric == metric, ReachSnapshot.is_current)
            .values(is_current=False)
        )
    snapshot = ReachSnapshot(
        run=run, metric=metric, value=value, as_of=as_of, source=source, is_current=is_current, recorded_at=now
    )
    session.add(snapshot)
    return snapshot
