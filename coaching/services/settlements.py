"""What becomes of a claimed message: marked, settled, put back; and what a process leaves behind that ended.

Every change asks for our token (`_change`), so that of two who hold the same message one changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, Update, and_, bindparam, case, or_, type_coerce, update
from sqlalchemy.orm import Session

from coaching.models import CheckIn, CheckInState, Message, MessageKind, MessageState
from coaching.services.claims import Refused
from coaching.services.outbox import EMPTIED, log_deliveries

# Nobody asks for a longer lease or a later retry, so what lies further ahead was written by a clock that ran ahead.
LONGEST_LEASE = timedelta(hours=1)
LONGEST_BACKOFF = timedelta(hours=6)
# With a first wait of a minute, the last of these attempts is made after two days.
MOST_ATTEMPTS = 16
STOPPED_BEFORE = "The process that held it stopped. It was not handed over, and is taken up again."
STOPPED_DURING = "The process stopped while handing it over. Whether it arrived cannot be decided."
SENT_AGAIN = "Sent again by policy, because whether it arrived could not be decided."

# The tables, not the classes: the session holds no objects here, and wants no synchronising.
_message = cast(Table, Message.__table__)
_check_in = cast(Table, CheckIn.__table__)
# A message that could not even be written is settled as claimed; one that took too long, as unknown.
_TOUCHED = (MessageState.CLAIMED, MessageState.TRANSMITTING, MessageState.UNKNOWN)


def cancel_refused(session: Session, refused: Sequence[Refused], *, token: str, now: datetime) -> None:
    """Calls off claimed messages that do not hold, and with them their check-ins, which nobody was asked.

    The check-ins come first: whoever changes both locks them in this order.
    """
    subjects = [each.message.subject_id for each in refused if each.message.kind == MessageKind.CHECK_IN]
    if subjects:
        session.execute(
            update(_check_in)
            .where(_check_in.c.id.in_(subjects), _check_in.c.state == CheckInState.ASKED)
            .values(state=CheckInState.CANCELLED, asked_at=None)
        )
    reasons = {each.message.id: each.reason for each in refused}
    stopped = _change(
        session, list(reasons), token, (MessageState.CLAIMED,), state=MessageState.CANCELLED, settled_at=now, **EMPTIED
    )
    log_deliveries(session, [(number, reasons[number]) for number in stopped], MessageState.CANCELLED, now=now)


def fix_wires(session: Session, wires: Sequence[tuple[int, bytes, str]], *, token: str) -> None:
    """Keeps the final bytes and the address, before anything is transmitted: every attempt sends the same."""
    statement = (
        update(_message)
        .where(_message.c.id == bindparam("number"), _message.c.claim_token == token)
        .values(wire=bindparam("bytes"), address=bindparam("to"))
    )
    session.connection().execute(
        statement, [{"number": number, "bytes": wire, "to": address} for number, wire, address in wires]
    )


def mark_transmitting(
    session: Session, ids: Sequence[int], *, token: str, now: datetime, lease: timedelta
) -> list[int]:
    """The last word before the network: those that are still ours and not called off. From here on a crash leaves
    a message undecidable, so this is done for one message at a time."""
    return _change(
        session, ids, token, (MessageState.CLAIMED,), state=MessageState.TRANSMITTING, lease_until=now + lease
    )


def settle_messages(
    session: Session,
    ids: Sequence[int],
    *,
    token: str,
    now: datetime,
    outcome: MessageState,
    detail: str = "",
    retry_at: datetime | None = None,
) -> list[int]:
    """Writes what came of an attempt, where the token is still ours.

    What was listed as unknown meanwhile, because our lease ended while the server took its time, is decided after all.
    """
    values: dict[str, Any] = {"state": outcome, "attempts": _message.c.attempts + 1}
    if outcome == MessageState.RETRY:
        values |= {"due_at": retry_at, "claim_token": None, "lease_until": None}
    elif outcome == MessageState.UNKNOWN:
        values |= {"settled_at": now, "lease_until": None}
    else:
        values |= {"settled_at": now, **EMPTIED}
    settled = _change(session, ids, token, _TOUCHED, **values)
    log_deliveries(session, [(number, detail) for number in settled], outcome, now=now)
    return settled


def release_messages(session: Session, ids: Sequence[int], *, token: str) -> list[int]:
    """Puts back what we claimed and did not hand over, as if we had not come: no attempt is counted."""
    states = (MessageState.CLAIMED, MessageState.TRANSMITTING)
    return _change(session, ids, token, states, state=_before_the_claim(), claim_token=None, lease_until=None)


def backoff(attempts: int, first: timedelta, chance: float) -> timedelta:
    """How long to wait after so many attempts: twice as long each time, and by chance between half and the whole of
    it, so that what failed together does not come back together."""
    whole: timedelta = min(first * 2 ** min(attempts - 1, 20), LONGEST_BACKOFF)
    return whole * (0.5 + chance / 2)


def sweep_leases(
    session: Session, *, now: datetime, idempotent: Collection[str], resend_after: timedelta | None
) -> int:
    """Takes back what a process held when it ended, and returns how many messages changed.

    Claimed and not handed over yet: taken up again. In transmission over a channel where the same message twice is
    one (`idempotent`): likewise. Over any other: unknown, and sent once more only where `resend_after` says when.
    """
    ended = or_(_message.c.lease_until <= now, _message.c.lease_until > now + LONGEST_LEASE)
    transmitting = and_(_message.c.state == MessageState.TRANSMITTING, ended)
    is_idempotent = _message.c.channel.in_(list(idempotent))
    again = or_(and_(_message.c.state == MessageState.CLAIMED, ended), and_(transmitting, is_idempotent))
    taken = _run(session, _update(again, state=_before_the_claim(), claim_token=None, lease_until=None))
    log_deliveries(session, [(number, STOPPED_BEFORE) for number in taken], MessageState.DUE, now=now)
    lost = _run(
        session,
        _update(
            transmitting,
            ~is_idempotent,
            state=MessageState.UNKNOWN,
            settled_at=now,
            lease_until=None,
            attempts=_message.c.attempts + 1,
        ),
    )
    log_deliveries(session, [(number, STOPPED_DURING) for number in lost], MessageState.UNKNOWN, now=now)
    resent = _resend_unknown(session, resend_after, now=now) if resend_after is not None else []
    early = (_message.c.state == MessageState.RETRY, _message.c.due_at > now + LONGEST_BACKOFF)
    pulled = _run(session, _update(*early, due_at=now))
    return len(taken) + len(lost) + len(resent) + len(pulled)


def _resend_unknown(session: Session, first: timedelta, *, now: datetime) -> list[int]:
    """Lets unknown messages go out again, each time after twice the wait, up to the most attempts of any message."""
    waited = (
        and_(_message.c.attempts == attempts, _message.c.settled_at <= now - backoff(attempts, first, 1.0))
        for attempts in range(1, MOST_ATTEMPTS)
    )
    statement = _update(
        _message.c.state == MessageState.UNKNOWN,
        or_(*waited),
        state=MessageState.RETRY,
        due_at=now,
        settled_at=None,
        claim_token=None,
        lease_until=None,
    )
    resent = _run(session, statement)
    log_deliveries(session, [(number, SENT_AGAIN) for number in resent], MessageState.RETRY, now=now)
    return resent


def _before_the_claim() -> ColumnElement[Any]:
    waited = case((_message.c.attempts > 0, MessageState.RETRY.value), else_=MessageState.DUE.value)
    return type_coerce(waited, _message.c.state.type)


def _change(
    session: Session, ids: Sequence[int], token: str, states: Sequence[MessageState], **values: Any
) -> list[int]:
    """The one fenced update: of these rows, those that carry our token and are in one of these states."""
    ours = (_message.c.id.in_(list(ids)), _message.c.claim_token == token, _message.c.state.in_(states))
    return _run(session, _update(*ours, **values))


def _update(*conditions: ColumnElement[bool], **values: Any) -> Update:
    return update(_message).where(*conditions).values(**values)


def _run(session: Session, statement: Update) -> list[int]:
    return list(session.connection().execute(statement.returning(_message.c.id)).scalars())
