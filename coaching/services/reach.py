"""Reach: figures of a run as of a date, added and never changed, with one current figure a run and metric.

The current figure is the newest that stands, by its as-of date and then by when it came in. So a figure that comes
late does not push out a newer one, in whatever order they arrive, and a corrected figure stands no longer.
`reach_figures` has what stands.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    CourseProject,
    CourseRun,
    ReachMetric,
    ReachSnapshot,
    ReachSource,
)
from coaching.policies import Actor, may_log_launch, may_view_project, owns_project, require
from coaching.services import audit
from coaching.services.project_records import TEAM
from coaching.services.reach_checks import check_figure, find_doubts
from coaching.services.reach_figures import Figure, append_figure, lock_figures

_TEAM = joinedload(CourseRun.project).options(*TEAM)
# The figures of a run with who said, confirmed or doubted them.
FIGURES = selectinload(CourseRun.snapshots).options(
    joinedload(ReachSnapshot.recorded_by),
    joinedload(ReachSnapshot.confirmed_by),
    joinedload(ReachSnapshot.unconfirmed_by),
)


class ReportedReach(NamedTuple):
    """The figure that now stands for its day, and what about it a person should look at."""

    snapshot: ReachSnapshot
    warnings: tuple[str, ...] = ()
    is_repeat: bool = False


def get_run(session: Session, public_id: str, *, actor: Actor) -> CourseRun:
    """A run with its project and figures, for whoever may look at the project."""
    statement = select(CourseRun).where(CourseRun.public_id == public_id).options(_TEAM, FIGURES)
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
    batch_id: int | None = None,
) -> ReportedReach:
    """Adds a figure. For callers that have asked permission and audit what they do, such as a check-in's answer or an
    import, which names its batch. Who reports of several runs goes through them by their numbers, as each is locked.

    The same figure of the same day again changes nothing. An import is a repeat where another import said the same,
    but is a row of its own still: each is withdrawn without the other. A figure that shrinks, or that cannot be beside
    another, is taken, with a warning.
    """
    check_figure(session, run, value=value, as_of=as_of, recorded_by_id=recorded_by_id, now=now)
    standing = lock_figures(session, run)
    figures = standing[metric]
    same_day = figures.get(as_of)
    is_known = same_day is not None and same_day.value == value
    if same_day is not None and is_known and _says_enough(same_day, batch_id):
        return ReportedReach(session.get_one(ReachSnapshot, same_day.id), is_repeat=True)
    is_repeat = is_known and same_day is not None and same_day.source == ReachSource.IMPORT
    warnings = () if is_known else find_doubts(standing, metric, value, as_of)
    snapshot = append_figure(session, run, figures, metric=metric, value=value, as_of=as_of, source=source, now=now)
    snapshot.recorded_by_id, snapshot.batch_id = recorded_by_id, batch_id
    return ReportedReach(snapshot, warnings, is_repeat)


def _says_enough(known: Figure, batch_id: int | None) -> bool:
    """Whether nothing is gained by saying a figure again: an import tells more than a person, and stands by itself."""
    return batch_id is None or known.batch_id == batch_id


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
    check_figure(session, run, value=value, as_of=snapshot.as_of, recorded_by_id=actor.person_id, now=now)
    figures = lock_figures(session, run)[snapshot.metric]
    newest = figures.get(snapshot.as_of)
    if newest is None:
        raise Conflict("The import that brought this figure was undone. Add a figure instead.")
    if newest.id != snapshot.id:
        raise Conflict("Another figure stands for this day. Correct that one.")
    if newest.value == value:
        raise Invalid.field("value", "This is the figure that stands already.")
    corrected = append_figure(
        session, run, figures, metric=snapshot.metric, value=value, as_of=snapshot.as_of,
        source=source_of(actor, run.project), now=now,
    )  # fmt: skip
    corrected.corrects_id, corrected.reason, corrected.recorded_by_id = snapshot.id, reason, actor.person_id
    audit.record(session, "reach.corrected", corrected, actor=actor, now=now)
    return corrected


def source_of(actor: Actor, project: CourseProject) -> ReachSource:
    """Whose figure it is: of one who builds the course, or of a coach or coordinator who heard of it."""
    return ReachSource.PARTICIPANT if owns_project(actor, project) else ReachSource.COACH
