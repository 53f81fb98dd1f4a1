"""What calendars were told in the demo: the cohort that is under way has its invites, and nobody is mailed anew."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from coaching.models import Capability, CoachingSession, Message, MessageKind, Purpose
from coaching.services import session_effects
from coaching.services.demo.cohorts import DemoCohort


def invite_to_what_is_to_come(session: Session, cohort: DemoCohort, *, now: datetime) -> None:
    """As if the mails had left when the cohort was opened: everybody has the times, reminders come when they are due.

    The mails themselves are taken out again, because a demo that is looked at should not send dozens at its start.
    """
    statement = select(CoachingSession).where(
        CoachingSession.cohort_id == cohort.row.id, CoachingSession.starts_at > now
    )
    session_effects.follow_scheduled(session, session.scalars(statement).all(), now=now)
    session.execute(delete(Message).where(Message.kind == MessageKind.SESSION_INVITE))
    session.execute(delete(Capability).where(Capability.purpose == Purpose.RSVP))
