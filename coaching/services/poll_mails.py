"""The mails of a poll: one to each who is asked, one more to those who did not answer, each with a link of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, exists, select
from sqlalchemy.orm import Session

from coaching.models import (
    Capability,
    Membership,
    Message,
    MessageKind,
    MessageState,
    Person,
    Poll,
    PollInvitee,
    Purpose,
)
from coaching.services.insertion import insert_rows
from coaching.services.letter_links import UNSUBSCRIBE
from coaching.services.opt_outs import find_opted_out
from coaching.services.outbox import cancel_messages, message_id_of
from coaching.services.reasons import HAS_LEFT
from coaching.tokens import derive_secret, hash_secret, new_public_id, new_secret

ASKED, REMINDED = "1", "2"
_message = cast(Table, Message.__table__)
_capability = cast(Table, Capability.__table__)


def ask(
    session: Session,
    poll: Poll,
    invitees: Sequence[PollInvitee],
    *,
    by: str,
    now: datetime,
    is_reminder: bool = False,
) -> None:
    """Writes the mails and their links, in three statements however many are asked.

    The links end with the poll, so that a mail which could not leave until then does not leave at all; what became of
    the poll is shown by them afterwards. Who switched polls off finds theirs when they sign in.
    """
    opted_out = find_opted_out(session, MessageKind.POLL, [one.membership.person_id for one in invitees])
    invitees = [one for one in invitees if one.membership.person_id not in opted_out]
    secrets, people = [new_secret() for _one in invitees], [one.membership.person for one in invitees]
    connection = session.connection()
    links = [
        (hash_secret(secret), one.id, person.id) for secret, one, person in zip(secrets, invitees, people, strict=True)
    ]
    shared: dict[str, Any] = {"purpose": Purpose.ANSWER_POLL, "created_at": now, "expires_at": poll.closes_at}
    insert_rows(connection, _capability, shared, ("secret_hash", "subject_id", "person_id"), links)
    shared = {
        "kind": MessageKind.POLL,
        "subject_id": poll.id,
        "cohort_id": poll.cohort_id,
        "occurrence": REMINDED if is_reminder else ASKED,
        "facts": facts_of(poll, by, is_reminder=is_reminder),
        "channel": "mail",
        "state": MessageState.DUE,
        "due_at": now,
        "created_at": now,
        "attempts": 0,
    }
    columns = ("public_id", "message_id", "recipient_id", "address", "secret", "unsubscribe_hash")
    insert_rows(connection, _message, shared, columns, [_mail(*each) for each in zip(people, secrets, strict=True)])


def _mail(person: Person, secret: str) -> tuple[Any, ...]:
    """What a mail has of its own: who gets it, and the secrets of its links."""
    public_id, unsubscribe = new_public_id(), derive_secret(secret, UNSUBSCRIBE)
    return public_id, message_id_of(public_id), person.id, person.email or "", secret, hash_secret(unsubscribe)


def call_off(session: Session, membership: Membership, *, now: datetime) -> None:
    """Calls off the mails that have not left to somebody who has: their links would open nothing."""
    asked = select(PollInvitee.poll_id).where(PollInvitee.membership_id == membership.id)
    polls = list(session.scalars(asked))
    if polls:
        cancel_messages(session, MessageKind.POLL, polls, now=now, reason=HAS_LEFT, recipient_id=membership.person_id)


def was_reminded(session: Session, poll: Poll) -> bool:
    """Whether those who did not answer were asked once more."""
    of_poll = (Message.kind == MessageKind.POLL, Message.subject_id == poll.id, Message.occurrence == REMINDED)
    return bool(session.execute(select(exists().where(*of_poll))).scalar())


def facts_of(poll: Poll, by: str, *, is_reminder: bool) -> dict[str, Any]:
    cohort = poll.cohort
    return {
        "title": poll.title,
        "note": poll.note,
        "cohort": cohort.name,
        "by": by,
        "minutes": poll.duration_minutes,
        "slots": [slot.starts_at.isoformat() for slot in poll.slots],
        "closes_at": poll.closes_at.isoformat(),
        "is_reminder": is_reminder,
        "is_synthetic": cohort.programme.is_synthetic,
    }
