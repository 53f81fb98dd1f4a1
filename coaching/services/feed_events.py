"""What stands in a feed: each session as an event of its own, and the tag that tells whether anything changed.

A series is not written as a rule here. A cancelled session has to be seen as cancelled, which a rule with exceptions
would hide, and an occurrence apart from its rule is no event that every calendar understands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from coaching.errors import NotFound
from coaching.models import OPEN_STATUSES, CoachingSession, Cohort, Membership, SessionState
from coaching.policies import Actor, may_view_session, require
from coaching.services.calendar_events import Meeting, place_of, single_event, text_of, uid_of, write_single
from coaching.services.calendar_text import calendar, fold, text, time_zones
from coaching.services.expected import MEETS
from coaching.services.feeds import OpenedFeed

# How far back a feed goes, and how often calendars should ask.
KEPT = timedelta(days=365)
REFRESH = "PT15M"
# Another number gives every feed another tag: for when the same rows come to be written otherwise.
EDITION = 1

_of_person = (
    Membership.person_id == bindparam("person_id"),
    Membership.status.in_(OPEN_STATUSES),
)
_in_time = and_(CoachingSession.cohort_id == Membership.cohort_id, CoachingSession.ends_at > bindparam("since"), MEETS)
# One row a cohort at least, so that a feed of somebody who is in nothing any more can be told from an empty one.
_VERSIONS = (
    select(Cohort.id, Cohort.version, CoachingSession.id, CoachingSession.version)
    .select_from(Membership)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .outerjoin(CoachingSession, _in_time)
    .where(*_of_person)
    .order_by(Cohort.id, CoachingSession.id)
)
_SESSIONS = (
    select(
        CoachingSession.id,
        CoachingSession.public_id,
        CoachingSession.version,
        CoachingSession.created_at,
        CoachingSession.title,
        CoachingSession.location,
        CoachingSession.join_url,
        CoachingSession.agenda,
        CoachingSession.preparation,
        CoachingSession.starts_at,
        CoachingSession.ends_at,
        CoachingSession.timezone,
        CoachingSession.state,
        Cohort.name,
    )
    .select_from(Membership)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(CoachingSession, _in_time)
    .where(*_of_person)
    .order_by(CoachingSession.starts_at, CoachingSession.id)
)
_VERSIONS_OF_ONE = _VERSIONS.where(Membership.cohort_id == bindparam("cohort_id"))
_SESSIONS_OF_ONE = _SESSIONS.where(Membership.cohort_id == bindparam("cohort_id"))


def feed_tag(session: Session, feed: OpenedFeed, *, now: datetime) -> str:
    """The feed's ETag, by one statement and without building it: which sessions there are, and their versions.

    Raises NotFound where the person is in the feed's cohort no more.
    """
    statement = _VERSIONS if feed.cohort_id is None else _VERSIONS_OF_ONE
    rows = session.connection().execute(statement, _values(feed, now)).all()
    if not rows and feed.cohort_id is not None:
        raise NotFound
    return hashlib.sha256(repr([EDITION, feed.id, *map(tuple, rows)]).encode()).hexdigest()[:32]


def build_feed(session: Session, feed: OpenedFeed, *, now: datetime) -> str:
    """The feed as text."""
    statement = _SESSIONS if feed.cohort_id is None else _SESSIONS_OF_ONE
    rows = session.connection().execute(statement, _values(feed, now)).all()
    name = rows[0].name if rows and feed.cohort_id is not None else "Coaching"
    return write_feed(name, rows)


def write_feed(name: str, rows: Sequence[Any]) -> str:
    """The calendar of these sessions. Nothing in it depends on when it is asked for."""
    meetings = [_meeting(row) for row in rows]
    moments = [moment for one in meetings for moment in (one.starts_at, one.ends_at)]
    lines = [
        *map(fold, ("METHOD:PUBLISH", f"X-WR-CALNAME:{text(name)}", f"NAME:{text(name)}")),
        *map(fold, (f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}", f"X-PUBLISHED-TTL:{REFRESH}")),
        *time_zones({one.zone for one in meetings}, moments),
    ]
    for row, meeting in zip(rows, meetings, strict=True):
        is_off = row.state == SessionState.CANCELLED
        uid = uid_of(row.public_id)
        lines += single_event(uid, row.version, meeting, written_at=row.created_at, is_off=is_off)
    return calendar(lines)


def write_invite_file(coaching_session: CoachingSession, *, actor: Actor, now: datetime) -> str:
    """One session as a file, for whoever may look at it."""
    require(may_view_session(actor, coaching_session), seen=False)
    return write_single(
        uid_of(coaching_session.public_id),
        coaching_session.version,
        _meeting(coaching_session),
        written_at=now,
        is_off=coaching_session.state == SessionState.CANCELLED,
    )


def _values(feed: OpenedFeed, now: datetime) -> dict[str, Any]:
    # By the day, so that what falls out at the far end does so once a day and not between two looks.
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    values: dict[str, Any] = {"person_id": feed.person_id, "since": today - KEPT}
    return values if feed.cohort_id is None else values | {"cohort_id": feed.cohort_id}


def _meeting(row: Any) -> Meeting:
    return Meeting(
        row.id,
        row.title,
        place_of(row.location, row.join_url),
        text_of(row.agenda, row.preparation),
        row.starts_at,
        row.ends_at,
        row.timezone,
    )
