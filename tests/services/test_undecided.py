"""What a person decides about messages of unknown fate: send again, or leave it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, NotFound
from coaching.models import AuditEntry, Message, MessageState, Person
from coaching.policies import Actor
from coaching.services.claims import claim_messages
from coaching.services.coordinator_home import coordinator_home
from coaching.services.lateness import read_problems
from coaching.services.outbox import get_message
from coaching.services.settlements import settle_messages, sweep_leases
from coaching.services.status import read_status
from coaching.services.undecided import LEFT, leave_message, resend_message
from tests.factories import NOW, actor_of, make_cohort, make_person
from tests.services.outbox_rows import deliveries, make_message

ONE, LATE = timedelta(minutes=1), timedelta(minutes=10)
Decide = Callable[..., Any]


@pytest.fixture
def actor(session: Session) -> Actor:
    return actor_of(session, make_person(session, is_administrator=True))


def make_unknown(session: Session, recipient: Person | None = None, **values: Any) -> Message:
    return make_message(session, recipient, state=MessageState.UNKNOWN, settled_at=NOW, attempts=1, **values)


@pytest.mark.parametrize("decide", [resend_message, leave_message])
def test_nobody_else_decides(session: Session, decide: Decide) -> None:
    message = make_unknown(session)
    with pytest.raises(NotFound):
        decide(session, message, actor=actor_of(session, make_person(session)), now=NOW)


def test_an_administrator_lets_an_unknown_message_go_again_with_the_same_bytes(session: Session, actor: Actor) -> None:
    message = make_unknown(session, wire=b"text")
    fixed = message.message_id
    resend_message(session, get_message(session, message.public_id, actor=actor), actor=actor, now=NOW + ONE)
    session.flush()
    claimed = claim_messages(session, token="t", now=NOW + ONE, lease=ONE, limit=9, channels=["mail"])
    assert claimed == [message.id]
    session.refresh(message)
    assert (message.wire, message.message_id, message.settled_at) == (b"text", fixed, None)


@pytest.mark.parametrize("decide", [resend_message, leave_message])
@pytest.mark.parametrize("state", [state for state in MessageState if state != MessageState.UNKNOWN])
def test_only_an_unknown_message_is_decided_about(
    session: Session, actor: Actor, state: MessageState, decide: Decide
) -> None:
    message = make_message(session, state=state)
    with pytest.raises(Conflict):
        decide(session, message, actor=actor, now=NOW)


def test_what_is_left_stays_unknown_and_asks_nobody_any_more(session: Session, actor: Actor) -> None:
    cohort = make_cohort(session)
    message = make_unknown(session, cohort_id=cohort.id)
    assert read_problems(session, actor=actor, now=NOW, late_after=LATE) != []
    leave_message(session, message, actor=actor, now=NOW + ONE)
    session.flush()
    assert read_problems(session, actor=actor, now=NOW, late_after=LATE) == []
    found = read_status(session, now=NOW, late_after=LATE)
    assert (found["problems"], found["unknown_messages"], found["messages"]["unknown"]) == ([], 0, 1)
    assert [card.undecided for card in coordinator_home(session, actor=actor, now=NOW).programmes] == [0]
    assert (message.state, message.left_at) == (MessageState.UNKNOWN, NOW + ONE)
    assert deliveries(session, message) == [("unknown", LEFT)]
    assert session.scalars(select(AuditEntry.act)).all() == ["message.left"]
    with pytest.raises(Conflict):
        leave_message(session, message, actor=actor, now=NOW)


def test_the_policy_passes_over_what_was_left(session: Session, actor: Actor) -> None:
    left, other = make_unknown(session), make_unknown(session)
    leave_message(session, left, actor=actor, now=NOW)
    session.flush()
    later = NOW + timedelta(days=1)
    assert sweep_leases(session, now=later, idempotent=[], resend_after=ONE) == 1
    session.refresh(left)
    session.refresh(other)
    assert (left.state, other.state) == (MessageState.UNKNOWN, MessageState.RETRY)


def test_what_was_left_can_be_sent_again_and_is_asked_about_anew(session: Session, actor: Actor) -> None:
    message = make_unknown(session)
    leave_message(session, message, actor=actor, now=NOW)
    resend_message(session, message, actor=actor, now=NOW)
    assert (message.state, message.left_at) == (MessageState.DUE, None)


def test_an_answer_that_comes_after_all_decides_what_was_left(session: Session, actor: Actor) -> None:
    """A refusal for now lets it be tried again; should its fate be unknown then, somebody is asked about that."""
    message = make_unknown(session, claim_token="mine")
    leave_message(session, message, actor=actor, now=NOW)
    session.flush()
    settle_messages(session, [message.id], token="mine", now=NOW, outcome=MessageState.RETRY, retry_at=NOW + ONE)
    session.refresh(message)
    assert (message.state, message.left_at) == (MessageState.RETRY, None)
