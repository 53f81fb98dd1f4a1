"""Who carries messages away: one kept connection of a channel each, with a thread of its own and no database.

Only the clerk (`delivery`) writes to the database and decides what is handed to whom. A carrier gets one parcel at a
time and brings back what became of it, so at no time is there more than one undecidable message per connection.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from coaching.channels.base import Channel, ChannelDown, Outcome, Verdict
from coaching.services.claims import ClaimedMessage
from coaching.services.mail_rate import LONGEST_HOLD
from coaching.services.settlements import MOST_ATTEMPTS

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SendingRules:
    """How many at a time, for how long, how often.

    The lease of a message in transmission is longer than a conversation with a slow server takes. A connection that is
    down is left alone for a pause that doubles, up to the longest, so that a server that comes back is not stormed.
    While one connection is kept waiting, the others look again whether anything has become due.
    """

    batch: int = 50
    claim_lease: timedelta = timedelta(minutes=2)
    send_lease: timedelta = timedelta(minutes=5)
    first_backoff: timedelta = timedelta(minutes=1)
    most_attempts: int = MOST_ATTEMPTS
    first_pause: timedelta = timedelta(seconds=15)
    longest_pause: timedelta = timedelta(minutes=5)
    look_again: timedelta = timedelta(seconds=1)


@dataclass(slots=True)
class Circuit:
    """Whether a connection is left alone after it was found down. It is this process's own and not kept."""

    rules: SendingRules
    failures: int = 0
    shut_until: datetime | None = None

    def is_shut(self, now: datetime) -> bool:
        """A moment further ahead than any pause was set by a clock that ran ahead, and counts for nothing."""
        return self.shut_until is not None and now < self.shut_until <= now + self.rules.longest_pause

    def shut(self, now: datetime) -> None:
        pause = min(self.rules.first_pause * 2 ** min(self.failures, 10), self.rules.longest_pause)
        self.failures += 1
        self.shut_until = now + pause

    def mend(self) -> None:
        self.failures, self.shut_until = 0, None


class Parcel(NamedTuple):
    """A claimed message with the token of its claim. `is_fresh` where its bytes are not in the database yet; until they
    are written, `page` is the path of what it is about, where it has one."""

    message: ClaimedMessage
    token: str
    is_fresh: bool = False
    page: str = ""


class Arrival(NamedTuple):
    """What a carrier came back with: what became of its parcel, or, without one, whether its way is open (None)."""

    carrier: Carrier
    parcel: Parcel | None
    outcome: Outcome | None


class _Task(NamedTuple):
    """What a carrier's thread is to do: hand this parcel over, or open the way where there is none."""

    parcel: Parcel | None


class Carrier:
    """One connection of a channel. Its thread lives while there is something to carry; what it did comes to `desk`."""

    def __init__(self, channel: Channel, circuit: Circuit, arrivals: SimpleQueue[Arrival]) -> None:
        self.channel, self.circuit = channel, circuit
        self.parcel: Parcel | None = None
        self.is_open = self.is_opening = False
        self._arrivals = arrivals
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._thread: Thread | None = None

    @property
    def is_idle(self) -> bool:
        return self.is_open and self.parcel is None

    def open(self) -> None:
        self.is_opening = True
        self._give(_Task(None))

    def carry(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self._give(_Task(parcel))

    def come_back(self) -> None:
        """The clerk has taken in what this carrier brought: it may be sent again."""
        self.parcel, self.is_opening = None, False

    def rest(self) -> None:
        """Ends the thread. One that is still opening its way ends by itself when it has."""
        self.is_open = False
        if self._thread is not None:
            self._tasks.put(None)
            if not self.is_opening:
                self._thread.join()
            self._thread = None

    def _give(self, task: _Task) -> None:
        if self._thread is None:
            # A queue of its own for each thread: one that is slow to end takes no task of the next.
            self._tasks = SimpleQueue()
            self._thread = Thread(target=self._work, args=(self._tasks,), name="carrier", daemon=True)
            self._thread.start()
        self._tasks.put(task)

    def _work(self, tasks: SimpleQueue[_Task | None]) -> None:
        while (task := tasks.get()) is not None:
            self._arrivals.put(Arrival(self, task.parcel, self._do(task.parcel)))

    def _do(self, parcel: Parcel | None) -> Outcome | None:
        """Never raises: whatever a channel does, the clerk hears of it."""
        try:
            if parcel is None:
                self.channel.open()
                return None
            message = parcel.message
            return self.channel.send(message.wire or b"", message_id=message.message_id, address=message.address)
        except ChannelDown as error:
            return Outcome(Verdict.DOWN, str(error))
        except Exception as error:
            # A channel promises to raise nothing, so that nobody can tell how far it came. Named and not shown,
            # because an error's text may quote the message.
            log.exception("A channel failed: %s.", type(error).__name__, exc_info=False)
            verdict = Verdict.DOWN if parcel is None else Verdict.UNKNOWN
            return Outcome(verdict, f"The channel failed: {type(error).__name__}.")


@dataclass(slots=True)
class Desk:
    """One channel's messages that are in our hands, and the carriers that take them away."""

    name: str
    carriers: list[Carrier]
    unwritten: deque[Parcel] = field(default_factory=deque)
    ready: deque[Parcel] = field(default_factory=deque)
    # Until when a cap on what may leave holds all of it back.
    held_until: datetime | None = None
    # Nothing more was due when we last looked.
    is_drained: bool = False

    @property
    def waiting(self) -> int:
        return len(self.unwritten) + len(self.ready)

    @property
    def is_at_work(self) -> bool:
        """Whether a carrier is to come back whom it is worth waiting for."""
        return any(carrier.parcel or (carrier.is_opening and self.waiting) for carrier in self.carriers)

    @property
    def wants_writing(self) -> bool:
        """Letters are written ahead, one for each carrier, while these are on their way."""
        return bool(self.unwritten) and len(self.ready) < len(self.carriers)

    def is_shut(self, now: datetime) -> bool:
        """A channel is left alone when each of its connections is: one that is refused does not stop the others."""
        return all(carrier.circuit.is_shut(now) for carrier in self.carriers)

    def is_held(self, now: datetime) -> bool:
        """A moment further ahead than any hold was set by a clock that ran ahead, and counts for nothing."""
        return self.held_until is not None and now < self.held_until <= now + LONGEST_HOLD

    def is_hungry(self, now: datetime) -> bool:
        is_full = self.is_drained or self.waiting >= len(self.carriers)
        return not (is_full or self.is_shut(now) or self.is_held(now))

    def open_ways(self, now: datetime) -> None:
        """Opens as many further connections as there are messages for, the first ones first."""
        short = self.waiting - sum(carrier.is_idle or carrier.is_opening for carrier in self.carriers)
        for carrier in self.carriers:
            is_closed = not (carrier.is_open or carrier.is_opening or carrier.circuit.is_shut(now))
            if short > 0 and is_closed:
                carrier.open()
                short -= 1

    def pairs(self) -> list[tuple[Carrier, Parcel]]:
        """Who could leave now with what. It stays on the desk until it is marked as on its way."""
        return list(zip((carrier for carrier in self.carriers if carrier.is_idle), self.ready, strict=False))

    def clear(self) -> list[Parcel]:
        """All that was not tried, which is to be put back."""
        parcels = [*self.ready, *self.unwritten]
        self.ready.clear()
        self.unwritten.clear()
        return parcels
