"""Files that came into a cohort: received, found, cancelled, and worked on by whoever has them in hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.import_policies import may_bring_files, may_change_import, may_view_import
from coaching.models import BatchState, Cohort, ImportBatch, ImportFile
from coaching.policies import Actor, may_view_cohort, require, runs_cohort
from coaching.services import audit
from coaching.services.import_work import OF_FIGURES, WAITING, find_batch, let_go_of_files, lock_batch, release
from coaching.services.learner_pages import forget_loaded
from coaching.uploads import KeptFile

MOST_FILES = 60
MOST_BYTES = 200 * 1024**2
LONGEST_NAME = 200
FOR_BUILDERS = "Figures are brought in by those who build courses in the cohort, and by who runs it."
OVER = "This import is done with. Load the page again to see how it stands."


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that lies in the folder of uploads, and what it was called where it came from."""

    name: str
    kept: KeptFile


def check_may_bring(cohort: Cohort, *, actor: Actor) -> None:
    """Refuses whoever may not bring files into the cohort, before any of them is taken in."""
    require(may_bring_files(actor, cohort), seen=may_view_cohort(actor, cohort), message=FOR_BUILDERS)


def receive_files(
    session: Session, cohort: Cohort, files: Sequence[Brought], *, actor: Actor, now: datetime
) -> tuple[ImportBatch, bool]:
    """A batch of these files, to be read; and whether it is new. The files of one that stands already, or is under way,
    are known by their bytes: that one is the answer, and the caller lets go of the files."""
    check_may_bring(cohort, actor=actor)
    if not files:
        raise Invalid.field("file", "Choose at least one file.")
    if len(files) > MOST_FILES:
        raise Invalid.field(
            "file", f"These are more than {MOST_FILES} files. Put them into a zip, or bring fewer at a time."
        )
    if any(file.kept.size == 0 for file in files):
        empty = next(file.name for file in files if file.kept.size == 0)
        raise Invalid.field("file", f"{empty[:100]} is empty: it has not even headings. Export it again.")
    together = _hash_of(files)
    known = _find_known(session, cohort, together, actor)
    if known is not None:
        return known, False
    batch = ImportBatch(
        cohort_id=cohort.id, kind="", file_name=_name_of(files), sha256=together, detected={}, choices={},
        state=BatchState.READING, imported_at=now, imported_by_id=actor.person_id,
    )  # fmt: skip
    batch.files = [
        ImportFile(
            number=number, name=file.name[:LONGEST_NAME], size=file.kept.size, sha256=file.kept.sha256,
            stored_name=file.kept.stored_name,
        )
        for number, file in enumerate(files, 1)
    ]  # fmt: skip
    batch.total = sum(file.kept.size for file in files)
    session.add(batch)
    audit.record(session, "import.received", batch, actor=actor, now=now)
    return batch, True


def _hash_of(files: Sequence[Brought]) -> str:
    """The same for the same files in any order and under any names."""
    return hashlib.sha256("".join(sorted({file.kept.sha256 for file in files})).encode()).hexdigest()


def _name_of(files: Sequence[Brought]) -> str:
    first = files[0].name
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return first[: LONGEST_NAME - len(more)] + more


def _find_known(session: Session, cohort: Cohort, together: str, actor: Actor) -> ImportBatch | None:
    """The import of the same files that stands or is under way, as far as the actor may see it."""
    states = (BatchState.APPLIED, BatchState.READY, *WAITING)
    statement = (
        select(ImportBatch)
        .where(
            ImportBatch.cohort_id == cohort.id,
            ImportBatch.sha256 == together,
            *OF_FIGURES,
            ImportBatch.state.in_(states),
        )
        .order_by(ImportBatch.id.desc())
    )
    return next((batch for batch in session.scalars(statement) if may_view_import(actor, batch, cohort)), None)


def get_file_import(session: Session, public_id: str, *, actor: Actor) -> tuple[ImportBatch, Cohort]:
    """A batch of files and its cohort, for who brought it and who runs the cohort."""
    found = find_batch(session, public_id)
    if found is None or not may_view_import(actor, *found):
        raise NotFound
    return found


def list_file_imports(session: Session, cohort: Cohort, *, actor: Actor, limit: int = 200) -> list[ImportBatch]:
    """The cohort's imports of figures, the newest first: one's own, and for who runs the cohort all of them."""
    require(may_view_cohort(actor, cohort), seen=False)
    statement = (
        select(ImportBatch)
        .where(ImportBatch.cohort_id == cohort.id, *OF_FIGURES)
        .order_by(ImportBatch.id.desc())
        .limit(limit)
        .options(selectinload(ImportBatch.files))
    )
    if not runs_cohort(actor, cohort):
        statement = statement.where(ImportBatch.imported_by_id == actor.person_id)
    return list(session.scalars(statement))


def cancel_files(
    session: Session, batch: ImportBatch, cohort: Cohort, folder: Path, *, actor: Actor, now: datetime
) -> ImportBatch:
    """Ends an import that does not count yet. Where a process works on it, that one stops within seconds."""
    require(may_change_import(actor, batch, cohort), seen=may_view_import(actor, batch, cohort))
    lock_batch(session, batch)
    if batch.state not in {*WAITING, BatchState.READY}:
        raise Conflict(OVER)
    is_worked_on = batch.state in WAITING and batch.lease_until is not None and batch.lease_until > now
    if is_worked_on:
        batch.is_cancel_asked = True
    else:
        end_batch(session, batch, folder, state=BatchState.CANCELLED)
    audit.record(session, "import.cancelled", batch, actor=actor, now=now)
    return batch


def end_batch(session: Session, batch: ImportBatch, folder: Path, *, state: BatchState, problem: str = "") -> None:
    """The batch comes to its end without counting: what was loaded goes, and its files with it."""
    forget_loaded(session, batch.id)
    let_go_of_files(session, batch, folder)
    batch.state, batch.problem, batch.is_cancel_asked = state, problem[:500], False
    release(batch)
