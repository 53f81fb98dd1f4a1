"""A coach is in one place: who asks for an hour gets it or is told by what it is taken, however many ask at once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import CoachingSession, Membership, Role, SessionState
from coaching.policies import Actor
from coaching.services import coaching_sessions as sessions
from coaching.services.bookings import check_coach_is_free
from tests.blueprints.api.caller import make_token
from tests.factories import actor_of, make_cohort, make_membership, make_person, make_session

CONTENDERS = 50
TEN = datetime(2026, 7, 7, 9, 0, tzinfo=UTC)
FIELDS: dict[str, Any] = {
    "title": "Circle 1",
    "local_start": datetime(2026, 7, 7, 10, 0),
    "timezone": "Europe/London",
    "duration_minutes": 60,
}


@pytest.fixture
def coach(session: Session) -> Membership:
    return make_membership(session, person=make_person(session, name="Sam"), role=Role.COACH)


@pytest.fixture
def actor(session: Session, coach: Membership) -> Actor:
    return actor_of(session, coach.person)


def _want(coach: Membership, starts_at: datetime, minutes: int = 60, **values: Any) -> CoachingSession:
    return CoachingSession(
        led_by_id=coach.person_id,
        timezone="Europe/London",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **values,
    )


def test_a_refusal_names_ten_that_clash_and_counts_the_rest(session: Session, coach: Membership, actor: Actor) -> None:
    days = [TEN + timedelta(days=day) for day in range(13)]
    for day in days:
        make_session(session, coach.cohort, title="Clinic", starts_at=day, led_by_id=coach.person_id)
    with pytest.raises(Conflict) as refusal:
        check_coach_is_free(session, [_want(coach, day) for day in days], now=TEN - timedelta(days=9), actor=actor)
    assert refusal.value.message.count("Sam holds “Clinic”") == 10
    assert refusal.value.message.endswith("3 more of these sessions are at times that are taken. Choose other times.")


def test_of_fifty_who_want_the_same_hour_one_gets_it(session: Session, app: Flask, coach: Membership) -> None:
    """Over the API, because there each is a transaction of its own, and a busy database would show as a 503."""
    headers = {"Authorization": f"Bearer {make_token(session, coach.person)}"}
    path = f"/api/v1/cohorts/{coach.cohort.public_id}/sessions"
    session.commit()
    start, answers = Barrier(CONTENDERS), []

    def contend(number: int) -> None:
        # A key of its own is written before the coach is locked, and names the coach: it must not stand in the way.
        own = headers | {"Idempotency-Key": f"contender-{number}"}
        body = FIELDS | {"local_start": f"2027-07-07T10:{number:02}"}
        start.wait(30)
        answers.append(app.test_client().post(path, json=body, headers=own))

    threads = [Thread(target=contend, args=(number,)) for number in range(CONTENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CONTENDERS - 1}
    assert {answer.get_json()["code"] for answer in answers if answer.status_code == 409} == {"double-booked"}
    (held,) = session.scalars(select(CoachingSession))
    said = next(answer.get_json()["detail"] for answer in answers if answer.status_code == 409)
    assert f"Sam holds “Circle 1” of {coach.cohort.name}, Wednesday 7 July 2027, {held.local_start:%H:%M}" in said


@pytest.mark.parametrize(
    ("minutes", "length", "is_free"),
    [(-60, 60, True), (60, 60, True), (-1, 2, False), (59, 60, False), (15, 5, False), (-120, 1440, False)],
)
def test_an_hour_ends_where_the_next_begins(
    session: Session, coach: Membership, now: datetime, minutes: int, length: int, is_free: bool
) -> None:
    make_session(session, coach.cohort, starts_at=TEN, led_by_id=coach.person_id)
    wanted = [_want(coach, TEN + timedelta(minutes=minutes), length)]
    if is_free:
        check_coach_is_free(session, wanted, now=now)
        return
    with pytest.raises(Conflict):
        check_coach_is_free(session, wanted, now=now)


def test_what_was_cancelled_is_over_or_is_another_coachs_is_not_in_the_way(
    session: Session, coach: Membership, now: datetime
) -> None:
    make_session(session, coach.cohort, starts_at=TEN, led_by_id=coach.person_id, state=SessionState.CANCELLED)
    make_session(session, coach.cohort, starts_at=TEN, led_by_id=make_person(session).id)
    make_session(session, coach.cohort, starts_at=TEN)
    make_session(session, coach.cohort, starts_at=now - timedelta(hours=1), led_by_id=coach.person_id)
    check_coach_is_free(session, [_want(coach, TEN)], now=now)
    # What was held is logged as it was, and nobody is asked for a time that a session without a coach has.
    check_coach_is_free(session, [_want(coach, now - timedelta(hours=1))], now=now)
    # It ends now, so what began half-way through it and goes on is not kept from going on.
    check_coach_is_free(session, [_want(coach, now - timedelta(minutes=30))], now=now)
    check_coach_is_free(session, [_want(coach, TEN, state=SessionState.CANCELLED)] * 2, now=now)


def test_many_are_looked_at_together_and_with_each_other(
    session: Session, coach: Membership, now: datetime, count_queries: Any
) -> None:
    make_session(session, coach.cohort, starts_at=TEN - timedelta(days=1), led_by_id=coach.person_id)
    week = [_want(coach, TEN + timedelta(days=day)) for day in range(100)]
    with count_queries() as statements:
        check_coach_is_free(session, week, now=now)
    assert len(statements) == 2
    with pytest.raises(Conflict, match="Two of these sessions overlap: Sam"):
        check_coach_is_free(session, [*week, _want(coach, TEN + timedelta(minutes=30))], now=now)
    with pytest.raises(Conflict, match="On Monday 6 July 2026, 10:30 to 11:30"):
        check_coach_is_free(session, [*week, _want(coach, TEN - timedelta(hours=23.5))], now=now)


def test_a_session_is_not_in_its_own_way_and_a_clash_that_stands_keeps_nobody_from_renaming(
    session: Session, coach: Membership, actor: Actor, now: datetime
) -> None:
    held = sessions.schedule_session(session, coach.cohort, actor=actor, now=now, **FIELDS)
    sessions.edit_session(session, held, actor=actor, now=now, **FIELDS | {"duration_minutes": 90})
    other = make_session(session, coach.cohort, starts_at=TEN, led_by_id=coach.person_id)
    renamed = FIELDS | {"duration_minutes": 90, "title": "Circle one"}
    assert sessions.edit_session(session, held, actor=actor, now=now, **renamed).title == "Circle one"
    with pytest.raises(Conflict, match="10:30 to 12:00"):
        sessions.edit_session(
            session, held, actor=actor, now=now, **renamed | {"local_start": datetime(2026, 7, 7, 10, 30)}
        )
    session.rollback()
    assert other.id


def test_what_is_in_the_way_is_named_to_those_who_may_see_it(
    session: Session, coach: Membership, now: datetime
) -> None:
    elsewhere = make_membership(session, make_cohort(session, name="Elsewhere"), coach.person, role=Role.COACH)
    make_session(session, elsewhere.cohort, title="Secret circle", starts_at=TEN, led_by_id=coach.person_id)
    colleague = make_membership(session, coach.cohort, role=Role.COACH)
    wanted = [_want(coach, TEN + timedelta(minutes=15))]
    with pytest.raises(Conflict) as told:
        check_coach_is_free(session, wanted, now=now, actor=actor_of(session, coach.person))
    assert "“Secret circle” of Elsewhere, Tuesday 7 July 2026, 09:00 to 10:00 (UTC)" in told.value.message
    for actor in (actor_of(session, colleague.person), None):
        with pytest.raises(Conflict) as untold:
            check_coach_is_free(session, wanted, now=now, actor=actor)
        # Not even when it is, beyond that it is at the time that was asked for.
        assert untold.value.message == (
            "On Tuesday 7 July 2026, 10:15 to 11:15 (Europe/London) Sam holds another session. Choose another time."
        )
