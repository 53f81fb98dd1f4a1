"""What happens between a check-in's moment and its mail: called off in time it does not leave, and the server's moods
are told apart. The mail server is a real one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from coaching.models import AnswerChoice, Held, Membership, MembershipStatus, Message, MessageKind, MessageState
from coaching.services.check_in_posting import post_due_check_ins
from coaching.services.check_ins import answer_check_in, open_by_link
from coaching.services.contact_preferences import set_preferences
from coaching.services.delivery import PostOffice, send_due_messages
from coaching.services.follow_ups import move_check_ins, plan_check_ins, withdraw_check_ins
from coaching.services.undecided import resend_message
from tests.factories import NOW, actor_of, make_membership, make_person
from tests.mail_server import MailServer
from tests.services.check_in_rows import (
    check_in_states,
    check_ins_of,
    make_planned_cohort,
    make_planned_member,
    post,
)
from tests.services.outbox_rows import Clock, make_message, states

Act = Callable[[Session, Membership], Any]


def withdraw(session: Session, member: Membership) -> None:
    member.status = MembershipStatus.WITHDRAWN
    withdraw_check_ins(session, member, now=NOW)


def pause(session: Session, member: Membership) -> None:
    member.status = MembershipStatus.PAUSED


def move(session: Session, member: Membership) -> None:
    member.cohort.ends_on = date(2026, 6, 29)
    move_check_ins(session, member.cohort, now=NOW)


def answer(session: Session, member: Membership) -> None:
    check_in = check_ins_of(session, member)[0]
    actor = actor_of(session, member.person)
    answer_check_in(session, check_in, actor=actor, now=NOW, choice=AnswerChoice.NOT_YET, via="page")


def suspend(session: Session, member: Membership) -> None:
    member.person.suspended_at = NOW


def erase(session: Session, member: Membership) -> None:
    member.person.erased_at, member.person.email = NOW, None


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (withdraw, "cancelled"),
        (pause, "due"),
        (move, "due"),
        (answer, "answered"),
        (suspend, "cancelled"),
        (erase, "cancelled"),
    ],
    ids=["withdrawn", "paused", "moved", "answered", "suspended", "erased"],
)
def test_what_no_longer_holds_does_not_leave(
    session: Session, server: MailServer, office: PostOffice, act: Act, state: str
) -> None:
    member = make_planned_member(session)
    other = make_planned_member(session)
    post(session)
    act(session, member)
    session.commit()
    send_due_messages(office)
    assert [mail.recipient for mail in server.received] == [other.person.email]
    assert check_in_states(session, member)[0] == state
    assert check_in_states(session, other)[0] == "asked"
    session.commit()
    assert states(session) == {"cancelled": 1, "sent": 1}


def test_what_closed_while_the_server_was_away_does_not_leave(
    session: Session, server: MailServer, office: PostOffice, clock: Clock
) -> None:
    member = make_planned_member(session)
    post(session)
    session.commit()
    server.stop()
    send_due_messages(office)
    assert states(session) == {"due": 1}
    server.start_again()
    clock.now = check_ins_of(session, member)[0].closes_at
    session.commit()
    send_due_messages(office)
    assert server.received == []
    assert states(session) == {"cancelled": 1}


def test_the_link_that_arrives_opens_its_check_in(session: Session, server: MailServer, office: PostOffice) -> None:
    member = make_planned_member(session)
    post(session)
    session.commit()
    send_due_messages(office)
    body = server.received[0].mail.get_body(("plain",))
    assert body is not None
    link = next(line for line in str(body.get_content()).split() if line.startswith("https://"))
    # The first is the answer by one tap, below the check-in's own.
    opened = open_by_link(session, link.partition("/check-in/")[2].partition("/")[0], now=NOW)
    assert opened.check_in.membership_id == member.id


def test_a_server_in_every_mood(session: Session, server: MailServer, office: PostOffice, clock: Clock) -> None:
    """Refused for now, for good, after the dot, cut off, left without an answer: each message gets what is its own."""
    moods = {
        "later": MessageState.RETRY,
        "full": MessageState.RETRY,
        "cut": MessageState.RETRY,
        "never": MessageState.FAILED,
        "spam": MessageState.FAILED,
        "drop": MessageState.UNKNOWN,
        "hang": MessageState.UNKNOWN,
        "ann": MessageState.SENT,
    }
    messages = {mood: make_message(session, make_person(session, email=f"{mood}@example.org")) for mood in (*moods,)}
    session.commit()
    assert send_due_messages(office) == {"retry": 3, "failed": 2, "unknown": 2, "sent": 1}
    session.expire_all()
    assert {mood: message.state for mood, message in messages.items()} == moods
    assert {message.attempts for message in messages.values()} == {1}
    session.commit()
    clock.wait(minutes=1)
    assert send_due_messages(office) == {"retry": 3}
    assert [mail.recipient for mail in server.received] == ["drop@example.org", "hang@example.org", "ann@example.org"]


def test_a_person_decides_about_the_undecidable_and_the_same_bytes_go_again(
    session: Session, server: MailServer, office: PostOffice
) -> None:
    message = make_message(session, make_person(session, email="drop@example.org"))
    administrator = make_person(session, is_administrator=True)
    session.commit()
    send_due_messages(office)
    assert states(session) == {"unknown": 1}
    resend_message(session, message, actor=actor_of(session, administrator), now=NOW)
    session.commit()
    send_due_messages(office)
    first, second = server.received
    assert (first.message_id, first.content) == (second.message_id, second.content)


def test_a_slow_server_holds_no_lock(engine: Engine, session: Session, server: MailServer, office: PostOffice) -> None:
    """While a mail is on its way, others read and write the database."""
    make_message(session)
    session.commit()
    written: list[int] = []

    def write(_mail: object) -> None:
        with Session(engine) as other:
            other.scalars(select(Message).with_for_update()).one()
            make_person(other)
            other.commit()
            written.append(1)

    server.handler.on_received = write
    assert send_due_messages(office) == {"sent": 1}
    assert written == [1]


def test_missed_ticks_are_made_up_for_once(session: Session, server: MailServer, office: PostOffice) -> None:
    """Ten days without a scheduler: what came due meanwhile is asked, each thing once."""
    member = make_planned_member(session)
    session.commit()
    office.clock.now = NOW + timedelta(days=10)  # type: ignore[attr-defined]
    for _ in range(3):
        post_due_check_ins(session, now=office.clock(), limit=10)
        session.commit()
        send_due_messages(office)
    assert len(server.received) == 1
    assert check_in_states(session, member) == ["asked", "due", "due", "due", "due"]


def several(session: Session, cohorts: int = 2) -> list[Membership]:
    """One person with check-ins of several cohorts, which are all in one mail."""
    first = make_planned_member(session)
    others = [make_membership(session, make_planned_cohort(session), first.person) for _ in range(cohorts - 1)]
    for member in others:
        plan_check_ins(session, member.cohort, now=NOW)
    post(session)
    return [first, *others]


@pytest.mark.parametrize("act", [withdraw, pause, move, answer], ids=["withdrawn", "paused", "moved", "answered"])
def test_one_of_several_that_no_longer_holds_is_left_out_of_the_mail(
    session: Session, server: MailServer, office: PostOffice, act: Act
) -> None:
    gone, staying = several(session)
    act(session, gone)
    session.commit()
    send_due_messages(office)
    (received,) = server.received
    body = str(received.mail.get_body(("plain",)))
    assert staying.cohort.name in body
    assert gone.cohort.name not in body
    assert check_in_states(session, staying)[0] == "asked"
    # What was taken out is kept with the reason, as a mail that was never sent.
    assert states(session) == {"sent": 1, "cancelled": 1}


def test_the_last_of_several_takes_the_mail_along(session: Session, server: MailServer, office: PostOffice) -> None:
    for member in several(session):
        answer(session, member)
    session.commit()
    send_due_messages(office)
    assert server.received == []
    assert states(session) == {"cancelled": 2}


def test_a_mail_that_is_being_written_leaves_without_what_was_answered_meanwhile(
    session: Session, server: MailServer, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who holds it finds that it is theirs no more, and it is written anew, with other bytes."""
    gone, _staying = several(session)
    session.commit()
    channel = office.channels["mail"]
    write = type(channel).write

    def write_slowly(self: Any, letter: Any) -> bytes:
        if check_ins_of(session, gone)[0].answer is None:
            answer(session, gone)
        session.commit()
        return write(self, letter)

    monkeypatch.setattr(type(channel), "write", write_slowly)
    send_due_messages(office)
    send_due_messages(office)
    (received,) = server.received
    assert gone.cohort.name not in str(received.mail.get_body(("plain",)))


