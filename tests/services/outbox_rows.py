"""Rows and stand-ins for the tests of the outbox: messages, a clock that is set by hand, and a channel that obeys."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from coaching.channels.base import ChannelDown, Letter, Outcome, Verdict
from coaching.models import Delivery, Message, MessageKind, MessageState, Person
from coaching.services.delivery import PostOffice, SendingRules
from coaching.services.outbox import enqueue
from tests.factories import NOW, make_person

SENT = Outcome(Verdict.SENT, "250 OK")
_numbers = count(1)


def make_message(session: Session, recipient: Person | None = None, **values: Any) -> Message:
    """A message that is due, about nothing in particular."""
    now = values.pop("now", NOW)
    state = values.pop("state", MessageState.DUE)
    recipient = recipient or make_person(session)
    message = enqueue(
        session,
        kind=values.pop("kind", MessageKind.INVITATION),
        subject_id=values.pop("subject_id", next(_numbers)),
        recipient=recipient,
        facts=values.pop("facts", {"to": "Cohort 1", "by": "Carol Coach"}),
        now=now,
    )
    message.state = state
    for name, value in values.items():
        setattr(message, name, value)
    session.flush()
    return message


def states(session: Session) -> Counter[str]:
    """How many messages there are in each state, as the database has it now."""
    session.commit()
    found = Counter(state.value for state in session.scalars(select(Message.state)))
    # On SQLite a session that has read keeps others from writing until its transaction ends.
    session.commit()
    return found


def deliveries(session: Session, message: Message) -> list[tuple[str, str]]:
    """The message's log, oldest first."""
    session.commit()
    statement = select(Delivery).where(Delivery.message_id == message.id).order_by(Delivery.id)
    found = [(line.outcome.value, line.detail) for line in session.scalars(statement)]
    session.commit()
    return found


@dataclass
class Clock:
    """A clock that stands still until it is told otherwise."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def wait(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class ObedientChannel:
    """Does to each address what it was told to, and sends where it was told nothing."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    is_down: bool = False
    is_idempotent: bool = False
    sent: list[tuple[str, str, bytes]] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    def write(self, letter: Letter) -> bytes:
        if letter.facts.get("poison"):
            raise KeyError(letter.facts["poison"])
        return f"{letter.kind}|{letter.name}|{letter.link}|{letter.written_at.isoformat()}".encode()

    def open(self) -> None:
        if self.is_down:
            raise ChannelDown("No connection to the mail server: refused.")
        self.opened += 1

    def send(self, wire: bytes, *, message_id: str, address: str) -> Outcome:
        self.sent.append((address, message_id, wire))
        return self.outcomes.get(address, SENT)

    def close(self) -> None:
        self.closed += 1


def make_office(engine: Engine, channel: Any, clock: Clock, **values: Any) -> PostOffice:
    """A post office on this database, whose tokens are numbers and whose chance is always the longest wait."""
    tokens = count(1)
    return PostOffice(
        session_factory=sessionmaker(engine),
        channels={"mail": channel},
        base_url="https://coaching.example.org",
        clock=clock,
        new_token=lambda: f"token-{id(channel)}-{next(tokens)}",
        chance=lambda: 1.0,
        **({"rules": SendingRules()} | values),
    )
