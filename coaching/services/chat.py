"""A person's own chat address: given, tried out, removed. What it is, nobody is told again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, select, update
from sqlalchemy.orm import Session

from coaching.channels.base import CHAT
from coaching.channels.chat_addresses import BadAddressError, read_chat_address
from coaching.config import Settings
from coaching.errors import Conflict, Invalid, NotFound
from coaching.models import ContactAddress, Delivery, Message, MessageKind, MessageState, Person
from coaching.policies import Actor
from coaching.services import audit
from coaching.services.claims import WAITING
from coaching.services.outbox import CANCELLABLE, EMPTIED, enqueue, log_deliveries

BETWEEN_TESTS = timedelta(minutes=1)
REMOVED = "The chat address was removed."

_OWN = select(ContactAddress).where(ContactAddress.person_id == bindparam("person_id"), ContactAddress.channel == CHAT)
_LAST = (
    select(Delivery.outcome, Delivery.at, Delivery.detail)
    .join(Message, Message.id == Delivery.message_id)
    .where(
        Message.recipient_id == bindparam("person_id"),
        Message.channel == CHAT,
        Delivery.at >= bindparam("since", type_=Delivery.at.type),
    )
    .order_by(Delivery.id.desc())
    .limit(1)
)
_LAST_TEST = (
    select(Message.created_at)
    .where(Message.recipient_id == bindparam("person_id"), Message.kind == MessageKind.CHAT_TEST)
    .order_by(Message.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ChatState:
    """A person's chat address, without the address, and what became of the last message there."""

    label: str
    created_at: datetime
    last_outcome: MessageState | None
    last_at: datetime | None
    last_detail: str


def read_chat(session: Session, *, actor: Actor) -> ChatState | None:
    """One's own chat address; None where there is none."""
    found = _find(session, actor)
    if found is None:
        return None
    values = {"person_id": actor.person_id, "since": found.created_at}
    last = session.connection().execute(_LAST, values).one_or_none()
    outcome, at, detail = last if last is not None else (None, None, "")
    return ChatState(found.label, found.created_at, outcome, at, detail)


def set_chat(
    session: Session, *, actor: Actor, address: str, label: str, settings: Settings, is_installed: bool, now: datetime
) -> ContactAddress:
    """Makes this one's own chat address, in the place of one that was there before. Nothing is sent to it yet."""
    if not is_installed:
        raise Conflict("Chat is not set up on this site. Ask who runs it to install it: pip install 'coaching[chat]'.")
    try:
        read = read_chat_address(address, settings)
    except BadAddressError as error:
        raise Invalid.field("address", str(error)) from error
    # Two of the same act at once come one by one, so that there is one address.
    session.execute(select(Person.id).where(Person.id == actor.person_id).with_for_update(key_share=True))
    found = _find(session, actor)
    if found is None:
        found = ContactAddress(person_id=actor.person_id, channel=CHAT)
        session.add(found)
    found.address, found.label, found.created_at = address, label or read.hint, now
    _rewrite_waiting(session, actor)
    audit.record(session, "chat.set", found, actor=actor, now=now)
    return found


def remove_chat(session: Session, *, actor: Actor, now: datetime) -> None:
    """Forgets one's own chat address, and calls off what was to go there."""
    found = _require(session, actor)
    statement = (
        update(Message)
        .where(Message.recipient_id == actor.person_id, Message.channel == CHAT, Message.state.in_(CANCELLABLE))
        .values(state=MessageState.CANCELLED, settled_at=now, **EMPTIED)
        .returning(Message.id)
    )
    stopped = session.execute(statement).scalars().all()
    log_deliveries(session, [(number, REMOVED) for number in stopped], MessageState.CANCELLED, now=now)
    audit.record(session, "chat.removed", found, actor=actor, now=now)
    session.execute(delete(ContactAddress).where(ContactAddress.id == found.id))


def send_chat_test(session: Session, *, actor: Actor, now: datetime) -> Message:
    """Sends a test message there, by the way that every message goes. Raises Conflict where one went a moment ago."""
    found = _require(session, actor)
    last = session.connection().execute(_LAST_TEST, {"person_id": actor.person_id}).scalar()
    if last is not None and last > now - BETWEEN_TESTS:
        raise Conflict("A test message went out a moment ago. Wait a minute before you send another.")
    return enqueue(
        session,
        kind=MessageKind.CHAT_TEST,
        subject_id=found.id,
        occurrence=now.isoformat(timespec="microseconds"),
        recipient=session.get_one(Person, actor.person_id),
        facts={},
        channel=CHAT,
        now=now,
    )


def _rewrite_waiting(session: Session, actor: Actor) -> None:
    """What waits for another attempt has the address before in its bytes: it is written anew, for this one."""
    session.execute(
        update(Message)
        .where(and_(Message.recipient_id == actor.person_id, Message.channel == CHAT, Message.state.in_(WAITING)))
        .values(wire=None)
    )


def _find(session: Session, actor: Actor) -> ContactAddress | None:
    return session.execute(_OWN, {"person_id": actor.person_id}).scalar_one_or_none()


def _require(session: Session, actor: Actor) -> ContactAddress:
    found = _find(session, actor)
    if found is None:
        raise NotFound
    return found
