"""Reminders whose moment has come become messages, batch by batch, from the sessions as they are then.

One batch is one transaction: the sessions are locked (`FOR UPDATE SKIP LOCKED`, or SQLite's one writer), and the
messages and the next moment are written together. A message is one for a session, a start, a span and a person, so that
nobody is reminded twice, however many schedulers run and wherever one of them is killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection, Table, and_, bindparam, literal_column, or_, select, update
from sqlalchemy.orm import Session

from coaching.models import (
    UNPAUSED_STATUSES,
    CalendarInvite,
    Capability,
    CoachingSession,
    Cohort,
    CohortState,
    Membership,
    Message,
    MessageKind,
    MessageState,
    OptOut,
    Person,
    Programme,
    Purpose,
    Role,
    Rsvp,
    RsvpChoice,
    SessionState,
)
from coaching.models.base import UTCDateTime
from coaching.services.calendar_events import place_of
from coaching.services.expected import MEETS
from coaching.services.insertion import insert_rows
from coaching.services.letter_links import NO_LINK, UNSUBSCRIBE
from coaching.services.outbox import message_id_of
from coaching.services.reminders import next_reminder, occurrence_of
from coaching.tokens import derive_secret, hash_secret, new_public_id, new_secret

LINK_OUTLIVES = timedelta(days=1)
LONGEST_PREPARATION = 1000

_session = cast(Table, CoachingSession.__table__)
_message = cast(Table, Message.__table__)
_capability = cast(Table, Capability.__table__)
_now: Any = bindparam("now", type_=UTCDateTime())
_is_due = _session.c.next_reminder_at <= _now
_order = (_session.c.next_reminder_at, _session.c.id)
_PEEK = select(_session.c.id).where(_is_due).order_by(_session.c.next_reminder_at).limit(literal_column("1"))
_DUE = (
    select(
        _session.c.id,
        _session.c.title,
        _session.c.location,
        _session.c.join_url,
        _session.c.preparation,
        _session.c.starts_at,
        _session.c.ends_at,
        _session.c.timezone,
        _session.c.state,
        Cohort.id,
        Cohort.name,
        Cohort.reminder_minutes,
        Cohort.state,
        Programme.name,
        Programme.is_synthetic,
    )
    .join(Cohort, Cohort.id == _session.c.cohort_id)
    .join(Programme, Programme.id == Cohort.programme_id)
    .where(_is_due)
    .order_by(*_order)
    .limit(bindparam("limit"))
    .with_for_update(of=_session, skip_locked=True)
)
SAID_NO = and_(
    Rsvp.session_id == _session.c.id,
    Rsvp.membership_id == Membership.id,
    Rsvp.starts_at == _session.c.starts_at,
    Rsvp.choice == RsvpChoice.NO,
)
_INVITE = and_(
    CalendarInvite.person_id == Membership.person_id,
    or_(CalendarInvite.session_id == _session.c.id, CalendarInvite.series_id == _session.c.series_id),
)
OPTED_OUT = and_(OptOut.person_id == Membership.person_id, OptOut.kind == MessageKind.SESSION_REMINDER)
_PEOPLE = (
    select(_session.c.id, Membership.person_id, Membership.role, Person.email, CalendarInvite.id)
    .select_from(_session)
    .join(Membership, Membership.cohort_id == _session.c.cohort_id)
    .join(Person, Person.id == Membership.person_id)
    .outerjoin(CalendarInvite, _INVITE)
    .outerjoin(Rsvp, SAID_NO)
    .outerjoin(OptOut, OPTED_OUT)
    .where(
        OptOut.id.is_(None),
        _session.c.id.in_(bindparam("numbers", expanding=True)),
        Membership.role != Role.OBSERVER,
        Membership.status.in_(UNPAUSED_STATUSES),
        Person.suspended_at.is_(None),
        Person.erased_at.is_(None),
        Person.email.is_not(None),
        Rsvp.id.is_(None),
        MEETS,
    )
    .order_by(_session.c.id, Membership.id)
)
_PLAN = update(_session).where(_session.c.id == bindparam("number")).values(next_reminder_at=bindparam("at"))


class DueSession(NamedTuple):
    """A session of which somebody is to be reminded, as it is now."""

    id: int
    title: str
    location: str
    join_url: str
    preparation: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    state: SessionState
    cohort_id: int
    cohort: str
    offsets: list[int]
    cohort_state: CohortState
    programme: str
    is_synthetic: bool

    def span(self, now: datetime) -> int | None:
        """The shortest span before the start that has begun; None where nobody is reminded now."""
        if self.state != SessionState.SCHEDULED or self.starts_at <= now or self.cohort_state != CohortState.RUNNING:
            return None
        passed = (minutes for minutes in self.offsets if self.starts_at - timedelta(minutes=minutes) <= now)
        return min(passed, default=None)


def is_any_reminder_due(connection: Connection, *, now: datetime) -> bool:
    """Whether a batch would find something: a read of one entry of an index, so that an idle tick takes no lock."""
    return connection.execute(_PEEK, {"now": now}).first() is not None


def post_due_reminders(session: Session, *, now: datetime, limit: int) -> int:
    """Reminds of up to `limit` sessions, the longest due first, and returns how many were dealt with."""
    connection = session.connection()
    due = [DueSession(*row) for row in connection.execute(_DUE, {"now": now, "limit": limit})]
    spans = {one.id: one.span(now) for one in due}
    near = {one.id: one for one in due if spans[one.id] is not None}
    people = connection.execute(_PEOPLE, {"numbers": list(near)}).all() if near else []
    reminders = [(near[held], spans[held] or 0, *rest) for held, *rest in people]
    _insert(connection, reminders, now=now)
    if due:
        connection.execute(_PLAN, [{"number": one.id, "at": _next(one, now)} for one in due])
    return len(due)


def _next(one: DueSession, now: datetime) -> datetime | None:
    if one.state != SessionState.SCHEDULED:
        return None
    return next_reminder(one.starts_at, one.offsets, now=now)


def _insert(connection: Connection, reminders: Sequence[tuple[Any, ...]], *, now: datetime) -> None:
    """A message for each person, with a link to answer by for those who were invited, and one to unsubscribe."""
    rows, links = [], []
    for held, minutes, person_id, role, email, invite_id in reminders:
        secret, facts = new_secret(), _facts(held, minutes)
        if invite_id is not None and role == Role.PARTICIPANT:
            links.append((hash_secret(secret), invite_id, person_id, held.ends_at + LINK_OUTLIVES))
        else:
            facts[NO_LINK] = True
        public_id, occurrence = new_public_id(), occurrence_of(minutes, held.starts_at)
        unsubscribe = hash_secret(derive_secret(secret, UNSUBSCRIBE))
        named = (public_id, message_id_of(public_id), held.id, occurrence, person_id, held.cohort_id)
        rows.append((*named, email, facts, secret, unsubscribe))
    shared: dict[str, Any] = {"purpose": Purpose.RSVP, "created_at": now}
    insert_rows(connection, _capability, shared, ("secret_hash", "subject_id", "person_id", "expires_at"), links)
    shared = {
        "kind": MessageKind.SESSION_REMINDER, "channel": "mail", "state": MessageState.DUE, "due_at": now,
        "created_at": now, "attempts": 0,
    }  # fmt: skip
    columns = (
        "public_id", "message_id", "subject_id", "occurrence", "recipient_id", "cohort_id", "address", "facts",
        "secret", "unsubscribe_hash",
    )  # fmt: skip
    insert_rows(connection, _message, shared, columns, rows, only_missing=True)


def _facts(held: DueSession, minutes: int) -> dict[str, Any]:
    return {
        "title": held.title,
        "cohort": held.cohort,
        "programme": held.programme,
        "is_synthetic": held.is_synthetic,
        "minutes": minutes,
        "starts_at": held.starts_at.isoformat(),
        "ends_at": held.ends_at.isoformat(),
        "zone": held.timezone,
        "place": place_of(held.location, held.join_url),
        "preparation": held.preparation[:LONGEST_PREPARATION],
    }
