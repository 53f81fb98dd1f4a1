"""Whether what is due leaves in time, and what else an operator has to look at, each in words.

Every statement here reads the end of a partial index, or a handful of rows, so that schedulers and pages may ask often.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from coaching.models import CheckIn, Message, MessageState, SchedulerHeartbeat
from coaching.policies import Actor, may_administer, require
from coaching.services.claims import WAITING
from coaching.services.words import is_one_of, is_word

# A scheduler says every ten seconds that it lives.
SILENT_AFTER = timedelta(seconds=30)
# One that was killed and replaced is told for so long. Without any alive, "no scheduler runs" goes on being told.
SILENCE_TOLD_FOR = timedelta(hours=1)
HELD = (MessageState.CLAIMED, MessageState.TRANSMITTING)

_OLDEST = select(
    select(func.min(CheckIn.wake_at)).where(CheckIn.wake_at.is_not(None)).scalar_subquery(),
    select(func.min(Message.due_at)).where(is_one_of(Message.state, WAITING)).scalar_subquery(),
    select(func.min(Message.lease_until)).where(is_one_of(Message.state, HELD)).scalar_subquery(),
)
_UNDECIDED = select(func.count(Message.id)).where(
    is_word(Message.state, MessageState.UNKNOWN), Message.left_at.is_(None)
)
_HEARTBEATS = select(SchedulerHeartbeat.name, SchedulerHeartbeat.started_at, SchedulerHeartbeat.seen_at).order_by(
    SchedulerHeartbeat.name
)


class Lag(NamedTuple):
    """For how many seconds the row that waits longest has been due; None where none is.

    `held` is a message that a scheduler took: for how long its lease has been over.
    """

    check_in: float | None
    message: float | None
    held: float | None

    @property
    def oldest(self) -> float | None:
        """Of what waits for its turn."""
        return max((each for each in (self.check_in, self.message) if each is not None), default=None)


class Heartbeat(NamedTuple):
    """A scheduler, and for how many seconds it has not been heard of."""

    name: str
    started_at: datetime
    seen_at: datetime
    age: float

    @property
    def is_silent(self) -> bool:
        """Not heard of lately. One that was heard of in time to come is none that lives, or has another clock."""
        return abs(self.age) > SILENT_AFTER.total_seconds()


def read_lag(connection: Connection, *, now: datetime) -> Lag:
    """How late the latest are, by one statement that reads one entry of each of three indexes."""
    oldest: Sequence[datetime | None] = connection.execute(_OLDEST).one()
    return Lag(*(seconds_since(moment, now) if moment is not None and moment <= now else None for moment in oldest))


def read_heartbeats(connection: Connection, *, now: datetime) -> list[Heartbeat]:
    """The schedulers that live, or did not end in order."""
    rows = connection.execute(_HEARTBEATS)
    return [Heartbeat(name, started, seen, seconds_since(seen, now)) for name, started, seen in rows]


def read_problems(session: Session, *, actor: Actor, now: datetime, late_after: timedelta) -> list[str]:
    """What an administrator has to look at, in words; nothing where all is well."""
    require(may_administer(actor), seen=False)
    connection = session.connection()
    undecided = count_undecided(connection)
    lag, heartbeats = read_lag(connection, now=now), read_heartbeats(connection, now=now)
    return describe_problems(lag, undecided, heartbeats, late_after=late_after)


def count_undecided(connection: Connection) -> int:
    """How many messages of unknown fate wait for somebody to decide: not those that were left as they are."""
    return connection.execute(_UNDECIDED).scalar_one()


def describe_problems(lag: Lag, undecided: int, heartbeats: Sequence[Heartbeat], *, late_after: timedelta) -> list[str]:
    """Late rows, messages of unknown fate, and schedulers that are not there or not heard of."""
    problems = describe_lateness(lag, late_after)
    if undecided:
        many = "1 message" if undecided == 1 else f"{undecided:,} messages"
        problems.append(f"{many} may or may not have arrived. Decide under Messages what is sent again or left.")
    if all(each.is_silent for each in heartbeats) and any(each is not None for each in lag):
        problems.append("No scheduler runs, and something is due. Start one: coaching scheduler")
    told = SILENCE_TOLD_FOR.total_seconds()
    return problems + [_describe_silence(each) for each in heartbeats if each.is_silent and each.age <= told]


def _describe_silence(heartbeat: Heartbeat) -> str:
    span = describe_seconds(abs(heartbeat.age))
    if heartbeat.age < 0:
        return f"Scheduler {heartbeat.name} was heard of {span} from now. One of the clocks is wrong."
    return f"Scheduler {heartbeat.name} was last heard of {span} ago. It hangs, or it was killed."


def describe_lateness(lag: Lag, late_after: timedelta) -> list[str]:
    """What has waited for longer than it may."""
    allowed = late_after.total_seconds()
    words = {
        "A check-in has been due for {}.": lag.check_in,
        "A message has been due for {}.": lag.message,
        "A message has been with a scheduler for {} longer than it may.": lag.held,
    }
    return [text.format(describe_seconds(each)) for text, each in words.items() if each is not None and each > allowed]


def seconds_since(moment: datetime, now: datetime) -> float:
    return round((now - moment).total_seconds(), 3)


def describe_seconds(seconds: float) -> str:
    """A span as people say it, in its largest unit."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count = int(seconds // length)
        if count or unit == "second":
            return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
    raise AssertionError
