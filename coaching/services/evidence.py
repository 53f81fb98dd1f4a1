"""Evidence of a course, of one of its runs, or of a line of somebody's practice log: links and files."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import ColumnElement, func, literal, select, update
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.evidence_policies import (
    may_add_evidence,
    may_add_to_entry,
    may_change_evidence,
    may_view_evidence,
)
from coaching.models import CourseProject, CourseRun, Evidence, EvidenceKind, Membership, Person, PracticeEntry
from coaching.policies import Actor, may_view_project, require
from coaching.services import audit
from coaching.services.evidence_files import ReceivedFile
from coaching.services.project_records import TEAM, lock_project
from coaching.uploads import open_upload, remove_upload

MOST_PIECES = 100
MISSING = "file-missing"
_IN_FULL = (
    joinedload(Evidence.run),
    joinedload(Evidence.entry).joinedload(PracticeEntry.membership).joinedload(Membership.cohort),
    joinedload(Evidence.added_by),
    joinedload(Evidence.removed_by),
)


def get_evidence(session: Session, public_id: str, *, actor: Actor) -> Evidence:
    """One piece that stands, for whoever reads it. One that was removed is not there any more."""
    statement = (
        select(Evidence)
        .where(Evidence.public_id == public_id, Evidence.removed_at.is_(None))
        .options(*_IN_FULL, joinedload(Evidence.project).options(*TEAM))
    )
    piece = session.scalars(statement).one_or_none()
    if piece is None or not may_view_evidence(actor, piece):
        raise NotFound
    return piece


def list_evidence(session: Session, project: CourseProject, *, actor: Actor) -> list[Evidence]:
    """What there is of the project, its runs, and the lines of the log that one reads; the newest first.

    What was removed is among it: a title, who removed it and when.
    """
    require(may_view_project(actor, project), seen=False)
    statement = select(Evidence).where(Evidence.project_id == project.id).options(*_IN_FULL)
    found = session.scalars(statement.order_by(Evidence.added_at.desc(), Evidence.id.desc()))
    return [piece for piece in found if may_view_evidence(actor, piece)]


def count_evidence(session: Session, project: CourseProject, *, actor: Actor) -> dict[int | None, int]:
    """How many pieces stand of each of its runs, by number, and under None of the whole course, its runs among it.

    What belongs to lines of a log is not counted: not everybody who sees the course reads these.
    """
    require(may_view_project(actor, project), seen=False)
    stands: tuple[ColumnElement[bool], ...] = (Evidence.removed_at.is_(None), Evidence.entry_id.is_(None))
    rows = session.execute(
        select(Evidence.run_id, func.count())
        .where(Evidence.project_id == project.id, *stands)
        .group_by(Evidence.run_id)
    ).all()
    counted: dict[int | None, int] = {run_id: count for run_id, count in rows if run_id is not None}
    return counted | {None: sum(count for _, count in rows)}


def list_own_entries(session: Session, project: CourseProject, *, actor: Actor) -> list[PracticeEntry]:
    """The lines of the actor's own log about this course, the newest first: what they may add evidence to."""
    require(may_view_project(actor, project), seen=False)
    is_about = (PracticeEntry.project_id == project.id) | PracticeEntry.run_id.in_([run.id for run in project.runs])
    statement = (
        select(PracticeEntry)
        .join(Membership, Membership.id == PracticeEntry.membership_id)
        .where(Membership.person_id == actor.person_id, is_about)
        .options(joinedload(PracticeEntry.membership).joinedload(Membership.cohort))
        .order_by(PracticeEntry.on.desc(), PracticeEntry.id.desc())
    )
    return [entry for entry in session.scalars(statement) if may_add_to_entry(actor, entry)]


def add_link(
    session: Session,
    project: CourseProject,
    *,
    actor: Actor,
    now: datetime,
    url: str,
    title: str = "",
    run_id: str | None = None,
    entry_id: str | None = None,
) -> Evidence:
    """A link to what shows that the course is there. It is shown to people and never fetched."""
    require(may_add_evidence(actor, project), seen=may_view_project(actor, project))
    piece = Evidence(kind=EvidenceKind.LINK, title=title or url[:200], url=url)
    return _add(session, project, piece, run_id, entry_id, actor=actor, now=now)


