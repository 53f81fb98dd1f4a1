"""Steps of imports taken: small ones within a request, others by the timetable, which takes a batch up, works on it to
the end of a step, and puts it where it belongs then."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from coaching.database import trouble_of
from coaching.errors import Refusal
from coaching.models import BatchState, ImportBatch
from coaching.services.file_applying import apply_files
from coaching.services.file_imports import end_batch
from coaching.services.file_reading import files_of, open_sources, read_files
from coaching.services.import_work import (
    MOST_TRIES,
    CancelAsked,
    Interrupted,
    LeaseLost,
    Work,
    WorkEnded,
    claim_batch,
    release,
)
from coaching.services.learner_pages import forget_loaded

# What is read and applied while somebody waits for the page, unpacked.
SMALL = 1024**2
GAVE_UP = (
    "The work on these files failed three times, and is not tried again. Nothing of them counts. Bring in fewer files "
    "at a time, and tell your administrator if that fails too."
)


def read_at_once(session: Session, batch: ImportBatch, folder: Path, *, now: datetime) -> None:
    """Reads a small batch in this transaction. A larger one is left to the timetable. Raises Invalid where nothing can
    be made of the files."""
    # The work finds the batch by its number.
    session.flush()
    if sum(source.size for source in open_sources(folder, files_of(batch))) <= SMALL:
        read_files(_at_once(session, batch, folder, now))


def apply_at_once(session: Session, batch: ImportBatch, folder: Path, *, now: datetime) -> None:
    """Applies a small batch in this transaction. A larger one is left to the timetable."""
    # The work finds the batch at its new step.
    session.flush()
    if batch.total <= SMALL:
        apply_files(_at_once(session, batch, folder, now))


def _at_once(session: Session, batch: ImportBatch, folder: Path, now: datetime) -> Work:
    return Work(
        batch.id, folder, lambda: nullcontext(session), lambda: nullcontext(session.connection()), clock=lambda: now
    )


def take_up(session: Session, folder: Path, *, now: datetime, token: str) -> int | None:
    """The number of a batch that is this process' now, or None. One that failed too often is given up instead, and one
    that somebody wanted stopped, while who worked on it was gone, is cancelled."""
    batch = claim_batch(session, now=now, token=token)
    while batch is not None:
        if batch.is_cancel_asked:
            end_batch(session, batch, folder, state=BatchState.CANCELLED)
        elif batch.tries > MOST_TRIES:
            end_batch(session, batch, folder, state=BatchState.FAILED, problem=GAVE_UP)
        else:
            return batch.id
        # What was ended is not to be found again.
        session.flush()
        batch = claim_batch(session, now=now, token=token)
    return None


def work_on(work: Work) -> None:
    """Takes the batch's next step to its end. A fault of ours is raised, after the batch was put back."""
    with work.write() as session:
        state = session.get_one(ImportBatch, work.batch_id).state
    step: Callable[[Work], None] = read_files if state == BatchState.READING else apply_files
    try:
        step(work)
    except WorkEnded as end:
        _end(work, end)
    except Refusal as refusal:
        _refuse(work, state, refusal.message)
    except Exception as error:
        # What keeps the database from working is no fault of the files; the lease runs out by itself.
        if trouble_of(error) is None:
            _put_back(work, state)
        raise


def _end(work: Work, end: WorkEnded) -> None:
    if isinstance(end, LeaseLost):
        return
    with work.write() as session:
        batch = session.get_one(ImportBatch, work.batch_id, with_for_update=True, populate_existing=True)
        if batch.lease_token != work.token:
            return
        if isinstance(end, CancelAsked):
            end_batch(session, batch, work.folder, state=BatchState.CANCELLED)
        elif isinstance(end, Interrupted):
            # It was no failure: the next process has as many tries as this one had.
            batch.tries -= 1
            release(batch)


def _refuse(work: Work, state: BatchState, problem: str) -> None:
    """Files of which nothing can be made have failed; what cannot be applied as it was chosen waits for a choice."""
    with suppress(WorkEnded), work.write() as session:
        batch = work.own(session, state)
        if state == BatchState.READING:
            end_batch(session, batch, work.folder, state=BatchState.FAILED, problem=problem)
        else:
            forget_loaded(session, batch.id)
            batch.state, batch.problem, batch.tries = BatchState.READY, problem[:500], 0
            release(batch)


def _put_back(work: Work, state: BatchState) -> None:
    with suppress(WorkEnded), work.write() as session:
        batch = work.own(session, state)
        if batch.tries >= MOST_TRIES:
            end_batch(session, batch, work.folder, state=BatchState.FAILED, problem=GAVE_UP)
        else:
            release(batch)
