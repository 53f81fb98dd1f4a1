"""What stands of the figures of a run: of one day the last to come in, save what was withdrawn with its import. A
correction is of the day of what it corrects and comes after it, so that a corrected figure never stands, unless what
took its place is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coaching.models import CourseRun, ReachMetric, ReachSnapshot, ReachSource


class Figure(NamedTuple):
    """A figure as the rules see it."""

    id: int
    value: int
    source: ReachSource
    batch_id: int | None


# What stands of each metric, by day, the earliest first.
Standing = Mapping[ReachMetric, Mapping[date, Figure]]

_STANDING = (
    select(
        ReachSnapshot.metric,
        ReachSnapshot.as_of,
        ReachSnapshot.id,
        ReachSnapshot.value,
        ReachSnapshot.source,
        ReachSnapshot.batch_id,
    )
    .where(ReachSnapshot.withdrawn_at.is_(None))
    .order_by(ReachSnapshot.as_of, ReachSnapshot.id)
)


def lock_figures(session: Session, run: CourseRun) -> Standing:
    """What stands of a run. The run is locked, so that two who report at once come one by one."""
    session.execute(select(CourseRun.id).where(CourseRun.id == run.id).with_for_update())
    standing: dict[ReachMetric, dict[date, Figure]] = {metric: {} for metric in ReachMetric}
    for metric, as_of, number, value, source, batch in session.execute(_STANDING.where(ReachSnapshot.run_id == run.id)):
        standing[metric][as_of] = Figure(number, value, source, batch)
    return standing


def append_figure(
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


def withdraw_batch(session: Session, batch_id: int, *, now: datetime) -> int:
    """Takes back every figure that came with an import, and lets stand again what stood before. Says how many.

    For callers that have asked permission and audit what they do. Three statements, however much came in; the runs are
    locked in the order of their numbers, as everybody does who locks several. Again it changes nothing.
    """
    of_batch = select(ReachSnapshot.run_id).where(ReachSnapshot.batch_id == batch_id)
    session.execute(select(CourseRun.id).where(CourseRun.id.in_(of_batch)).order_by(CourseRun.id).with_for_update())
    stands = ReachSnapshot.withdrawn_at.is_(None)
    withdrawn = session.execute(
        update(ReachSnapshot)
        .where(ReachSnapshot.batch_id == batch_id, stands)
        .values(withdrawn_at=now, is_current=False)
        .execution_options(synchronize_session="fetch")
    )
    newest = (
        select(
            ReachSnapshot.id,
            func.row_number()
            .over(
                partition_by=(ReachSnapshot.run_id, ReachSnapshot.metric),
                order_by=(ReachSnapshot.as_of.desc(), ReachSnapshot.id.desc()),
            )
            .label("place"),
        )
        .where(ReachSnapshot.run_id.in_(of_batch), stands)
        .subquery()
    )
    # A figure that was current beside those of the batch is the newest still, so nothing ever has to step back here.
    session.execute(
        update(ReachSnapshot)
        .where(
            ReachSnapshot.id.in_(select(newest.c.id).where(newest.c.place == 1)), ReachSnapshot.is_current.is_(False)
        )
        .values(is_current=True)
        .execution_options(synchronize_session="fetch")
    )
    return withdrawn.rowcount  # type: ignore[attr-defined, no-any-return]
