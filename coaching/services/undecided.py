"""Messages of unknown fate: nobody can know whether they arrived, so a person decides what becomes of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from coaching.errors import Conflict
from coaching.models import Message, MessageState
from coaching.policies import Actor, may_send_again, require
from coaching.services import audit
from coaching.services.claims import why_not_sent
from coaching.services.invite_checks import REPLACED_IN_PART
from coaching.services.outbox import log_deliveries, programme_of

LEFT = "Left as it is: nobody knows whether it arrived."


def resend_message(session: Session, message: Message, *, actor: Actor, now: datetime) -> Message:
    """Sends once more what may or may not have arrived: the same bytes, with the same Message-ID.

    A person decides this, because a server that took the first copy and does not compare Message-IDs delivers a
    second. Raises Conflict where there is nothing to decide, and where it does not hold any more. Of an invite that a
    newer mail replaced in part, the scheduler writes anew what holds of the rest, instead.
    """
    require(may_send_again(actor, programme_of(session, message)), seen=False)
    _lock_unknown(session, message, "sent again")
    reason = why_not_sent(session, message.id, now=now)
    if reason and reason != REPLACED_IN_PART:
        raise Conflict(f"It does not hold any more, so it is not sent again. {reason}")
    message.state, message.due_at, message.settled_at, message.left_at = MessageState.DUE, now, None, None
    message.attempts, message.claim_token, message.lease_until = 0, None, None
    audit.record(session, "message.resent", message, actor=actor, now=now)
    return message


def leave_message(session: Session, message: Message, *, actor: Actor, now: datetime) -> Message:
    """Leaves a message of unknown fate as it is: from then on nobody is asked about it, and no policy sends it.

    Its fate stays unknown, because that is the truth. It can still be sent again, and an answer of the mail server that
    comes after all still decides it. Raises Conflict where there is nothing to decide, or somebody has.
    """
    require(may_send_again(actor, programme_of(session, message)), seen=False)
    _lock_unknown(session, message, "left")
    if message.left_at is not None:
        raise Conflict("This message was left as it is already.")
    message.left_at = now
    log_deliveries(session, [(message.id, LEFT)], MessageState.UNKNOWN, now=now)
    audit.record(session, "message.left", message, actor=actor, now=now)
    return message


def _lock_unknown(session: Session, message: Message, done: str) -> None:
    """Whoever settles the message at this moment holds the row: what it has become is read behind them."""
    session.refresh(message, with_for_update=True)
    if message.state != MessageState.UNKNOWN:
        raise Conflict(f"This message is {message.state}. Only one whose fate is unknown is {done}.")
