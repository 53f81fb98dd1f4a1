"""Reminders: written when they are due, from the session as it is then, once for each who is expected."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.config import Settings
from coaching.jobs import Pace, Workshop, remind
from coaching.models import (
    Capability,
    CoachingSession,
    Cohort,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    Person,
    Role,
    Rsvp,
    RsvpChoice,
)
from coaching.services import session_effects
from coaching.services.coaching_sessions import edit_session
from coaching.services.cohorts import edit_cohort
from coaching.services.letter_links import link_of
from coaching.services.reminder_checks import why_not_reminded
from coaching.services.reminder_posting import post_due_reminders
from coaching.tokens import hash_secret
from tests.factories import actor_of, make_coordinator, make_membership, make_person
from tests.services.calendar_rows import cancel, mails_of, make_at, make_group, make_series, move, schedule, send_all
from tests.services.outbox_rows import Clock
from tests.services.racing import overlap

Counter = Callable[[], AbstractContextManager[list[str]]]
Status = MembershipStatus
# Ten o'clock in London, the summer after `NOW`.
AT = datetime(2026, 7, 7, 9, 0, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
REMINDER = MessageKind.SESSION_REMINDER


def make_held(session: Session, cohort: Cohort, **values: Any) -> CoachingSession:
    held = make_at(session, cohort, datetime(2026, 7, 7, 10, 0), **values)
    schedule(session, held)
    return held


def tick(session: Session, now: datetime) -> int:
    return post_due_reminders(session, now=now, limit=100)


def reminders(session: Session, member: Membership, *, waiting: bool = True) -> list[int]:
    """How long before the start each reminder to a member is, in minutes."""
    return [mail.facts["minutes"] for mail in mails_of(session, member, REMINDER, waiting=waiting)]


def answer(session: Session, held: CoachingSession, member: Membership, choice: RsvpChoice) -> None:
    said = {"choice": choice, "starts_at": held.starts_at, "answered_at": held.created_at, "via": "page"}
    session.add(Rsvp(session_id=held.id, membership_id=member.id, **said))
    session.flush()


def test_everybody_expected_is_reminded_a_day_and_an_hour_before(session: Session) -> None:
    cohort, (coach, ann, bob) = make_group(session)
    observer = make_membership(session, cohort, role=Role.OBSERVER)
    shut_out = make_membership(session, cohort, make_person(session, suspended_at=AT))
    nameless = make_membership(session, cohort, make_person(session, email=None))
    held = make_held(session, cohort)
    assert tick(session, AT - DAY - MINUTE) == 0
    assert tick(session, AT - DAY) == 1
    assert [reminders(session, one) for one in (coach, ann, bob)] == [[1440]] * 3
    assert [reminders(session, one) for one in (observer, shut_out, nameless)] == [[]] * 3
    assert tick(session, AT - HOUR) == 1
    assert reminders(session, ann) == [1440, 60]
    assert held.version == 1
    session.refresh(held)
    assert (held.version, held.next_reminder_at) == (1, None)
    assert tick(session, AT - MINUTE) == 0


def test_a_reminder_has_the_sessions_time_place_and_a_link_for_those_who_are_asked(session: Session) -> None:
    cohort, (coach, ann, _bob) = make_group(session)
    held = make_held(session, cohort, location="Room 4", preparation="Read chapter 2.")
    tick(session, AT - DAY)
    (mail,) = mails_of(session, ann, REMINDER)
    assert mail.facts["starts_at"] == AT.isoformat()
    assert [mail.facts[name] for name in ("zone", "place", "preparation")] == [
        "Europe/London", "Room 4", "Read chapter 2.",
    ]  # fmt: skip
    assert mail.secret is not None
    link = session.scalars(select(Capability).where(Capability.secret_hash == hash_secret(mail.secret))).one()
    assert (link.person_id, link.expires_at) == (ann.person_id, held.ends_at + DAY)
    mail = mails_of(session, coach, REMINDER)[0]
    assert link_of(mail.kind, mail.facts, mail.secret, "https://coaching.example.org") == ""


def test_a_missed_day_is_made_up_for_by_the_nearest_reminder_alone(session: Session) -> None:
    """Two days without a scheduler: nobody is told twice, or that something is a day ahead that is minutes ahead."""
    cohort, (_coach, ann, _bob) = make_group(session)
    make_held(session, cohort)
    assert tick(session, AT - 30 * MINUTE) == 1
    assert reminders(session, ann) == [60]
    over, (_coach, eve, _bob) = make_group(session)
    make_held(session, over)
    assert tick(session, AT) == 1
    assert reminders(session, eve) == []


def test_a_session_that_is_scheduled_late_is_reminded_of_by_what_is_still_to_come(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    held = make_at(session, cohort, datetime(2026, 7, 7, 10, 0))
    schedule(session, held, now=AT - 5 * HOUR)
    assert tick(session, AT - 5 * HOUR) == 0
    assert tick(session, AT - HOUR) == 1
    assert reminders(session, ann) == [60]


def test_a_move_takes_the_reminders_along(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    held = make_held(session, cohort)
    tick(session, AT - DAY)
    (first,) = mails_of(session, ann, REMINDER)
    move(session, held, now=AT - DAY, days=2)
    assert session.get_one(Message, first.id, populate_existing=True).state == MessageState.CANCELLED
    assert tick(session, AT - HOUR) == 0
    assert tick(session, AT + DAY) == 1
    assert tick(session, AT + 2 * DAY - HOUR) == 1
    assert reminders(session, ann) == [1440, 60]
    assert {mail.facts["starts_at"] for mail in mails_of(session, ann, REMINDER)} == {(AT + 2 * DAY).isoformat()}


def test_an_edit_between_a_reminders_moment_and_the_tick_loses_nothing(session: Session) -> None:
    cohort, (coach, ann, _bob) = make_group(session)
    held = make_held(session, cohort)
    edit_session(
        session, held, actor=actor_of(session, coach.person), now=AT - DAY + MINUTE, title="Renamed",
        local_start=held.local_start, timezone=held.timezone, duration_minutes=60,
    )  # fmt: skip
    assert tick(session, AT - DAY + 2 * MINUTE) == 1
    assert [mail.facts["title"] for mail in mails_of(session, ann, REMINDER)] == ["Renamed"]
    assert tick(session, AT - HOUR) == 1


def test_nobody_is_reminded_of_what_was_cancelled(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    held = make_held(session, cohort)
    tick(session, AT - DAY)
    cancel(session, held, now=AT - DAY)
    assert reminders(session, ann) == []
    assert tick(session, AT - HOUR) == 0
    assert reminders(session, ann) == []


def test_who_cannot_come_is_not_reminded_unless_they_said_so_of_another_time(session: Session) -> None:
    cohort, (_coach, ann, bob) = make_group(session)
    held = make_held(session, cohort)
    answer(session, held, ann, RsvpChoice.NO)
    answer(session, held, bob, RsvpChoice.MAYBE)
    tick(session, AT - DAY)
    assert (reminders(session, ann), reminders(session, bob)) == ([], [1440])
    move(session, held, now=AT - DAY, hours=2)
    tick(session, AT + HOUR)
    assert reminders(session, ann) == [60]


def test_who_leaves_or_pauses_is_not_reminded_and_who_comes_late_is(session: Session) -> None:
    cohort, (_coach, ann, bob) = make_group(session)
    make_held(session, cohort)
    tick(session, AT - DAY)
    ann.status, bob.status = Status.WITHDRAWN, Status.PAUSED
    session.flush()
    session_effects.follow_left(session, ann, now=AT - DAY)
    session_effects.follow_joined(session, bob, now=AT - DAY)
    late = make_membership(session, cohort)
    session_effects.follow_joined(session, late, now=AT - 2 * HOUR)
    assert (reminders(session, ann), reminders(session, bob)) == ([], [])
    tick(session, AT - HOUR)
    assert [reminders(session, one) for one in (ann, bob, late)] == [[], [], [60]]


def test_a_one_to_one_reminds_its_pair(session: Session) -> None:
    cohort, (coach, ann, bob) = make_group(session)
    other = make_membership(session, cohort, role=Role.COACH)
    make_held(session, cohort, pair_membership_id=ann.id, led_by_id=coach.person_id)
    tick(session, AT - DAY)
    assert [reminders(session, one) for one in (coach, ann, bob, other)] == [[1440], [1440], [], []]


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, 10, 0), datetime(2026, 10, 25, 10, 0)])
def test_a_day_before_is_24_hours_before_whatever_the_clocks_do(session: Session, day: datetime) -> None:
    """On the days when London's clocks move, that is an hour away from the same time on the wall."""
    cohort, (_coach, ann, _bob) = make_group(session)
    held = make_at(session, cohort, day)
    schedule(session, held, now=held.starts_at - 3 * DAY)
    assert tick(session, held.starts_at - DAY - MINUTE) == 0
    assert tick(session, held.starts_at - DAY) == 1
    assert reminders(session, ann) == [1440]


