"""Handing messages over: claim a batch, write the bytes, mark, send, settle, one message after the other.

This service works across transactions, so it takes the maker of sessions instead of a session: each step is one short
transaction, and none is open while the network is used.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from coaching.channels.base import Channel, ChannelDown, Letter, Outcome, Verdict
from coaching.database import read_options
from coaching.models import MessageState
from coaching.services.claims import ClaimedMessage, claim_messages, is_anything_due, load_claimed
from coaching.services.letter_links import facts_with_links, link_of
from coaching.services.mail_words import note_faults
from coaching.services.own_pages import find_pages
from coaching.services.settlements import (
    MOST_ATTEMPTS,
    backoff,
    cancel_refused,
    fix_wires,
    mark_transmitting,
    release_messages,
    settle_messages,
)

log = logging.getLogger(__name__)

_SETTLED_AS = {
    Verdict.SENT: MessageState.SENT,
    Verdict.FAILED: MessageState.FAILED,
    Verdict.UNKNOWN: MessageState.UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class SendingRules:
    """How many at a time, for how long, how often.

    The lease of a message in transmission is longer than a conversation with a slow server takes. A channel that is
    down is left alone for a pause that doubles, up to the longest, so that a server that comes back is not stormed.
    """

    batch: int = 50
    claim_lease: timedelta = timedelta(minutes=2)
    send_lease: timedelta = timedelta(minutes=5)
    first_backoff: timedelta = timedelta(minutes=1)
    most_attempts: int = MOST_ATTEMPTS
    first_pause: timedelta = timedelta(seconds=15)
    longest_pause: timedelta = timedelta(minutes=5)


@dataclass(slots=True)
class Circuit:
    """Whether a channel is left alone after it was found down. It is this process's own and not kept."""

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


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message that was handed over, or could not be, and is to be settled."""

    message: ClaimedMessage
    token: str
    outcome: Outcome


@dataclass(slots=True)
class PostOffice:
    """All that sending needs, made once a process: channels with their circuits, and where time and chance come from.

    `unsettled` is what is not written down yet. It outlives a database that is away for a while: the attempt is
    settled when it is back, instead of becoming undecidable.
    """

    session_factory: sessionmaker[Session]
    channels: Mapping[str, Channel]
    base_url: str
    clock: Callable[[], datetime]
    new_token: Callable[[], str]
    chance: Callable[[], float]
    rules: SendingRules = field(default_factory=SendingRules)
    should_stop: Callable[[], bool] = lambda: False
    circuits: dict[str, Circuit] = field(init=False)
    unsettled: list[Attempt] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.circuits = {name: Circuit(self.rules) for name in self.channels}

    def open_names(self) -> list[str]:
        """The channels that are not left alone now."""
        now = self.clock()
        return [name for name in self.channels if not self.circuits[name].is_shut(now)]


def send_due_messages(office: PostOffice) -> Counter[str]:
    """Sends what is due, batch after batch, until nothing is, the way is shut, or we are told to stop.

    Returns how many messages came to which verdict; `cancelled` are those that did not hold any more.
    """
    tally: Counter[str] = Counter()
    _settle(office)
    while not office.should_stop() and _is_anything_due(office):
        batch = _send_batch(office)
        if not batch:
            break
        tally += batch
    return tally


def _is_anything_due(office: PostOffice) -> bool:
    names = office.open_names()
    if not names:
        return False
    with office.session_factory() as session:
        connection = session.connection(execution_options=read_options(session.get_bind().engine))
        return is_anything_due(connection, now=office.clock(), channels=names)


def _send_batch(office: PostOffice) -> Counter[str]:
    """Claims a batch and sends it. Empty where somebody else was quicker."""
    token = office.new_token()
    claimed, tally = _claim(office, token)
    for name in sorted({message.channel for message in claimed}):
        ready = _write(office, [message for message in claimed if message.channel == name], token, tally)
        _send_by(office, name, ready, token, tally)
    return tally


def _claim(office: PostOffice, token: str) -> tuple[list[ClaimedMessage], Counter[str]]:
    """Ours for the time of a lease. Those that do not hold any more are called off, those that do not leave now are put
    back, and both are counted."""
    now = office.clock()
    with office.session_factory.begin() as session:
        ids = claim_messages(
            session,
            token=token,
            now=now,
            lease=office.rules.claim_lease,
            limit=office.rules.batch,
            channels=office.open_names(),
        )
        standing, refused = load_claimed(session, ids, token=token, now=now) if ids else ([], [])
    cancelled = 0
    if refused:
        # Apart from the claim, because whoever changes check-in and message locks them in this order.
        with office.session_factory.begin() as session:
            cancelled = cancel_refused(session, refused, token=token, now=now)
    return standing, +Counter({"cancelled": cancelled, "put_back": len(refused) - cancelled})


def _write(
    office: PostOffice, batch: Sequence[ClaimedMessage], token: str, tally: Counter[str]
) -> list[ClaimedMessage]:
    """Every message with its final bytes, kept before the first attempt. One that cannot be written backs off alone."""
    ready: list[ClaimedMessage] = []
    fresh: list[tuple[int, bytes, str]] = []
    pages = find_pages(office.session_factory, batch)
    for message in batch:
        if message.wire is not None:
            ready.append(message)
            continue
        try:
            wire = _wire_of(office, message, pages.get(message.id, ""))
        except Exception as error:
            # Whatever is wrong with one message must not hold up the others. The error is named and not shown,
            # because its text may quote the message.
            log.error("Message %s cannot be written: %s.", message.id, type(error).__name__)
            outcome = Outcome(Verdict.RETRY, f"It cannot be written: {type(error).__name__}.")
            office.unsettled.append(Attempt(message, token, outcome))
            tally["retry"] += 1
            continue
        fresh.append((message.id, wire, message.shown_address))
        ready.append(message._replace(wire=wire, address=message.shown_address))
    if fresh:
        with office.session_factory.begin() as session:
            fix_wires(session, fresh, token=token)
            note_faults(session, [message.words for message in ready if message.words], now=office.clock())
    _settle(office)
    return ready


def _wire_of(office: PostOffice, message: ClaimedMessage, path: str) -> bytes:
    told = (message.kind, message.facts, message.secret, office.base_url)
    letter = Letter(
        kind=message.kind.value,
        message_id=message.message_id,
        name=message.name,
        address=message.goes_to,
        timezone=message.timezone,
        facts=facts_with_links(*told),
        link=link_of(*told),
        written_at=office.clock(),
        words=message.words,
        path=path,
    )
    return office.channels[message.channel].write(letter)


def _send_by(office: PostOffice, name: str, batch: Sequence[ClaimedMessage], token: str, tally: Counter[str]) -> None:
    """Sends over one kept connection. What was not tried, because the way shut or we are to stop, is put back."""
    channel, circuit = office.channels[name], office.circuits[name]
    waiting = list(batch)
    try:
        if waiting:
            channel.open()
        while waiting and not office.should_stop():
            if _mark(office, waiting[0], token):
                outcome = _hand_over(channel, waiting[0])
                circuit.mend()
                office.unsettled.append(Attempt(waiting[0], token, outcome))
                tally[outcome.verdict] += 1
            waiting.pop(0)
    except ChannelDown as error:
        circuit.shut(office.clock())
        log.warning("Channel %s is down for now: %s", name, error)
        tally["down"] += len(waiting)
    _settle(office, release=[message.id for message in waiting], token=token)


def _hand_over(channel: Channel, message: ClaimedMessage) -> Outcome:
    try:
        outcome = channel.send(message.wire or b"", message_id=message.message_id, address=message.address)
    except Exception as error:
        # A channel promises to raise nothing, so that nobody can tell how far it came. Named and not shown, because an
        # error's text may quote the message.
        log.exception("A channel failed: %s.", type(error).__name__, exc_info=False)
        return Outcome(Verdict.UNKNOWN, f"The channel failed: {type(error).__name__}.")
    if outcome.verdict == Verdict.DOWN:
        raise ChannelDown(outcome.detail)
    return outcome


def _mark(office: PostOffice, message: ClaimedMessage, token: str) -> bool:
    """Settles the message before, and marks this one as on its way, in one transaction: at no time is there more
    than one message of this process whose fate a crash would leave open."""
    with office.session_factory.begin() as session:
        _settle_all(session, office)
        marked = mark_transmitting(
            session, [message.id], token=token, now=office.clock(), lease=office.rules.send_lease
        )
    office.unsettled.clear()
    return bool(marked)


def _settle(office: PostOffice, *, release: Sequence[int] = (), token: str = "") -> None:
    if not office.unsettled and not release:
        return
    with office.session_factory.begin() as session:
        _settle_all(session, office)
        if release:
            release_messages(session, release, token=token)
    office.unsettled.clear()


def _settle_all(session: Session, office: PostOffice) -> None:
    for attempt in office.unsettled:
        now, message = office.clock(), attempt.message
        state = _SETTLED_AS.get(attempt.outcome.verdict, MessageState.RETRY)
        if state == MessageState.RETRY and message.attempts + 1 >= office.rules.most_attempts:
            state = MessageState.FAILED
        wait = backoff(message.attempts + 1, office.rules.first_backoff, office.chance())
        settle_messages(
            session,
            [message.id],
            token=attempt.token,
            now=now,
            outcome=state,
            detail=attempt.outcome.detail,
            retry_at=now + wait,
        )
