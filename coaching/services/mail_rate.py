"""How many mails a minute a mail server is given at most, by all schedulers on all machines together.

One row a server says how many were handed over in which second. Who hands over takes places in it, in the transaction
that marks the messages as on their way; what finds no place waits as due, and no attempt is counted. Without a cap
nothing here is called.

The seconds of a row never go back: who reads an earlier clock writes the latest second that is there, so that machines
whose clocks differ by some minutes pass the cap no more than one machine does. What lies further ahead was written by
a clock that ran ahead. It counts as of now, so it holds mail up for a minute. A clock that jumps ahead forgets the
minute before its jump, once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from coaching.channels.base import MAIL
from coaching.models import MailHost, Message
from coaching.services.claims import WAITING
from coaching.services.insertion import insert_missing
from coaching.services.words import is_one_of

# A second is counted whole, so that any sixty seconds, wherever they begin, have no more than the cap.
WINDOW = 61
# By how much the clocks of machines may differ before one of them is taken to have run ahead.
LARGEST_SKEW = 5 * 60
LONGEST_HOLD = timedelta(seconds=WINDOW + LARGEST_SKEW)

_host = cast(Table, MailHost.__table__)
_READ = select(_host.c.handed_over).where(_host.c.host == bindparam("name"))
_LOCK = _READ.with_for_update()
_WRITE = (
    update(_host)
    .where(_host.c.host == bindparam("name"))
    .values(handed_over=bindparam("pairs", type_=_host.c.handed_over.type), a_minute=bindparam("cap"))
)
_ALL = select(_host.c.host, _host.c.a_minute, _host.c.handed_over).order_by(_host.c.host)
_HELD = select(func.count()).where(
    is_one_of(Message.state, WAITING),
    Message.channel == MAIL,
    Message.due_at <= bindparam("now", type_=Message.due_at.type),
)

Pairs = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class MailRate:
    """The cap: so many mails a minute to this host."""

    host: str
    a_minute: int


class Room(NamedTuple):
    """How many places there are now, and, where they are fewer than wanted, when the next one is free."""

    places: int
    held_until: datetime | None


def find_room(connection: Connection, rate: MailRate, wanted: int, *, now: datetime) -> Room:
    """How many of `wanted` may leave now: a read, so that what would not leave is not claimed either."""
    pairs = connection.execute(_READ, {"name": rate.host}).scalar() or []
    if _is_ahead(pairs, now):
        # Whoever comes to take a place sets the row right, for which one message is enough.
        return Room(1, None)
    return _room(rate, wanted, _latest(pairs, now)[1])


def take_places(session: Session, rate: MailRate, wanted: int, *, now: datetime) -> Room:
    """Takes up to `wanted` places for what is marked as on its way in the same transaction.

    The row is locked until that ends, so two schedulers never count the same place. It is the first row that the
    transaction locks: whoever waits for it holds no message.
    """
    connection, name = session.connection(), {"name": rate.host}
    pairs = connection.execute(_LOCK, name).scalar()
    if pairs is None:
        values = {"host": rate.host, "a_minute": rate.a_minute, "handed_over": []}
        session.execute(insert_missing(session, _host), values)
        pairs = connection.execute(_LOCK, name).scalar() or []
    second, latest = _latest(pairs, now)
    room = _room(rate, wanted, latest)
    if room.places or _is_ahead(pairs, now):
        counts = Counter(dict(latest))
        counts[second] += room.places
        connection.execute(_WRITE, {**name, "pairs": sorted(counts.items()), "cap": rate.a_minute})
    return room


def read_mail_rates(connection: Connection, *, now: datetime) -> list[dict[str, Any]]:
    """The caps that count at this moment, for the status: what was handed over in the last minute, and how many due
    messages are held by the cap alone."""
    rates = []
    for host, a_minute, pairs in connection.execute(_ALL):
        last_minute = sum(count for _second, count in _latest(pairs, now)[1])
        is_reached = last_minute >= a_minute
        held = connection.execute(_HELD, {"now": now}).scalar_one() if is_reached else 0
        if last_minute:
            rates.append({"host": host, "a_minute": a_minute, "last_minute": last_minute, "held_messages": held})
    return rates


def describe_rate(rate: dict[str, Any]) -> str:
    """One of these caps in words."""
    words = f"{rate['last_minute']:,} of at most {rate['a_minute']:,} in the last minute"
    return f"{words}, {rate['held_messages']:,} held back by that cap" if rate["held_messages"] else words


def describe_hold(rate: dict[str, Any]) -> str:
    """Why messages that are due do not leave, for who looks after it."""
    return (
        f"COACHING_MAIL_RATE, {rate['a_minute']:,} mails a minute to {rate['host']}, holds back "
        f"{rate['held_messages']:,} messages that are due."
    )


def _room(rate: MailRate, wanted: int, latest: Pairs) -> Room:
    free = max(0, rate.a_minute - sum(count for _second, count in latest))
    if wanted <= free:
        return Room(wanted, None)
    # With no place taken there would be room: a cap is one or more.
    return Room(free, datetime.fromtimestamp(latest[0][0] + WINDOW, UTC) if latest else None)


def _is_ahead(pairs: Pairs, now: datetime) -> bool:
    """Whether something was written by a clock that ran ahead."""
    return any(each > now.timestamp() + LARGEST_SKEW for each, _count in pairs)


def _latest(pairs: Pairs, now: datetime) -> tuple[int, Pairs]:
    """The second to write down for what leaves now, and what left in the minute before it."""
    second = int(now.timestamp())
    if not _is_ahead(pairs, now):
        second = max([second, *(each for each, _count in pairs)])
    counts: Counter[int] = Counter()
    for each, count in pairs:
        counts[min(each, second)] += count
    return second, sorted((each, count) for each, count in counts.items() if each > second - WINDOW)
