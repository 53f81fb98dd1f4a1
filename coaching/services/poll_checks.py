"""Whether the mail of a poll still asks something at the moment when it is to leave."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, Table, and_, bindparam, select

from coaching.models import OPEN_STATUSES, Membership, Message, Poll, PollInvitee, PollState
from coaching.services.reasons import HAS_LEFT

ANSWERED = "They answered already."
CHOSEN = "A time was chosen."
CLOSED = "The poll was closed."

_message = cast(Table, Message.__table__)
_STANDING = (
    select(_message.c.id, Poll.state, PollInvitee.answered_at, Membership.status)
    .join(Poll, Poll.id == _message.c.subject_id)
    .outerjoin(
        Membership, and_(Membership.cohort_id == Poll.cohort_id, Membership.person_id == _message.c.recipient_id)
    )
    .outerjoin(PollInvitee, and_(PollInvitee.poll_id == Poll.id, PollInvitee.membership_id == Membership.id))
    .where(_message.c.id.in_(bindparam("numbers", expanding=True)))
)


def why_not_polled(connection: Connection, numbers: list[int]) -> dict[int, str]:
    """The mails of polls among these messages that do not hold any more, each with why, in words for a coach.

    That the time to answer is over is told by the link in them, which ends with it.
    """
    reasons = {row.id: _why_not(row) for row in connection.execute(_STANDING, {"numbers": numbers})}
    return {number: reason for number, reason in reasons.items() if reason}


def _why_not(row: Any) -> str:
    if row.state == PollState.CHOSEN:
        return CHOSEN
    if row.state == PollState.CLOSED:
        return CLOSED
    if row.status not in OPEN_STATUSES:
        return HAS_LEFT
    return ANSWERED if row.answered_at is not None else ""
