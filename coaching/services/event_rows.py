"""What the database knows of events and of who has them, read for everybody at once: the number of statements does not
grow with the cohort."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, bindparam, or_, select

from coaching.models import (
    OPEN_STATUSES,
    CalendarInvite,
    CoachingSession,
    Cohort,
    InvitedSession,
    Membership,
    MembershipStatus,
    Message,
    MessageState,
    Person,
    Programme,
    Role,
    Series,
    SessionState,
)
from coaching.services.calendar_events import Meeting, Rule, place_of, text_of
from coaching.services.event_changes import Fate, Told, Wanted

WAITING = (MessageState.DUE, MessageState.RETRY, MessageState.CLAIMED)
LOST = (MessageState.FAILED, MessageState.CANCELLED)

_COHORT = (
    select(Cohort.name, Programme.name, Programme.is_synthetic)
    .join(Programme, Programme.id == Cohort.programme_id)
    .where(Cohort.id == bindparam("cohort_id"))
)
_SESSIONS = (
    select(
        CoachingSession.id,
        CoachingSession.public_id,
        CoachingSession.series_id,
        CoachingSession.recurrence_start,
        CoachingSession.pair_membership_id,
        CoachingSession.led_by_id,
        CoachingSession.title,
        CoachingSession.location,
        CoachingSession.join_url,
        CoachingSession.agenda,
        CoachingSession.preparation,
        CoachingSession.starts_at,
        CoachingSession.ends_at,
        CoachingSession.timezone,
        CoachingSession.state,
        CoachingSession.cancelled_reason,
    )
    .where(
        or_(
            CoachingSession.id.in_(bindparam("session_ids", expanding=True)),
            CoachingSession.series_id.in_(bindparam("series_ids", expanding=True)),
        )
    )
    .order_by(CoachingSession.starts_at, CoachingSession.id)
)
_SERIES = select(
    Series.id,
    Series.public_id,
    Series.title,
    Series.local_start,
    Series.timezone,
    Series.duration_minutes,
    Series.rule,
    Series.exceptions,
).where(Series.id.in_(bindparam("series_ids", expanding=True)))
_INVITES = select(
    CalendarInvite.id,
    CalendarInvite.person_id,
    CalendarInvite.series_id,
    CalendarInvite.session_id,
    CalendarInvite.sequence,
    CalendarInvite.is_live,
).where(
    or_(
        CalendarInvite.session_id.in_(bindparam("session_ids", expanding=True)),
        CalendarInvite.series_id.in_(bindparam("series_ids", expanding=True)),
    )
)
_TOLD = (
    select(
        InvitedSession.invite_id,
        InvitedSession.session_id,
        InvitedSession.id,
        InvitedSession.told,
        InvitedSession.had,
        Message.state,
    )
    .outerjoin(Message, Message.id == InvitedSession.message_id)
    .where(InvitedSession.invite_id.in_(bindparam("invite_ids", expanding=True)))
)
_PEOPLE = (
    select(
        Membership.id,
        Membership.person_id,
        Membership.role,
        Membership.status,
        Person.name,
        Person.email,
        and_(Person.suspended_at.is_(None), Person.erased_at.is_(None)),
    )
    .join(Person, Person.id == Membership.person_id)
    .where(
        Membership.cohort_id == bindparam("cohort_id"),
        or_(
            and_(Membership.role != Role.OBSERVER, Membership.status.in_(OPEN_STATUSES)),
            # Who was told of them while they took part or coached, and does not any more.
            Membership.person_id.in_(bindparam("person_ids", expanding=True)),
        ),
    )
    .order_by(Membership.id)
)
_TO_COME = select(CoachingSession.id, CoachingSession.series_id).where(
    CoachingSession.cohort_id == bindparam("cohort_id"), CoachingSession.ends_at > bindparam("since")
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session, with who is expected at it and whether it is on."""

    meeting: Meeting
    public_id: str
    pair_membership_id: int | None
    led_by_id: int | None
    is_on: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Event:
    """A series or a session that belongs to none, with all of its sessions by number."""

    series_id: int | None
    session_id: int | None
    public_id: str
    title: str
    rule: Rule | None
    sessions: dict[int, SessionRow]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the cohort, or who was."""

    membership_id: int
    person_id: int
    role: Role
    status: MembershipStatus
    name: str
    email: str | None
    may_sign_in: bool

    @property
    def is_in(self) -> bool:
        """Whether sessions are theirs to come to: who looks on is expected at none."""
        return self.status in OPEN_STATUSES and self.role != Role.OBSERVER

    @property
    def can_be_told(self) -> bool:
        return bool(self.email) and self.may_sign_in and self.status != MembershipStatus.PAUSED


@dataclass(slots=True)
class Invite:
    """One person's copy of an event, with what they were told of its sessions, by number."""

    id: int
    sequence: int
    is_live: bool
    rows: dict[int, Told] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ground:
    """All that telling a cohort's people of some events needs."""

    cohort_id: int
    cohort: str
    programme: str
    is_synthetic: bool
    events: list[Event]
    members: list[Member]
    invites: dict[tuple[int | None, int | None, int], Invite]

    def invite_of(self, event: Event, member: Member) -> Invite | None:
        return self.invites.get((event.series_id, event.session_id, member.person_id))


