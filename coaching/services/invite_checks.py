"""Whether an invite still says what holds at the moment when it is to leave: a newer mail may have said it meanwhile.

What was waiting is called off when something changes. What was on its way then, or of unknown fate, comes by here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Table, and_, bindparam, func, select
from sqlalchemy.orm import Session

from coaching.models import CalendarInvite, InvitedSession, Membership, MembershipStatus, Message
from coaching.services.calendar_lock import lock_calendar
from coaching.services.reasons import IS_PAUSED

REPLACED = "Another mail about the same event says what holds now."
# Told of a mail that says more than the newer one does: the rest of it is written anew.
REPLACED_IN_PART = "Another mail says part of it anew. What holds of the rest is written once more."
# Under this name the facts say of how many sessions the mail tells.
TELLS = "tells"

_message = cast(Table, Message.__table__)
_STANDING = (
    select(_message.c.id, Membership.status, func.count(InvitedSession.id))
    .outerjoin(
        Membership,
        and_(Membership.cohort_id == _message.c.cohort_id, Membership.person_id == _message.c.recipient_id),
    )
    # Each session that somebody was told of has the newest mail that tells it.
    .outerjoin(InvitedSession, InvitedSession.message_id == _message.c.id)
    .where(_message.c.id.in_(bindparam("numbers", expanding=True)))
    .group_by(_message.c.id, Membership.status)
)
_EVENTS = (
    select(_message.c.cohort_id, CalendarInvite.series_id, CalendarInvite.session_id, CalendarInvite.person_id)
    .join(CalendarInvite, CalendarInvite.id == _message.c.subject_id)
    .where(_message.c.id.in_(bindparam("numbers", expanding=True)))
    .order_by(_message.c.cohort_id, _message.c.id)
)


def why_not_invited(connection: Connection, facts: Mapping[int, dict[str, Any]]) -> dict[int, str]:
    """The invites among these messages, by number with their facts, that do not hold any more, each with why."""
    rows = connection.execute(_STANDING, {"numbers": list(facts)})
    reasons = {number: _why_not(status, newest, facts[number].get(TELLS, 0)) for number, status, newest in rows}
    return {number: reason for number, reason in reasons.items() if reason}


def read_events(session: Session, numbers: Sequence[int]) -> Sequence[Any]:
    """Of which events these invites tell whom, with their calendars locked: before any message, as everyone does."""
    if not numbers:
        return ()
    connection = session.connection()
    events = connection.execute(_EVENTS, {"numbers": list(numbers)}).all()
    for cohort_id in sorted({event.cohort_id for event in events}):
        lock_calendar(connection, cohort_id)
    return events


def tell_anew(session: Session, events: Sequence[Any], *, now: datetime) -> None:
    """Brings calendars to what holds, after an invite was called off that said more than the mail which replaced it."""
    # It stands on the outbox, and what counts messages need not load it.
    from coaching.services.invites import tell  # noqa: PLC0415

    for cohort_id, series_id, session_id, person_id in events:
        which = ([series_id] if series_id else [], [session_id] if session_id else [])
        tell(session, cohort_id, *which, now=now, person_id=person_id)


def _why_not(status: MembershipStatus | None, newest: int, tells: int) -> str:
    if status == MembershipStatus.PAUSED:
        return IS_PAUSED
    if newest >= tells:
        return ""
    return REPLACED_IN_PART if newest else REPLACED
