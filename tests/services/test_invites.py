"""Invites: who is told what, by one mail each, and that nobody is sent a time that is already wrong."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.models import (
    CalendarInvite,
    Capability,
    CoachingSession,
    InvitedSession,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Purpose,
    Role,
)
from coaching.services import session_effects
from coaching.services.calendar_events import uid_of
from coaching.services.coaching_sessions import edit_session
from coaching.tokens import hash_secret
from tests.calendar_client import CalendarClient
from tests.factories import NOW, actor_of, make_membership, make_person
from tests.services.calendar_rows import (
    START,
    calendar_of,
    cancel,
    mails_of,
    make_at,
    make_group,
    make_series,
    move,
    schedule,
    send_all,
)
from tests.services.racing import overlap

Counter = Callable[[], AbstractContextManager[list[str]]]
Status = MembershipStatus


def stand(session: Session, member: Membership, status: MembershipStatus) -> None:
    member.status = status
    session.flush()
    is_in = status not in (Status.WITHDRAWN, Status.DECLINED)
    (session_effects.follow_joined if is_in else session_effects.follow_left)(session, member, now=NOW)


def events(message: Message) -> list[Any]:
    return list(calendar_of(message).walk("VEVENT"))


def test_each_who_is_expected_gets_one_mail_with_the_whole_series(session: Session) -> None:
    cohort, (coach, ann, bob) = make_group(session)
    observer = make_membership(session, cohort, role=Role.OBSERVER)
    applicant = make_membership(session, cohort, status=Status.APPLIED)
    nameless = make_membership(session, cohort, make_person(session, email=None))
    shut_out = make_membership(session, cohort, make_person(session, suspended_at=NOW))
    series, held = make_series(session, cohort)
    schedule(session, *held)
    assert [len(mails_of(session, one)) for one in (coach, ann, bob)] == [1, 1, 1]
    assert [mails_of(session, one) for one in (observer, applicant, nameless, shut_out)] == [[]] * 4
    (mail,) = mails_of(session, ann)
    (event,) = events(mail)
    assert calendar_of(mail)["METHOD"] == mail.facts["method"] == "REQUEST"
    assert event["UID"] == uid_of(series.public_id)
    assert (event["SEQUENCE"], event["RRULE"].to_ical()) == (0, b"FREQ=WEEKLY;COUNT=4")
    assert str(event["ATTENDEE"]) == f"mailto:{ann.person.email}"
    assert [line["starts_at"] for line in mail.facts["lines"]] == [one.starts_at.isoformat() for one in held]


def test_the_link_in_the_mail_answers_for_the_invite_until_a_day_after_the_last_session(session: Session) -> None:
    cohort, (coach, ann, _bob) = make_group(session)
    _series, held = make_series(session, cohort)
    schedule(session, *held)
    (mail,) = mails_of(session, ann)
    link = session.scalars(select(Capability).where(Capability.person_id == ann.person_id)).one()
    assert mail.secret is not None
    assert link.secret_hash == hash_secret(mail.secret)
    assert (link.purpose, link.subject_id) == (Purpose.RSVP, mail.subject_id)
    assert link.expires_at == held[-1].ends_at + timedelta(days=1)
    assert mails_of(session, coach)[0].secret is None


def test_what_has_begun_is_told_to_nobody(session: Session) -> None:
    cohort, (coach, ann, _bob) = make_group(session)
    schedule(session, make_at(session, cohort, datetime(2026, 6, 1, 9)))
    assert mails_of(session, ann) == []
    _series, held = make_series(session, cohort, local_start=datetime(2026, 6, 9, 9))
    schedule(session, *held)
    (event,) = events(mails_of(session, ann)[0])
    assert event["EXDATE"].dts[0].dt.replace(tzinfo=None) == datetime(2026, 6, 9, 9)
    assert len(mails_of(session, coach)[0].facts["lines"]) == 3


def test_a_move_sends_the_session_that_moved_with_the_time_that_they_have(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    series, held = make_series(session, cohort)
    schedule(session, *held)
    send_all(session)
    before = held[1].starts_at
    move(session, held[1], hours=2)
    (mail,) = mails_of(session, ann)
    (event,) = events(mail)
    assert (event["UID"], event["SEQUENCE"]) == (uid_of(series.public_id), 1)
    assert event["RECURRENCE-ID"].dt.replace(tzinfo=None) == held[1].recurrence_start
    assert event["DTSTART"].dt.astimezone(UTC) == before + timedelta(hours=2)
    (line,) = mail.facts["lines"]
    assert (line["act"], line["was_from"]) == ("moved", before.isoformat())


def test_a_mail_that_waits_is_called_off_and_what_it_said_is_in_the_next(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    _series, held = make_series(session, cohort)
    schedule(session, *held)
    send_all(session)
    before = held[1].starts_at
    move(session, held[1], hours=2)
    (first,) = mails_of(session, ann)
    move(session, held[2], hours=1)
    move(session, held[1], hours=1)
    (mail,) = mails_of(session, ann)
    assert session.get_one(Message, first.id).state == MessageState.CANCELLED
    said = {line["starts_at"]: line["was_from"] for line in mail.facts["lines"]}
    assert said == {
        (before + timedelta(hours=3)).isoformat(): before.isoformat(),
        held[2].starts_at.isoformat(): (held[2].starts_at - timedelta(hours=1)).isoformat(),
    }
    move(session, held[1], hours=-3)
    move(session, held[2], hours=-1)
    assert mails_of(session, ann) == []
    assert [row.message_id for row in told_of(session, held[1])] == [None] * 3


def told_of(session: Session, held: CoachingSession) -> list[InvitedSession]:
    statement = select(InvitedSession).where(InvitedSession.session_id == held.id)
    return list(session.scalars(statement.execution_options(populate_existing=True)))


def test_a_cancellation_takes_out_the_session_and_says_why(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    series, held = make_series(session, cohort)
    schedule(session, *held)
    send_all(session)
    cancel(session, held[1], reason="Snow")
    (mail,) = mails_of(session, ann)
    (event,) = events(mail)
    assert mail.facts["method"] == "CANCEL"
    assert event["RECURRENCE-ID"].dt.replace(tzinfo=None) == held[1].recurrence_start
    assert (event["STATUS"], mail.facts["lines"][0]["reason"]) == ("CANCELLED", "Snow")
    send_all(session)
    cancel(session, held[0], held[2], held[3])
    (event,) = events(mails_of(session, ann)[0])
    assert (event["UID"], event.get("RECURRENCE-ID")) == (uid_of(series.public_id), None)


def test_a_session_of_which_nobody_has_heard_is_cancelled_in_silence(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    held = make_at(session, cohort)
    schedule(session, held)
    cancel(session, held)
    assert mails_of(session, ann) == []
    assert told_of(session, held) == []


def test_one_mail_says_what_moved_and_what_was_cancelled(session: Session) -> None:
    """A mail has one method: both together come as the whole event."""
    cohort, (_coach, ann, _bob) = make_group(session)
    _series, held = make_series(session, cohort)
    schedule(session, *held)
    send_all(session)
    move(session, held[1], hours=2)
    cancel(session, held[2])
    (mail,) = mails_of(session, ann)
    master, apart = events(mail)
    assert master["EXDATE"].dts[0].dt.replace(tzinfo=None) == held[2].recurrence_start
    assert apart["RECURRENCE-ID"].dt.replace(tzinfo=None) == held[1].recurrence_start
    assert [line["act"] for line in mail.facts["lines"]] == ["moved", "cancelled"]


def test_who_joins_late_gets_what_is_to_come_as_it_is_now(session: Session) -> None:
    cohort, _people = make_group(session)
    _series, held = make_series(session, cohort)
    lone, over = make_at(session, cohort, datetime(2026, 8, 4, 9)), make_at(session, cohort, datetime(2026, 5, 1, 9))
    schedule(session, *held, lone, over)
    move(session, held[1], hours=2)
    cancel(session, held[2])
    late = make_membership(session, cohort)
    session_effects.follow_joined(session, late, now=NOW)
    of_series, of_lone = mails_of(session, late)
    assert len(events(of_series)) == 2
    assert events(of_lone)[0]["UID"] == uid_of(lone.public_id)
    client = CalendarClient()
    client.receive(of_series.facts["calendar"])
    shown = client.shows(events(of_series)[0]["UID"])
    assert [start for start, _end, _title in shown] == [held[0].starts_at, held[1].starts_at, held[3].starts_at]


def test_who_leaves_is_taken_out_and_who_comes_back_has_a_higher_sequence(session: Session) -> None:
    cohort, (_coach, ann, bob) = make_group(session)
    series, held = make_series(session, cohort)
    schedule(session, *held)
    send_all(session)
    stand(session, ann, Status.WITHDRAWN)
    (mail,) = mails_of(session, ann)
    (event,) = events(mail)
    assert (mail.facts["method"], mail.facts["act"]) == ("CANCEL", "left")
    assert (event["UID"], event["SEQUENCE"], event.get("RECURRENCE-ID")) == (uid_of(series.public_id), 1, None)
    assert mails_of(session, bob) == []
    send_all(session)
    move(session, held[1], hours=2)
    assert mails_of(session, ann) == []
    stand(session, ann, Status.ACTIVE)
    (mail,) = mails_of(session, ann)
    assert [one["SEQUENCE"] for one in events(mail)] == [2, 2]
    assert session.scalars(select(CalendarInvite.is_live).where(CalendarInvite.person_id == ann.person_id)).all() == [
        True
    ]


def test_who_leaves_before_the_invite_has_left_hears_nothing(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    schedule(session, make_at(session, cohort))
    stand(session, ann, Status.WITHDRAWN)
    assert mails_of(session, ann) == []


def test_who_pauses_is_left_alone_and_gets_what_they_missed(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    _series, held = make_series(session, cohort)
    schedule(session, *held)
    send_all(session)
    move(session, held[0], hours=1)
    stand(session, ann, Status.PAUSED)
    cancel(session, held[3])
    assert mails_of(session, ann) == []
    stand(session, ann, Status.ACTIVE)
    (mail,) = mails_of(session, ann)
    assert [line["act"] for line in mail.facts["lines"]] == ["moved", "cancelled"]


def test_a_one_to_one_is_its_pairs(session: Session) -> None:
    cohort, (coach, ann, bob) = make_group(session)
    other = make_membership(session, cohort, role=Role.COACH)
    held = make_at(session, cohort, pair_membership_id=ann.id, led_by_id=coach.person_id)
    schedule(session, held)
    assert [len(mails_of(session, one)) for one in (coach, ann, bob, other)] == [1, 1, 0, 0]
    send_all(session)
    held.led_by_id = other.person_id
    session.flush()
    session_effects.follow_changed(session, [held], now=NOW)
    assert [len(mails_of(session, one)) for one in (coach, ann, bob, other)] == [1, 0, 0, 1]
    assert mails_of(session, coach)[0].facts["lines"][0]["act"] == "dropped"


def test_what_a_server_refused_is_in_the_next_mail(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    _series, held = make_series(session, cohort)
    schedule(session, *held)
    for message in send_all(session):
        message.state = MessageState.FAILED
    move(session, held[1], hours=1)
    (mail,) = mails_of(session, ann)
    assert len(mail.facts["lines"]) == 4
    assert events(mail)[0]["RRULE"]


def test_a_mail_that_is_on_its_way_counts_as_said(session: Session) -> None:
    cohort, (_coach, ann, _bob) = make_group(session)
    held = make_at(session, cohort)
    schedule(session, held)
    mails_of(session, ann)[0].state = MessageState.TRANSMITTING
    move(session, held, hours=1)
    assert [mail.facts["act"] for mail in mails_of(session, ann)] == ["moved"]


def test_only_what_a_calendar_shows_is_told(session: Session) -> None:
    cohort, (coach, ann, _bob) = make_group(session)
    held = make_at(session, cohort, title="Circle", location="Room 4")
    schedule(session, held)
    send_all(session)
    held.materials = "Slides"
    session.flush()
    session_effects.follow_changed(session, [held], now=NOW)
    assert mails_of(session, ann) == []
    edit_session(
        session, held, actor=actor_of(session, coach.person), now=NOW, title="Circle", local_start=START,
        timezone="Europe/London", duration_minutes=90, location="Room 5",
    )  # fmt: skip
    (mail,) = mails_of(session, ann)
    assert (mail.facts["act"], mail.facts["lines"][0]["words"]) == ("changed", ["place", "length"])


def test_the_statements_do_not_grow_with_people_or_sessions(session: Session, count_queries: Counter) -> None:
    counts = []
    for people, rule in ((2, "FREQ=WEEKLY;COUNT=3"), (20, "FREQ=WEEKLY;COUNT=40")):
        cohort, members = make_group(session, people)
        _series, held = make_series(session, cohort, rule=rule)
        with count_queries() as scheduling:
            schedule(session, *held)
        send_all(session)
        with count_queries() as moving:
            move(session, held[0], hours=1)
        with count_queries() as leaving:
            session_effects.follow_left(session, members[1], now=NOW)
        counts.append((len(scheduling), len(moving), len(leaving)))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("joins_first", [True, False])
def test_who_joins_while_a_session_is_scheduled_is_invited(
    engine: Engine, session: Session, *, joins_first: bool
) -> None:
    cohort, _people = make_group(session)
    person = make_person(session)
    cohort_id, person_id = cohort.id, person.id
    session.commit()

    def plan(other: Session) -> None:
        held = make_at(other, other.get_one(type(cohort), cohort_id))
        schedule(other, held)

    def join(other: Session) -> None:
        member = make_membership(other, other.get_one(type(cohort), cohort_id), other.get_one(type(person), person_id))
        session_effects.follow_joined(other, member, now=NOW)

    acts = (join, plan) if joins_first else (plan, join)
    assert overlap(engine, *acts) is None
    assert session.scalars(select(Message.id).where(Message.recipient_id == person_id)).all() != []


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_everybodys_calendar_shows_the_rows(session: Session, seed: int) -> None:
    """The acts as the services do them, the mails in any order, and each calendar beside the database."""
    rng = Random(seed)
    cohort, members = make_group(session, 3)
    _series, held = make_series(session, cohort, rule="FREQ=WEEKLY;COUNT=5")
    lone = make_at(session, cohort, datetime(2026, 7, 20, 15))
    everything = [*held, lone]
    schedule(session, *everything)
    mails = send_all(session)
    for _step in range(12):
        one, member = rng.choice(everything), rng.choice(members)
        if rng.random() < 0.5 and one.state == "scheduled":
            move(session, one, hours=rng.choice((-3, 2, 30)))
        elif rng.random() < 0.3 and one.state == "scheduled":
            cancel(session, one)
        else:
            stand(session, member, rng.choice((Status.ACTIVE, Status.WITHDRAWN, Status.PAUSED)))
        mails += send_all(session) if rng.random() < 0.6 else []
    for member in members:
        stand(session, member, Status.ACTIVE)
    mails += send_all(session)
    rng.shuffle(mails)
    for member in members:
        client = CalendarClient()
        for mail in mails:
            if mail.recipient_id == member.person_id:
                client.receive(mail.facts["calendar"])
        shown = sorted(start for uid in client.entries for start, _end, _title in client.shows(uid))
        assert shown == sorted(one.starts_at for one in everything if one.state == "scheduled")
