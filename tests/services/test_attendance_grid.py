"""Who was where: the cohort's marks for those who may see them, and a member's own record."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.errors import NotAllowed, NotFound
from coaching.models import AttendanceSource, AttendanceStatus, Cohort, MembershipStatus, Role, SessionState
from coaching.policies import Actor
from coaching.services.attendance_grid import Mark, count_record, read_grid, read_marks, read_record
from coaching.services.cohort_progress import cohort_progress
from tests.factories import NOW, actor_of, make_cohort, make_membership, make_person, make_session
from tests.services.progress_rows import attend
from tests.worlds import World, leave_traces, make_world

Counter = Callable[[], AbstractContextManager[list[str]]]
Status = AttendanceStatus


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


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return make_cohort(session)


@pytest.fixture
def coach(session: Session, cohort: Cohort) -> Actor:
    return actor_of(session, make_membership(session, cohort, role=Role.COACH).person)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 9, tzinfo=UTC)


def test_the_grid_has_a_cell_for_each_member_and_session(session: Session, cohort: Cohort, coach: Actor) -> None:
    ann, bo = (make_membership(session, cohort, make_person(session, name=name)) for name in ("Ann", "Bo"))
    bo.joined_at = day(10)
    first, second, third = (make_session(session, cohort, starts_at=day(number)) for number in (9, 16, 23))
    make_session(session, cohort, starts_at=day(17), state=SessionState.CANCELLED)
    make_session(session, cohort, starts_at=NOW + timedelta(days=1))
    gone = make_membership(session, cohort, status=MembershipStatus.WITHDRAWN)
    for meeting, member, status in (
        (first, ann, Status.LATE), (second, ann, Status.EXCUSED), (second, bo, Status.PARTIAL),
        (third, bo, Status.ABSENT), (first, gone, Status.PRESENT),
    ):  # fmt: skip
        attend(session, meeting, member, status)
    grid = read_grid(session, cohort, actor=coach, now=NOW)
    assert grid.is_whole
    assert [one.id for one in grid.sessions] == [first.public_id, second.public_id, third.public_id]
    assert [(row.name, row.cells) for row in grid.members] == [
        ("Ann", ("late", "excused", None)),
        ("Bo", ("before", "partial", "absent")),
    ]
    assert [(row.attended, row.counted, row.excused, row.unrecorded) for row in grid.members] == [
        (1, 3, 1, 1),
        (1, 2, 0, 0),
    ]
    # Who has left is in no row, and so in no column.
    assert [(one.came, one.counted, one.unrecorded) for one in grid.sessions] == [(1, 1, 0), (1, 2, 0), (0, 2, 1)]
    assert (grid.attended, grid.counted, grid.unrecorded) == (2, 5, 1)


def test_one_to_ones_are_counted_and_have_no_column(session: Session, cohort: Cohort, coach: Actor) -> None:
    member, other = make_membership(session, cohort), make_membership(session, cohort)
    attend(session, make_session(session, cohort, starts_at=day(9)), member, Status.ABSENT)
    attend(session, make_session(session, cohort, starts_at=day(10), pair_membership_id=member.id), member)
    observer = actor_of(session, make_membership(session, cohort, role=Role.OBSERVER).person)
    for actor in (coach, observer):
        rows = {row.id: row for row in read_grid(session, cohort, actor=actor, now=NOW).members}
        mine, theirs = rows[member.public_id], rows[other.public_id]
        assert (mine.cells, mine.attended, mine.counted, mine.one_to_ones) == (("absent",), 1, 2, 1)
        assert (theirs.counted, theirs.one_to_ones) == (1, 0)


def test_absences_in_a_row_are_since_they_were_last_there(session: Session, cohort: Cohort, coach: Actor) -> None:
    member = make_membership(session, cohort)
    line = (Status.ABSENT, Status.PRESENT, Status.ABSENT, Status.EXCUSED, None, Status.ABSENT)
    meetings = [make_session(session, cohort, starts_at=day(number)) for number in range(2, 8)]
    for meeting, status in zip(meetings, line, strict=True):
        if status is not None:
            attend(session, meeting, member, status)
    cancelled = make_session(session, cohort, starts_at=day(9), state=SessionState.CANCELLED)
    attend(session, cancelled, member, Status.PRESENT)
    (row,) = read_grid(session, cohort, actor=coach, now=NOW).members
    assert (row.absences_in_a_row, row.absent_since) == (2, meetings[2].starts_at)
    attend(session, make_session(session, cohort, starts_at=day(10)), member, Status.LATE)
    (row,) = read_grid(session, cohort, actor=coach, now=NOW).members
    assert (row.absences_in_a_row, row.absent_since) == (0, None)


def test_a_participant_gets_their_own_row_and_no_count_of_others(session: Session, world: World, now: datetime) -> None:
    traces = leave_traces(session, world, now)
    attend(session, traces.held, world.fellow_member, Status.ABSENT)
    grid = read_grid(session, world.cohort, actor=actor_of(session, world.participant), now=now)
    assert not grid.is_whole
    assert [(row.id, row.cells, row.minutes) for row in grid.members] == [(world.member.public_id, ("present",), (55,))]
    assert [(one.came, one.counted) for one in grid.sessions] == [(1, 1)]
    (fellows,) = read_grid(session, world.cohort, actor=actor_of(session, world.fellow), now=now).members
    assert (fellows.cells, fellows.attended, fellows.counted) == (("absent",), 0, 1)
    with pytest.raises(NotFound):
        read_grid(session, world.cohort, actor=actor_of(session, world.outsider), now=now)


@pytest.mark.parametrize(("members", "sessions"), [(3, 2), (15, 12)])
def test_the_grid_takes_four_statements_whatever_its_size(
    session: Session, cohort: Cohort, coach: Actor, count_queries: Counter, members: int, sessions: int
) -> None:
    rows = [make_membership(session, cohort) for _ in range(members)]
    for number in range(sessions):
        meeting = make_session(session, cohort, starts_at=day(1) + timedelta(days=number))
        for row in rows:
            attend(session, meeting, row)
    session.refresh(cohort)
    with count_queries() as statements:
        grid = read_grid(session, cohort, actor=coach, now=NOW)
    assert sum(map(len, (row.cells for row in grid.members))) == members * sessions
    assert len(statements) == 4


def test_grid_progress_and_record_count_alike(session: Session, cohort: Cohort, coach: Actor) -> None:
    member = make_membership(session, cohort, joined_at=day(3))
    line = (Status.PRESENT, None, Status.EXCUSED, None, Status.ABSENT)
    for number, status in enumerate(line, start=2):
        meeting = make_session(session, cohort, starts_at=day(number))
        if status is not None:
            attend(session, meeting, member, status)
    make_session(session, cohort, starts_at=day(12), pair_membership_id=member.id)
    (row,) = read_grid(session, cohort, actor=coach, now=NOW).members
    (progress,) = cohort_progress(session, cohort, actor=coach, now=NOW).participants
    counts = count_record(read_record(session, member, actor=coach, now=NOW))
    assert counts == (1, 6, 1, 3)
    assert (row.attended, row.counted, row.excused, row.unrecorded) == counts
    assert (progress.attended, progress.counted, progress.excused, progress.unrecorded) == counts
