"""Coaching sessions: wall-clock time and zones, who may schedule, one-to-ones, cancelling."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import Attendance, AttendanceSource, AttendanceStatus, CoachingSession, Role, Scope, SessionState
from coaching.policies import Actor
from coaching.services import coaching_sessions as sessions
from coaching.services.attendance import recorded_attendance
from coaching.services.zones import is_repeated, to_utc
from tests.factories import actor_of, make_membership
from tests.services.calendar_rows import make_at, make_series

FIELDS: dict[str, Any] = {
    "title": "Circle 1",
    "local_start": datetime(2026, 7, 7, 9, 0),
    "timezone": "Europe/London",
    "duration_minutes": 60,
}


@pytest.fixture
def coach(session: Session) -> Any:
    return make_membership(session, role=Role.COACH)


@pytest.fixture
def actor(session: Session, coach: Any) -> Actor:
    return actor_of(session, coach.person)


def test_what_was_agreed_is_kept_and_the_moment_follows(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    made = sessions.schedule_session(session, coach.cohort, actor=actor, now=now, **FIELDS)
    session.flush()
    session.expire_all()
    assert made.local_start == datetime(2026, 7, 7, 9, 0)
    assert made.starts_at == datetime(2026, 7, 7, 8, 0, tzinfo=UTC)
    assert made.ends_at == datetime(2026, 7, 7, 9, 0, tzinfo=UTC)
    sessions.edit_session(
        session, made, actor=actor, now=now, **FIELDS | {"timezone": "America/New_York", "duration_minutes": 90}
    )
    assert made.starts_at == datetime(2026, 7, 7, 13, 0, tzinfo=UTC)
    assert made.ends_at == datetime(2026, 7, 7, 14, 30, tzinfo=UTC)


def test_a_skipped_time_is_refused_with_one_that_exists_and_a_repeated_one_means_its_first_pass() -> None:
    with pytest.raises(Invalid) as refusal:
        to_utc(datetime(2026, 3, 29, 1, 30), "Europe/London")
    assert "02:30" in refusal.value.messages["local_start"][0]
    assert to_utc(datetime(2026, 10, 25, 1, 30), "Europe/London") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert is_repeated(datetime(2026, 10, 25, 1, 30), "Europe/London")
    assert not is_repeated(datetime(2026, 10, 25, 2, 30), "Europe/London")


@pytest.mark.parametrize("year", [1999, 2101])
def test_a_year_nobody_means_is_refused(session: Session, coach: Any, actor: Actor, now: datetime, year: int) -> None:
    with pytest.raises(Invalid):
        sessions.schedule_session(
            session, coach.cohort, actor=actor, now=now, **FIELDS | {"local_start": datetime(year, 7, 7, 9)}
        )


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (datetime(2026, 7, 31, 9), ""),
        (datetime(2026, 8, 1, 9), "61 days after the cohort’s last day, 1 June 2026."),
        (datetime(2026, 1, 1, 9), ""),
        (datetime(2025, 12, 31, 9), "61 days before the cohort’s first day, 2 March 2026."),
    ],
)
def test_a_day_far_from_the_cohorts_own_is_taken_with_a_warning(
    session: Session, coach: Any, actor: Actor, now: datetime, day: datetime, said: str
) -> None:
    made = sessions.schedule_session(session, coach.cohort, actor=actor, now=now, **FIELDS | {"local_start": day})
    assert len(made.warnings) == bool(said)
    assert said in "".join(made.warnings)
    sessions.cancel_session(session, made, actor=actor, now=now)
    assert made.warnings == []


def test_participants_look_and_do_not_schedule(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    made = sessions.schedule_session(session, coach.cohort, actor=actor, now=now, **FIELDS)
    participant = actor_of(session, make_membership(session, coach.cohort).person)
    assert sessions.get_session(session, made.public_id, actor=participant) is made
    with pytest.raises(NotAllowed):
        sessions.schedule_session(session, coach.cohort, actor=participant, now=now, **FIELDS)
    with pytest.raises(NotAllowed):
        sessions.edit_session(session, made, actor=participant, now=now, **FIELDS)
    with pytest.raises(NotAllowed):
        sessions.cancel_session(session, made, actor=participant, now=now)
    stranger = actor_of(session, make_membership(session).person)
    with pytest.raises(NotFound):
        sessions.get_session(session, made.public_id, actor=stranger)
    with pytest.raises(NotFound):
        sessions.schedule_session(session, coach.cohort, actor=stranger, now=now, **FIELDS)


def test_a_one_to_one_is_for_its_pair(session: Session, coach: Any, actor: Actor, now: datetime) -> None:
    one, two = make_membership(session, coach.cohort), make_membership(session, coach.cohort)
    made = sessions.schedule_session(session, coach.cohort, actor=actor, now=now, pair_with=one.public_id, **FIELDS)
    session.flush()
    assert sessions.get_session(session, made.public_id, actor=actor_of(session, one.person)) is made
    with pytest.raises(NotFound):
        sessions.get_session(session, made.public_id, actor=actor_of(session, two.person))
    assert sessions.list_sessions(session, coach.cohort, actor=actor_of(session, one.person)) == [made]
    assert sessions.list_sessions(session, coach.cohort, actor=actor_of(session, two.person)) == []
    elsewhere = make_membership(session)
    with pytest.raises(Invalid):
        sessions.schedule_session(session, coach.cohort, actor=actor, now=now, pair_with=elsewhere.public_id, **FIELDS)


def test_a_cancelled_session_stays_and_is_not_changed_any_more(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    made = sessions.schedule_session(session, coach.cohort, actor=actor, now=now, **FIELDS)
    sessions.cancel_session(session, made, actor=actor, now=now, reason="Illness")
    assert (made.state, made.cancelled_reason) == (SessionState.CANCELLED, "Illness")
    assert sessions.list_sessions(session, coach.cohort, actor=actor) == [made]
    with pytest.raises(Conflict):
        sessions.edit_session(session, made, actor=actor, now=now, **FIELDS)
    with pytest.raises(Conflict):
        sessions.cancel_session(session, made, actor=actor, now=now)


def _attended(session: Session, coach: Any, held: CoachingSession, people: int = 1) -> None:
    for member in [make_membership(session, coach.cohort) for _ in range(people)]:
        said = {"status": AttendanceStatus.ABSENT, "source": AttendanceSource.COACH, "recorded_at": held.ends_at}
        session.add(Attendance(session_id=held.id, membership_id=member.id, **said))
    session.flush()


def _moved_to(held: CoachingSession, local_start: datetime) -> dict[str, Any]:
    same = {name: getattr(held, name) for name in ("title", "timezone", "duration_minutes")}
    return same | {"local_start": local_start}


def test_what_is_recorded_is_not_moved_to_come_and_not_cancelled(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    held = make_at(session, coach.cohort, now.replace(tzinfo=None) - timedelta(days=7), timezone="UTC")
    _attended(session, coach, held, 2)
    later = _moved_to(held, held.local_start + timedelta(days=14))
    with pytest.raises(Invalid) as refusal:
        sessions.edit_session(session, held, actor=actor, now=now, **later)
    assert refusal.value.messages == {
        "local_start": [
            "Attendance of 2 people is recorded, so it cannot be still to come. "
            "Schedule another session for the new time."
        ]
    }
    session.expire_all()
    with pytest.raises(Conflict, match="Attendance of 2 people is recorded, so this session cannot be cancelled"):
        sessions.cancel_session(session, held, actor=actor, now=now)
    assert held.state == SessionState.SCHEDULED
    # Another time that is past is a correction, and so are its texts.
    earlier = _moved_to(held, held.local_start - timedelta(days=1)) | {"title": "Corrected"}
    sessions.edit_session(session, held, actor=actor, now=now, **earlier)
    assert (held.title, held.starts_at) == ("Corrected", now - timedelta(days=8))


def test_what_has_begun_and_has_nobody_recorded_is_moved_and_cancelled(
    session: Session, coach: Any, actor: Actor, now: datetime
) -> None:
    held = make_at(session, coach.cohort, now.replace(tzinfo=None) - timedelta(days=7), timezone="UTC")
    other = make_at(session, coach.cohort, now.replace(tzinfo=None) - timedelta(days=6), timezone="UTC")
    _attended(session, coach, other)
    sessions.edit_session(session, held, actor=actor, now=now, **_moved_to(held, held.local_start + timedelta(days=14)))
    assert held.starts_at == now + timedelta(days=7)
    sessions.edit_session(session, held, actor=actor, now=now, **_moved_to(held, held.local_start - timedelta(days=14)))
    sessions.cancel_session(session, held, actor=actor, now=now)
    assert held.state == SessionState.CANCELLED


@pytest.mark.parametrize("scope", [Scope.FOLLOWING, Scope.ALL])
def test_a_mark_from_before_the_start_stays_until_the_series_moves(
    session: Session, coach: Any, actor: Actor, now: datetime, scope: Scope
) -> None:
    """The code in the room records people from a quarter of an hour before the start."""
    _series, held = make_series(
        session, coach.cohort, local_start=now.replace(tzinfo=None) + timedelta(minutes=5), timezone="UTC"
    )
    _attended(session, coach, held[0])
    same = _moved_to(held[0], held[0].local_start) | {"title": "Renamed"}
    sessions.edit_session(session, held[0], actor=actor, now=now, scope=scope, **same)
    assert {one.title for one in held} == {"Renamed"}
    assert len(recorded_attendance(session, held[0])) == 1
    later = _moved_to(held[0], held[0].local_start + timedelta(days=1))
    sessions.edit_session(session, held[0], actor=actor, now=now, scope=scope, **later)
    assert recorded_attendance(session, held[0]) == {}
