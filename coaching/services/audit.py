"""The audit trail: each entry's digest covers the one before, so that an edited, removed or moved row is found."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import AuditEntry, AuditHead, Base
from coaching.policies import Actor
from coaching.services.insertion import insert_missing

GENESIS = "0" * 64
_HEAD = select(AuditHead).where(AuditHead.id == 1).with_for_update()


def record(session: Session, act: str, subject: Base, *, actor: Actor | None, now: datetime) -> None:
    """Appends an entry to the trail. `subject` must have its number already, or be new in this session."""
    if subject.id is None:  # type: ignore[attr-defined]
        # The entry names the row by its number, which the database gives at the flush.
        session.flush()
    head = session.scalars(_HEAD).one_or_none()
    if head is None:
        # Whoever comes first makes it; a second at the same moment waits here, and then finds it.
        session.execute(insert_missing(session, AuditHead.__table__), {"id": 1, "length": 0, "digest": GENESIS})
        head = session.scalars(_HEAD).one()
    entry = AuditEntry(
        id=head.length + 1,
        at=now,
        actor_id=actor.person_id if actor else None,
        act=act,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,  # type: ignore[attr-defined]
        digest="",
    )
    entry.digest = _digest(head.digest, entry)
    head.length, head.digest = entry.id, entry.digest
    session.add(entry)


def verify_trail(session: Session) -> list[str]:
    """What is wrong with the trail, a sentence for each find; empty where it is whole."""
    finds: list[str] = []
    previous, expected = GENESIS, 1
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)):
        if entry.id != expected:
            finds.append(f"Entry {expected} is missing before entry {entry.id}.")
            expected = entry.id
        if entry.digest != _digest(previous, entry):
            finds.append(f"Entry {entry.id} does not follow from the one before it.")
        previous, expected = entry.digest, expected + 1
    head = session.get(AuditHead, 1)
    length, digest = (head.length, head.digest) if head else (0, GENESIS)
    if (length, digest) != (expected - 1, previous):
        finds.append(f"The trail ends at entry {expected - 1}, but {length} were written.")
    return finds


def _digest(previous: str, entry: AuditEntry) -> str:
    fields = (
        previous,
        str(entry.id),
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(entry.actor_id),
        entry.act,
        entry.subject_kind,
        str(entry.subject_id),
    )
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()
