"""A mail of unknown fate that does not hold any more is sent again neither by hand nor by policy. The server is a real
one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import (
    AnswerChoice,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    PollChoice,
    Purpose,
)
from coaching.services import capabilities, polls, session_effects
from coaching.services.check_ins import answer_check_in
from coaching.services.delivery import PostOffice, send_due_messages
from coaching.services.follow_ups import withdraw_check_ins
from coaching.services.invite_checks import REPLACED, REPLACED_IN_PART
from coaching.services.people import invite_person
from coaching.services.poll_answers import answer_poll
from coaching.services.reasons import IS_PAUSED
from coaching.services.reminder_posting import post_due_reminders
from coaching.services.settlements import sweep_leases
from coaching.services.undecided import resend_message
from coaching.tokens import new_secret
from tests.factories import NOW, actor_of, make_person
from tests.mail_server import MailServer
from tests.services.calendar_rows import cancel, mails_of, make_at, make_group, make_series, move, schedule, send_all
from tests.services.check_in_rows import check_ins_of, make_planned_member, post
from tests.services.outbox_rows import Clock, deliveries

# When the session of `make_at` begins.
AT = datetime(2026, 7, 7, 8, 0, tzinfo=UTC)
# What happened after it was written: called once its fate is unknown.
Case = tuple[Message, Callable[[], Any]]


def mail_to(session: Session, member: Membership, kind: MessageKind) -> Message:
    (mail,) = mails_of(session, member, kind)
    return mail


def invite(session: Session, act: Callable[[Session, Any, Membership], Any]) -> Case:
    cohort, (_coach, ann) = make_group(session, 1)
    held = make_at(session, cohort)
    schedule(session, held)
    return mail_to(session, ann, MessageKind.SESSION_INVITE), lambda: act(session, held, ann)


def moved_invite(session: Session) -> Case:
    return invite(session, lambda session, held, _ann: move(session, held, hours=2))


def cancelled_invite(session: Session) -> Case:
    return invite(session, lambda session, held, _ann: cancel(session, held))


def paused_invite(session: Session) -> Case:
    def pause(session: Session, _held: Any, ann: Membership) -> None:
        ann.status = MembershipStatus.PAUSED
        session_effects.follow_joined(session, ann, now=NOW)

    return invite(session, pause)


def moved_reminder(session: Session) -> Case:
    cohort, (_coach, ann) = make_group(session, 1)
    held = make_at(session, cohort)
    schedule(session, held)
    send_all(session)
    post_due_reminders(session, now=AT - timedelta(hours=24), limit=9)
    mail = mail_to(session, ann, MessageKind.SESSION_REMINDER)
    return mail, lambda: move(session, held, hours=2)


def begun_reminder(session: Session) -> Case:
    mail, _move = moved_reminder(session)
    return mail, lambda: None


def answered_check_in(session: Session) -> Case:
    member = make_planned_member(session)
    post(session)
    (check_in, *_rest), actor = check_ins_of(session, member), actor_of(session, member.person)

    def answer() -> None:
        answer_check_in(session, check_in, actor=actor, now=NOW, choice=AnswerChoice.NOT_YET, via="page")

    return mail_to(session, member, MessageKind.CHECK_IN), answer


def withdrawn_check_in(session: Session) -> Case:
    member = make_planned_member(session)
    post(session)

    def withdraw() -> None:
        member.status = MembershipStatus.WITHDRAWN
        withdraw_check_ins(session, member, now=NOW)

    return mail_to(session, member, MessageKind.CHECK_IN), withdraw


def poll(session: Session, act: Callable[[Any, Any, Membership], Any]) -> Case:
    cohort, (coach, ann) = make_group(session, 1)
    leader = actor_of(session, coach.person)
    asked = polls.create_poll(
        session, cohort, actor=leader, now=NOW, title="Circle 4", timezone="Europe/London", duration_minutes=60,
        closes_local=datetime(2026, 6, 30, 18), slots=[datetime(2026, 7, 6, 10)],
    )  # fmt: skip
    session.flush()
    return mail_to(session, ann, MessageKind.POLL), lambda: act(asked, leader, ann)


def closed_poll(session: Session) -> Case:
    return poll(session, lambda asked, leader, _ann: polls.close_poll(session, asked, actor=leader, now=NOW))


def answered_poll(session: Session) -> Case:
    def answer(asked: Any, _leader: Any, ann: Membership) -> None:
        answers = {asked.slots[0].public_id: PollChoice.YES}
        answer_poll(session, asked, actor=actor_of(session, ann.person), now=NOW, answers=answers)

    return poll(session, answer)


def invitation(session: Session, act: Callable[[Any, str], Any]) -> Case:
    person, secret = make_person(session, password_hash=None), new_secret()
    invite_person(session, person, by="Carol", to="Ivy", secret=secret, now=NOW)
    session.flush()
    return session.scalars(select(Message)).one(), lambda: act(person, secret)


def replaced_invitation(session: Session) -> Case:
    return invitation(
        session,
        lambda person, _old: invite_person(session, person, by="Carol", to="Ivy", secret=new_secret(), now=NOW),
    )


def used_invitation(session: Session) -> Case:
    def use(_person: Any, secret: str) -> None:
        link = capabilities.find_capability(session, secret, Purpose.INVITATION)
        capabilities.spend_capability(session, link, now=NOW)

    return invitation(session, use)


CASES: dict[str, tuple[Callable[[Session], Case], str, datetime]] = {
    "an invite to a session that moved": (moved_invite, REPLACED, NOW),
    "an invite to a session that was cancelled": (cancelled_invite, REPLACED, NOW),
    "an invite to somebody who paused": (paused_invite, IS_PAUSED, NOW),
    "a reminder of a session that moved": (moved_reminder, "The session has moved.", NOW),
    "a reminder of a session that has begun": (begun_reminder, "The session has begun.", AT),
    "a check-in that was answered": (answered_check_in, "The check-in was answered already.", NOW),
    "a check-in of somebody who left": (withdrawn_check_in, "The check-in was called off.", NOW),
    "a poll that was closed": (closed_poll, "The poll was closed.", NOW),
    "a poll that they answered": (answered_poll, "They answered already.", NOW),
    "an invitation that was replaced": (replaced_invitation, "The link in it has ended.", NOW),
    "an invitation that was used": (used_invitation, "The link in it has ended.", NOW),
}


def lose(session: Session, mail: Message) -> None:
    """Nobody knows whether this mail arrived; all else did."""
    mail.state, mail.attempts, mail.settled_at = MessageState.UNKNOWN, 1, NOW
    session.flush()
    send_all(session)


@pytest.mark.parametrize("case", list(CASES))
def test_what_does_not_hold_any_more_is_not_sent_again(
    session: Session, server: MailServer, office: PostOffice, clock: Clock, case: str
) -> None:
    make, reason, now = CASES[case]
    administrator = actor_of(session, make_person(session, is_administrator=True))
    mail, happen = make(session)
    lose(session, mail)
    happen()
    session.flush()
    with pytest.raises(Conflict, match=reason):
        resend_message(session, mail, actor=administrator, now=now)
    session.commit()
    clock.now = now + timedelta(minutes=2)
    assert sweep_leases(session, now=clock.now, idempotent=[], resend_after=timedelta(minutes=1)) == 1
    session.commit()
    send_due_messages(office)
    assert mail.message_id not in [each.message_id for each in server.received]
    assert deliveries(session, mail)[-1] == ("cancelled", reason)


def test_what_still_holds_is_sent_again(session: Session, server: MailServer, office: PostOffice) -> None:
    """An invite after a newer mail about another session of its series, a poll that is open, a check-in that waits."""
    administrator = actor_of(session, make_person(session, is_administrator=True))
    cohort, (_coach, ann) = make_group(session, 1)
    _series, held = make_series(session, cohort)
    schedule(session, *held)
    send_all(session)
    move(session, held[0], hours=1)
    mails = [mail_to(session, ann, MessageKind.SESSION_INVITE)]
    lose(session, mails[0])
    move(session, held[1], hours=1)
    for make in (answered_check_in, closed_poll):
        mails.append(make(session)[0])
        lose(session, mails[-1])
    for mail in mails:
        resend_message(session, mail, actor=administrator, now=NOW)
    session.commit()
    send_due_messages(office)
    assert {each.message_id for each in mails} <= {each.message_id for each in server.received}


@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "by policy"])
def test_of_a_series_that_was_told_anew_in_part_the_rest_is_written_once_more(
    session: Session, server: MailServer, office: PostOffice, clock: Clock, by_hand: bool
) -> None:
    """The old mail has one wrong time. Without it nobody would have told them of the other sessions."""
    administrator = actor_of(session, make_person(session, is_administrator=True))
    cohort, (_coach, ann) = make_group(session, 1)
    _series, held = make_series(session, cohort)
    schedule(session, *held)
    old = mail_to(session, ann, MessageKind.SESSION_INVITE)
    lose(session, old)
    move(session, held[1], hours=1)
    send_all(session)
    if by_hand:
        resend_message(session, old, actor=administrator, now=NOW)
    else:
        clock.wait(minutes=2)
        assert sweep_leases(session, now=clock.now, idempotent=[], resend_after=timedelta(minutes=1)) == 1
    session.commit()
    send_due_messages(office)
    assert deliveries(session, old)[-1] == ("cancelled", REPLACED_IN_PART)
    (received,) = server.received
    assert received.recipient == ann.person.email
    newest = mails_of(session, ann, waiting=False)[-1]
    assert received.message_id == newest.message_id


def test_the_checks_take_the_same_statements_for_many(session: Session, count_queries: Any) -> None:
    from coaching.services.claims import claim_messages, load_claimed

    def check(people: int) -> int:
        cohort, _members = make_group(session, people)
        schedule(session, make_at(session, cohort))
        values = {"token": f"t{people}", "now": NOW}
        ids = claim_messages(session, lease=timedelta(minutes=1), limit=99, channels=["mail"], **values)
        assert len(ids) == people + 1
        with count_queries() as statements:
            load_claimed(session, ids, **values)
        return len(statements)

    assert check(1) == check(9)
