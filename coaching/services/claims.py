"""Who may send a message now: a claim with a token and a lease, and what was claimed, checked once more.

A claim is one statement that both engines understand. Its token is the fence: whoever comes back late finds that the
row carries another token, and changes nothing. Every function here is part of one short transaction of its caller,
and none is open while the network is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, cast

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

from coaching.channels.base import CHAT, INBOX, MAIL
from coaching.models import Capability, ContactAddress, Message, MessageKind, MessageState, OptOut, Person
from coaching.models.base import UTCDateTime
from coaching.services.action_reminder_checks import ReminderReview, review_reminders
from coaching.services.claimed_askings import CALLED_OFF, Fate, Gone, Review, review_askings
from coaching.services.invite_checks import why_not_invited
from coaching.services.letter_links import PAGE_PATHS, link_of
from coaching.services.mail_words import load_words
from coaching.services.poll_checks import why_not_polled
from coaching.services.reasons import IS_SUSPENDED, NO_MAIL_ADDRESS
from coaching.services.reminder_checks import why_not_reminded
from coaching.services.words import is_one_of
from coaching.tokens import hash_secret

if TYPE_CHECKING:
    from coaching.channels.base import Words

WAITING = (MessageState.DUE, MessageState.RETRY)

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
        Message.public_id,
        Message.kind,
        Message.subject_id,
        Message.channel,
        Message.message_id,
        Message.address,
        Message.facts,
        Message.secret,
        Message.wire,
        Message.attempts,
        Message.cohort_id,
        Person.name,
        Person.email,
        Person.timezone,
        and_(Person.suspended_at.is_(None), Person.erased_at.is_(None)),
        OptOut.id.is_not(None),
        ContactAddress.address,
        ContactAddress.label,
    )
    .join(Person, Person.id == Message.recipient_id)
    .outerjoin(OptOut, and_(OptOut.person_id == Message.recipient_id, OptOut.kind == Message.kind))
    .outerjoin(
        ContactAddress,
        and_(ContactAddress.person_id == Message.recipient_id, ContactAddress.channel == Message.channel),
    )
    .where(Message.id.in_(bindparam("ids", expanding=True)))
    .order_by(Message.due_at, Message.id)
)
_LOAD_OURS = _LOAD.where(Message.claim_token == bindparam("token"))
_LIVING_LINKS = select(Capability.secret_hash).where(
    Capability.secret_hash.in_(bindparam("hashes", expanding=True)),
    Capability.used_at.is_(None),
    Capability.expires_at > _now,
)


class ClaimedMessage(NamedTuple):
    """A message in our hands, with what is needed to write it and to tell whether it still holds."""

    id: int
    public_id: str
    kind: MessageKind
    subject_id: int
    channel: str
    message_id: str
    address: str
    facts: dict[str, Any]
    secret: str | None
    wire: bytes | None
    attempts: int
    cohort_id: int | None
    name: str
    email: str | None
    timezone: str
    may_sign_in: bool
    opted_out: bool
    contact: str | None
    contact_label: str | None
    words: Words | None = None

    @property
    def goes_to(self) -> str:
        """Where its channel brings it: what its person gave for this channel, or else their e-mail address."""
        return "" if self.channel == INBOX else self.contact or self.email or ""

    @property
    def shown_address(self) -> str:
        """The same as it may be kept and shown: what people give for other channels than mail is a secret of theirs."""
        return self.goes_to if self.contact is None else self.contact_label or ""


class Refused(NamedTuple):
    """A claimed message that does not leave now.

    It does not hold any more, and `reason` says why, in words for a coach; or it waits until another moment; or some of
    what it asks is `gone`, and it is written anew without that.
    """

    message: ClaimedMessage
    reason: str
    gone: tuple[Gone, ...] = ()
    waits_until: datetime | None = None


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
    claimed = [ClaimedMessage(*row) for row in connection.execute(_LOAD_OURS, {"token": token, "ids": list(ids)})]
    standing, refused = _review(connection, claimed, now=now)
    return _with_words(connection, standing), refused


def why_not_sent(session: Session, number: int, *, now: datetime) -> str:
    """Why a message would be called off if it were claimed now, in words for a coach; empty where it would not."""
    connection = session.connection()
    found = [ClaimedMessage(*row) for row in connection.execute(_LOAD, {"ids": [number]})]
    _standing, refused = _review(connection, found, now=now)
    return refused[0].reason if refused else ""


def _review(
    connection: Connection, claimed: Sequence[ClaimedMessage], *, now: datetime
) -> tuple[list[ClaimedMessage], list[Refused]]:
    """These messages, apart by whether they still hold: some statements for each kind, whatever their number."""
    hashes = [hash_secret(message.secret or "") for message in claimed if _has_link(message)]
    living = set(connection.execute(_LIVING_LINKS, {"hashes": hashes, "now": now}).scalars()) if hashes else set()
    stale = _why_stale(connection, claimed, now=now)
    asking = [message.id for message in claimed if message.kind == MessageKind.CHECK_IN]
    reviews = review_askings(connection, asking, now=now)
    reminding = {message.id: message.facts for message in claimed if message.kind == MessageKind.ACTION_REMINDER}
    reminders = review_reminders(connection, reminding, now=now)
    standing: list[ClaimedMessage] = []
    refused: list[Refused] = []
    for message in claimed:
        reason = stale.get(message.id) or _why_not(message, living)
        review = reviews.get(message.id)
        if review is not None:
            verdict = _reviewed(message, reason, review)
        elif message.id in reminders and not reason:
            verdict = _reminded(message, reminders[message.id])
        else:
            verdict = Refused(message, reason) if reason else message
        if isinstance(verdict, Refused):
            refused.append(verdict)
        else:
            standing.append(verdict)
    return standing, refused


def _why_stale(connection: Connection, claimed: Sequence[ClaimedMessage], *, now: datetime) -> dict[int, str]:
    """Why what a message tells does not hold any more, by its number: one statement for each kind that is there."""
    facts: defaultdict[MessageKind, dict[int, dict[str, Any]]] = defaultdict(dict)
    for message in claimed:
        facts[message.kind][message.id] = message.facts
    stale: dict[int, str] = {}
    if reminders := facts[MessageKind.SESSION_REMINDER]:
        stale |= why_not_reminded(connection, list(reminders), now=now)
    if invites := facts[MessageKind.SESSION_INVITE]:
        stale |= why_not_invited(connection, invites)
    if polls := facts[MessageKind.POLL]:
        stale |= why_not_polled(connection, list(polls))
    return stale


def _with_words(connection: Connection, messages: Sequence[ClaimedMessage]) -> list[ClaimedMessage]:
    """The messages with their programme's own words, where it has some: one statement, whatever their number."""
    unwritten = {message.cohort_id for message in messages if message.wire is None and message.cohort_id is not None}
    if not unwritten:
        return list(messages)
    words = load_words(connection, unwritten)
    return [message._replace(words=words.get((message.cohort_id or 0, message.kind))) for message in messages]


