"""Taking check-ins out of mails that have not left: one of several leaves the rest, the last takes the mail along."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Row, Table, case, exists, func, null, select, update
from sqlalchemy.orm import Session

from coaching.models import Asking, CheckIn, CheckInState, Delivery, Message, MessageKind, MessageState
from coaching.services.insertion import insert_rows, update_rows
from coaching.services.outbox import CANCELLABLE, EMPTIED, log_deliveries, message_id_of
from coaching.tokens import new_public_ids

# A mail that a server was given once is the same for every attempt: its bytes stay, whatever is called off.
WAS_TRANSMITTED = exists().where(
    Delivery.message_id == Message.id, Delivery.outcome.in_((MessageState.RETRY, MessageState.UNKNOWN))
)
_AT_ONCE = 500
_WAITING = (
    select(
        Asking.id,
        Asking.check_in_id,
        Asking.message_id,
        Asking.number,
        Asking.is_nudge,
        Message.recipient_id,
        Message.channel,
    )
    .join(Message, Message.id == Asking.message_id)
    .where(Message.state.in_(CANCELLABLE))
    # Whoever takes something else out of the same mail, or sends it, comes before or after.
    .order_by(Message.id, Asking.id)
    .with_for_update(of=Message)
)
# As before it was claimed. Who holds it finds that it is theirs no more, and it is written anew without what is gone.
_PUT_BACK = update(Message).values(
    state=case((Message.attempts > 0, MessageState.RETRY.value), else_=MessageState.DUE.value),
    wire=case((WAS_TRANSMITTED, Message.wire), else_=null()),
    claim_token=None,
    lease_until=None,
)


def take_back(session: Session, check_in_ids: Sequence[int], *, now: datetime, reason: str) -> list[int]:
    """Takes check-ins out of the mails that have not left; returns those that nobody was asked after all.

    Lock the check-ins first, as everyone does who changes both. What was taken out keeps its `reason`, with a message
    that was never sent. A nudge that is taken back is decided about anew, where its check-in is still asked.
    """
    never: list[int] = []
    for start in range(0, len(check_in_ids), _AT_ONCE):
        never += _take_back(session, check_in_ids[start : start + _AT_ONCE], now=now, reason=reason)
    return never


def _take_back(session: Session, check_in_ids: Sequence[int], *, now: datetime, reason: str) -> list[int]:
    taken = session.execute(_WAITING.where(Asking.check_in_id.in_(check_in_ids))).all()
    if not taken:
        return []
    emptied = _emptied(session, taken)
    _cancel(session, sorted(emptied), reason, now=now)
    _split(session, [row for row in taken if row.message_id not in emptied], reason, now=now)
    nudges = [row.check_in_id for row in taken if row.is_nudge]
    if nudges:
        session.execute(
            update(CheckIn)
            .where(CheckIn.id.in_(nudges), CheckIn.state == CheckInState.ASKED)
            .values(nudged=CheckIn.nudged - 1, wake_at=now)
        )
    numbers = {row.check_in_id for row in taken}
    asked = (
        select(Asking.check_in_id)
        .join(Message, Message.id == Asking.message_id)
        .where(Asking.check_in_id.in_(numbers), Message.state != MessageState.CANCELLED)
    )
    return sorted(numbers - set(session.scalars(asked)))


def _emptied(session: Session, taken: Sequence[Row[*tuple[Any, ...]]]) -> set[int]:
    """The mails of which nothing stays."""
    messages = {row.message_id for row in taken}
    counts = select(Asking.message_id, func.count()).where(Asking.message_id.in_(messages)).group_by(Asking.message_id)
    whole = dict(session.execute(counts).all())
    return {number for number in messages if whole[number] == sum(row.message_id == number for row in taken)}


def _cancel(session: Session, messages: Collection[int], reason: str, *, now: datetime) -> None:
    if not messages:
        return
    values = {"state": MessageState.CANCELLED, "settled_at": now, **EMPTIED}
    session.execute(update(Message).where(Message.id.in_(messages)).values(values))
    log_deliveries(session, [(number, reason) for number in messages], MessageState.CANCELLED, now=now)


def _split(session: Session, taken: Sequence[Row[*tuple[Any, ...]]], reason: str, *, now: datetime) -> None:
    """Gives what leaves a mail of several a message of its own that is never sent."""
    if not taken:
        return
    session.execute(_PUT_BACK.where(Message.id.in_({row.message_id for row in taken})))
    identifiers = new_public_ids(len(taken))
    shared = {
        "kind": MessageKind.CHECK_IN, "state": MessageState.CANCELLED, "due_at": now, "created_at": now,
        "settled_at": now, "attempts": 0, "facts": {}, "address": "",
    }  # fmt: skip
    columns = ("public_id", "message_id", "subject_id", "occurrence", "recipient_id", "channel")
    rows = [
        # The mail that it was in may be known by the same number.
        (each, message_id_of(each), row.check_in_id, f"{row.number} taken out", row.recipient_id, row.channel)
        for each, row in zip(identifiers, taken, strict=True)
    ]
    insert_rows(session.connection(), cast(Table, Message.__table__), shared, columns, rows)
    found = session.execute(select(Message.public_id, Message.id).where(Message.public_id.in_(identifiers)))
    numbers = dict(found.all())
    moved = [(row.id, numbers[identifier]) for identifier, row in zip(identifiers, taken, strict=True)]
    update_rows(session.connection(), cast(Table, Asking.__table__), ("message_id",), moved)
    lines = [(number, reason) for number in numbers.values()]
    log_deliveries(session, lines, MessageState.CANCELLED, now=now)