def add_file(
    session: Session,
    project: CourseProject,
    received: ReceivedFile,
    *,
    actor: Actor,
    now: datetime,
    title: str = "",
    run_id: str | None = None,
    entry_id: str | None = None,
) -> Evidence:
    """A file that lies in the folder of uploads already, so that no row is ever without its file."""
    require(may_add_evidence(actor, project), seen=may_view_project(actor, project))
    piece = Evidence(
        kind=EvidenceKind.FILE, title=title or received.file_name, file_name=received.file_name,
        stored_name=received.kept.stored_name, size=received.kept.size, sha256=received.kept.sha256,
        media_type=received.media_type,
    )  # fmt: skip
    return _add(session, project, piece, run_id, entry_id, actor=actor, now=now)


def _add(
    session: Session,
    project: CourseProject,
    piece: Evidence,
    run_id: str | None,
    entry_id: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> Evidence:
    if run_id and entry_id:
        raise Invalid.field("run_id", "Say a run or a line of your log, one of the two.")
    lock_project(session, project)
    piece.run = _find_run(project, run_id) if run_id else None
    piece.entry = _find_entry(session, project, entry_id, actor) if entry_id else None
    standing = select(func.count()).where(Evidence.project_id == project.id, Evidence.removed_at.is_(None))
    if session.scalars(standing).one() >= MOST_PIECES:
        raise Conflict(f"There are {MOST_PIECES} pieces of evidence of this course. Remove one before you add another.")
    piece.project, piece.added_at, piece.added_by_id = project, now, actor.person_id
    session.add(piece)
    audit.record(session, "evidence.added", piece, actor=actor, now=now)
    return piece


def _find_run(project: CourseProject, run_id: str) -> CourseRun:
    run = next((run for run in project.runs if run.public_id == run_id), None)
    if run is None:
        raise Invalid.field("run_id", "Choose one of the runs of this course.")
    return run


def _find_entry(session: Session, project: CourseProject, entry_id: str, actor: Actor) -> PracticeEntry:
    mine = list_own_entries(session, project, actor=actor)
    entry = next((entry for entry in mine if entry.public_id == entry_id), None)
    if entry is None:
        raise Invalid.field("entry_id", "Choose a line of your own log that is about this course.")
    return entry


def retitle_evidence(session: Session, piece: Evidence, *, actor: Actor, now: datetime, title: str) -> Evidence:
    """Calls it otherwise. What it is stays: another file or link is another piece."""
    require(may_change_evidence(actor, piece), seen=may_view_evidence(actor, piece))
    piece.title = title
    audit.record(session, "evidence.retitled", piece, actor=actor, now=now)
    return piece


def open_evidence(piece: Evidence, *, actor: Actor, folder: Path) -> BinaryIO:
    """The file of a piece, to be read by whoever reads the piece. A link has none."""
    require(may_view_evidence(actor, piece), seen=False)
    if piece.stored_name is None:
        raise NotFound
    try:
        return open_upload(folder, piece.stored_name)
    except FileNotFoundError as error:
        text = "This file is missing from the folder of uploads. Tell your administrator: a backup has it."
        raise Conflict(text, code=MISSING) from error


def remove_evidence(session: Session, piece: Evidence, *, folder: Path, actor: Actor, now: datetime) -> None:
    """Takes it away. Its file goes once this is committed; that it was there stays on record."""
    require(may_change_evidence(actor, piece), seen=may_view_evidence(actor, piece))
    if piece.stored_name is not None:
        remove_upload(session, folder, piece.stored_name)
    piece.stored_name, piece.removed_at, piece.removed_by_id = None, now, actor.person_id
    audit.record(session, "evidence.removed", piece, actor=actor, now=now)


def let_go_of_evidence(session: Session, person: Person, *, folder: Path | None, now: datetime) -> None:
    """For the erasure of a person: what they added goes, its files too, because nobody can tell what is in them.

    They go from the folder once this is committed; where it is not known, the sweep finds them.
    """
    theirs = Evidence.added_by_id == person.id
    of_their_log = Evidence.entry_id.in_(
        select(PracticeEntry.id)
        .join(Membership, Membership.id == PracticeEntry.membership_id)
        .where(Membership.person_id == person.id)
    )
    goes = theirs | of_their_log
    names = session.scalars(select(Evidence.stored_name).where(goes, Evidence.stored_name.is_not(None))).all()
    since = func.coalesce(Evidence.removed_at, literal(now, Evidence.removed_at.type))
    statement = update(Evidence).where(goes).values(stored_name=None, size=None, sha256="", removed_at=since)
    session.execute(statement.execution_options(synchronize_session=False))
    for name in names:
        if name is not None and folder is not None:
            remove_upload(session, folder, name)
