"""The correction trail: what was said of each member at a session, when, by whom, and where from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session, aliased

from coaching.models import (
    Attendance,
    AttendanceChange,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    ImportBatch,
    Membership,
    Person,
)
from coaching.policies import Actor, may_view_session, require, runs_cohort

# What a line of attendance and its line in the trail have in common.
SAID = ("status", "minutes", "source", "batch_id")
# Sources that write no report: a line of theirs that names a report was put back when that one was undone.
_WITHOUT_REPORT = (AttendanceSource.COACH, AttendanceSource.SELF, AttendanceSource.DEMO)
_BY = aliased(Person)
_CHANGES = (
    select(
        Membership.public_id,
        AttendanceChange.status,
        AttendanceChange.minutes,
        AttendanceChange.source,
        ImportBatch.file_name,
        _BY.name,
        AttendanceChange.at,
    )
    .join_from(AttendanceChange, Membership, Membership.id == AttendanceChange.membership_id)
    .outerjoin(ImportBatch, ImportBatch.id == AttendanceChange.batch_id)
    .outerjoin(_BY, _BY.id == AttendanceChange.by_id)
    .where(AttendanceChange.session_id == bindparam("session_id"))
    .order_by(AttendanceChange.id)
)
_OWN_CHANGES = _CHANGES.where(Membership.person_id == bindparam("person_id"))


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One thing that was said of a member. `status` is None where what had been recorded was taken back.

    `file_name` is the report's: the one it was read from, or for a mark by hand the one whose undoing put it back.
    """

    membership_id: str
    status: AttendanceStatus | None
    minutes: int | None
    source: AttendanceSource
    file_name: str | None
    by: str | None
    at: datetime

    @property
    def is_put_back(self) -> bool:
        return self.file_name is not None and self.source in _WITHOUT_REPORT


def list_changes(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[TrailLine]:
    """The session's trail, the oldest first. Those who do not run the cohort get what was said of themselves."""
    require(may_view_session(actor, coaching_session), seen=False)
    statement = _CHANGES if runs_cohort(actor, coaching_session.cohort) else _OWN_CHANGES
    values = {"session_id": coaching_session.id, "person_id": actor.person_id}
    return [TrailLine(*row) for row in session.connection().execute(statement, values).all()]


def is_said(line: Attendance, values: Mapping[str, Any]) -> bool:
    """Whether the line says this already, so that saying it again changes nothing."""
    return all(getattr(line, name) == values[name] for name in SAID)


def note_changes(
    session: Session,
    coaching_session: CoachingSession,
    changes: Sequence[Mapping[str, Any]],
    *,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Adds what was said to the trail, in one statement. A change has `membership_id` and what `SAID` names."""
    if not changes:
        return
    # The trail is in the order in which the lines were written.
    session.flush()
    about = {"session_id": coaching_session.id, "at": now, "by_id": actor.person_id if actor else None}
    session.execute(
        insert(AttendanceChange),
        [about | {name: change[name] for name in ("membership_id", *SAID)} for change in changes],
    )
