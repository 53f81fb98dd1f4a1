"""The post office of a process: channels and carriers, where time and chance come from, and what is not written down
yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from queue import SimpleQueue
from typing import NamedTuple

from sqlalchemy.orm import Session, sessionmaker

from coaching.channels.base import Channel, Outcome, Verdict
from coaching.models import MessageState
from coaching.services.carriers import Arrival, Carrier, Circuit, Desk, Parcel, SendingRules
from coaching.services.mail_rate import MailRate
from coaching.services.settlements import backoff, release_messages, settle_messages

_SETTLED_AS = {
    Verdict.SENT: MessageState.SENT,
    Verdict.FAILED: MessageState.FAILED,
    Verdict.UNKNOWN: MessageState.UNKNOWN,
}
by_token = attrgetter("token")


class Attempt(NamedTuple):
    """A message that was handed over, or could not be, and is to be settled."""

    parcel: Parcel
    outcome: Outcome


@dataclass(slots=True)
class PostOffice:
    """All that sending needs, made once a process. One thread at a time uses it, the clerk's.

    `further` are more connections of a channel, beside the one in `channels`, and `rate` is the cap on mail, if there
    is one. `unsettled` is what came of messages and is not written down yet, `returned` what was claimed and is to be
    put back. Both outlive a database that is away for a while: they are settled when it is back, instead of becoming
    undecidable or waiting for the end of a lease.
    """

    session_factory: sessionmaker[Session]
    channels: Mapping[str, Channel]
    base_url: str
    clock: Callable[[], datetime]
    new_token: Callable[[], str]
    chance: Callable[[], float]
    rules: SendingRules = field(default_factory=SendingRules)
    should_stop: Callable[[], bool] = lambda: False
    further: Mapping[str, Sequence[Channel]] = field(default_factory=dict)
    rate: MailRate | None = None
    desks: dict[str, Desk] = field(init=False)
    arrivals: SimpleQueue[Arrival] = field(init=False, default_factory=SimpleQueue)
    unsettled: list[Attempt] = field(init=False, default_factory=list)
    returned: list[Parcel] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.desks = {name: Desk(name, self._carriers(name)) for name in self.channels}

    def _carriers(self, name: str) -> list[Carrier]:
        connections = [self.channels[name], *self.further.get(name, ())]
        return [Carrier(channel, Circuit(self.rules), self.arrivals) for channel in connections]

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One short transaction, which also writes down all that came in since the last one.

        On SQLite there is one writer, so what several connections did meanwhile shares one commit.
        """
        with self.session_factory.begin() as session:
            yield session
            for attempt in self.unsettled:
                self._settle_one(session, attempt)
            for token, parcels in groupby(self.returned, by_token):
                release_messages(session, [parcel.message.id for parcel in parcels], token=token)
        self.unsettled.clear()
        self.returned.clear()

    def settle(self) -> None:
        """Writes down what there is to write, where there is any."""
        if self.unsettled or self.returned:
            with self.writing():
                pass

    def close(self) -> None:
        """Lets every connection go."""
        for desk in self.desks.values():
            for carrier in desk.carriers:
                carrier.rest()
                carrier.channel.close()

    def _settle_one(self, session: Session, attempt: Attempt) -> None:
        now, message = self.clock(), attempt.parcel.message
        state = _SETTLED_AS.get(attempt.outcome.verdict, MessageState.RETRY)
        if state == MessageState.RETRY and message.attempts + 1 >= self.rules.most_attempts:
            state = MessageState.FAILED
        wait = backoff(message.attempts + 1, self.rules.first_backoff, self.chance())
        settle_messages(
            session,
            [message.id],
            token=attempt.parcel.token,
            now=now,
            outcome=state,
            detail=attempt.outcome.detail,
            retry_at=now + wait,
        )
