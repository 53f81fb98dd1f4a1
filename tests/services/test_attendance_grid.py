"""Who was where: the cohort's marks for those who may see them, and a member's own record."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotAllowed, NotFound
from coaching.models import AttendanceSource, AttendanceStatus, SessionState
from coaching.services.attendance_grid import Mark, read_marks, read_record
from tests.factories import actor_of, make_session
from tests.worlds import World, leave_traces, make_world


@pytest.fixture
def world(session: Session) -> World:
    return make_world(session)


def test_marks_are_told_by_member_and_session(session: Session, world: World, now: datetime) -> None:
    traces = leave_traces(session, world, now)
    for person in (world.coach, world.coordinator, world.observer):
        marks = read_marks(session, world.cohort, actor=actor_of(session, person))
        assert marks == {(world.member.public_id, traces.held.public_id): Mark(AttendanceStatus.PRESENT, 55)}


def test_a_participant_sees_nobodys_marks(session: Session, world: World) -> None:
    with pytest.raises(NotAllowed):
        read_marks(session, world.cohort, actor=actor_of(session, world.participant))
    with pytest.raises(NotFound):
        read_marks(session, world.cohort, actor=actor_of(session, world.outsider))


def test_a_record_has_what_counts_for_the_member(session: Session, world: World, now: datetime) -> None:
    traces = leave_traces(session, world, now)
    make_session(session, world.cohort, starts_at=now - timedelta(days=3), state=SessionState.CANCELLED)
    before = make_session(session, world.cohort, starts_at=world.member.joined_at - timedelta(days=3))
    theirs = make_session(
        session, world.cohort, starts_at=now - timedelta(days=2), pair_membership_id=world.fellow_member.id
    )
    own = make_session(session, world.cohort, starts_at=now - timedelta(days=1), pair_membership_id=world.member.id)
    record = read_record(session, world.member, actor=actor_of(session, world.participant), now=now)
    assert [(one.id, one.status, one.minutes, one.source) for one in record] == [
        (own.public_id, None, None, None),
        (traces.held.public_id, AttendanceStatus.PRESENT, 55, AttendanceSource.ZOOM),
    ]
    assert {before.public_id, theirs.public_id, traces.coming.public_id}.isdisjoint(one.id for one in record)


def test_a_record_is_for_the_member_and_who_runs_the_cohort(session: Session, world: World, now: datetime) -> None:
    for person in (world.fellow, world.observer, world.outsider):
        with pytest.raises(NotFound):
            read_record(session, world.member, actor=actor_of(session, person), now=now)
    assert read_record(session, world.member, actor=actor_of(session, world.coach), now=now) == []
