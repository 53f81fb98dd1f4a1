"""What is wrong with the channels, in words for who runs the site: which cannot be loaded, and what waits for one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, select

from coaching.models import Message, SchedulerHeartbeat
from coaching.models.base import UTCDateTime
from coaching.services.claims import WAITING
from coaching.services.words import is_one_of

# Schedulers say that they live every ten seconds.
LIVES = timedelta(minutes=1)

_LIVING = (
    select(SchedulerHeartbeat.name, SchedulerHeartbeat.channels, SchedulerHeartbeat.channel_faults)
    .where(SchedulerHeartbeat.seen_at > bindparam("since", type_=UTCDateTime()))
    .order_by(SchedulerHeartbeat.name)
)
_WAITING = (
    select(Message.channel, func.count())
    .where(is_one_of(Message.state, WAITING), Message.due_at <= bindparam("now", type_=UTCDateTime()))
    .group_by(Message.channel)
    .order_by(Message.channel)
)


def describe_channels(connection: Connection, *, now: datetime) -> list[str]:
    """A line for each channel that a living scheduler could not load, and for each that messages wait for in vain.

    Where no scheduler lives there is nothing to say about channels: everything waits.
    """
    living = connection.execute(_LIVING, {"since": now - LIVES}).all()
    lines = [f"{fault} (Scheduler {name})" for name, _channels, faults in living for fault in faults]
    if not living:
        return lines
    had = {channel for _name, channels, _faults in living for channel in channels}
    for channel, count in connection.execute(_WAITING, {"now": now}).all():
        if channel not in had:
            many = "1 message waits" if count == 1 else f"{count:,} messages wait"
            lines.append(
                f"{many} for the channel {channel}, which no scheduler has. Install its package where a scheduler "
                "runs, set it up, and restart that scheduler; until then nothing of it is lost."
            )
    return lines
