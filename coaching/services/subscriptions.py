"""What the link to unsubscribe in a mail opens: its kind of mail, and whether its recipient wants that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.models import Message, MessageKind, Person
from coaching.policies import Actor, may_sign_in
from coaching.services.actors import holder_of_link
from coaching.services.contact_preferences import read_preferences
from coaching.services.letter_links import SWITCHABLE
from coaching.tokens import hash_secret, read_link_token

UNKNOWN = "This link is not known. Copy it whole from the mail; or sign in, and say under your account what you want."


@dataclass(frozen=True, slots=True)
class Subscription:
    """A kind of mail of one person, who is an actor and may do nothing else by this link."""

    person: Person
    kind: MessageKind
    is_wanted: bool
    actor: Actor


def open_subscription(session: Session, token: str, *, now: datetime) -> Subscription:
    """What a mail's own link is about, for as long as the message is kept: to unsubscribe is never too late.

    Raises NotFound for an unknown link, and for a person who may not sign in: they get no mails.
    """
    public_id, secret = read_link_token(token) or ("", "")
    statement = (
        select(Message.kind, Person)
        .join(Person, Person.id == Message.recipient_id)
        .where(Message.public_id == public_id, Message.unsubscribe_hash == hash_secret(secret))
    )
    found = session.execute(statement).one_or_none()
    if found is None or found[0] not in SWITCHABLE or not may_sign_in(found[1]):
        raise NotFound(UNKNOWN)
    kind, person = found
    actor = holder_of_link(person)
    off = read_preferences(session, person, actor=actor, now=now).switched_off
    return Subscription(person, kind, kind not in off, actor)
