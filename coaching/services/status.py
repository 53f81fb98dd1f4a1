"""How the product is: its schema, what waits to be sent and for how long, which schedulers live."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, func, select
from sqlalchemy.orm import Session

from coaching.database import schema_revision
from coaching.models import CheckIn, CheckInState, Message, MessageState, SchedulerHeartbeat
from coaching.services.claims import WAITING
from coaching.services.mail_rate import read_mail_rates
from coaching.services.words import is_one_of

_MESSAGES = select(Message.state, func.count()).group_by(Message.state)
_CHECK_INS = select(CheckIn.state, func.count()).group_by(CheckIn.state)
_OLDEST_MESSAGE = select(func.min(Message.due_at)).where(is_one_of(Message.state, WAITING))
_OLDEST_CHECK_IN = select(func.min(CheckIn.wake_at)).where(CheckIn.wake_at.is_not(None))
_HEARTBEATS = select(SchedulerHeartbeat.name, SchedulerHeartbeat.started_at, SchedulerHeartbeat.seen_at).order_by(
    SchedulerHeartbeat.name
)


def read_status(session: Session, *, now: datetime) -> dict[str, Any]:
    """What `coaching status` tells, in types that JSON has. It names no person and no address.

    The ages are seconds: of the row that has waited longest for its turn (null where none waits), and since each
    scheduler was last seen. `mail_rates` are the caps on what a mail server is given, with what it was given in the
    last minute and how many due messages the cap holds back.
    """
    connection = session.connection()
    messages = _counts(connection, _MESSAGES, MessageState)
    return {
        "schema": schema_revision(connection),
        "messages": messages,
        "unknown_messages": messages[MessageState.UNKNOWN],
        "oldest_due_seconds": _oldest(connection, now),
        "mail_rates": read_mail_rates(connection, now=now),
        "check_ins": _counts(connection, _CHECK_INS, CheckInState),
        "schedulers": [
            {
                "name": name,
                "started_at": started_at.isoformat(),
                "seen_at": seen_at.isoformat(),
                "age_seconds": _seconds(now, seen_at),
            }
            for name, started_at, seen_at in connection.execute(_HEARTBEATS)
        ],
    }


def _counts(
    connection: Connection, statement: Select[Any, int], states: type[MessageState] | type[CheckInState]
) -> dict[str, int]:
    """A number for every state, nought included, so that who reads it need not know which there are."""
    found: dict[StrEnum, int] = dict(connection.execute(statement).all())
    return {state.value: found.get(state, 0) for state in states}


def _oldest(connection: Connection, now: datetime) -> float | None:
    """For how long the longest-waiting row has been due, message or check-in."""
    waiting: list[datetime | None] = [
        connection.execute(statement).scalar() for statement in (_OLDEST_MESSAGE, _OLDEST_CHECK_IN)
    ]
    ages = [_seconds(now, moment) for moment in waiting if moment is not None and moment <= now]
    return max(ages, default=None)


def _seconds(now: datetime, moment: datetime) -> float:
    return round((now - moment).total_seconds(), 3)
