"""What is foretold keeps to what people chose, by the rules of the sweep itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    CheckIn,
    CheckInState,
    Cohort,
    ContactPreference,
    Held,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    OptOut,
)
from coaching.services.asking_forecast import CLOSES_FIRST, MEMBER_PAUSED, UNLESS_AGREED
from coaching.services.check_in_posting import is_any_due, post_due_check_ins
from coaching.services.coming_messages import ComingMessage, list_coming
from coaching.services.message_scope import scope_of_own
from coaching.services.reminders import next_reminder
from tests.factories import (
    NOW,
    actor_of,
    make_check_in,
    make_cohort,
    make_membership,
    make_message,
    make_session,
    make_step,
)

DAY = timedelta(days=1)


def on(day: int, hour: int = 9) -> datetime:
    """A moment of June 2026, whose 15th is a Monday, in UTC, where everybody here lives."""
    return datetime(2026, 6, day, hour, tzinfo=UTC)


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return make_cohort(session, name="Hazel", ends_on=date(2026, 6, 1), timezone="UTC")


@pytest.fixture
def member(session: Session, cohort: Cohort) -> Membership:
    found = make_membership(session, cohort)
    found.person.timezone = "UTC"
    return found


def ask(
    session: Session, member: Membership, due_at: datetime, *, step: dict[str, object], **values: object
) -> CheckIn:
    made = make_step(session, member.cohort, **({"nudges": 0} | step))
    return make_check_in(session, made, member, due_at=due_at, **values)


def choose(session: Session, member: Membership, **values: object) -> None:
    session.add(ContactPreference(person_id=member.person_id, **values))
    session.flush()


def coming(session: Session, member: Membership) -> list[ComingMessage]:
    return list(list_coming(session, scope_of_own(actor=actor_of(session, member.person)), now=NOW).lines)


def moments(session: Session, member: Membership) -> list[tuple[datetime, Held, str]]:
    return [(line.at, line.held, line.refusal) for line in coming(session, member)]


def test_hours_and_weekends_move_what_is_to_come(session: Session, member: Membership) -> None:
    ask(session, member, on(20), step={})
    assert moments(session, member) == [(on(22, 8), Held.QUIET_HOURS, "")]
    choose(session, member, from_hour=23, until_hour=24, weekends=True)
    assert moments(session, member) == [(on(20, 23), Held.QUIET_HOURS, "")]


def test_a_pause_moves_what_falls_into_it_and_ends_what_closes_before(session: Session, member: Membership) -> None:
    ask(session, member, on(17), step={})
    ask(session, member, on(18), step={"label": "Short"}, closes_at=on(24))
    choose(session, member, paused_until=date(2026, 6, 27))
    assert moments(session, member) == [
        (on(18), Held.PAUSED, CLOSES_FIRST),
        (on(29, 8), Held.PAUSED, ""),
    ]


def test_no_week_is_promised_more_than_its_limit_over_all_cohorts(session: Session, member: Membership) -> None:
    make_message(session, member.person, subject_id=1, state=MessageState.SENT, settled_at=NOW - 3 * DAY)
    elsewhere = make_membership(session, make_cohort(session, timezone="UTC"), member.person)
    ask(session, elsewhere, on(16), step={})
    ask(session, member, on(17), step={"nudges": 1, "nudge_days": 3})
    # The third of seven days waits for the first of them; what it reminds of waits again.
    assert [(line.at, line.held) for line in coming(session, member)] == [
        (on(16), Held.NOT_HELD), (NOW + 4 * DAY, Held.WEEKLY_LIMIT), (on(23), Held.WEEKLY_LIMIT),
    ]  # fmt: skip


def test_an_alumni_step_is_foretold_once_and_the_next_only_if_they_agree(session: Session, member: Membership) -> None:
    ask(session, member, on(16), step={"is_alumni": True, "nudges": 2}, closes_at=on(30))
    ask(session, member, on(18), step={"is_alumni": True, "label": "Later"})
    assert moments(session, member) == [(on(16), Held.NOT_HELD, ""), (on(30), Held.CONSENT, UNLESS_AGREED)]


def test_a_paused_membership_gets_nothing(session: Session, member: Membership) -> None:
    ask(session, member, on(16), step={})
    member.status = MembershipStatus.PAUSED
    session.flush()
    assert moments(session, member) == [(on(16), Held.NOT_HELD, MEMBER_PAUSED)]


def test_the_sweep_keeps_what_was_foretold(session: Session, member: Membership) -> None:
    for day in (16, 17, 18, 19):
        ask(session, member, on(day, 20), step={"nudges": 1, "nudge_days": 5, "label": f"The {day}th"})
    foretold = {line.at for line in coming(session, member)}
    sent = set()
    for hours in range(20 * 24):
        moment = NOW + timedelta(hours=hours)
        if is_any_due(session.connection(), now=moment) and post_due_check_ins(session, now=moment, limit=50):
            for message in session.scalars(select(Message).where(Message.state == MessageState.DUE)):
                message.state, message.settled_at = MessageState.SENT, moment
                sent.add(moment)
            session.flush()
    assert sent == foretold
    assert len(sent) == 3


def test_who_switched_session_reminders_off_is_promised_none(session: Session, member: Membership) -> None:
    member.cohort.reminder_minutes = [60]
    held = make_session(session, member.cohort, starts_at=NOW + DAY)
    held.next_reminder_at = next_reminder(held.starts_at, [60], now=NOW)
    session.flush()
    assert len(coming(session, member)) == 1
    session.add(OptOut(person_id=member.person_id, kind=MessageKind.SESSION_REMINDER, at=NOW))
    session.flush()
    assert coming(session, member) == []


def test_what_was_asked_is_no_more_foretold(session: Session, member: Membership) -> None:
    asked = {"state": CheckInState.ASKED, "asked_at": NOW - 8 * DAY, "wake_at": on(16)}
    ask(session, member, NOW - 8 * DAY, step={"nudges": 1, "escalate_days": 7}, **asked, nudged=1)
    assert coming(session, member) == []


def test_a_mail_that_could_not_leave_waits_for_their_hours(session: Session, member: Membership) -> None:
    make_message(session, member.person, subject_id=1)
    choose(session, member, from_hour=14, until_hour=16)
    assert moments(session, member) == [(on(15, 14), Held.QUIET_HOURS, "")]