def events_to_come(connection: Connection, cohort_id: int, *, now: datetime) -> tuple[list[int], list[int]]:
    """The series, and the sessions that belong to none, of which something is to come, cancelled or not.

    A day back, so that what was moved while somebody could not be told is found.
    """
    since = now - timedelta(days=1)
    rows = connection.execute(_TO_COME, {"cohort_id": cohort_id, "since": since}).all()
    return sorted({series for _id, series in rows if series}), [number for number, series in rows if not series]


def read_ground(
    connection: Connection, cohort_id: int, series_ids: Collection[int], session_ids: Collection[int]
) -> Ground:
    """The events, the people, and what the people were told of the events."""
    which = {"series_ids": list(series_ids), "session_ids": list(session_ids)}
    events = _read_events(connection, which)
    invites = {
        (series, lone, person): Invite(number, sequence, is_live)
        for number, person, series, lone, sequence, is_live in connection.execute(_INVITES, which)
    }
    by_number = {invite.id: invite for invite in invites.values()}
    for invite_id, held, number, told, had, state in connection.execute(_TOLD, {"invite_ids": list(by_number)}):
        by_number[invite_id].rows[held] = Told(told, had, _fate(state))
        by_number[invite_id].numbers[held] = number
    people = {"cohort_id": cohort_id, "person_ids": sorted({person for _series, _lone, person in invites})}
    members = [Member(*row) for row in connection.execute(_PEOPLE, people)]
    cohort, programme, is_synthetic = connection.execute(_COHORT, {"cohort_id": cohort_id}).one()
    return Ground(cohort_id, cohort, programme, is_synthetic, events, members, invites)


def is_expected(row: SessionRow, member: Member) -> bool:
    """Participants at what is everybody's or their own; coaches at what is everybody's, and at what they lead."""
    if not member.is_in:
        return False
    if row.pair_membership_id is None:
        return True
    return (
        row.led_by_id == member.person_id
        if member.role == Role.COACH
        else row.pair_membership_id == member.membership_id
    )


def wanted_by(event: Event, member: Member) -> Wanted:
    """What the member's calendar should have of the event, begun or not."""
    meetings = {number: row.meeting for number, row in event.sessions.items() if row.is_on and is_expected(row, member)}
    return Wanted(meetings, is_in=member.is_in)


def _fate(state: MessageState | None) -> Fate:
    """A message that is gone was settled long ago."""
    if state in WAITING:
        return Fate.WAITING
    return Fate.LOST if state in LOST else Fate.LEFT


def _read_events(connection: Connection, which: dict[str, list[int]]) -> list[Event]:
    by_series: dict[int, dict[int, SessionRow]] = {}
    lone: list[Event] = []
    for row in connection.execute(_SESSIONS, which):
        held = _session_row(row)
        if row.series_id is None:
            lone.append(Event(None, row.id, row.public_id, row.title, None, {row.id: held}))
        else:
            by_series.setdefault(row.series_id, {})[row.id] = held
    series = connection.execute(_SERIES, which).all() if by_series else []
    return [_series_event(row, by_series[row.id]) for row in series if row.id in by_series] + lone


def _session_row(row: Any) -> SessionRow:
    meeting = Meeting(
        row.id,
        row.title,
        place_of(row.location, row.join_url),
        text_of(row.agenda, row.preparation),
        row.starts_at,
        row.ends_at,
        row.timezone,
        row.recurrence_start,
    )
    is_on = row.state == SessionState.SCHEDULED
    return SessionRow(meeting, row.public_id, row.pair_membership_id, row.led_by_id, is_on, row.cancelled_reason)


def _series_event(row: Any, sessions: dict[int, SessionRow]) -> Event:
    given = tuple(_given(row.exceptions, (one.meeting for one in sessions.values())))
    rule = Rule(row.local_start, row.timezone, row.duration_minutes, row.rule, given)
    return Event(row.id, None, row.public_id, row.title, rule, sessions)


def _given(exceptions: Iterable[str], meetings: Iterable[Meeting]) -> list[datetime]:
    """All times that the rule gives: every session was written with the series, and what was left out is kept."""
    left_out = {datetime.fromisoformat(one) for one in exceptions}
    return sorted(left_out | {one.recurrence for one in meetings if one.recurrence is not None})
