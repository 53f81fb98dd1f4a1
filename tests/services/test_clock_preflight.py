"""What clock changes do to a series is said before it is saved: for the zone of the series and for each member."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.models import CoachingSession, Frequency, MembershipStatus, Role, Scope
from coaching.policies import Actor
from coaching.services.change_preflight import preview_change
from coaching.services.clock_preflight import PreviewedSession
from coaching.services.coaching_sessions import edit_session
from coaching.services.recurrence import Repeat
from coaching.services.series import SeriesPreview, preview_series, schedule_series
from tests.factories import actor_of, make_membership, make_person, make_session

Count = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def coach(session: Session) -> Any:
    return make_membership(session, None, make_person(session, name="Cat", timezone="Europe/London"), role=Role.COACH)


@pytest.fixture
def actor(session: Session, coach: Any) -> Actor:
    return actor_of(session, coach.person)


def _member(session: Session, coach: Any, name: str, zone: str, **values: Any) -> Any:
    return make_membership(session, coach.cohort, make_person(session, name=name, timezone=zone), **values)


def _preview(session: Session, coach: Any, actor: Actor, now: datetime, **values: Any) -> SeriesPreview:
    standard: dict[str, Any] = {
        "title": "Circle",
        "local_start": datetime(2026, 10, 20, 10),
        "timezone": "Europe/London",
        "duration_minutes": 60,
        "repeat": Repeat(Frequency.WEEKLY, count=4),
    }
    return preview_series(session, coach.cohort, actor=actor, now=now, **standard | values)


def test_each_move_is_shown_for_the_zone_and_for_whom_it_is_another_time(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    for name in ("Ann", "Bo", "Cy"):
        _member(session, coach, name, "America/New_York")
    _member(session, coach, "Di", "Asia/Kolkata")
    _member(session, coach, "Gone", "Asia/Tokyo", status=MembershipStatus.WITHDRAWN)
    # 20 and 27 October, 3 and 10 November: London goes back on the 25th, New York on 1 November.
    seen = _preview(session, coach, actor, now)
    assert [one.is_affected for one in seen.sessions] == [False, True, True, False]
    assert seen.sessions[1].notes == [
        "Since the session before, the clocks in Europe/London went back by 60 minutes. It is still at 10:00.",
        "For Ann, Bo and 1 more (America/New York) it moves from 05:00 to 06:00.",
        "For Di (Asia/Kolkata) it moves from 14:30 to 15:30.",
    ]
    assert seen.sessions[2].notes == ["For Ann, Bo and 1 more (America/New York) it moves from 06:00 to 05:00."]
    assert (seen.affected, seen.sessions[1].offset_minutes, seen.sessions[1].offset_moved) == (2, 0, -60)
    assert seen.summary.startswith("Clocks move before or at 2 of 4 sessions.")
    assert session.scalars(select(func.count(CoachingSession.id))).one() == 0


def test_skipped_and_doubled_times_are_shown_with_what_is_done(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    skipped = _preview(session, coach, actor, now, local_start=datetime(2027, 3, 21, 1, 30))
    assert [one.is_skipped for one in skipped.sessions] == [False, True, False, False]
    assert skipped.sessions[1].notes == ["That day the clocks in Europe/London skip 01:30. It will be held at 02:30."]
    # It is held an hour later on the wall that day, and back at its own time from then on.
    assert skipped.sessions[2].notes == ["For Cat (Europe/London) it moves from 02:30 to 01:30."]
    doubled = _preview(session, coach, actor, now, local_start=datetime(2026, 10, 25, 1, 30))
    assert doubled.sessions[0].notes == [
        "That day the clocks in Europe/London show 01:30 twice. It will be held at the first."
    ]
    assert "01:30 to" not in " ".join(doubled.sessions[1].notes)


def test_nothing_moves_is_said_too(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    _member(session, coach, "Di", "Asia/Kolkata")
    seen = _preview(session, coach, actor, now, local_start=datetime(2026, 11, 3, 10))
    assert (seen.affected, [one.notes for one in seen.sessions]) == (0, [[]] * 4)
    assert seen.summary == "No clock moves within these 4 sessions: everybody keeps the same time of day."


def test_the_day_is_told_where_it_is_another(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    _member(session, coach, "Kit", "Pacific/Auckland")
    seen = _preview(session, coach, actor, now, local_start=datetime(2026, 10, 20, 11, 30))
    assert "For Kit (Pacific/Auckland) it moves from 23:30 to 00:30 the day after." in seen.sessions[1].notes


def test_what_is_left_out_is_compared_and_nothing_with_it(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    repeat = Repeat(Frequency.WEEKLY, count=4, exceptions=[date(2026, 10, 27)])
    seen = _preview(session, coach, actor, now, repeat=repeat)
    assert [one.is_left_out for one in seen.sessions] == [False, True, False, False]
    # The session after it is the first on the other side now.
    assert [one.offset_moved for one in seen.sessions] == [0, -60, -60, 0]
    assert seen.affected == 1


def test_a_one_to_one_is_about_its_pair(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    _member(session, coach, "Ann", "America/New_York")
    di = _member(session, coach, "Di", "Asia/Kolkata")
    seen = _preview(session, coach, actor, now, pair_with=di.public_id)
    assert {move.people for one in seen.sessions for move in one.moves} == {("Di",)}


def test_a_series_that_ends_far_after_its_cohort_is_warned_of(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    seen = _preview(session, coach, actor, now, local_start=datetime(2026, 5, 19, 10))
    assert seen.warnings == ()
    seen = _preview(session, coach, actor, now, local_start=datetime(2027, 5, 18, 10))
    assert [text.partition(" is ")[0] for text in seen.warnings] == ["The first session", "The last session"]


def test_it_takes_as_many_statements_for_one_member_as_for_many(
    session: Session, coach: Any, actor: Actor, now: datetime, count_queries: Count
) -> None:
    counted = []
    for number, count in ((1, 4), (20, 50)):
        for name in range(number):
            _member(session, coach, f"{number} {name}", "America/New_York" if name % 2 else "Asia/Kolkata")
        with count_queries() as statements:
            _preview(session, coach, actor, now, repeat=Repeat(Frequency.WEEKLY, count=count))
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 3


def _repeated(session: Session, coach: Any, actor: Actor, now: datetime, start: datetime) -> list[CoachingSession]:
    made = schedule_series(
        session, coach.cohort, actor=actor, now=now, title="Circle", local_start=start, timezone="Europe/London",
        duration_minutes=60, repeat=Repeat(Frequency.WEEKLY, count=4),
    )  # fmt: skip
    statement = select(CoachingSession).where(CoachingSession.series_id == made.id)
    return list(session.scalars(statement.order_by(CoachingSession.recurrence_start)))


def _change(
    session: Session, one: CoachingSession, actor: Actor, now: datetime, scope: Scope, **changes: Any
) -> tuple[PreviewedSession, ...]:
    values = {name: getattr(one, name) for name in ("local_start", "timezone", "duration_minutes")} | changes
    return preview_change(session, one, actor=actor, now=now, scope=scope, **values).sessions


def test_a_change_of_a_series_is_shown_as_it_would_be(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    _member(session, coach, "Di", "Asia/Kolkata")
    held = _repeated(session, coach, actor, now, datetime(2027, 3, 14, 3))
    to = {"local_start": datetime(2027, 3, 21, 1, 30)}
    seen = _change(session, held[1], actor, now, Scope.FOLLOWING, **to)
    assert [(one.number, one.local_start.isoformat(" ", "minutes")) for one in seen] == [
        (2, "2027-03-21 01:30"), (3, "2027-03-28 02:30"), (4, "2027-04-04 01:30")
    ]  # fmt: skip
    assert [one.is_skipped for one in seen] == [False, True, False]
    assert seen[1].notes == ["That day the clocks in Europe/London skip 01:30. It will be held at 02:30."]
    assert "For Di (Asia/Kolkata) it moves from 07:00 to 06:00." in seen[2].notes
    assert [one.local_start.hour for one in held] == [3] * 4
    # What does not move, or moves alone, is not shown.
    assert _change(session, held[1], actor, now, Scope.ONE, **to) == ()
    assert _change(session, held[1], actor, now, Scope.ALL, duration_minutes=30) == ()
    # Saved, it is as it was shown.
    edit_session(
        session, held[1], actor=actor, now=now, title="Circle", timezone="Europe/London", duration_minutes=60,
        scope=Scope.FOLLOWING, **to,
    )  # fmt: skip
    assert [(one.local_start, one.starts_at) for one in held[1:]] == [(one.local_start, one.starts_at) for one in seen]


def test_another_zone_is_shown_with_its_own_clocks(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    held = _repeated(session, coach, actor, now, datetime(2026, 10, 20, 10))
    seen = _change(session, held[0], actor, now, Scope.ALL, timezone="Asia/Kolkata")
    assert [(one.timezone, one.offset_moved) for one in seen] == [("Asia/Kolkata", 0)] * 4
    assert seen[1].notes == ["For Cat (Europe/London) it moves from 05:30 to 04:30."]


def test_a_session_at_whose_time_the_coach_is_taken_says_so(
    session: Session, coach: Any, actor: Actor, now: datetime, count_queries: Count
) -> None:
    counted = []
    for hour, count in ((9, 4), (10, 40)):
        start = datetime(2026, 10, 20, hour)
        for week in range(1, count):
            at = start.replace(tzinfo=ZoneInfo("Europe/London")) + timedelta(weeks=week)
            make_session(session, coach.cohort, title="Clinic", starts_at=at.astimezone(UTC), led_by_id=coach.person_id)
        session.expire_all()
        actor = actor_of(session, coach.person)
        with count_queries() as statements:
            seen = _preview(session, coach, actor, now, local_start=start, repeat=Repeat(Frequency.WEEKLY, count=count))
        counted.append(len(statements))
        assert [bool(one.taken) for one in seen.sessions] == [False] + [True] * (count - 1)
    assert counted[0] == counted[1]
    assert seen.sessions[1].taken == f"You hold “Clinic” of {coach.cohort.name} at that time."
    # One that is left out says so as well, and is not counted.
    left = _preview(
        session, coach, actor, now, repeat=Repeat(Frequency.WEEKLY, count=4, exceptions=[date(2026, 10, 27)])
    )
    assert (left.taken, bool(left.sessions[1].taken)) == (2, True)


def test_what_the_coach_holds_elsewhere_is_not_named_to_others(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    at = datetime(2026, 10, 20, 9, tzinfo=UTC)
    make_session(session, title="Secret", starts_at=at, led_by_id=coach.person_id)
    other = make_membership(session, coach.cohort, make_person(session, name="Dan"), role=Role.COACH)
    who = actor_of(session, other.person)
    seen = _preview(session, coach, who, now, led_by=coach.public_id)
    assert [one.taken for one in seen.sessions] == ["Cat holds another session at that time.", "", "", ""]
    assert _preview(session, coach, who, now).taken == 0
