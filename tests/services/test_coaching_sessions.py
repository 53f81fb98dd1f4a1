"""Coaching sessions: wall-clock time and zones, who may schedule, one-to-ones, cancelling."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import Role, SessionState
from coaching.policies import Actor
from coaching.services import coaching_sessions as sessions
from coaching.services.zones import is_repeated, to_utc
from tests.factories import actor_of, make_membership

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
