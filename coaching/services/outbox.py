"""The outbox: every message is a row, written in the transaction of its cause. Sending is `claims` and `delivery`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Select, Table, bindparam, func, select, true, update
from sqlalchemy.orm import Session

from coaching.channels.base import MAIL
from coaching.errors import NotFound
from coaching.models import Cohort, Delivery, Message, MessageKind, MessageState, Person
from coaching.policies import Actor, may_administer, may_send_again, require
from coaching.services.insertion import insert_missing, insert_rows
from coaching.tokens import new_public_id

# No name of a machine: what is fixed in the transaction of the cause must not depend on who sends it later. The
# 100 random bits in front make it unique in the world, and `.internal` is reserved for names like this one.
MESSAGE_ID_HOST = "coaching.internal"
CANCELLABLE = (MessageState.DUE, MessageState.RETRY, MessageState.CLAIMED)
# What a row loses when it is settled: from then on the database holds no secret, and no text of the message.
EMPTIED: dict[str, Any] = {"secret": None, "wire": None, "facts": {}, "claim_token": None, "lease_until": None}
LARGEST_PAGE = 200
_AT_ONCE = 500

_delivery = cast(Table, Delivery.__table__)
_LATEST_DETAIL = (
    select(Delivery.detail)
    .where(Delivery.message_id == Message.id)
    .order_by(Delivery.id.desc())
    .limit(1)
    .scalar_subquery()
)
_LINES: Select[*tuple[Any, ...]] = (
    select(
        Message.public_id,
        Message.kind,
        Message.state,
        Message.channel,
        Message.address,
        Person.name,
        Message.due_at,
        Message.created_at,
        Message.settled_at,
        Message.attempts,
        Message.left_at,
        _LATEST_DETAIL,
    )
    .join(Person, Person.id == Message.recipient_id)
    .order_by(Message.id.desc())
    .limit(bindparam("limit"))
    .offset(bindparam("offset"))
)


class MessageLine(NamedTuple):
    """One message as an administrator sees it: that it is there and what became of it, not what it says."""

    id: str
    kind: MessageKind
    state: MessageState
    channel: str
    address: str
    recipient: str
    due_at: datetime
    created_at: datetime
    settled_at: datetime | None
    attempts: int
    left_at: datetime | None
    detail: str | None


class MessagePage(NamedTuple):
    """A page of messages, newest first, and how many there are on all pages."""

    lines: tuple[MessageLine, ...]
    total: int


def enqueue(
    session: Session,
    *,
    kind: MessageKind,
    subject_id: int,
    recipient: Person,
    facts: dict[str, Any],
    now: datetime,
    due_at: datetime | None = None,
    occurrence: str = "",
    secret: str | None = None,
    channel: str = MAIL,
    cohort_id: int | None = None,
) -> Message:
    """The message of this cause, written now and sent after the transaction is kept.

    There is one for a kind, subject, occurrence, recipient and channel: asked for a second time, the first comes back
    as it is. `secret` is the raw secret of the link in it, which is dropped when the message is settled.
    """
    public_id = new_public_id()
    once = {"kind": kind, "subject_id": subject_id, "occurrence": occurrence}
    once |= {"recipient_id": recipient.id, "channel": channel}
    values = once | {
        "public_id": public_id,
        # Another channel's address is a secret of its person's, and looked up when the message leaves.
        "address": (recipient.email or "") if channel == MAIL else "",
        "cohort_id": cohort_id,
        "facts": facts,
        "secret": secret,
        "message_id": message_id_of(public_id),
        "state": MessageState.DUE,
        "due_at": due_at or now,
        "created_at": now,
        "attempts": 0,
    }
    session.execute(insert_missing(session, Message.__table__), values)
    return session.scalars(select(Message).filter_by(**once)).one()


def message_id_of(public_id: str) -> str:
    """The Message-ID (RFC 5322) of a message: the same for every attempt at it."""
    return f"<{public_id}@{MESSAGE_ID_HOST}>"


def cancel_messages(
    session: Session,
    kind: MessageKind,
    subject_ids: Sequence[int],
    *,
    now: datetime,
    reason: str = "",
    recipient_id: int | None = None,
) -> list[int]:
    """Calls off what has not been handed over yet, and returns the subjects whose message it was in time for.

    A message that is being transmitted, or was, stays what it is. `reason` is kept as the message's last line. Of a
    subject that is told to many, `recipient_id` picks one. Check-ins are taken out of the mails that ask them, which
    may ask others too; what comes back are those that nobody was asked.
    """
    if kind == MessageKind.CHECK_IN:
        # It is made of the same parts as this module, and stands on it.
        from coaching.services.askings import take_back  # noqa: PLC0415

        return take_back(session, subject_ids, now=now, reason=reason)
    is_theirs = Message.recipient_id == recipient_id if recipient_id is not None else true()
    stopped: list[int] = []
    for start in range(0, len(subject_ids), _AT_ONCE):
        statement = (
            update(Message)
            .where(
                Message.kind == kind,
                Message.subject_id.in_(subject_ids[start : start + _AT_ONCE]),
                Message.state.in_(CANCELLABLE),
                is_theirs,
            )
            .values(state=MessageState.CANCELLED, settled_at=now, **EMPTIED)
            .returning(Message.id, Message.subject_id)
        )
        rows = session.execute(statement).all()
        log_deliveries(session, [(row.id, reason) for row in rows], MessageState.CANCELLED, now=now)
        stopped += [row.subject_id for row in rows]
    return stopped


def log_deliveries(
    session: Session, details: Sequence[tuple[int, str]], outcome: MessageState, *, now: datetime
) -> None:
    """Adds a line to each message's log: what came of it, and why."""
    lines = [(number, detail[:300]) for number, detail in details]
    insert_rows(session.connection(), _delivery, {"outcome": outcome, "at": now}, ("message_id", "detail"), lines)


def list_messages(
    session: Session, *, actor: Actor, state: MessageState | None = None, limit: int = 50, offset: int = 0
) -> MessagePage:
    """What was and will be sent, newest first, for administrators; of one state where it is given."""
    require(may_administer(actor), seen=False)
    condition = Message.state == state if state is not None else Message.id > 0
    connection = session.connection()
    values = {"limit": max(1, min(limit, LARGEST_PAGE)), "offset": max(0, offset)}
    lines = tuple(MessageLine(*row) for row in connection.execute(_LINES.where(condition), values))
    total = connection.execute(select(func.count()).select_from(Message).where(condition)).scalar_one()
    return MessagePage(lines, total)


def get_message(session: Session, public_id: str, *, actor: Actor) -> Message:
    """One message with its attempts, for administrators and for who coordinates the programme that it is about."""
    message = session.scalars(select(Message).where(Message.public_id == public_id)).one_or_none()
    if message is None or not may_send_again(actor, programme_of(session, message)):
        raise NotFound
    return message


def programme_of(session: Session, message: Message) -> int | None:
    """The number of the programme that a message is about; None where it is about none, or about an account."""
    if message.cohort_id is None:
        return None
    return session.scalars(select(Cohort.programme_id).where(Cohort.id == message.cohort_id)).one()
