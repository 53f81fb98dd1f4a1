"""A cohort with sessions and series for the tests of invites, reminders and feeds, and the mails that they cause."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import (
    CoachingSession,
    Cohort,
    Membership,
    Message,
    MessageKind,
    MessageState,
    Role,
    Series,
    SessionState,
)
from coaching.services import session_effects
from coaching.services.calendar_text import on_clocks, to_moment
from tests.factories import NOW, make_cohort, make_membership, make_session

ZONE = "Europe/London"
START = datetime(2026, 7, 7, 9, 0)


def make_group(session: Session, people: int = 2, **values: Any) -> tuple[Cohort, list[Membership]]:
    """A cohort with a coach, who comes first, and participants."""
    cohort = make_cohort(session, **values)
    coach = make_membership(session, cohort, role=Role.COACH)
    return cohort, [coach, *(make_membership(session, cohort) for _ in range(people))]


def make_at(session: Session, cohort: Cohort, local_start: datetime = START, **values: Any) -> CoachingSession:
    """A session at what the clocks show in its zone."""
    zone = values.setdefault("timezone", ZONE)
    starts_at = to_moment(local_start, zone)
    shown = on_clocks(starts_at, zone)
    return make_session(session, cohort, starts_at=starts_at, local_start=shown, **values)


def make_series(
    session: Session,
    cohort: Cohort,
    *,
    rule: str = "FREQ=WEEKLY;COUNT=4",
    local_start: datetime = START,
    left_out: tuple[datetime, ...] = (),
    **values: Any,
) -> tuple[Series, list[CoachingSession]]:
    """A series and the sessions that its rule gives, as saving one writes them."""
    zone = values.pop("timezone", ZONE)
    minutes = values.pop("duration_minutes", 60)
    series = Series(
        cohort_id=cohort.id,
        pair_membership_id=values.get("pair_membership_id"),
        title=values.get("title", "Circle"),
        local_start=local_start,
        timezone=zone,
        duration_minutes=minutes,
        rule=rule,
        exceptions=[one.isoformat(timespec="minutes") for one in left_out],
        created_at=NOW,
    )
    session.add(series)
    session.flush()
    given = [one for one in rrulestr(f"RRULE:{rule}", dtstart=local_start) if one not in left_out]
    held = [
        make_at(
            session,
            cohort,
            at,
            **{"title": "Circle"} | values,
            series_id=series.id,
            recurrence_start=at,
            timezone=zone,
            duration_minutes=minutes,
        )
        for at in given
    ]
    return series, held


def schedule(session: Session, *held: CoachingSession, now: datetime = NOW) -> None:
    session.flush()
    session_effects.follow_scheduled(session, held, now=now)


def move(session: Session, held: CoachingSession, now: datetime = NOW, **by: float) -> None:
    """Moves a session by a span, and tells."""
    held.starts_at += timedelta(**by)
    held.ends_at += timedelta(**by)
    held.local_start = on_clocks(held.starts_at, held.timezone)
    session.flush()
    session_effects.follow_changed(session, [held], now=now)


def cancel(session: Session, *held: CoachingSession, now: datetime = NOW, reason: str = "") -> None:
    for one in held:
        one.state, one.cancelled_reason = SessionState.CANCELLED, reason
    session.flush()
    session_effects.follow_cancelled(session, held, now=now)


def mails_of(
    session: Session, member: Membership, kind: MessageKind = MessageKind.SESSION_INVITE, *, waiting: bool = True
) -> list[Message]:
    """The mails to a member, the oldest first; of those that wait, or of all."""
    statement = select(Message).where(Message.kind == kind, Message.recipient_id == member.person_id)
    if waiting:
        statement = statement.where(Message.state == MessageState.DUE)
    return list(session.scalars(statement.order_by(Message.id).execution_options(populate_existing=True)))


def send_all(session: Session) -> list[Message]:
    """Everything that waits leaves; what left now comes back."""
    session.flush()
    waiting = list(session.scalars(select(Message).where(Message.state == MessageState.DUE).order_by(Message.id)))
    for message in waiting:
        message.state = MessageState.SENT
    session.flush()
    return waiting


def calendar_of(message: Message) -> Any:
    """The calendar in a mail, read by the icalendar library."""
    return Calendar.from_ical(message.facts["calendar"])
