"""Who leaves: their one-to-ones to come are cancelled, and what they were to lead has nobody who leads it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import (
    AuditEntry,
    CoachingSession,
    Cohort,
    Membership,
    MembershipStatus,
    MessageKind,
    Person,
    Role,
    SessionState,
)
from coaching.services import reminders
from coaching.services.bookings import check_coach_is_free
from coaching.services.coaching_sessions import schedule_session
from coaching.services.leavers import Released
from coaching.services.memberships import change_status
from tests.factories import NOW, actor_of, make_coordinator, make_membership
from tests.services.calendar_rows import START, mails_of, make_at, make_group, make_series, schedule, send_all
from tests.services.racing import overlap

LATER = START + timedelta(days=1)


def leave(
    session: Session, member: Membership, status: MembershipStatus = MembershipStatus.WITHDRAWN
) -> tuple[Released, list[str]]:
    """What became of their sessions, and what the trail says of it."""
    coordinator = actor_of(session, make_coordinator(session, member.cohort.programme))
    released = change_status(session, member, actor=coordinator, now=NOW, status=status)
    session.flush()
    session.expire_all()
    return released, list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))


@pytest.mark.parametrize("status", [MembershipStatus.WITHDRAWN, MembershipStatus.DECLINED])
def test_the_one_to_ones_of_who_leaves_are_cancelled(session: Session, status: MembershipStatus) -> None:
    cohort, (coach, ann, bob) = make_group(session)
    led = coach.person_id
    one = make_at(session, cohort, pair_membership_id=ann.id, led_by_id=led)
    _series, row = make_series(session, cohort, local_start=LATER, pair_membership_id=ann.id, led_by_id=led)
    others = [make_at(session, cohort, pair_membership_id=bob.id), make_at(session, cohort)]
    begun = make_at(session, cohort, START - timedelta(days=365), pair_membership_id=ann.id)
    off = make_at(session, cohort, pair_membership_id=ann.id, state=SessionState.CANCELLED, cancelled_reason="Snow")
    schedule(session, one, *row, *others)
    send_all(session)
    assert leave(session, ann, status) == (
        Released(5, 0),
        ["session.cancelled", "series.cancelled", f"membership.{status}"],
    )
    assert {(held.state, held.cancelled_reason) for held in (one, *row)} == {
        (SessionState.CANCELLED, f"{ann.person.name} has left the cohort.")
    }
    assert off.cancelled_reason == "Snow"
    assert [held.next_reminder_at for held in (one, *row)] == [None] * 5
    assert [held.state for held in (*others, begun)] == [SessionState.SCHEDULED] * 3
    # Each hears once of each event: the coach and the leaver of the one and of the series, the leaver of the circle.
    assert [[mail.facts["method"] for mail in mails_of(session, member)] for member in (coach, ann, bob)] == [
        ["CANCEL"] * 2,
        ["CANCEL"] * 3,
        [],
    ]
    wanted = CoachingSession(led_by_id=led, timezone="UTC", starts_at=one.starts_at, ends_at=one.ends_at)
    check_coach_is_free(session, [wanted], now=NOW)


def test_reminders_that_wait_for_the_coach_are_called_off(session: Session) -> None:
    cohort, (coach, ann) = make_group(session, 1)
    held = make_at(session, cohort, pair_membership_id=ann.id, led_by_id=coach.person_id)
    schedule(session, held)
    (mail,) = mails_of(session, coach)
    mail.kind, mail.occurrence = MessageKind.SESSION_REMINDER, reminders.occurrence_of(60, held.starts_at)
    mail.subject_id = held.id
    session.flush()
    leave(session, ann)
    assert mails_of(session, coach, MessageKind.SESSION_REMINDER) == []


def test_what_a_coach_was_to_lead_stays_without_a_leader(session: Session) -> None:
    cohort, (coach, ann) = make_group(session, 1)
    second = make_membership(session, cohort, role=Role.COACH)
    hers = [make_at(session, cohort, led_by_id=coach.person_id, pair_membership_id=pair) for pair in (None, ann.id)]
    begun = make_at(session, cohort, START - timedelta(days=365), led_by_id=coach.person_id)
    theirs = make_at(session, cohort, led_by_id=second.person_id)
    elsewhere, _people = make_group(session)
    away = make_at(session, elsewhere, led_by_id=coach.person_id)
    schedule(session, *hers, theirs)
    send_all(session)
    versions = [held.version for held in hers]
    assert leave(session, coach) == (Released(0, 2), ["membership.withdrawn"])
    assert [held.led_by_id for held in hers] == [None, None]
    assert [held.version for held in hers] == [version + 1 for version in versions]
    assert [held.state for held in hers] == [SessionState.SCHEDULED] * 2
    assert [held.led_by_id for held in (begun, theirs, away)] == [coach.person_id, second.person_id, coach.person_id]
    assert {mail.facts["method"] for mail in mails_of(session, coach)} == {"CANCEL"}
    assert mails_of(session, ann) == []
    # Their hour is free, save for the other cohort's.
    away.led_by_id = None
    session.flush()
    wanted = CoachingSession(
        led_by_id=coach.person_id, timezone="UTC", starts_at=hers[0].starts_at, ends_at=hers[0].ends_at
    )
    check_coach_is_free(session, [wanted], now=NOW)


def test_who_pauses_keeps_their_sessions(session: Session) -> None:
    cohort, (coach, ann) = make_group(session, 1)
    held = make_at(session, cohort, led_by_id=coach.person_id, pair_membership_id=ann.id)
    assert leave(session, ann, MembershipStatus.PAUSED)[0] == Released()
    assert leave(session, coach, MembershipStatus.PAUSED)[0] == Released()
    assert (held.state, held.led_by_id) == (SessionState.SCHEDULED, coach.person_id)


@pytest.mark.parametrize("leaves_first", [True, False])
def test_no_one_to_one_is_left_with_who_leaves_while_it_is_scheduled(
    engine: Engine, session: Session, *, leaves_first: bool
) -> None:
    cohort, (coach, ann) = make_group(session, 1)
    coordinator = make_coordinator(session, cohort.programme)
    cohort_id, numbers = cohort.id, (coach.person_id, coordinator.id, ann.id)
    session.commit()

    def plan(other: Session) -> None:
        coach_id, _boss_id, ann_id = numbers
        member = other.execute(select(Membership.public_id).where(Membership.id == ann_id)).scalar_one()
        fields = {"title": "Us", "local_start": START, "timezone": "UTC", "duration_minutes": 60}
        actor = actor_of(other, other.get_one(Person, coach_id))
        schedule_session(other, other.get_one(Cohort, cohort_id), actor=actor, now=NOW, pair_with=member, **fields)

    def part(other: Session) -> None:
        _coach_id, boss_id, ann_id = numbers
        boss = actor_of(other, other.get_one(Person, boss_id))
        change_status(other, other.get_one(Membership, ann_id), actor=boss, now=NOW, status=MembershipStatus.WITHDRAWN)

    raised = overlap(engine, *((part, plan) if leaves_first else (plan, part)))
    assert isinstance(raised, Invalid) if leaves_first else raised is None
    session.expire_all()
    assert SessionState.SCHEDULED not in session.scalars(select(CoachingSession.state)).all()
