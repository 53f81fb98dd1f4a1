"""The dry run: files of a batch read as far as they go, and what was understood kept with the batch.

It changes nothing else. What is proposed for the runs that were found comes from what somebody said before of the same
runs, or of a course of the same name; the rest is asked on the batch's page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.importers import registry
from coaching.importers.archives import unpack
from coaching.importers.base import MOST_SHOWN, Findings, FoundFile, Importer, NoLearners, SourceFile
from coaching.models import BatchState, ImportBatch, ImportRow, RowOutcome
from coaching.services.file_checks import ANSWERS
from coaching.services.file_choices import propose_runs
from coaching.services.file_series import runs_of_rows
from coaching.services.import_work import Work, cohort_of, release
from coaching.services.remembered_mappings import fingerprint_headings, read_mapping
from coaching.uploads import open_upload

HEAD = 64 * 1024
LONGEST_REASON = 300
COLUMNS = "columns"
TABLES = "figures"
# Asked for each run, on the page where it is said what that is.
ASKED_APART = ("as_of", "course", "run")
NOT_FIGURES = (
    "These files hold people, not figures of courses. People are brought in on the page of the cohort's members."
)
UNKNOWN = (
    "Nobody here knows this kind of file. Choose exports of FutureLearn or Moodle, or a table of figures as CSV or "
    "Excel."
)


class StoredFile(NamedTuple):
    """A file of a batch, apart from the transaction that found it."""

    name: str
    size: int
    stored_name: str | None


def files_of(batch: ImportBatch) -> list[StoredFile]:
    return [StoredFile(file.name, file.size, file.stored_name) for file in batch.files]


def open_sources(folder: Path, files: Sequence[StoredFile]) -> list[SourceFile]:
    """The files of a batch, as importers read them. A zip is the files in it, unless an importer knows it as it is: a
    workbook is a zip as well."""
    kept = [
        SourceFile(file.name, file.size, partial(open_upload, folder, file.stored_name))
        for file in files
        if file.stored_name is not None
    ]
    if len(kept) < len(files):
        raise Invalid.field("file", "These files are not kept any more. Bring them in again.")
    whole = [source for source in kept if _importer_of(source) is not None or _is_workbook(source)]
    return whole + unpack([source for source in kept if source not in whole])


def _is_workbook(source: SourceFile) -> bool:
    with source.open() as stream:
        return b"[Content_Types].xml" in stream.read(HEAD)


def _importer_of(source: SourceFile) -> Importer | None:
    with source.open() as stream:
        return registry.find_importers().recognise(source.name, stream.read(HEAD))


def recognise(sources: Sequence[SourceFile]) -> Importer:
    """Whose files these are: the first that somebody knows decides."""
    for source in sources:
        importer = _importer_of(source)
        if importer is None:
            continue
        if importer.brings != "figures":
            raise Invalid.field("file", NOT_FIGURES)
        return importer
    # Any table may be one of figures: whether it is its headings tell, or somebody says which column is what.
    tables = registry.find_importers().importers.get(TABLES)
    if tables is None:
        raise Invalid.field("file", UNKNOWN)
    return tables


def read_files(work: Work) -> None:
    """Reads the files of a batch and makes it ready. Raises Invalid where nothing can be made of them."""
    with work.write() as session:
        batch = work.own(session, BatchState.READING)
        programme_id, choices, files = cohort_of(session, batch).programme_id, dict(batch.choices), files_of(batch)
        kind = batch.kind
    sources = open_sources(work.folder, files)
    importer = registry.find_importers().get(kind) if kind else recognise(sources)
    with work.write() as session:
        work.own(session, BatchState.READING).total = sum(source.size for source in sources)
    said = {name: choices[name] for name in ANSWERS if name in choices}
    findings = _read(work, importer, sources, said)
    if COLUMNS in findings.asks and COLUMNS not in said:
        with work.write() as session:
            remembered = _recall_columns(session, programme_id, importer.kind, findings)
        if remembered is not None:
            said |= {COLUMNS: remembered}
            findings = _read(work, importer, sources, said)
    with work.write() as session:
        batch = work.own(session, BatchState.READING)
        batch.kind, batch.choices = importer.kind, {**batch.choices, **said}
        _keep(session, batch, importer, findings)
        batch.choices = {**batch.choices, "runs": propose_runs(session, batch, now=work.clock())}
        batch.state, batch.done, batch.tries = BatchState.READY, batch.total, 0
        release(batch)


def _read(work: Work, importer: Importer, sources: Sequence[SourceFile], said: Mapping[str, Any]) -> Findings:
    watch = partial(work.watch, BatchState.READING)
    return importer.read(sources, choices=said, learners=NoLearners(), watch=watch)


def _recall_columns(session: Session, programme_id: int, kind: str, findings: Findings) -> dict[str, Any] | None:
    """Which column is what, where somebody said so of a table of the same headings."""
    headings = next((file.headings for file in findings.files if file.headings), None)
    return read_mapping(session, programme_id, kind, fingerprint_headings(headings)) if headings else None


def _keep(session: Session, batch: ImportBatch, importer: Importer, findings: Findings) -> None:
    """What was understood, in place of what was understood before."""
    batch.detected = {
        "label": importer.label,
        "files": [_file_facts(file) for file in findings.files],
        "runs": [asdict(run) for run in findings.runs] + runs_of_rows(findings.rows),
        "asks": [ask for ask in findings.asks if ask not in ASKED_APART],
    }
    session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    rows = [
        _row(batch, problem.number, problem.reason, file if len(findings.files) > 1 else None)
        for file in findings.files
        for problem in file.problems[:MOST_SHOWN]
    ]
    if rows:
        session.execute(insert(ImportRow), rows[:MOST_SHOWN])
    session.expire(batch, ["rows"])


def _file_facts(file: FoundFile) -> dict[str, Any]:
    return {name: value for name, value in asdict(file).items() if name != "problems"}


def _row(batch: ImportBatch, number: int, reason: str, file: FoundFile | None) -> dict[str, Any]:
    """The number of a row and what is to be known of it, and nothing of whom it tells."""
    words = f"{file.name}: {reason}" if file is not None else reason
    outcome = RowOutcome.LEFT_OUT
    return {"batch_id": batch.id, "number": number, "name": "", "minutes": 0, "outcome": outcome,
            "reason": words[:LONGEST_REASON]}  # fmt: skip