def _why_not(message: ClaimedMessage, living: Collection[str]) -> str:
    """Why this message is not sent after all; empty where it is."""
    if not message.may_sign_in:
        return IS_SUSPENDED
    if message.channel == MAIL and not message.email:
        return NO_MAIL_ADDRESS
    if message.channel == CHAT and not message.contact:
        return "There is no chat address."
    if message.opted_out:
        return "They switched mails of this kind off."
    if _has_link(message) and hash_secret(message.secret or "") not in living:
        return "The link in it has ended."
    return ""


def _has_link(message: ClaimedMessage) -> bool:
    has_secret = bool(message.secret) and message.kind not in PAGE_PATHS
    return has_secret and bool(link_of(message.kind, message.facts, message.secret, ""))


def _reviewed(message: ClaimedMessage, reason: str, review: Review) -> ClaimedMessage | Refused:
    """A mail that asks check-ins, with only what still stands; or why it does not leave now."""
    if reason:
        gone = [*review.gone, *(Gone(item, reason, Fate.OFF) for item in review.standing)]
        return Refused(message, reason, tuple(gone))
    if not review.standing:
        return Refused(message, review.gone[0].reason if review.gone else CALLED_OFF, tuple(review.gone))
    if review.waits_until is not None:
        return Refused(message, "", waits_until=review.waits_until)
    if review.gone and not review.is_fixed:
        return Refused(message, "", tuple(review.gone))
    standing = {item.public_id for item in review.standing}
    items = [item for item in message.facts["items"] if item["id"] in standing]
    return message._replace(facts=message.facts | {"items": items})


def _reminded(message: ClaimedMessage, review: ReminderReview) -> ClaimedMessage | Refused:
    """A mail that reminds of actions, with only those that still stand; or why it does not leave now.

    Where some are gone it is written anew, unless its bytes went out before.
    """
    if not review.standing:
        return Refused(message, review.reason)
    if review.waits_until is not None:
        return Refused(message, "", waits_until=review.waits_until)
    actions = message.facts["actions"]
    standing = [one for one in actions if one["id"] in review.standing]
    if len(standing) == len(actions) or (review.is_fixed and message.wire is not None):
        return message
    return message._replace(facts=message.facts | {"actions": standing}, wire=None)
