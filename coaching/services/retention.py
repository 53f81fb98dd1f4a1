"""What is removed when its time is over, as each model declares it. The timetable calls this; nobody else has to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, delete, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from coaching.models import (
    ApiToken,
    AuthSession,
    Base,
    Capability,
    IdempotencyKey,
    Message,
    SchedulerHeartbeat,
    SignInFailure,
)


class Rule(NamedTuple):
    """Rows of `model` go when any of `moments` lies further back than `kept`. Their log lines go with them."""

    model: type[Base]
    key: InstrumentedAttribute[Any]
    moments: tuple[InstrumentedAttribute[Any], ...]
    kept: timedelta


RULES = (
    Rule(AuthSession, AuthSession.id, (AuthSession.expires_at,), timedelta(days=30)),
    Rule(Capability, Capability.id, (Capability.expires_at,), timedelta(days=30)),
    Rule(ApiToken, ApiToken.id, (ApiToken.expires_at, ApiToken.revoked_at), timedelta(days=30)),
    Rule(IdempotencyKey, IdempotencyKey.id, (IdempotencyKey.created_at,), timedelta(hours=24)),
    # The throttle looks a quarter of an hour back.
    Rule(SignInFailure, SignInFailure.id, (SignInFailure.at,), timedelta(days=1)),
    Rule(Message, Message.id, (Message.settled_at,), timedelta(days=365)),
    # A scheduler that ended as it should takes its row along: what is left is one that was killed.
    Rule(SchedulerHeartbeat, SchedulerHeartbeat.name, (SchedulerHeartbeat.seen_at,), timedelta(days=1)),
)


def find_outdated(connection: Connection, rule: Rule, *, now: datetime, limit: int) -> list[Any]:
    """The keys of up to `limit` rows whose time is over: a read apart, so that looking for them locks nothing."""
    is_over = or_(*(moment < now - rule.kept for moment in rule.moments))
    return list(connection.execute(select(rule.key).where(is_over).limit(limit)).scalars())


def remove_outdated(session: Session, rule: Rule, keys: Sequence[Any]) -> None:
    """Removes these rows, and by the database's own rule the lines that hang on them."""
    session.execute(delete(rule.model).where(rule.key.in_(keys)).execution_options(synchronize_session=False))
