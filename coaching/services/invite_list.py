"""Who has a session's time as it is now, whose mail is on its way, and who goes by an older time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    CalendarInvite,
    CoachingSession,
    InvitedSession,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Person,
    Role,
    SessionState,
)
from coaching.policies import Actor, may_view_session, require, runs_cohort
from coaching.services.event_rows import LOST, WAITING
from coaching.services.expected import MEETS


class Knowing(StrEnum):
    """How far somebody's calendar is."""

    SENT = "sent"
    WAITING = "waiting"
    FAILED = "failed"
    UNKNOWN = "unknown"
    OLDER = "older"
    PAUSED = "paused"
    NO_ADDRESS = "no_address"
    SHUT_OUT = "shut_out"
    NOT_TOLD = "not_told"


@dataclass(frozen=True, slots=True)
class InviteLine:
    """One person who is expected, or was told that they are. `has` is the start that they go by where it is not the
    session's; null where they were told of none, or that it is off."""

    membership_id: str
    name: str
    role: Role
    state: Knowing
    has: datetime | None
    at: datetime | None


_LINES = (
    select(
        Membership.public_id,
        Membership.role,
        Membership.status,
        Person.name,
        Person.email,
        and_(Person.suspended_at.is_(None), Person.erased_at.is_(None)).label("may_sign_in"),
        and_(Membership.status.in_(OPEN_STATUSES), MEETS).label("is_expected"),
        InvitedSession.id.label("told_id"),
        InvitedSession.told,
        InvitedSession.had,
        Message.state,
        Message.settled_at,
    )
    .select_from(CoachingSession)
    .join(Membership, Membership.cohort_id == CoachingSession.cohort_id)
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(
        CalendarInvite,
        and_(
            CalendarInvite.person_id == Membership.person_id,
            or_(
                CalendarInvite.session_id == CoachingSession.id,
                CalendarInvite.series_id == CoachingSession.series_id,
            ),
        ),
    )
    .outerjoin(
        InvitedSession,
        and_(InvitedSession.invite_id == CalendarInvite.id, InvitedSession.session_id == CoachingSession.id),
    )
    .outerjoin(Message, Message.id == InvitedSession.message_id)
    .where(
        CoachingSession.id == bindparam("session_id"),
        Membership.role != Role.OBSERVER,
        or_(and_(Membership.status.in_(OPEN_STATUSES), MEETS), InvitedSession.id.is_not(None)),
    )
    .order_by(Membership.role, Person.name, Membership.id)
)


def list_invites(session: Session, coaching_session: CoachingSession, *, actor: Actor) -> list[InviteLine]:
    """A line for each who is expected or was told: for those who run the cohort. One statement."""
    require(runs_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    rows = session.connection().execute(_LINES, {"session_id": coaching_session.id}).all()
    lines = [_line(row, coaching_session) for row in rows]
    return [line for line in lines if line is not None]


def _line(row: Any, held: CoachingSession) -> InviteLine | None:
    is_on = held.state == SessionState.SCHEDULED and row.is_expected
    told, had = row.told, row.had
    has = had if row.state in WAITING or row.state in LOST else told
    if not is_on and row.told_id is None:
        return None
    state = _state(row, held, is_on=is_on)
    starts_at = datetime.fromisoformat(has["starts_at"]) if has else None
    is_old = starts_at is not None and (not is_on or starts_at != held.starts_at)
    at = row.settled_at if state in (Knowing.SENT, Knowing.FAILED, Knowing.UNKNOWN) else None
    return InviteLine(row.public_id, row.name, row.role, state, starts_at if is_old else None, at)


def _state(row: Any, held: CoachingSession, *, is_on: bool) -> Knowing:
    """Where the newest mail does not say what holds, or was lost, what stands in the way of another comes first."""
    if row.told_id is not None and row.state not in LOST and _is_told(row, held, is_on=is_on):
        return _on_its_way(row.state)
    hindrances = {
        Knowing.SHUT_OUT: not row.may_sign_in,
        Knowing.NO_ADDRESS: not row.email,
        Knowing.PAUSED: row.status == MembershipStatus.PAUSED,
        Knowing.FAILED: row.state in LOST,
        Knowing.OLDER: row.told_id is not None,
    }
    return next((word for word, holds in hindrances.items() if holds), Knowing.NOT_TOLD)


def _on_its_way(state: MessageState | None) -> Knowing:
    if state == MessageState.UNKNOWN:
        return Knowing.UNKNOWN
    return Knowing.WAITING if state in WAITING or state == MessageState.TRANSMITTING else Knowing.SENT


def _is_told(row: Any, held: CoachingSession, *, is_on: bool) -> bool:
    """Whether the newest mail says what holds."""
    if row.told is None or not is_on:
        return row.told is None and not is_on
    return bool(datetime.fromisoformat(row.told["starts_at"]) == held.starts_at)