def test_a_mail_that_was_given_to_a_server_once_stays_as_it_was(
    session: Session, server: MailServer, office: PostOffice, clock: Clock
) -> None:
    gone, staying = several(session)
    staying.person.email = "later@example.org"
    session.commit()
    send_due_messages(office)
    wire = session.scalars(select(Message.wire)).one()
    answer(session, gone)
    session.commit()
    assert session.scalars(select(Message.wire).where(Message.state == MessageState.RETRY)).one() == wire
    session.commit()
    clock.wait(minutes=2)
    assert send_due_messages(office)["retry"] == 1
    answer(session, staying)
    session.commit()
    assert states(session) == {"cancelled": 2}


def test_a_mail_that_comes_too_late_for_the_day_waits_for_the_next(
    session: Session, server: MailServer, office: PostOffice, clock: Clock
) -> None:
    """The server was away until the evening. No attempt is counted, and nothing looks at it before the morning."""
    make_planned_member(session)
    post(session)
    session.commit()
    server.stop()
    send_due_messages(office)
    server.start_again()
    clock.now = NOW.replace(hour=17, minute=30)
    assert send_due_messages(office) == {"put_back": 1}
    message = session.scalars(select(Message)).one()
    assert (message.state, message.attempts, message.due_at) == (MessageState.DUE, 0, NOW.replace(day=16, hour=7))
    session.commit()
    assert send_due_messages(office) == {}
    clock.now = NOW.replace(day=16, hour=7)
    assert send_due_messages(office) == {"sent": 1}


def test_who_asks_for_a_pause_or_switches_off_is_not_sent_what_waits(
    session: Session, server: MailServer, office: PostOffice
) -> None:
    paused, off = make_planned_member(session), make_planned_member(session)
    post(session)
    for member, values in ((paused, {"paused_until": date(2026, 6, 20)}), (off, {"switched_off": ["check_in"]})):
        wanted = {"paused_until": None, "switched_off": []} | values
        kinds = [MessageKind(kind) for kind in wanted.pop("switched_off")]
        set_preferences(
            session, member.person, actor=actor_of(session, member.person), now=NOW, weekly_limit=2, from_hour=8,
            until_hour=18, weekends=False, switched_off=kinds, **wanted,
        )  # fmt: skip
    session.commit()
    send_due_messages(office)
    assert server.received == []
    assert (check_in_states(session, paused)[0], check_in_states(session, off)[0]) == ("due", "due")
    post(session)
    assert check_ins_of(session, paused)[0].held == Held.PAUSED
    assert check_in_states(session, off)[0] == "cancelled"
