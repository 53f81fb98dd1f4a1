"""What follows from a change of sessions, in its transaction: invites, reminders, and what calendars are told.

Whoever schedules, moves, renames or cancels sessions calls this once with all that changed together, after a flush; so
does whoever lets somebody into a cohort or out of it. Nothing else writes mails about sessions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from coaching.models import CoachingSession, Membership


def follow_scheduled(session: Session, changed: Sequence[CoachingSession], *, now: datetime) -> None:
    """New sessions: a series with all of its sessions, or one alone. What has begun already is told to nobody."""


def follow_changed(session: Session, changed: Sequence[CoachingSession], *, now: datetime) -> None:
    """Sessions that have another time, place or text. Reminders of the time before are called off."""


def follow_cancelled(session: Session, changed: Sequence[CoachingSession], *, now: datetime) -> None:
    """Sessions that were cancelled: calendars are told, and nobody is reminded any more."""


def follow_joined(session: Session, membership: Membership, *, now: datetime) -> None:
    """Somebody is in the cohort, or back in it: they get every live invite."""


def follow_left(session: Session, membership: Membership, *, now: datetime) -> None:
    """Somebody is out of the cohort: their calendar is told, and they are not reminded any more."""
