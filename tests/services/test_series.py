"""Series: saved with all their sessions, changed and cancelled by scope, copied, and read again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import CoachingSession, Frequency, MembershipStatus, Role, Scope, Series, SessionState
from coaching.policies import Actor
from coaching.services import audit, coaching_sessions, session_effects
from coaching.services import series as series_service
from coaching.services.recurrence import Repeat
from coaching.services.session_list import read_sessions
from tests.factories import actor_of, make_membership, make_session

# A Tuesday before London's clocks go back; "now" is in the summer before.
START = datetime(2026, 10, 13, 10)
FIELDS: dict[str, Any] = {
    "title": "Circle",
    "local_start": START,
    "timezone": "Europe/London",
    "duration_minutes": 60,
}
EIGHT = Repeat(Frequency.WEEKLY, count=8)
Count = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def coach(session: Session) -> Any:
    return make_membership(session, role=Role.COACH)


@pytest.fixture
def actor(session: Session, coach: Any) -> Actor:
    return actor_of(session, coach.person)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[CoachingSession]]]:
    """What was called for what follows from a change, in order."""
    calls: list[tuple[str, list[CoachingSession]]] = []
    for name in ("follow_scheduled", "follow_changed", "follow_cancelled"):

        def follow(_session: Session, changed: Sequence[CoachingSession], *, now: datetime, name: str = name) -> None:
            calls.append((name, list(changed)))

        monkeypatch.setattr(session_effects, name, follow)
    for module in (coaching_sessions, series_service):

        def check(_session: Session, wanted: Sequence[CoachingSession], *, now: datetime, actor: Actor) -> None:
            calls.append(("check_coach_is_free", list(wanted)))

        monkeypatch.setattr(module, "check_coach_is_free", check)
    return calls


def _schedule(session: Session, coach: Any, actor: Actor, now: datetime, **values: Any) -> list[CoachingSession]:
    made = series_service.schedule_series(
        session, coach.cohort, actor=actor, now=now, **{"repeat": EIGHT} | FIELDS | values
    )
    return _sessions(session, made)


def _sessions(session: Session, made: Series | None) -> list[CoachingSession]:
    assert made is not None
    statement = select(CoachingSession).where(CoachingSession.series_id == made.id)
    return list(session.scalars(statement.order_by(CoachingSession.recurrence_start)))


def _edit(session: Session, one: CoachingSession, actor: Actor, now: datetime, scope: Scope, **changes: Any) -> None:
    names = ("title", "local_start", "timezone", "duration_minutes", *coaching_sessions.TEXTS)
    values = {name: getattr(one, name) for name in names} | changes
    coaching_sessions.edit_session(session, one, actor=actor, now=now, scope=scope, **values)


def test_every_session_is_a_row_at_its_time_on_the_wall(
    session: Session, coach: Any, actor: Actor, now: datetime, followed: list[Any]
) -> None:
    texts = {"join_url": "https://meet.example.org/x", "preparation": "Read", "materials": "Slides", "agenda": "Goal"}
    sessions = _schedule(
        session, coach, actor, now, **texts, repeat=Repeat(Frequency.WEEKLY, count=8, exceptions=[date(2026, 10, 20)])
    )
    assert [name for name, _ in followed] == ["check_coach_is_free", "follow_scheduled"]
    assert [set(changed) for _, changed in followed] == [set(sessions)] * 2
    session.expire_all()
    made = sessions[0].series
    assert made is not None
    assert (made.rule, made.exceptions) == ("FREQ=WEEKLY;COUNT=8", ["2026-10-20T10:00"])
    assert [one.local_start.day for one in sessions] == [13, 27, 3, 10, 17, 24, 1]
    assert {one.recurrence_start == one.local_start for one in sessions} == {True}
    assert [one.starts_at.hour for one in sessions] == [9] + [10] * 6
    assert all(one.ends_at - one.starts_at == timedelta(hours=1) for one in sessions)
    assert {one.led_by_id for one in sessions} == {coach.person_id}
    assert {(one.join_url, one.preparation, one.materials, one.agenda) for one in sessions} == {tuple(texts.values())}
    assert audit.verify_trail(session) == []


def test_a_skipped_time_is_held_later_and_a_repeated_one_at_its_first_pass(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    skipped = _schedule(session, coach, actor, now, local_start=datetime(2027, 3, 21, 1, 30))
    assert [(one.recurrence_start, one.local_start) for one in skipped[:3]] == [
        (datetime(2027, 3, 21, 1, 30), datetime(2027, 3, 21, 1, 30)),
        (datetime(2027, 3, 28, 1, 30), datetime(2027, 3, 28, 2, 30)),
        (datetime(2027, 4, 4, 1, 30), datetime(2027, 4, 4, 1, 30)),
    ]
    assert skipped[1].starts_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    repeated = _schedule(session, coach, actor, now, local_start=datetime(2027, 10, 31, 1, 30))
    assert repeated[0].starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_one_is_changed_and_the_others_stay(
    session: Session, coach: Any, actor: Actor, now: datetime, followed: list[Any]
) -> None:
    sessions = _schedule(session, coach, actor, now)
    followed.clear()
    _edit(session, sessions[2], actor, now, Scope.ONE, title="Guest", local_start=START + timedelta(days=15, hours=4))
    assert [(name, len(changed)) for name, changed in followed] == [("check_coach_is_free", 1), ("follow_changed", 1)]
    session.expire_all()
    assert [one.title for one in sessions] == ["Circle", "Circle", "Guest"] + ["Circle"] * 5
    assert sessions[2].starts_at == datetime(2026, 10, 28, 14, tzinfo=UTC)
    assert sessions[2].recurrence_start == START + timedelta(days=14)
    assert sessions[3].local_start == START + timedelta(days=21)


def test_those_that_follow_move_by_as_many_days_to_the_same_time_of_day(
    session: Session, coach: Any, actor: Actor, now: datetime, followed: list[Any]
) -> None:
    sessions = _schedule(session, coach, actor, now)
    # One of them was moved to the day after before, and has a title of its own.
    _edit(session, sessions[4], actor, now, Scope.ONE, title="Guest", local_start=START + timedelta(days=29))
    followed.clear()
    moved = (START + timedelta(days=9)).replace(hour=16)
    _edit(session, sessions[1], actor, now, Scope.FOLLOWING, local_start=moved, agenda="Options")
    assert [(name, len(changed)) for name, changed in followed] == [("check_coach_is_free", 7), ("follow_changed", 7)]
    session.expire_all()
    days = [one.local_start.date() - one.recurrence_start.date() for one in sessions if one.recurrence_start]
    assert [day.days for day in days] == [0, 2, 2, 2, 3, 2, 2, 2]
    assert [one.local_start.hour for one in sessions] == [10] + [16] * 7
    # 16:00 on the wall before the clocks go back, and after.
    assert [one.starts_at.hour for one in sessions] == [9, 15] + [16] * 6
    assert [one.agenda for one in sessions] == [""] + ["Options"] * 7
    assert sessions[4].title == "Guest"
    assert [one.version for one in sessions] == [1, 2, 2, 2, 3, 2, 2, 2]


def test_a_change_to_all_leaves_what_has_begun_or_was_cancelled(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    sessions = _schedule(session, coach, actor, now)
    coaching_sessions.cancel_session(session, sessions[5], actor=actor, now=now)
    later = sessions[2].starts_at
    _edit(session, sessions[6], actor, later, Scope.ALL, title="Circle of trust", timezone="America/New_York")
    session.expire_all()
    changed = [one.title == "Circle of trust" for one in sessions]
    assert changed == [False, False, False, True, True, False, True, True]
    assert [one.timezone == "America/New_York" for one in sessions] == changed
    assert sessions[3].starts_at == datetime(2026, 11, 3, 15, tzinfo=UTC)
    assert {one.local_start.hour for one in sessions} == {10}
    with pytest.raises(Conflict, match="have begun"):
        _edit(session, sessions[0], actor, sessions[-1].starts_at, Scope.ALL, title="Too late")
    # What has begun can be put right alone.
    _edit(session, sessions[0], actor, sessions[-1].starts_at, Scope.ONE, title="As it was")
    assert sessions[0].title == "As it was"


def test_a_time_that_the_clocks_alone_had_moved_goes_back_with_the_day(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    sessions = _schedule(session, coach, actor, now, local_start=datetime(2027, 3, 21, 1, 30))
    _edit(session, sessions[0], actor, now, Scope.ALL, local_start=datetime(2027, 3, 22, 1, 30))
    assert {one.local_start.time().isoformat() for one in sessions} == {"01:30:00"}
    # And where the others meet the gap by being moved, they are held later; what somebody types there is refused.
    _edit(session, sessions[0], actor, now, Scope.ALL, local_start=datetime(2027, 3, 21, 1, 15))
    assert sessions[1].local_start == datetime(2027, 3, 28, 2, 15)
    with pytest.raises(Invalid) as refusal:
        _edit(session, sessions[1], actor, now, Scope.ALL, local_start=datetime(2027, 3, 28, 1, 45))
    assert "02:45" in refusal.value.messages["local_start"][0]


def test_sessions_are_cancelled_with_those_that_follow_or_all(
    session: Session, coach: Any, actor: Actor, now: datetime, followed: list[Any]
) -> None:
    sessions = _schedule(session, coach, actor, now)
    followed.clear()
    coaching_sessions.cancel_session(
        session, sessions[5], actor=actor, now=now, scope=Scope.FOLLOWING, reason="The room is gone"
    )
    assert [(name, changed) for name, changed in followed] == [("follow_cancelled", sessions[5:])]
    states = [one.state == SessionState.CANCELLED for one in sessions]
    assert states == [False] * 5 + [True] * 3
    assert sessions[7].cancelled_reason == "The room is gone"
    coaching_sessions.cancel_session(session, sessions[1], actor=actor, now=sessions[0].starts_at, scope=Scope.ALL)
    assert [one.state == SessionState.CANCELLED for one in sessions] == [False] + [True] * 7
    assert sessions[7].cancelled_reason == "The room is gone"


def test_a_scope_beyond_one_wants_a_series(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    alone = coaching_sessions.schedule_session(session, coach.cohort, actor=actor, now=now, **FIELDS)
    for change in (
        lambda: coaching_sessions.cancel_session(session, alone, actor=actor, now=now, scope=Scope.ALL),
        lambda: _edit(session, alone, actor, now, Scope.FOLLOWING, title="More"),
    ):
        with pytest.raises(Invalid) as refusal:
            change()
        assert list(refusal.value.messages) == ["scope"]


def test_a_coach_is_named_for_all(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    second = make_membership(session, coach.cohort, role=Role.COACH)
    sessions = _schedule(session, coach, actor, now, led_by=second.public_id)
    assert {one.led_by_id for one in sessions} == {second.person_id}
    _edit(session, sessions[6], actor, now, Scope.FOLLOWING, led_by=coach.public_id)
    assert [one.led_by_id for one in sessions] == [second.person_id] * 6 + [coach.person_id] * 2
    assert sessions[6].leader is coach
    named = [one.id for one in coaching_sessions.list_coaches(session, coach.cohort, actor=actor)]
    assert named == [coach.public_id, second.public_id]
    for stranger in (make_membership(session, coach.cohort), make_membership(session, role=Role.COACH)):
        with pytest.raises(Invalid) as refusal:
            _schedule(session, coach, actor, now, led_by=stranger.public_id)
        assert list(refusal.value.messages) == ["led_by"]


def test_a_copy_says_what_the_original_says_at_another_time(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    pair, second = make_membership(session, coach.cohort), make_membership(session, coach.cohort, role=Role.COACH)
    sessions = _schedule(
        session, coach, actor, now, pair_with=pair.public_id, led_by=second.public_id, agenda="Goal", materials="Slides"
    )
    coaching_sessions.cancel_session(session, sessions[0], actor=actor, now=now, reason="Snow")
    copy = coaching_sessions.copy_session(
        session, sessions[0], actor=actor, now=now, local_start=datetime(2026, 12, 1, 9)
    )
    session.flush()
    assert (copy.title, copy.agenda, copy.materials, copy.duration_minutes) == ("Circle", "Goal", "Slides", 60)
    assert (copy.pair_membership_id, copy.led_by_id) == (pair.id, second.person_id)
    assert (copy.series_id, copy.state, copy.cancelled_reason) == (None, SessionState.SCHEDULED, "")
    assert copy.starts_at == datetime(2026, 12, 1, 9, tzinfo=UTC)


def test_nobody_is_to_meet_who_has_left(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    pair = make_membership(session, coach.cohort)
    held = _schedule(session, coach, actor, now, pair_with=pair.public_id)[0]
    pair.status = MembershipStatus.WITHDRAWN
    with pytest.raises(Conflict, match="is not in the cohort now"):
        coaching_sessions.copy_session(session, held, actor=actor, now=now, local_start=datetime(2026, 12, 1, 9))
    with pytest.raises(Invalid) as refusal:
        _schedule(session, coach, actor, now, pair_with=pair.public_id)
    assert list(refusal.value.messages) == ["pair_with"]


def test_a_list_says_where_each_session_stands_in_its_series(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    sessions = _schedule(session, coach, actor, now, repeat=Repeat(Frequency.FORTNIGHTLY, count=3))
    make_session(session, coach.cohort)
    # Moved behind the others it is still the first of its series.
    _edit(session, sessions[0], actor, now, Scope.ONE, local_start=datetime(2026, 12, 1, 9))
    lines = {line.id: line for line in read_sessions(session.connection(), coach.cohort, actor=actor)}
    places = [lines[one.public_id].series for one in sessions]
    assert [(place.number, place.count, place.frequency) for place in places if place] == [
        (number, 3, Frequency.FORTNIGHTLY) for number in (1, 2, 3)
    ]
    assert [line.series for line in lines.values() if line.id not in {one.public_id for one in sessions}] == [None]
    report = series_service.read_series(session, sessions[0].series, actor=actor)  # type: ignore[arg-type]
    assert [one.number for one in report.sessions] == [1, 2, 3]
    assert report.sessions[0].local_start == datetime(2026, 12, 1, 9)
    assert report.sentence == "Every second Tuesday"


def test_saving_takes_as_many_statements_however_long_the_series_is(
    session: Session, coach: Any, actor: Actor, now: datetime, count_queries: Count
) -> None:
    counted = []
    # The first act of all begins the audit trail.
    _schedule(session, coach, actor, now)
    for hour, count in ((14, 5), (16, 50)):
        start = FIELDS["local_start"].replace(hour=hour)
        repeat = Repeat(Frequency.WEEKLY, count=count)
        with count_queries() as statements:
            sessions = _schedule(session, coach, actor, now, repeat=repeat, local_start=start)
        inserted = [one for one in statements if one.startswith("INSERT INTO coaching_session")]
        assert len(inserted) == 1
        counted.append(len(statements))
        assert len(sessions) == count
    # Among them the invites, which are one mail a person.
    assert counted[0] == counted[1] <= 27
