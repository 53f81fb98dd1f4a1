"""What will be sent and what was: each thing once, with its reason, to nobody who has no business with it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from coaching.models import (
    Anchor,
    Asking,
    CalendarInvite,
    CheckInState,
    Cohort,
    Delivery,
    Held,
    Membership,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    Role,
)
from coaching.services.coming_messages import AHEAD, list_coming
from coaching.services.message_scope import MessageScope, scope_of_cohort, scope_of_member, scope_of_own
from coaching.services.reminders import next_reminder
from coaching.services.sent_messages import PAGE, list_never_asked, list_sent
from coaching.services.why import AnchorFact, span_in_words, why_check_in, why_reminded
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

Counter = Callable[[], AbstractContextManager[list[str]]]
DAY = timedelta(days=1)


@pytest.fixture
def cohort(session: Session) -> Cohort:
    return make_cohort(session, name="Hazel", ends_on=date(2026, 6, 1))


@pytest.fixture
def scope(session: Session, cohort: Cohort) -> MessageScope:
    coach = make_membership(session, cohort, role=Role.COACH)
    return scope_of_cohort(cohort, actor=actor_of(session, coach.person))


def write_message(session: Session, member: Membership, **values: object) -> Message:
    return make_message(session, member.person, **({"cohort_id": member.cohort_id} | values))


def test_what_is_to_come_stands_there_with_what_would_follow(
    session: Session, cohort: Cohort, scope: MessageScope
) -> None:
    member = make_membership(session, cohort)
    step = make_step(session, cohort, label="Three weeks on", offset="P3W", nudges=2, nudge_days=7)
    due = NOW + 7 * DAY
    make_check_in(session, step, member, due_at=due, wake_at=due + DAY, held=Held.WEEKLY_LIMIT)
    make_check_in(session, make_step(session, cohort), member, due_at=NOW + AHEAD + DAY)
    lines = list_coming(session, scope, now=NOW).lines
    assert [(line.at, line.if_silent, line.held) for line in lines] == [
        (due + DAY, False, Held.WEEKLY_LIMIT),
        (due + 8 * DAY, True, Held.NOT_HELD),
        (due + 15 * DAY, True, Held.NOT_HELD),
    ]
    assert {(line.what, line.name, line.anchor_name, line.offset) for line in lines} == {
        ("Three weeks on", member.person.name, "Hazel", "P3W")
    }


def test_what_was_asked_is_only_brought_to_mind(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    member, step = make_membership(session, cohort), make_step(session, cohort, nudges=1)
    asked = {"state": CheckInState.ASKED, "due_at": NOW - 8 * DAY, "asked_at": NOW - 8 * DAY}
    make_check_in(session, step, member, **asked, wake_at=NOW + DAY)
    told = make_membership(session, cohort)
    make_check_in(session, step, told, **asked, wake_at=NOW + DAY, nudged=1)
    (line,) = list_coming(session, scope, now=NOW).lines
    assert (line.at, line.if_silent, line.name) == (NOW + DAY, True, member.person.name)


def test_what_will_not_be_sent_says_why(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    step = make_step(session, cohort, nudges=0)
    willing, unwilling = make_membership(session, cohort), make_membership(session, cohort)
    for member in (willing, unwilling):
        make_check_in(session, step, member, due_at=NOW + DAY)
    session.add(OptOut(person_id=unwilling.person_id, kind=MessageKind.CHECK_IN, at=NOW))
    session.flush()
    said = {line.name: line.refusal for line in list_coming(session, scope, now=NOW).lines}
    assert said == {willing.person.name: "", unwilling.person.name: "They switched check-ins off."}


def test_a_reminder_is_one_line_for_all_whom_it_goes_to(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    cohort.reminder_minutes = [1440, 60]
    members = [make_membership(session, cohort) for _ in range(3)]
    make_membership(session, cohort, role=Role.OBSERVER)
    starts_at = NOW + 5 * DAY
    held = make_session(session, cohort, title="Circle", starts_at=starts_at)
    held.next_reminder_at = next_reminder(starts_at, [1440, 60], now=NOW)
    session.flush()
    lines = list_coming(session, scope, now=NOW).lines
    assert [(line.at, line.minutes, line.people) for line in lines] == [
        (starts_at - DAY, 1440, 4), (starts_at - timedelta(hours=1), 60, 4),
    ]  # fmt: skip
    mine = scope_of_own(actor=actor_of(session, members[0].person))
    assert [line.people for line in list_coming(session, mine, now=NOW).lines] == [1, 1]


def test_statements_do_not_grow_with_the_cohort(
    session: Session, cohort: Cohort, scope: MessageScope, count_queries: Counter
) -> None:
    step, counts = make_step(session, cohort), set()
    for members in (2, 20):
        for number in range(members):
            member = make_membership(session, cohort)
            make_check_in(session, step, member, due_at=NOW + DAY)
            sent = write_message(session, member, subject_id=1000 * members + number, state=MessageState.SENT)
            sent.deliveries.append(Delivery(outcome=MessageState.SENT, at=NOW, detail="250 OK"))
        session.flush()
        with count_queries() as statements:
            list_coming(session, scope, now=NOW)
            list_sent(session, scope)
            list_never_asked(session, scope, now=NOW)
        counts.add(len(statements))
    assert counts == {11}


def test_a_message_has_its_log_and_what_it_asked(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    member, step = make_membership(session, cohort), make_step(session, cohort, label="Six weeks on")
    check_in = make_check_in(session, step, member, state=CheckInState.ASKED, asked_at=NOW)
    message = write_message(session, member, subject_id=check_in.id, state=MessageState.CANCELLED)
    for outcome, detail in ((MessageState.RETRY, "450 Later"), (MessageState.CANCELLED, "The member has left.")):
        message.deliveries.append(Delivery(outcome=outcome, at=NOW, detail=detail))
    session.add(Asking(check_in_id=check_in.id, message_id=message.id, number=1))
    session.flush()
    (line,) = list_sent(session, scope).lines
    assert (line.reason, [each.detail for each in line.log]) == (
        "The member has left.", ["450 Later", "The member has left."],
    )  # fmt: skip
    assert [(one.id, one.step) for one in line.asked] == [(check_in.public_id, "Six weeks on")]
    assert list_sent(session, scope, state=MessageState.SENT).lines == ()
    assert list_sent(session, scope, kind=MessageKind.POLL).lines == ()


def test_nobody_reads_of_other_cohorts_and_of_accounts(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    member = make_membership(session, cohort)
    elsewhere = make_membership(session, make_cohort(session), member.person)
    write_message(session, elsewhere, subject_id=2)
    write_message(session, member, subject_id=3, kind=MessageKind.PASSWORD_RESET)
    write_message(session, member, subject_id=4, kind=MessageKind.PASSWORD_RESET, cohort_id=None)
    here = write_message(session, member, subject_id=5)
    coach = session.query(Membership).filter_by(cohort_id=cohort.id, role=Role.COACH).one()
    of_member = scope_of_member(member, actor=actor_of(session, coach.person))
    for seen in (scope, of_member):
        assert [line.id for line in list_sent(session, seen).lines] == [here.public_id]
    mine = scope_of_own(actor=actor_of(session, member.person))
    assert len(list_sent(session, mine).lines) == 4


def test_a_mail_for_two_cohorts_is_in_the_lists_of_both(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    other = make_cohort(session)
    member = make_membership(session, cohort)
    elsewhere = make_membership(session, other, member.person)
    check_in = make_check_in(session, make_step(session, cohort), member, state=CheckInState.ASKED, asked_at=NOW)
    shared = write_message(session, elsewhere, subject_id=9)
    session.add(Asking(check_in_id=check_in.id, message_id=shared.id, number=1))
    session.flush()
    assert [line.id for line in list_sent(session, scope).lines] == [shared.public_id]


def test_our_own_silence_is_told(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    member, step = make_membership(session, cohort), make_step(session, cohort)
    never = make_check_in(session, step, member, state=CheckInState.EXPIRED, due_at=NOW - 40 * DAY)
    silent = make_membership(session, cohort)
    make_check_in(session, step, silent, state=CheckInState.EXPIRED, due_at=NOW - 40 * DAY, asked_at=NOW - 40 * DAY)
    assert [one.id for one in list_never_asked(session, scope, now=NOW)] == [never.public_id]


def test_pages_go_on(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    member = make_membership(session, cohort)
    for number in range(PAGE + 1):
        write_message(session, member, subject_id=number)
    first, second = list_sent(session, scope), list_sent(session, scope, offset=PAGE)
    assert (len(first.lines), first.is_more, len(second.lines), second.is_more) == (PAGE, True, 1, False)


@pytest.mark.parametrize(
    ("anchor", "offset", "words"),
    [
        (Anchor.COHORT_END, "P3M", "3 months after Hazel ended on 1 Jun 2026."),
        (Anchor.SESSION_END, "P1W", "1 week after the session “Hazel” of 1 Jun 2026."),
        (Anchor.LAUNCH, "P1Y6M", "1 year and 6 months after “Hazel” was launched on 1 Jun 2026."),
        (Anchor.GOAL_DUE, "P0D", "The goal “Hazel” was due on 1 Jun 2026."),
    ],
)
def test_a_reason_is_a_sentence(anchor: Anchor, offset: str, words: str) -> None:
    fact = AnchorFact(anchor, date(2026, 6, 1), "Hazel")
    assert why_check_in(fact, offset, "1 Jun 2026") == words


def test_spans_are_said_as_people_say_them() -> None:
    assert [span_in_words(offset) for offset in ("P14D", "P1M", "P0D")] == ["14 days", "1 month", ""]
    assert why_reminded(2880) == "The cohort reminds everybody 2 days before."
    assert why_reminded(90) == "The cohort reminds everybody 90 minutes before."


def test_an_invite_names_what_it_is_to(session: Session, cohort: Cohort, scope: MessageScope) -> None:
    """In both lists: while it waits, and once it is sent."""
    person = make_membership(session, cohort).person
    meeting = make_session(session, cohort, title="Coaching circle")
    invite = CalendarInvite(person_id=person.id, session_id=meeting.id, created_at=NOW)
    session.add(invite)
    session.flush()
    kind = {"kind": MessageKind.SESSION_INVITE, "subject_id": invite.id, "cohort_id": cohort.id}
    make_message(session, person, **kind)
    make_message(session, person, **kind, occurrence="2", state=MessageState.SENT, settled_at=NOW)
    assert [line.about for line in list_sent(session, scope).lines] == ["Coaching circle", "Coaching circle"]
    assert [line.what for line in list_coming(session, scope, now=NOW).lines] == ["Coaching circle"]
