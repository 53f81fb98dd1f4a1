"""Cohorts and memberships: who may open, edit, add, and what follows in the same transaction."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid, NotAllowed, NotFound
from coaching.models import CheckIn, CheckInState, CohortKind, Membership, MembershipStatus, Message, Role, StatusChange
from coaching.services import cohorts, memberships
from coaching.services.cohort_progress import cohort_progress
from tests.factories import (
    actor_of,
    make_cohort,
    make_coordinator,
    make_membership,
    make_person,
    make_programme,
    make_session,
)

FIELDS: dict[str, Any] = {
    "name": "Spring",
    "starts_on": date(2026, 7, 1),
    "ends_on": date(2026, 9, 30),
    "timezone": "Europe/London",
}
NIA = {"email": "nia@example.org", "name": "Nia", "role": Role.PARTICIPANT, "secret": "s" * 43}


def test_a_coordinator_opens_a_cohort_with_a_year_of_follow_ups(session: Session, now: datetime) -> None:
    programme = make_programme(session)
    actor = actor_of(session, make_coordinator(session, programme))
    cohort = cohorts.open_cohort(session, programme, actor=actor, now=now, kind=CohortKind.FORMAL, **FIELDS)
    memberships.add_member(session, cohort, actor=actor, now=now, **NIA)
    due = session.scalars(select(CheckIn.due_at).order_by(CheckIn.due_at)).all()
    assert [moment.date() for moment in due] == [
        date(2026, 10, 14),
        date(2026, 11, 11),
        date(2026, 12, 30),
        date(2027, 3, 30),
        date(2027, 9, 30),
    ]


def test_a_coach_of_the_programme_opens_a_cohort_and_coaches_it(session: Session, now: datetime) -> None:
    first = make_cohort(session)
    coach = make_membership(session, first, role=Role.COACH).person
    cohort = cohorts.open_cohort(
        session, first.programme, actor=actor_of(session, coach), now=now, kind=CohortKind.COACHING, **FIELDS
    )
    assert cohorts.get_cohort(session, cohort.public_id, actor=actor_of(session, coach)) is cohort
    seat = session.scalars(select(Membership).where(Membership.cohort_id == cohort.id)).one()
    assert (seat.person_id, seat.role) == (coach.id, Role.COACH)


def test_participants_and_strangers_open_nothing(session: Session, now: datetime) -> None:
    participant = make_membership(session)
    for person in (participant.person, make_person(session), make_coordinator(session, make_programme(session))):
        with pytest.raises(NotFound):
            cohorts.open_cohort(
                session,
                participant.cohort.programme,
                actor=actor_of(session, person),
                now=now,
                kind=CohortKind.FORMAL,
                **FIELDS,
            )


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends_on": date(2026, 6, 1)}, "ends_on"),
        ({"ends_on": date(2036, 6, 1)}, "ends_on"),
        ({"timezone": "London"}, "timezone"),
    ],
)
def test_impossible_dates_and_zones_are_named(
    session: Session, now: datetime, changed: dict[str, Any], field: str
) -> None:
    programme = make_programme(session)
    actor = actor_of(session, make_coordinator(session, programme))
    with pytest.raises(Invalid) as refusal:
        cohorts.open_cohort(session, programme, actor=actor, now=now, kind=CohortKind.FORMAL, **FIELDS | changed)
    assert field in refusal.value.messages


def test_moving_the_end_moves_the_check_ins_that_wait(session: Session, now: datetime) -> None:
    programme = make_programme(session)
    actor = actor_of(session, make_coordinator(session, programme))
    cohort = cohorts.open_cohort(session, programme, actor=actor, now=now, kind=CohortKind.FORMAL, **FIELDS)
    memberships.add_member(session, cohort, actor=actor, now=now, **NIA)
    before = session.scalars(select(func.min(CheckIn.due_at))).one()
    cohorts.edit_cohort(session, cohort, actor=actor, now=now, **FIELDS | {"ends_on": date(2026, 10, 7)})
    session.flush()
    session.expire_all()
    assert session.scalars(select(func.min(CheckIn.due_at))).one() == before + timedelta(days=7)
    assert session.scalars(select(func.count()).select_from(CheckIn)).one() == 5


def test_adding_a_stranger_invites_them_and_adding_a_member_does_not(session: Session, now: datetime) -> None:
    coach = make_membership(session, role=Role.COACH)
    actor = actor_of(session, coach.person)
    added = memberships.add_member(session, coach.cohort, actor=actor, now=now, **NIA)
    assert session.scalars(select(Message.address)).all() == ["nia@example.org"]
    assert [change.status for change in memberships.status_history(session, added, actor=actor)] == ["active"]
    with pytest.raises(Conflict):
        memberships.add_member(session, coach.cohort, actor=actor, now=now, **NIA)
    known = make_person(session, email="known@example.org", name="Known", password_hash="x")
    memberships.add_member(
        session, coach.cohort, actor=actor, now=now, **NIA | {"email": "known@example.org", "name": "Other"}
    )
    assert known.name == "Known"
    assert len(session.scalars(select(Message)).all()) == 1


def test_the_day_on_which_somebody_joined_says_which_sessions_count(session: Session, now: datetime) -> None:
    cohort = make_cohort(session, timezone="America/New_York")
    actor = actor_of(session, make_coordinator(session, cohort.programme))
    today = now.astimezone(ZoneInfo(cohort.timezone)).date()
    for days in (1, 20):
        make_session(session, cohort, starts_at=now - timedelta(days=days))

    def add(name: str, joined_on: date | None) -> Membership:
        person = {"email": f"{name}@example.org", "name": name, "secret": name * 11}
        return memberships.add_member(session, cohort, actor=actor, now=now, **NIA | person, joined_on=joined_on)

    with pytest.raises(Invalid) as refusal:
        add("Soon", today + timedelta(days=2))
    assert list(refusal.value.messages) == ["joined_on"]
    added = {name: add(name, day) for name, day in (("Now", None), ("Today", today), ("Then", today - timedelta(10)))}
    assert added["Now"].joined_at == added["Today"].joined_at == now
    local = added["Then"].joined_at.astimezone(ZoneInfo(cohort.timezone))
    assert (local.date(), local.hour) == (today - timedelta(days=10), 0)
    (step,) = memberships.status_history(session, added["Then"], actor=actor)
    assert step.at == added["Then"].joined_at
    counted = {one.name: one.counted for one in cohort_progress(session, cohort, actor=actor, now=now).members}
    assert counted == {"Now": 0, "Today": 0, "Then": 1}


def test_nobody_grants_above_their_own_level(session: Session, now: datetime) -> None:
    coach = make_membership(session, role=Role.COACH)
    cohort = coach.cohort
    as_coach = NIA | {"role": Role.COACH}
    with pytest.raises(NotAllowed):
        memberships.add_member(session, cohort, actor=actor_of(session, coach.person), now=now, **as_coach)
    participant = make_membership(session, cohort)
    with pytest.raises(NotAllowed):
        memberships.add_member(session, cohort, actor=actor_of(session, participant.person), now=now, **NIA)
    coordinator = make_coordinator(session, cohort.programme)
    memberships.add_member(session, cohort, actor=actor_of(session, coordinator), now=now, **as_coach)


def test_history_is_added_to_and_leaving_ends_the_follow_ups(session: Session, now: datetime) -> None:
    programme = make_programme(session)
    actor = actor_of(session, make_coordinator(session, programme))
    cohort = cohorts.open_cohort(session, programme, actor=actor, now=now, kind=CohortKind.FORMAL, **FIELDS)
    member = memberships.add_member(session, cohort, actor=actor, now=now, **NIA)
    memberships.change_status(
        session, member, actor=actor, now=now, status=MembershipStatus.WITHDRAWN, reason="Moved away"
    )
    session.flush()
    session.expire_all()
    assert set(session.scalars(select(CheckIn.state))) == {CheckInState.CANCELLED}
    with pytest.raises(Conflict):
        memberships.change_status(session, member, actor=actor, now=now, status=MembershipStatus.WITHDRAWN)
    memberships.change_status(session, member, actor=actor, now=now, status=MembershipStatus.ACTIVE)
    session.flush()
    session.expire_all()
    assert set(session.scalars(select(CheckIn.state))) == {CheckInState.DUE}
    history = session.scalars(select(StatusChange).order_by(StatusChange.id)).all()
    assert [(change.status, change.reason) for change in history] == [
        ("active", ""),
        ("withdrawn", "Moved away"),
        ("active", ""),
    ]


def test_a_withdrawn_participant_and_outsiders_see_no_cohort(session: Session) -> None:
    member = make_membership(session)
    assert cohorts.get_cohort(session, member.cohort.public_id, actor=actor_of(session, member.person))
    member.status = MembershipStatus.WITHDRAWN
    session.flush()
    other = make_membership(session).person
    for person in (member.person, other, make_person(session)):
        with pytest.raises(NotFound):
            cohorts.get_cohort(session, member.cohort.public_id, actor=actor_of(session, person))


def test_fellow_participants_do_not_see_each_others_membership(session: Session) -> None:
    one = make_membership(session)
    two = make_membership(session, one.cohort)
    assert memberships.get_membership(session, one.public_id, actor=actor_of(session, one.person)) is one
    with pytest.raises(NotFound):
        memberships.get_membership(session, one.public_id, actor=actor_of(session, two.person))


@pytest.mark.parametrize("mark", ["suspended_at", "erased_at"])
def test_nobody_is_invited_to_an_account_that_is_shut(session: Session, now: datetime, mark: str) -> None:
    coach = make_membership(session, role=Role.COACH)
    actor = actor_of(session, coach.person)
    member = make_membership(session, cohort=coach.cohort, person=make_person(session, password_hash=None))
    memberships.invite_again(session, member, actor=actor, secret="s" * 43, now=now)
    session.flush()
    setattr(member.person, mark, now)
    with pytest.raises(Conflict, match="suspended or erased"):
        memberships.invite_again(session, member, actor=actor, secret="t" * 43, now=now)
    assert session.scalars(select(func.count()).select_from(Message)).one() == 1
