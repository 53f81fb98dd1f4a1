"""The work on a batch of files: whose it is, how far it is, and what stops it.

Small batches are worked on within a request, in its transaction. Larger ones are the timetable's: a process claims one
under a lease, works in short transactions, and renews the lease as it tells how far it is. Each of its transactions
asks first whether the lease is its own still: a process that was away too long finds that it lost it, and writes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.models import BatchState, Cohort, ImportBatch
from coaching.uploads import remove_upload

LEASE = timedelta(seconds=60)
# How often the page hears how far it is, and the work whether somebody wants it stopped.
TOLD_EVERY = timedelta(seconds=1)
MOST_TRIES = 3
# What other services bring into a cohort without a session.
NOT_FIGURES = ("people",)
WAITING = (BatchState.READING, BatchState.APPLYING)


class WorkEnded(Exception):
    """The work ends here, and it is no fault."""


class CancelAsked(WorkEnded):
    """Somebody wants it stopped for good."""


class Interrupted(WorkEnded):
    """This process ends; another takes the work up from the start."""


class LeaseLost(WorkEnded):
    """Another process has it."""


def never() -> bool:
    return False


@dataclass
class Work:
    """One batch in the hands of one process. `write` gives a transaction for a few rows, `read` a
    connection that locks nothing; without a `token` it is the
    request's own, which sees to it that nobody else has the batch."""

    batch_id: int
    folder: Path
    write: Callable[[], AbstractContextManager[Session]]
    read: Callable[[], AbstractContextManager[Connection]]
    clock: Callable[[], datetime]
    token: str = ""
    should_stop: Callable[[], bool] = never
    told_at: datetime | None = None

    def own(self, session: Session, state: BatchState) -> ImportBatch:
        """The batch, locked, while it is this process' work and at this step of it."""
        batch = session.scalars(_BATCH.where(ImportBatch.id == self.batch_id).with_for_update(of=ImportBatch)).one()
        if batch.lease_token != self.token or batch.state != state:
            raise LeaseLost
        if batch.is_cancel_asked:
            raise CancelAsked
        return batch

    def watch(self, state: BatchState, done: int) -> None:
        """Tells now and then how far it is, which renews the lease. Raises where the work is to end."""
        if not self.token:
            return
        if self.should_stop():
            raise Interrupted
        now = self.clock()
        if self.told_at is not None and now - self.told_at < TOLD_EVERY:
            return
        self.told_at = now
        with self.write() as session:
            batch = self.own(session, state)
            batch.done, batch.lease_until = min(done, batch.total), now + LEASE


# Which batches these services know.
OF_FIGURES = (ImportBatch.session_id.is_(None), ImportBatch.kind.not_in(NOT_FIGURES))
_BATCH = select(ImportBatch).options(selectinload(ImportBatch.files)).execution_options(populate_existing=True)


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(ImportBatch.lease_until.is_(None), ImportBatch.lease_until < now)


def _waiting(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return ImportBatch.state.in_(WAITING), *OF_FIGURES, _is_free(now)


def is_any_waiting(connection: Connection, *, now: datetime) -> bool:
    """Whether there is a batch that nobody works on: a look that locks nothing."""
    return connection.execute(select(ImportBatch.id).where(*_waiting(now)).limit(1)).first() is not None


def claim_batch(session: Session, *, now: datetime, token: str) -> ImportBatch | None:
    """Takes a batch that nobody works on, the one that was tried least first, so that none that fails keeps others."""
    statement = (
        select(ImportBatch)
        .where(*_waiting(now))
        .order_by(ImportBatch.tries, ImportBatch.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    batch = session.scalars(statement).one_or_none()
    if batch is not None:
        batch.lease_token, batch.lease_until, batch.tries = token, now + LEASE, batch.tries + 1
    return batch


def lock_batch(session: Session, batch: ImportBatch) -> None:
    """Two who act on a batch come one by one, and the second sees what the first did."""
    # What is not written yet would be forgotten.
    session.flush()
    session.refresh(batch, with_for_update=True)


def begin_step(batch: ImportBatch, state: BatchState) -> None:
    """The batch waits for somebody to take this step."""
    batch.state, batch.problem, batch.done, batch.tries, batch.is_cancel_asked = state, "", 0, 0, False
    release(batch)


def release(batch: ImportBatch) -> None:
    batch.lease_token, batch.lease_until = "", None


def let_go_of_files(session: Session, batch: ImportBatch, folder: Path) -> None:
    """The files are needed no more: they are removed once this is committed."""
    for file in batch.files:
        if file.stored_name is not None:
            remove_upload(session, folder, file.stored_name)
            file.stored_name = None


def find_batch(session: Session, public_id: str) -> tuple[ImportBatch, Cohort] | None:
    """A batch of files that came into a cohort, and the cohort. Reports of a session are none."""
    statement = _BATCH.where(ImportBatch.public_id == public_id, *OF_FIGURES)
    batch = session.scalars(statement).one_or_none()
    return None if batch is None else (batch, cohort_of(session, batch))


def cohort_of(session: Session, batch: ImportBatch) -> Cohort:
    return session.get_one(Cohort, batch.cohort_id, options=[joinedload(Cohort.programme)])
