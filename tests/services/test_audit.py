"""The audit trail: whole when nobody touched it, and every way of touching it is found."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from coaching.models import AuditEntry
from coaching.services import audit
from tests.factories import actor_of, make_person


@pytest.fixture
def trail(session: Session, now: datetime) -> Session:
    person = make_person(session)
    for act in ("one", "two", "three", "four"):
        audit.record(session, act, person, actor=actor_of(session, person), now=now)
    session.flush()
    return session


def test_a_trail_that_nobody_touched_is_whole(trail: Session) -> None:
    assert audit.verify_trail(trail) == []


def test_an_empty_trail_is_whole(session: Session) -> None:
    assert audit.verify_trail(session) == []


def test_an_edited_entry_is_found(trail: Session) -> None:
    trail.execute(update(AuditEntry).where(AuditEntry.id == 2).values(act="nothing"))
    trail.expire_all()
    assert audit.verify_trail(trail) == ["Entry 2 does not follow from the one before it."]


def test_a_removed_entry_is_found(trail: Session) -> None:
    trail.execute(delete(AuditEntry).where(AuditEntry.id == 2))
    assert "Entry 2 is missing before entry 3." in audit.verify_trail(trail)


def test_a_cut_off_tail_is_found(trail: Session) -> None:
    trail.execute(delete(AuditEntry).where(AuditEntry.id >= 3))
    assert audit.verify_trail(trail) == ["The trail ends at entry 2, but 4 were written."]


def test_reordered_entries_are_found(trail: Session) -> None:
    for old, new in ((2, 90), (3, 2), (90, 3)):
        trail.execute(update(AuditEntry).where(AuditEntry.id == old).values(id=new))
    trail.expire_all()
    assert len(audit.verify_trail(trail)) >= 2
