"""The outbox: one row a cause, claims with a fence, and what an ended process leaves behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.models import Message, MessageKind, MessageState, Person
from coaching.services.claims import claim_messages, is_anything_due, load_claimed
from coaching.services.outbox import cancel_messages, enqueue, get_message, list_messages
from coaching.services.settlements import (
    LONGEST_BACKOFF,
    MOST_ATTEMPTS,
    SENT_AGAIN,
    STOPPED_BEFORE,
    STOPPED_DURING,
    backoff,
    mark_transmitting,
    release_messages,
    settle_messages,
    sweep_leases,
)
from tests.factories import NOW, actor_of, make_person
from tests.services.outbox_rows import deliveries, make_message, states
from tests.services.racing import overlap

LEASE = timedelta(minutes=2)
ONE = timedelta(minutes=1)


def claim(session: Session, token: str = "mine", *, limit: int = 10, later: timedelta = timedelta(0)) -> list[int]:
    return claim_messages(session, token=token, now=NOW + later, lease=LEASE, limit=limit, channels=["mail"])


def sweep(session: Session, later: timedelta, *, idempotent: bool = False, resend: bool = False) -> int:
    return sweep_leases(
        session,
        now=NOW + later,
        idempotent=["mail"] if idempotent else [],
        resend_after=ONE if resend else None,
    )


@pytest.fixture
def administrator(session: Session) -> Person:
    return make_person(session, is_administrator=True)


def test_a_second_message_for_the_same_cause_is_the_first(session: Session) -> None:
    person = make_person(session)
    first, second = (
        enqueue(
            session, kind=MessageKind.INVITATION, subject_id=7, recipient=person, facts={"to": to, "by": "x"}, now=NOW
        )
        for to in ("Cohort 1", "Cohort 2")
    )
    assert first is second
    assert second.facts["to"] == "Cohort 1"
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_another_occurrence_is_another_message(session: Session) -> None:
    person = make_person(session)
    for occurrence in ("1", "2"):
        enqueue(
            session,
            kind=MessageKind.PASSWORD_RESET,
            subject_id=7,
            occurrence=occurrence,
            recipient=person,
            facts={},
            now=NOW,
        )
    assert len(set(session.scalars(select(Message.message_id)))) == 2


def test_two_who_write_the_same_message_at_once_leave_one(engine: Engine, session: Session) -> None:
    person_id = make_person(session).id
    session.commit()

    def write(other: Session) -> None:
        recipient = other.get_one(Person, person_id)
        enqueue(other, kind=MessageKind.INVITATION, subject_id=7, recipient=recipient, facts={}, now=NOW)

    assert overlap(engine, write, write) is None
    assert session.scalar(select(func.count()).select_from(Message)) == 1


def test_a_claim_takes_what_is_due_the_oldest_first_and_nobody_else_gets_it(session: Session) -> None:
    late = make_message(session, due_at=NOW - timedelta(minutes=1))
    later = make_message(session, due_at=NOW)
    make_message(session, due_at=NOW + timedelta(seconds=1))
    make_message(session, channel="pigeon")
    assert claim(session, limit=1) == [late.id]
    assert claim(session, "theirs") == [later.id]
    assert claim(session, "nobody's") == []


def test_two_who_claim_at_once_share_the_messages(engine: Engine, session: Session) -> None:
    ids = {make_message(session).id for _ in range(6)}
    session.commit()
    taken: list[list[int]] = []
    raised = overlap(
        engine,
        lambda one: taken.append(claim(one, "one", limit=4)),
        lambda two: taken.append(claim(two, "two", limit=4)),
    )
    assert raised is None
    assert [len(each) for each in taken] == [4, 2]
    assert set(taken[0]) | set(taken[1]) == ids


def test_looking_whether_anything_is_due_sees_what_a_claim_would_take(session: Session) -> None:
    message = make_message(session, due_at=NOW + timedelta(seconds=1))
    connection = session.connection()
    assert not is_anything_due(connection, now=NOW, channels=["mail"])
    assert is_anything_due(connection, now=message.due_at, channels=["mail"])
    assert not is_anything_due(connection, now=message.due_at, channels=["pigeon"])


def test_who_lost_the_claim_can_neither_mark_nor_settle_nor_release(session: Session) -> None:
    message = make_message(session)
    claim(session, "first")
    assert sweep(session, LEASE) == 1
    assert claim(session, "second", later=LEASE) == [message.id]
    assert mark_transmitting(session, [message.id], token="first", now=NOW, lease=LEASE) == []
    assert settle_messages(session, [message.id], token="first", now=NOW, outcome=MessageState.SENT) == []
    assert release_messages(session, [message.id], token="first") == []
    assert mark_transmitting(session, [message.id], token="second", now=NOW, lease=LEASE) == [message.id]
    assert states(session) == {"transmitting": 1}


def test_what_was_called_off_after_the_claim_is_not_marked(session: Session) -> None:
    message = make_message(session)
    claim(session)
    cancel_messages(session, message.kind, [message.subject_id], now=NOW, reason="Moved.")
    assert mark_transmitting(session, [message.id], token="mine", now=NOW, lease=LEASE) == []
    assert deliveries(session, message) == [("cancelled", "Moved.")]


def test_a_settled_message_keeps_neither_its_secret_nor_its_text(session: Session) -> None:
    for outcome in (MessageState.SENT, MessageState.FAILED):
        message = make_message(session, secret="s", wire=b"text")
        claim(session)
        settle_messages(session, [message.id], token="mine", now=NOW, outcome=outcome, detail="250 OK")
        session.refresh(message)
        assert (message.state, message.secret, message.wire, message.claim_token) == (outcome, None, None, None)
        assert (message.settled_at, message.attempts) == (NOW, 1)


def test_a_message_to_try_again_keeps_both_and_waits(session: Session) -> None:
    message = make_message(session, secret="s", wire=b"text")
    claim(session)
    settle_messages(
        session, [message.id], token="mine", now=NOW, outcome=MessageState.RETRY, retry_at=NOW + ONE, detail="451"
    )
    session.refresh(message)
    assert (message.secret, message.wire, message.due_at) == ("s", b"text", NOW + ONE)
    assert claim(session) == []
    assert claim(session, later=ONE) == [message.id]


def test_cancelling_leaves_alone_what_is_on_its_way_or_settled(session: Session) -> None:
    stays = (MessageState.TRANSMITTING, MessageState.SENT, MessageState.FAILED, MessageState.UNKNOWN)
    goes = (MessageState.DUE, MessageState.RETRY, MessageState.CLAIMED)
    messages = {state: make_message(session, state=state, secret="s") for state in (*stays, *goes)}
    subjects = [message.subject_id for message in messages.values()]
    stopped = cancel_messages(session, MessageKind.INVITATION, subjects, now=NOW)
    assert sorted(stopped) == sorted(messages[state].subject_id for state in goes)
    for state in goes:
        session.refresh(messages[state])
        assert (messages[state].state, messages[state].secret) == (MessageState.CANCELLED, None)
    for state in stays:
        session.refresh(messages[state])
        assert messages[state].state == state


def test_a_claim_whose_lease_ended_is_taken_up_again_without_counting_an_attempt(session: Session) -> None:
    fresh, tried = make_message(session), make_message(session, state=MessageState.RETRY, attempts=2)
    claim(session)
    assert sweep(session, LEASE - timedelta(seconds=1)) == 0
    assert sweep(session, LEASE) == 2
    for message, state, attempts in ((fresh, MessageState.DUE, 0), (tried, MessageState.RETRY, 2)):
        session.refresh(message)
        assert (message.state, message.attempts, message.claim_token) == (state, attempts, None)
    assert deliveries(session, fresh) == [("due", STOPPED_BEFORE)]


def test_a_transmission_whose_lease_ended_is_unknown_and_not_sent_again_by_itself(session: Session) -> None:
    message = make_message(session, secret="s", wire=b"text")
    claim(session)
    mark_transmitting(session, [message.id], token="mine", now=NOW, lease=LEASE)
    assert sweep(session, LEASE) == 1
    assert sweep(session, timedelta(days=300)) == 0
    session.refresh(message)
    assert (message.state, message.secret, message.wire) == (MessageState.UNKNOWN, "s", b"text")
    assert deliveries(session, message) == [("unknown", STOPPED_DURING)]


def test_over_an_idempotent_channel_nothing_is_undecidable(session: Session) -> None:
    message = make_message(session)
    claim(session)
    mark_transmitting(session, [message.id], token="mine", now=NOW, lease=LEASE)
    assert sweep(session, LEASE, idempotent=True) == 1
    assert states(session) == {"due": 1}
    assert claim(session, later=LEASE) == [message.id]


def test_who_comes_back_late_with_the_servers_answer_decides_what_was_unknown(session: Session) -> None:
    message = make_message(session)
    claim(session)
    mark_transmitting(session, [message.id], token="mine", now=NOW, lease=LEASE)
    sweep(session, LEASE)
    assert settle_messages(
        session, [message.id], token="mine", now=NOW + LEASE, outcome=MessageState.SENT, detail="250 OK"
    ) == [message.id]
    assert states(session) == {"sent": 1}


def test_the_policy_sends_what_is_unknown_again_later_each_time_and_not_for_ever(session: Session) -> None:
    message = make_message(session, state=MessageState.UNKNOWN, attempts=1, settled_at=NOW, claim_token="gone")
    assert sweep(session, ONE - timedelta(seconds=1), resend=True) == 0
    assert sweep(session, ONE, resend=True) == 1
    assert states(session) == {"retry": 1}
    assert deliveries(session, message) == [("retry", SENT_AGAIN)]
    session.refresh(message)
    message.state, message.attempts, message.settled_at = MessageState.UNKNOWN, 2, NOW
    session.flush()
    assert sweep(session, ONE, resend=True) == 0
    assert sweep(session, 2 * ONE, resend=True) == 1
    session.refresh(message)
    message.state, message.attempts, message.settled_at = MessageState.UNKNOWN, MOST_ATTEMPTS, NOW
    session.flush()
    assert sweep(session, timedelta(days=30), resend=True) == 0


def test_a_clock_that_was_set_back_a_day_holds_nothing_up(session: Session) -> None:
    """The claim, the transmission and the retry were written while the clock ran a day ahead."""
    ahead = timedelta(days=1)
    claimed, transmitting = make_message(session), make_message(session)
    claim(session, later=ahead)
    mark_transmitting(session, [transmitting.id], token="mine", now=NOW + ahead, lease=LEASE)
    retry = make_message(session, state=MessageState.RETRY, attempts=1, due_at=NOW + ahead)
    assert sweep(session, timedelta(0)) == 3
    assert states(session) == {"due": 1, "unknown": 1, "retry": 1}
    assert set(claim(session)) == {claimed.id, retry.id}


def test_a_clock_that_jumps_a_day_ahead_doubles_nothing(session: Session) -> None:
    """Its owner still holds the message that the sweep took away: the fence keeps the two apart."""
    message = make_message(session)
    claim(session, "slow")
    sweep(session, timedelta(days=1))
    assert claim(session, "quick", later=timedelta(days=1)) == [message.id]
    assert mark_transmitting(session, [message.id], token="slow", now=NOW, lease=LEASE) == []


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(1, 1), (2, 2), (3, 4), (8, 128), (9, 256), (10, 360), (16, 360), (1000, 360)]
)
def test_the_wait_doubles_up_to_six_hours_and_is_spread_by_chance(attempts: int, minutes: int) -> None:
    assert backoff(attempts, ONE, 1.0) == timedelta(minutes=minutes)
    assert backoff(attempts, ONE, 0.0) == timedelta(minutes=minutes) / 2
    assert backoff(attempts, ONE, 1.0) <= LONGEST_BACKOFF


def test_a_claimed_message_to_somebody_shut_out_or_without_an_address_does_not_hold(session: Session) -> None:
    make_message(session, make_person(session, suspended_at=NOW))
    make_message(session, make_person(session, email=None))
    stands = make_message(session)
    standing, refused = load_claimed(session, claim(session), token="mine", now=NOW)
    assert [message.id for message in standing] == [stands.id]
    assert [each.reason for each in refused] == ["The account is suspended.", "There is no e-mail address."]


def test_administrators_see_all_messages_and_what_became_of_them(session: Session, administrator: Person) -> None:
    first = make_message(session)
    second = make_message(session)
    claim(session, limit=1)
    settle_messages(session, [first.id], token="mine", now=NOW, outcome=MessageState.SENT, detail="250 OK")
    actor = actor_of(session, administrator)
    page = list_messages(session, actor=actor)
    assert [line.id for line in page.lines] == [second.public_id, first.public_id]
    assert page.total == 2
    sent = list_messages(session, actor=actor, state=MessageState.SENT)
    assert [(line.id, line.detail, line.attempts) for line in sent.lines] == [(first.public_id, "250 OK", 1)]
    assert len(list_messages(session, actor=actor, limit=1, offset=1).lines) == 1


def test_a_list_of_messages_takes_two_statements_whatever_its_length(
    session: Session, administrator: Person, count_queries: object
) -> None:
    for _ in range(5):
        make_message(session)
    actor = actor_of(session, administrator)
    with count_queries() as statements:  # type: ignore[operator]
        list_messages(session, actor=actor)
    assert len(statements) == 2


def test_nobody_else_sees_messages(session: Session) -> None:
    message = make_message(session, state=MessageState.UNKNOWN)
    actor = actor_of(session, make_person(session))
    with pytest.raises(NotFound):
        list_messages(session, actor=actor)
    with pytest.raises(NotFound):
        get_message(session, message.public_id, actor=actor)