def test_a_cohort_chooses_its_reminders_and_sessions_to_come_follow(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    make_held(session, cohort)
    actor = actor_of(session, make_coordinator(session, cohort.programme))
    fields = {name: getattr(cohort, name) for name in ("name", "starts_on", "ends_on", "timezone")}

    def choose(*minutes: int) -> None:
        edit_cohort(session, cohort, actor=actor, now=AT - 3 * DAY, reminder_minutes=minutes, **fields)

    choose(15, 2880, 15)
    assert cohort.reminder_minutes == [2880, 15]
    assert [tick(session, AT - ahead) for ahead in (2 * DAY, DAY, 16 * MINUTE, 15 * MINUTE)] == [1, 0, 0, 1]
    assert reminders(session, ann) == [2880, 15]
    quiet, (_coach, eve, _bob) = make_group(session, reminder_minutes=[])
    make_held(session, quiet)
    assert tick(session, AT - HOUR) == 0
    assert reminders(session, eve) == []


def test_what_does_not_hold_when_it_is_to_leave_says_why(session: Session) -> None:
    """Each of these may happen while a mail waits for its server."""
    cohort, (_coach, ann, bob, carl, dora) = make_group(session, people=4)
    held = make_held(session, cohort)
    tick(session, AT - DAY)
    mails = {one.id: mails_of(session, one, REMINDER)[0].id for one in (ann, bob, carl, dora)}
    answer(session, held, ann, RsvpChoice.NO)
    bob.status, carl.status = Status.PAUSED, Status.WITHDRAWN
    session.flush()
    numbers, now = list(mails.values()), AT - DAY
    assert why_not_reminded(session.connection(), numbers, now=now) == {
        mails[ann.id]: "They said that they cannot come.",
        mails[bob.id]: "The member is paused.",
        mails[carl.id]: "The member has left the cohort.",
    }
    assert set(why_not_reminded(session.connection(), numbers, now=AT).values()) == {"The session has begun."}
    held.starts_at += HOUR
    session.flush()
    assert set(why_not_reminded(session.connection(), numbers, now=now).values()) == {"The session has moved."}


def test_the_statements_do_not_grow_with_people_or_sessions(session: Session, count_queries: Counter) -> None:
    counts = []
    for people, number in ((2, 1), (20, 12)):
        cohort, _members = make_group(session, people)
        for _ in range(number):
            make_held(session, cohort)
        with count_queries() as statements:
            assert tick(session, AT - DAY) == number
        counts.append(len(statements))
        tick(session, AT)
    assert counts[0] == counts[1]


@pytest.fixture
def make_workshop(engine: Engine, make_settings: Callable[..., Settings], tmp_path: Any) -> Callable[[], Workshop]:
    """A scheduler's tools, as each process has its own; the clock is a day before the session."""
    settings = make_settings(mail_url=f"file:{tmp_path}")
    return lambda: Workshop(settings, engine, "here", Pace(post_batch=20), Event(), Clock(AT - DAY))


def test_two_schedulers_at_once_remind_everybody_once(session: Session, make_workshop: Callable[[], Workshop]) -> None:
    cohort, members = make_group(session, 6)
    for _ in range(20):
        make_held(session, cohort)
    send_all(session)
    session.commit()
    start, dealt_with = Barrier(2), list[int]()

    def run() -> None:
        workshop = make_workshop()
        start.wait(10)
        dealt_with.append(remind.run(workshop))

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # A full batch is two sessions: one of both may find the last of them taken, and leaves it to the next tick.
    dealt_with.append(remind.run(make_workshop()))
    assert sum(dealt_with) == 20
    assert [len(reminders(session, one)) for one in members] == [20] * 7


def test_a_scheduler_passes_over_what_another_holds(engine: Engine, session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    make_held(session, cohort)
    session.commit()
    found: list[int] = []
    acts = [lambda other: found.append(tick(other, AT - DAY))] * 2
    assert overlap(engine, *acts) is None
    assert found == [1, 0]
    assert reminders(session, ann) == [1440]


def test_a_clock_that_jumps_back_reminds_nobody_twice(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    held = make_held(session, cohort)
    tick(session, AT - DAY)
    send_all(session)
    session_effects.follow_changed(session, [held], now=AT - 2 * DAY)
    assert tick(session, AT - DAY) == 1
    assert reminders(session, ann, waiting=False) == [1440]


@pytest.mark.parametrize("chooses_first", [True, False])
def test_a_session_that_is_scheduled_meanwhile_follows_the_reminders_that_are_chosen(
    engine: Engine, session: Session, *, chooses_first: bool
) -> None:
    cohort, _members = make_group(session)
    coordinator = make_coordinator(session, cohort.programme)
    number, person = cohort.id, coordinator.id
    session.commit()

    def choose(other: Session) -> None:
        choose_reminders(other, number, person, 15)

    def plan(other: Session) -> None:
        make_held(other, other.get_one(Cohort, number))

    assert overlap(engine, *((choose, plan) if chooses_first else (plan, choose))) is None
    assert session.scalars(select(CoachingSession.next_reminder_at)).one() == AT - 15 * MINUTE


def test_reminders_that_are_chosen_while_some_are_written_do_not_come_again(engine: Engine, session: Session) -> None:
    cohort, _members = make_group(session)
    make_held(session, cohort)
    number, person = cohort.id, make_coordinator(session, cohort.programme).id
    session.commit()
    acts = (lambda other: tick(other, AT - DAY), lambda other: choose_reminders(other, number, person, 1440, 15))
    assert overlap(engine, *acts) is None
    assert session.scalars(select(CoachingSession.next_reminder_at)).one() == AT - 15 * MINUTE


def choose_reminders(session: Session, cohort_id: int, person_id: int, *minutes: int) -> None:
    cohort, actor = session.get_one(Cohort, cohort_id), actor_of(session, session.get_one(Person, person_id))
    fields = {name: getattr(cohort, name) for name in ("name", "starts_on", "ends_on", "timezone")}
    edit_cohort(session, cohort, actor=actor, now=AT - DAY, reminder_minutes=minutes, **fields)


def test_a_series_is_reminded_of_session_by_session(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    _series, held = make_series(session, cohort, local_start=datetime(2026, 7, 7, 10, 0))
    schedule(session, *held)
    for one in held:
        tick(session, one.starts_at - DAY)
        tick(session, one.starts_at - HOUR)
    assert reminders(session, ann) == [1440, 60] * 4


def test_an_idle_tick_only_reads(make_workshop: Callable[[], Workshop], count_queries: Counter) -> None:
    workshop = make_workshop()
    with count_queries() as statements:
        assert remind.run(workshop) == 0
    # One of sessions, and one of actions.
    assert [statement.split()[0] for statement in statements] == ["SELECT"] * 2
