"""What becomes of a claimed message: marked, settled, put back; and what a process leaves behind that ended.

Every change asks for our token (`_change`), so that of two who hold the same message one changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, or_, select, type_coerce, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from coaching.models import Message, MessageState
from coaching.services.askings import take_back
from coaching.services.claimed_askings import end_askings, lock_check_ins
from coaching.services.claims import WAITING, Refused
from coaching.services.outbox import EMPTIED, log_deliveries
from coaching.services.words import is_one_of, is_word

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
# As the condition of their index has it, which is then used.
_HELD = (MessageState.CLAIMED, MessageState.TRANSMITTING)
# A message that could not even be written is settled as claimed; one that took too long, as unknown.
_TOUCHED = (MessageState.CLAIMED, MessageState.TRANSMITTING, MessageState.UNKNOWN)


def _update(*conditions: ColumnElement[bool], **values: Any) -> ReturningUpdate[int]:
    return update(_message).where(*conditions).values(**values).returning(_message.c.id)


def _fenced(*states: MessageState, **values: Any) -> ReturningUpdate[int]:
    """A change of those messages of `ids` that carry our token and are in one of these states."""
    return _update(
        _message.c.id.in_(bindparam("ids", expanding=True)),
        _message.c.claim_token == bindparam("token"),
        is_one_of(Message.state, states),
        **values,
    )


def _attempted(outcome: MessageState, **values: Any) -> ReturningUpdate[int]:
    return _fenced(*_TOUCHED, state=outcome, attempts=_message.c.attempts + 1, left_at=None, **values)


_WAITED = case((_message.c.attempts > 0, MessageState.RETRY.value), else_=MessageState.DUE.value)
# As before the claim: due, or to be tried again.
_BEFORE: dict[str, Any] = {
    "state": type_coerce(_WAITED, _message.c.state.type),
    "claim_token": None,
    "lease_until": None,
}
_MARK = _fenced(MessageState.CLAIMED, state=MessageState.TRANSMITTING, lease_until=bindparam("until"))
_RELEASE = _fenced(MessageState.CLAIMED, MessageState.TRANSMITTING, **_BEFORE)
_REFUSE = _fenced(MessageState.CLAIMED, state=MessageState.CANCELLED, settled_at=bindparam("now"), **EMPTIED)
_SETTLE = {
    MessageState.SENT: _attempted(MessageState.SENT, settled_at=bindparam("now"), **EMPTIED),
    MessageState.FAILED: _attempted(MessageState.FAILED, settled_at=bindparam("now"), **EMPTIED),
    # It keeps its token, so that an answer which comes after all may still settle it.
    MessageState.UNKNOWN: _attempted(MessageState.UNKNOWN, settled_at=bindparam("now"), lease_until=None),
    MessageState.RETRY: _attempted(
        MessageState.RETRY, due_at=bindparam("retry_at"), settled_at=None, claim_token=None, lease_until=None
    ),
}
_FIX = (
    update(_message)
    .where(_message.c.id == bindparam("number"), _message.c.claim_token == bindparam("mine"))
    .values(wire=bindparam("bytes"), address=bindparam("to"))
)
# Due, whatever was tried before: a retry that lies further ahead than any is taken as set by a clock that ran ahead.
_PUT_OFF = _fenced(
    MessageState.CLAIMED, state=MessageState.DUE, due_at=bindparam("moment"), claim_token=None, lease_until=None
)


def cancel_refused(session: Session, refused: Sequence[Refused], *, token: str, now: datetime) -> int:
    """Calls off claimed messages that do not hold, puts off those that wait, and takes out of others what is gone.

    Returns how many were called off. The check-ins come first: whoever changes both locks them in this order.
    """
    lock_check_ins(session, [gone for each in refused for gone in each.gone])
    for moment in sorted({each.waits_until for each in refused if each.waits_until is not None}):
        ids = [each.message.id for each in refused if each.waits_until == moment]
        _run(session, _PUT_OFF, ids=ids, token=token, moment=moment)
    reasons = {each.message.id: each.reason for each in refused if each.reason}
    stopped = _run(session, _REFUSE, ids=list(reasons), token=token, now=now) if reasons else []
    log_deliveries(session, [(number, reasons[number]) for number in stopped], MessageState.CANCELLED, now=now)
    end_askings(session, [gone for each in refused if each.message.id in stopped for gone in each.gone], now=now)
    for gone in (gone for each in refused if not each.reason for gone in each.gone):
        if take_back(session, [gone.item.check_in_id], now=now, reason=gone.reason):
            end_askings(session, [gone], now=now)
    return len(stopped)


def fix_wires(session: Session, wires: Sequence[tuple[int, bytes, str]], *, token: str) -> None:
    """Keeps the final bytes and the address, before anything is transmitted: every attempt sends the same."""
    values = [{"number": number, "bytes": wire, "to": address, "mine": token} for number, wire, address in wires]
    session.connection().execute(_FIX, values)


def mark_transmitting(
    session: Session, ids: Sequence[int], *, token: str, now: datetime, lease: timedelta
) -> list[int]:
    """The last word before the network: those that are still ours and not called off. From here on a crash leaves
    a message undecidable, so this is done for one message at a time."""
    return _run(session, _MARK, ids=ids, token=token, until=now + lease)


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
    """Writes what came of an attempt, where the token is still ours. `retry_at` is for one to be tried again.

    What was listed as unknown meanwhile, because our lease ended while the server took its time, is decided after all.
    """
    moment = {"retry_at": retry_at} if outcome == MessageState.RETRY else {"now": now}
    settled = _run(session, _SETTLE[outcome], ids=ids, token=token, **moment)
    log_deliveries(session, [(number, detail) for number in settled], outcome, now=now)
    return settled


def release_messages(session: Session, ids: Sequence[int], *, token: str) -> list[int]:
    """Puts back what we claimed and did not hand over, as if we had not come: no attempt is counted."""
    return _run(session, _RELEASE, ids=ids, token=token)


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
    held = and_(is_one_of(Message.state, _HELD), ended)
    transmitting = and_(held, is_word(Message.state, MessageState.TRANSMITTING))
    is_idempotent = _message.c.channel.in_(list(idempotent))
    again = or_(is_word(Message.state, MessageState.CLAIMED), is_idempotent)
    taken = _run(session, _update(_unlocked(held, again), **_BEFORE))
    log_deliveries(session, [(number, STOPPED_BEFORE) for number in taken], MessageState.DUE, now=now)
    lost = _run(
        session,
        _update(
            _unlocked(transmitting, ~is_idempotent),
            state=MessageState.UNKNOWN,
            settled_at=now,
            lease_until=None,
            attempts=_message.c.attempts + 1,
        ),
    )
    log_deliveries(session, [(number, STOPPED_DURING) for number in lost], MessageState.UNKNOWN, now=now)
    resent = _resend_unknown(session, resend_after, now=now) if resend_after is not None else []
    waiting, retry = is_one_of(Message.state, WAITING), is_word(Message.state, MessageState.RETRY)
    early = (waiting, retry, _message.c.due_at > now + LONGEST_BACKOFF)
    pulled = _run(session, _update(_unlocked(*early), due_at=now))
    return len(taken) + len(lost) + len(resent) + len(pulled)


def _unlocked(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Those that nobody holds at this moment. Who does is settling them, so that another tick finds what is left; and
    as the sweep waits for no lock, it comes into no deadlock with who settles several in an order of their own."""
    return _message.c.id.in_(select(_message.c.id).where(*conditions).with_for_update(skip_locked=True))


def _resend_unknown(session: Session, first: timedelta, *, now: datetime) -> list[int]:
    """Lets unknown messages go out again, each time after twice the wait, up to the most attempts of any message."""
    waited = (
        and_(_message.c.attempts == attempts, _message.c.settled_at <= now - backoff(attempts, first, 1.0))
        for attempts in range(1, MOST_ATTEMPTS)
    )
    statement = _update(
        # What a person decided to leave is left.
        _unlocked(is_word(Message.state, MessageState.UNKNOWN), _message.c.left_at.is_(None), or_(*waited)),
        state=MessageState.RETRY,
        due_at=now,
        settled_at=None,
        claim_token=None,
        lease_until=None,
    )
    resent = _run(session, statement)
    log_deliveries(session, [(number, SENT_AGAIN) for number in resent], MessageState.RETRY, now=now)
    return resent


def _run(session: Session, statement: ReturningUpdate[int], **values: Any) -> list[int]:
    return list(session.connection().execute(statement, values).scalars().all())
