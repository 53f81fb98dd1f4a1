"""Which import's learners are a run's: of those that stand, the one that tells of the latest day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from coaching.models import BatchState, ImportBatch, ImportedRun


def settle_current(session: Session, run_ids: Iterable[int]) -> None:
    """Makes of each run's standing imports the newest its current one, by the day it tells of, then by when it was
    applied. One that told no learners takes no other's place: the people of a run are counted by those."""
    wanted = sorted(run_ids)
    # What was applied in this transaction has to be found.
    session.flush()
    newest = (
        select(
            ImportedRun.id,
            func.row_number()
            .over(
                partition_by=ImportedRun.run_id,
                order_by=(ImportedRun.as_of.desc(), ImportBatch.applied_at.desc(), ImportedRun.id.desc()),
            )
            .label("place"),
        )
        .join(ImportBatch, ImportBatch.id == ImportedRun.batch_id)
        .where(ImportedRun.run_id.in_(wanted), ImportedRun.people.is_not(None), ImportBatch.state == BatchState.APPLIED)
        .subquery()
    )
    chosen: Sequence[int] = session.scalars(select(newest.c.id).where(newest.c.place == 1)).all()
    # The database admits one current import a run, so the old one steps back first.
    for is_current, which in ((False, ImportedRun.id.not_in(chosen)), (True, ImportedRun.id.in_(chosen))):
        session.execute(
            update(ImportedRun)
            .where(ImportedRun.run_id.in_(wanted), which, ImportedRun.is_current != is_current)
            .values(is_current=is_current)
            .execution_options(synchronize_session="fetch")
        )
