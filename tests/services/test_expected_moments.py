"""What somebody is told of the day on which they are asked next is the day on which they are."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.models import CheckInState, Cohort, ContactPreference, Membership, MessageKind, OptOut
from coaching.services.own_check_ins import list_own_check_ins
from coaching.services.participant_home import participant_home
from tests.factories import NOW, actor_of, make_check_in, make_cohort, make_membership, make_step

DAY = timedelta(days=1)


def on(day: int, hour: int = 9) -> datetime:
    """A moment of June 2026, whose 15th is a Monday, in UTC, where everybody here lives."""
    return datetime(2026, 6, day, hour, tzinfo=UTC)


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return make_cohort(session, ends_on=date(2026, 6, 1))


@pytest.fixture
def member(session: Session, cohort: Cohort) -> Membership:
    found = make_membership(session, cohort)
    found.person.timezone = "UTC"
    return found


def expected(session: Session, member: Membership) -> list[datetime | None]:
    actor = actor_of(session, member.person)
    found = [line.expected_at for line in list_own_check_ins(session, actor=actor, now=NOW)]
    told = participant_home(session, actor=actor, now=NOW).next_check_in
    assert (told.expected_at if told else None) == min((each for each in found if each), default=None)
    return found


def test_a_weekend_and_a_pause_move_the_day_that_is_told(session: Session, member: Membership) -> None:
    make_check_in(session, make_step(session, member.cohort), member, due_at=on(20))
    assert expected(session, member) == [on(22, 8)]
    session.add(ContactPreference(person_id=member.person_id, weekends=True, paused_until=date(2026, 6, 27)))
    session.flush()
    assert expected(session, member) == [on(27, 8)]


def test_the_third_of_a_week_is_told_for_the_next(session: Session, member: Membership) -> None:
    step = make_step(session, member.cohort)
    asked = {"state": CheckInState.ASKED, "asked_at": NOW - DAY}
    make_check_in(session, step, member, due_at=NOW - DAY, **asked)
    for day in (16, 16, 17):
        make_check_in(session, make_step(session, member.cohort), member, due_at=on(day))
    # What comes on one day is one mail.
    assert expected(session, member) == [None, on(16), on(16), on(22, 8)]


def test_what_will_not_be_asked_has_no_day(session: Session, member: Membership) -> None:
    step = make_step(session, member.cohort, is_alumni=True)
    make_check_in(session, step, member, due_at=on(16))
    (line,) = list_own_check_ins(session, actor=actor_of(session, member.person), now=NOW)
    assert (line.expected_at, line.needs_consent) == (on(16), True)
    session.add(OptOut(person_id=member.person_id, kind=MessageKind.CHECK_IN, at=NOW))
    session.flush()
    assert expected(session, member) == [None]
