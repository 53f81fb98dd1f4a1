"""Who may send a message now: a claim with a token and a lease, and what was claimed, checked once more.

A claim is one statement that both engines understand. Its token is the fence: whoever comes back late finds that the
row carries another token, and changes nothing. Every function here is part of one short transaction of its caller,
and none is open while the network is used.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import (
    Connection,
    Table,
    and_,
    bindparam,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    Capability,
    CheckIn,
    CheckInState,
    ContactAddress,
    Membership,
    MembershipStatus,
    Message,
    MessageKind,
    MessageState,
    Person,
)
from coaching.models.base import UTCDateTime
from coaching.services.reminder_checks import why_not_reminded
from coaching.services.words import is_one_of
from coaching.tokens import hash_secret

WAITING = (MessageState.DUE, MessageState.RETRY)
# Our own channels. Other packages bring theirs.
MAIL, INBOX, CHAT = "mail", "inbox", "chat"

# The table, not the class: the session holds no objects here, and wants no synchronising.
_message = cast(Table, Message.__table__)
_now: Any = bindparam("now", type_=UTCDateTime())
_is_waiting = and_(
    is_one_of(Message.state, WAITING),
    _message.c.due_at <= _now,
    _message.c.channel.in_(bindparam("channels", expanding=True)),
)
# In the index's own order, so that a planner without statistics takes the index too, and reads one entry of it.
_PEEK = select(_message.c.id).where(_is_waiting).order_by(_message.c.due_at, _message.c.id).limit(literal_column("1"))
_next = (
    select(_message.c.id)
    .where(_is_waiting)
    .order_by(_message.c.due_at, _message.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("next")
)
_CLAIM = (
    update(_message)
    .where(_message.c.id.in_(select(_next.c.id)))
    .values(state=MessageState.CLAIMED, claim_token=bindparam("token"), lease_until=bindparam("until"))
    .returning(_message.c.id)
)
_LOAD = (
    select(
        Message.id,
        Message.kind,
        Message.subject_id,
        Message.channel,
        Message.message_id,
        Message.address,
        Message.facts,
        Message.secret,
        Message.wire,
        Message.attempts,
        Person.name,
        Person.email,
        Person.timezone,
        and_(Person.suspended_at.is_(None), Person.erased_at.is_(None)),
        CheckIn.state,
        CheckIn.closes_at,
        Membership.status,
        ContactAddress.address,
        ContactAddress.label,
    )
    .join(Person, Person.id == Message.recipient_id)
    .outerjoin(
        ContactAddress,
        and_(ContactAddress.person_id == Message.recipient_id, ContactAddress.channel == Message.channel),
    )
    .outerjoin(CheckIn, and_(Message.kind == MessageKind.CHECK_IN, CheckIn.id == Message.subject_id))
    .outerjoin(Membership, Membership.id == CheckIn.membership_id)
    .where(Message.claim_token == bindparam("token"), Message.id.in_(bindparam("ids", expanding=True)))
    .order_by(Message.due_at, Message.id)
)
_LIVING_LINKS = select(Capability.secret_hash).where(
    Capability.secret_hash.in_(bindparam("hashes", expanding=True)),
    Capability.used_at.is_(None),
    Capability.expires_at > _now,
)


class ClaimedMessage(NamedTuple):
    """A message in our hands, with what is needed to write it and to tell whether it still holds."""

    id: int
    kind: MessageKind
    subject_id: int
    channel: str
    message_id: str
    address: str
    facts: dict[str, Any]
    secret: str | None
    wire: bytes | None
    attempts: int
    name: str
    email: str | None
    timezone: str
    may_sign_in: bool
    check_in_state: CheckInState | None
    closes_at: datetime | None
    status: MembershipStatus | None
    contact: str | None
    contact_label: str | None

    @property
    def goes_to(self) -> str:
        """Where its channel brings it: what its person gave for this channel, or else their e-mail address."""
        return "" if self.channel == INBOX else self.contact or self.email or ""

    @property
    def shown_address(self) -> str:
        """The same as it may be kept and shown: what people give for other channels than mail is a secret of theirs."""
        return self.goes_to if self.contact is None else self.contact_label or ""


class Refused(NamedTuple):
    """A claimed message that does not hold any more, and why, in words for a coach."""

    message: ClaimedMessage
    reason: str


def is_anything_due(connection: Connection, *, now: datetime, channels: Collection[str]) -> bool:
    """Whether a claim would find something: a read, so that an idle tick takes no lock."""
    return connection.execute(_PEEK, {"now": now, "channels": list(channels)}).first() is not None


def claim_messages(
    session: Session, *, token: str, now: datetime, lease: timedelta, limit: int, channels: Collection[str]
) -> list[int]:
    """Takes up to `limit` messages that are due, the oldest first; nobody else gets them while the lease lasts."""
    values = {"token": token, "now": now, "until": now + lease, "limit": limit, "channels": list(channels)}
    return list(session.connection().execute(_CLAIM, values).scalars().all())


def load_claimed(
    session: Session, ids: Sequence[int], *, token: str, now: datetime
) -> tuple[list[ClaimedMessage], list[Refused]]:
    """What was claimed, apart by whether it is still to be sent: its cause may have gone since it was written."""
    connection = session.connection()
    claimed = [ClaimedMessage(*row) for row in connection.execute(_LOAD, {"token": token, "ids": list(ids)})]
    hashes = [hash_secret(message.secret) for message in claimed if message.secret]
    living = set(connection.execute(_LIVING_LINKS, {"hashes": hashes, "now": now}).scalars()) if hashes else set()
    reminders = [message.id for message in claimed if message.kind == MessageKind.SESSION_REMINDER]
    stale = why_not_reminded(connection, reminders, now=now) if reminders else {}
    standing: list[ClaimedMessage] = []
    refused: list[Refused] = []
    for message in claimed:
        reason = stale.get(message.id) or _why_not(message, living, now=now)
        if reason:
            refused.append(Refused(message, reason))
        else:
            standing.append(message)
    return standing, refused


def _why_not(message: ClaimedMessage, living: Collection[str], *, now: datetime) -> str:
    """Why this message is not sent after all; empty where it is."""
    if not message.may_sign_in:
        return "The account is suspended."
    if message.channel == MAIL and not message.email:
        return "There is no e-mail address."
    if message.channel == CHAT and not message.contact:
        return "There is no chat address."
    if message.kind == MessageKind.CHECK_IN:
        reason = _why_not_asked(message, now=now)
        if reason:
            return reason
    if message.secret and hash_secret(message.secret) not in living:
        return "The link in it has ended."
    return ""


def _why_not_asked(message: ClaimedMessage, *, now: datetime) -> str:
    if message.check_in_state == CheckInState.ANSWERED:
        return "The check-in was answered already."
    if message.check_in_state != CheckInState.ASKED:
        return "The check-in was called off."
    if message.status == MembershipStatus.PAUSED:
        return "The member is paused."
    if message.status not in OPEN_STATUSES:
        return "The member has left the cohort."
    if message.closes_at is None or message.closes_at <= now:
        return "The time to answer is over."
    return ""
