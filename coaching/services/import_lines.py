"""The rows of an import as the API tells of them, with members by their public identifiers.

One statement, and one more for the members where a row is in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from coaching.models import CoachingSession, ImportBatch, ImportRow, Membership, RowOutcome
from coaching.policies import Actor, may_view_session, require, runs_cohort
from coaching.services.import_preview import ImportPreview
from coaching.services.import_suggestions import suggest_members


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One person of a report and what became of the row. `id` is None in a preview, which keeps nothing.

    `suggestions` are the members whom a row in doubt may be, the likeliest first.
    """

    id: str | None
    number: int
    name: str
    email: str
    minutes: int
    outcome: RowOutcome
    reason: str
    membership_id: str | None
    suggestions: tuple[str, ...] = ()


_ROWS = (
    select(
        ImportRow.public_id,
        ImportRow.number,
        ImportRow.name,
        ImportRow.email,
        ImportRow.minutes,
        ImportRow.outcome,
        ImportRow.reason,
        Membership.public_id,
    )
    .outerjoin(Membership, Membership.id == ImportRow.membership_id)
    .where(ImportRow.batch_id == bindparam("batch_id"))
    .order_by(ImportRow.number, ImportRow.id)
)


def list_lines(
    session: Session, batch: ImportBatch, coaching_session: CoachingSession, *, actor: Actor
) -> list[ImportLine]:
    """The rows in the order of the file, for those who run the cohort."""
    require(runs_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    lines = [ImportLine(*row) for row in session.execute(_ROWS, {"batch_id": batch.id})]
    if all(line.outcome != RowOutcome.REVIEW for line in lines):
        return lines
    likely = suggest_members(session, batch, coaching_session, actor=actor)
    return [
        replace(line, suggestions=tuple(member.public_id for member in likely.get(line.id or "", ()))) for line in lines
    ]


def preview_lines(preview: ImportPreview) -> list[ImportLine]:
    """The rows that applying the report would make."""
    return [
        ImportLine(
            None,
            row.number,
            row.name,
            row.email,
            row.minutes,
            row.outcome,
            row.reason,
            row.membership_id,
            row.suggestions,
        )
        for row in preview.rows
    ]
