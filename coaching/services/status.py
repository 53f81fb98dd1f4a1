"""How the product is: its schema, what waits to be sent and for how long, what was sent, which schedulers live.

A constant number of statements. Messages and check-ins are counted by the partial indexes of their states, so that
neither their texts nor a year of what was sent are read for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from coaching.database import schema_revision
from coaching.models import CheckIn, CheckInState, Delivery, Message, MessageState
from coaching.models.base import UTCDateTime
from coaching.services.channel_status import describe_channels
from coaching.services.claims import WAITING
from coaching.services.lateness import (
    HELD,
    Heartbeat,
    count_undecided,
    describe_lateness,
    describe_problems,
    describe_seconds,
    read_heartbeats,
    read_lag,
)
from coaching.services.mail_rate import describe_hold, describe_rate, read_mail_rates
from coaching.services.note_keys import describe_unreadable
from coaching.services.words import is_one_of, is_word

ALL_WELL = "All is well."
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# What came of an attempt, as the rates have it.
RATES = {"sent": MessageState.SENT, "failed": MessageState.FAILED, "retried": MessageState.RETRY}
# As the condition of their index has them.
_ENDED = (MessageState.SENT, MessageState.FAILED, MessageState.CANCELLED)

_count = func.count().label("number")
_by_state = select(Message.channel, Message.state, _count).group_by(Message.channel, Message.state)
# One arm for each index.
_MESSAGES = union_all(
    _by_state.where(is_one_of(Message.state, WAITING)),
    _by_state.where(is_one_of(Message.state, HELD)),
    _by_state.where(is_word(Message.state, MessageState.UNKNOWN)),
    _by_state.where(is_one_of(Message.state, _ENDED)),
)
_ended = (CheckInState.ANSWERED, CheckInState.EXPIRED, CheckInState.CANCELLED)
_check_ins = select(CheckIn.state, _count).group_by(CheckIn.state)
_CHECK_INS = union_all(
    # Whoever is due has a moment at which they are.
    _check_ins.where(and_(CheckIn.wake_at.is_not(None), is_word(CheckIn.state, CheckInState.DUE))),
    _check_ins.where(is_word(CheckIn.state, CheckInState.ASKED)),
    _check_ins.where(is_one_of(CheckIn.state, _ended)),
)
_RATES = (
    select(
        Delivery.outcome,
        func.count(),
        func.count().filter(Delivery.at > bindparam("minute", type_=UTCDateTime())),
    )
    .where(Delivery.at > bindparam("hour", type_=UTCDateTime()))
    .group_by(Delivery.outcome)
)


def read_status(
    session: Session, *, now: datetime, late_after: timedelta, note_keys: frozenset[str] | None = None
) -> dict[str, Any]:
    """What `coaching status` tells, in types that JSON has. It names no person and no address.

    The ages are seconds: of the row that has waited longest for its turn (null where none waits), and since each
    scheduler was last seen. `mail_rates` are the caps on what a mail server is given, with what it was given in the
    last minute and how many due messages the cap holds back. `unknown_messages` are those that wait for somebody to
    decide, `messages` counts those that were left as they are too. `problems` says in words what an operator has to
    look at; it is empty where all is well. `note_keys` names the keys of private notes; it says what lacks.
    """
    connection = session.connection()
    channels = _count_messages(connection)
    messages = {state.value: sum(each[state.value] for each in channels.values()) for state in MessageState}
    lag, heartbeats = read_lag(connection, now=now), read_heartbeats(connection, now=now)
    undecided, is_late = count_undecided(connection), bool(describe_lateness(lag, late_after))
    problems = describe_problems(lag, undecided, heartbeats, late_after=late_after)
    mail_rates = read_mail_rates(connection, now=now)
    return {
        "schema": schema_revision(connection),
        "problems": [
            *problems,
            *(describe_hold(each) for each in mail_rates if is_late and each["held_messages"]),
            *describe_channels(connection, now=now),
            *(describe_unreadable(session, note_keys) if note_keys is not None else ()),
        ],
        "is_late": is_late,
        "late_after_seconds": late_after.total_seconds(),
        "oldest_due_seconds": lag.oldest,
        "oldest_due_check_in_seconds": lag.check_in,
        "oldest_due_message_seconds": lag.message,
        "oldest_held_seconds": lag.held,
        "mail_rates": mail_rates,
        "messages": messages,
        "unknown_messages": undecided,
        "channels": channels,
        "rates": _read_rates(connection, now),
        "check_ins": _by_word(dict(connection.execute(_CHECK_INS).all()), CheckInState),
        "schedulers": [_told(each) for each in heartbeats],
    }


def _told(heartbeat: Heartbeat) -> dict[str, Any]:
    return {
        "name": heartbeat.name,
        "started_at": heartbeat.started_at.isoformat(),
        "seen_at": heartbeat.seen_at.isoformat(),
        "age_seconds": heartbeat.age,
        "is_silent": heartbeat.is_silent,
    }


def describe_status(found: dict[str, Any]) -> str:
    """The same in words, a line each, with what is to be looked at first."""
    problems = found["problems"]
    lines = [*(problems or [ALL_WELL]), ""]
    lines.append(f"Schema: {found['schema']}")
    lines.append(f"Check-ins: {_tally(found['check_ins'])}")
    lines.append(f"Longest due: check-in {_age(found, 'due_check_in')}, message {_age(found, 'due_message')}")
    lines += [f"Messages by {name}: {_tally(counts)}" for name, counts in found["channels"].items()]
    lines += [f"Mail to {each['host']}: {describe_rate(each)}" for each in found["mail_rates"]]
    lines += [f"Last {span}: {_tally(counts)}" for span, counts in found["rates"].items()]
    lines += [
        f"Scheduler {each['name']}: {'SILENT, ' if each['is_silent'] else ''}seen "
        f"{describe_seconds(each['age_seconds'])} ago, started {each['started_at']}"
        for each in found["schedulers"]
    ]
    return "\n".join(lines if found["schedulers"] else [*lines, "Schedulers: none"])


def _age(found: dict[str, Any], name: str) -> str:
    seconds = found[f"oldest_{name}_seconds"]
    return "none" if seconds is None else describe_seconds(seconds)


def _tally(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} {word}" for word, number in counts.items())


def _count_messages(connection: Connection) -> dict[str, dict[str, int]]:
    """By channel and state. The channel of mails is there before the first mail."""
    found: dict[str, dict[StrEnum, int]] = {"mail": {}}
    for channel, state, number in connection.execute(_MESSAGES):
        found.setdefault(channel, {})[state] = number
    return {channel: _by_word(counts, MessageState) for channel, counts in sorted(found.items())}


def _read_rates(connection: Connection, now: datetime) -> dict[str, dict[str, int]]:
    rows = connection.execute(_RATES, {"hour": now - HOUR, "minute": now - MINUTE}).all()
    lately = {"hour": {row[0]: row[1] for row in rows}, "minute": {row[0]: row[2] for row in rows}}
    return {span: {word: lately[span].get(state, 0) for word, state in RATES.items()} for span in ("minute", "hour")}


def _by_word(found: dict[StrEnum, int], states: type[MessageState] | type[CheckInState]) -> dict[str, int]:
    """A number for every state, nought included, so that who reads it need not know which there are."""
    return {state.value: found.get(state, 0) for state in states}
