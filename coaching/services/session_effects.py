"""What follows from a change of sessions, in its transaction: invites, reminders, what calendars are told, and the
check-ins that count from a session.

Whoever schedules, moves, renames or cancels sessions calls this once with all that changed together, after a flush; so
does whoever lets somebody into a cohort or out of it. Nothing else writes mails about sessions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy.orm import Session

from coaching.models import CoachingSession, Membership, MembershipStatus
from coaching.services import follow_ups, reminders
from coaching.services.calendar_lock import lock_calendar
from coaching.services.event_rows import events_to_come
from coaching.services.invites import tell


def follow_scheduled(session: Session, changed: Sequence[CoachingSession], *, now: datetime) -> None:
    """New sessions: a series with all of its sessions, or one alone. What has begun already is told to nobody."""
    _follow(session, changed, now=now)


def follow_changed(session: Session, changed: Sequence[CoachingSession], *, now: datetime) -> None:
    """Sessions that have another time, place or text. Reminders of the time before are called off."""
    _follow(session, changed, now=now)


def follow_cancelled(session: Session, changed: Sequence[CoachingSession], *, now: datetime) -> None:
    """Sessions that were cancelled: calendars are told, and nobody is reminded any more."""
    _follow(session, changed, now=now)


def follow_joined(session: Session, membership: Membership, *, now: datetime) -> None:
    """Somebody is in the cohort, or back in it: they get every live invite. Who pauses gets nothing until then."""
    if membership.status == MembershipStatus.PAUSED:
        reminders.call_off_for(session, membership, now=now)
    _follow_member(session, membership, now=now)


def follow_left(session: Session, membership: Membership, *, now: datetime) -> None:
    """Somebody is out of the cohort: their calendar is told, and they are not reminded any more."""
    reminders.call_off_for(session, membership, now=now)
    _follow_member(session, membership, now=now)


def _follow(session: Session, changed: Sequence[CoachingSession], *, now: datetime) -> None:
    """What everybody is told follows from what they have and what holds, so that one act serves every change."""
    ordered = sorted(changed, key=lambda held: held.cohort_id)
    for cohort_id, group in groupby(ordered, key=lambda held: held.cohort_id):
        of_cohort = list(group)
        lock_calendar(session.connection(), cohort_id)
        reminders.plan_reminders(session, [held.id for held in of_cohort], now=now)
        series = {held.series_id for held in of_cohort if held.series_id is not None}
        lone = {held.id for held in of_cohort if held.series_id is None}
        tell(session, cohort_id, sorted(series), sorted(lone), now=now)
        follow_ups.follow_sessions(session, cohort_id, of_cohort, now=now)


def _follow_member(session: Session, membership: Membership, *, now: datetime) -> None:
    lock_calendar(session.connection(), membership.cohort_id)
    series, lone = events_to_come(session.connection(), membership.cohort_id, now=now)
    tell(session, membership.cohort_id, series, lone, now=now, person_id=membership.person_id)
