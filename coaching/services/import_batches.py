"""Imports that were made: found, their doubtful rows resolved by hand, and undone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import (
    Attendance,
    BatchState,
    CoachingSession,
    Cohort,
    ImportBatch,
    ImportRow,
    Membership,
    Role,
    RowOutcome,
)
from coaching.policies import Actor, may_view_session, require, runs_cohort
from coaching.services import audit
from coaching.services.attendance_imports import open_members, require_runner
from coaching.services.import_recording import is_expected, put_back, record_batch
from coaching.services.memberships import add_member
from coaching.services.remembered_matches import forget_rows, remember_rows

SET_ASIDE = "Set aside: nobody of this cohort."
REOPENED = "Somebody took back who this is."


def find_session(session: Session, public_id: str) -> CoachingSession:
    """A session by public identifier, for the command line."""
    statement = (
        select(CoachingSession)
        .where(CoachingSession.public_id == public_id)
        .options(joinedload(CoachingSession.cohort).joinedload(Cohort.programme))
    )
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("There is no session with this identifier. Copy it from the address of the session's page.")
    return found


def get_batch(session: Session, public_id: str, *, actor: Actor) -> tuple[ImportBatch, CoachingSession]:
    """An import and its session, for those who run the cohort."""
    batch = session.scalars(
        select(ImportBatch)
        .where(ImportBatch.public_id == public_id, ImportBatch.session_id.is_not(None))
        .options(selectinload(ImportBatch.rows))
    ).one_or_none()
    if batch is None:
        raise NotFound
    coaching_session = session.get_one(
        CoachingSession,
        batch.session_id,
        options=[joinedload(CoachingSession.cohort).joinedload(Cohort.programme)],
    )
    require(runs_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    return batch, coaching_session


def list_batches(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[ImportBatch]:
    """The session's imports, the newest first, with their rows."""
    require(runs_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    statement = (
        select(ImportBatch)
        .where(ImportBatch.session_id == coaching_session.id)
        .order_by(ImportBatch.id.desc())
        .options(selectinload(ImportBatch.rows))
    )
    return list(session.scalars(statement))


def list_candidates(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[Membership]:
    """Whom a row in doubt may be: the members expected at the session, by name."""
    require(runs_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    members = open_members(session, coaching_session).values()
    expected = [member for member in members if is_expected(member, coaching_session)]
    return sorted(expected, key=lambda member: member.person.name)


def resolve_row(
    session: Session,
    batch: ImportBatch,
    coaching_session: CoachingSession,
    row_id: str,
    membership_id: str | None,
    *,
    actor: Actor,
    now: datetime,
) -> ImportRow:
    """Says who a row is (a member's public identifier), or that it is nobody of this cohort (None)."""
    require_runner(actor, coaching_session)
    _refuse_undone(batch)
    row = _find_row(batch, row_id)
    members = list(open_members(session, coaching_session).values())
    member = next((member for member in members if member.public_id == membership_id), None)
    if membership_id is not None and (member is None or not is_expected(member, coaching_session)):
        raise Invalid.field("membership_id", "Choose one of the people expected at this session, or nobody.")
    if row.membership_id is not None:
        put_back(session, batch, coaching_session, [row.membership_id], actor=actor, now=now)
    row.membership_id = member.id if member else None
    row.outcome = RowOutcome.MATCHED if member else RowOutcome.IGNORED
    row.reason = f"Matched by hand to {member.person.name}." if member else SET_ASIDE
    remember_rows(session, coaching_session.cohort_id, [row], row.membership_id, now=now)
    # What is recorded is read again below, by statements.
    session.flush()
    record_batch(session, batch, coaching_session, members, actor=actor, now=now)
    audit.record(session, "attendance.row_resolved", row, actor=actor, now=now)
    return row


def set_aside_rows(
    session: Session,
    batch: ImportBatch,
    coaching_session: CoachingSession,
    row_ids: Sequence[str] | None,
    *,
    actor: Actor,
    now: datetime,
) -> list[ImportRow]:
    """Says of these rows, or with None of all that are in doubt, that they are nobody of this cohort.

    A row that somebody settled in the meantime stays as they left it. Answers with the rows that were set aside.
    """
    require_runner(actor, coaching_session)
    _refuse_undone(batch)
    if row_ids is not None and not row_ids:
        raise Invalid.field("row_ids", "Choose at least one row.")
    chosen = batch.rows if row_ids is None else [_find_row(batch, row_id) for row_id in dict.fromkeys(row_ids)]
    waiting = [row for row in chosen if row.is_in_doubt]
    for row in waiting:
        row.outcome, row.reason = RowOutcome.IGNORED, SET_ASIDE
    remember_rows(session, coaching_session.cohort_id, waiting, None, now=now)
    # What is recorded is read again below, by statements.
    session.flush()
    members = list(open_members(session, coaching_session).values())
    record_batch(session, batch, coaching_session, members, actor=actor, now=now)
    for row in waiting:
        audit.record(session, "attendance.row_resolved", row, actor=actor, now=now)
    return waiting


def reopen_row(
    session: Session, batch: ImportBatch, coaching_session: CoachingSession, row_id: str, *, actor: Actor, now: datetime
) -> ImportRow:
    """Takes back who a row is: it waits for an answer again, and what was remembered of its name is forgotten.

    While it waits, nobody is absent by this report: the row may be them.
    """
    require_runner(actor, coaching_session)
    _refuse_undone(batch)
    row = _find_row(batch, row_id)
    forget_rows(session, coaching_session.cohort_id, [row])
    if row.is_in_doubt:
        return row
    rest = {one.membership_id for one in batch.rows if one is not row}
    recorded = select(Attendance.membership_id).where(Attendance.batch_id == batch.id)
    unsure = [number for number in session.scalars(recorded) if number not in rest]
    put_back(session, batch, coaching_session, unsure, actor=actor, now=now)
    row.membership_id, row.outcome, row.reason = None, RowOutcome.REVIEW, REOPENED
    # What is recorded is read again below, by statements.
    session.flush()
    members = list(open_members(session, coaching_session).values())
    record_batch(session, batch, coaching_session, members, actor=actor, now=now)
    audit.record(session, "attendance.row_reopened", row, actor=actor, now=now)
    return row


def add_row_member(
    session: Session,
    batch: ImportBatch,
    coaching_session: CoachingSession,
    row_id: str,
    *,
    actor: Actor,
    secret: str,
    now: datetime,
    name: str,
    email: str,
    joined_on: date | None = None,
) -> ImportRow:
    """Brings the person of a row into the cohort as a participant, and records that they were there.

    They joined on the day of the session, unless another is given.
    """
    require_runner(actor, coaching_session)
    _refuse_undone(batch)
    if coaching_session.pair_membership_id is not None:
        raise Conflict("A one-to-one has its one participant. Add somebody new on the cohort's page.")
    if _find_row(batch, row_id).membership_id is not None:
        raise Conflict("This row is somebody's already. Say that it is nobody's first, if that is wrong.")
    member = add_member(
        session, coaching_session.cohort, actor=actor, secret=secret, now=now, email=email, name=name,
        role=Role.PARTICIPANT, joined_on=joined_on or coaching_session.local_start.date(),
    )  # fmt: skip
    return resolve_row(session, batch, coaching_session, row_id, member.public_id, actor=actor, now=now)


def undo_import(
    session: Session, batch: ImportBatch, coaching_session: CoachingSession, *, actor: Actor, now: datetime
) -> None:
    """Puts attendance back to what it was before this import, except where somebody changed it since."""
    require_runner(actor, coaching_session)
    _refuse_undone(batch)
    # Absences that this import recorded have no row of their own.
    recorded = select(Attendance.membership_id).where(Attendance.batch_id == batch.id)
    members = {*session.scalars(recorded), *(row.membership_id for row in batch.rows if row.membership_id is not None)}
    put_back(session, batch, coaching_session, members, actor=actor, now=now)
    batch.state, batch.undone_at = BatchState.UNDONE, now
    audit.record(session, "attendance.import_undone", batch, actor=actor, now=now)


def _find_row(batch: ImportBatch, row_id: str) -> ImportRow:
    row = next((row for row in batch.rows if row.public_id == row_id), None)
    if row is None:
        raise NotFound
    return row


def _refuse_undone(batch: ImportBatch) -> None:
    if batch.state == BatchState.UNDONE:
        raise Conflict("This import was undone. Import the file again to record it anew.")
