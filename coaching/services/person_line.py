"""Somebody's line through time: what happened to them, what they did, and what is to come, in one window of time.

Every source is read by one statement, so that a line costs the same number of them however long it is. Who reads it
sees what they see elsewhere: goals with all that is theirs, and skills, are the participant's and the coaches' alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Select, bindparam, select
from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import OPEN_STATUSES, Cohort, Membership
from coaching.policies import Actor, may_view_goals, may_view_member, require
from coaching.services import (
    line_events_actions,
    line_events_goals,
    line_events_notes,
    line_events_practice,
    line_events_sessions,
)
from coaching.services.line_events import MOST_AT_ONCE, LineEvent, LineKind, Reader, Source
from coaching.services.words import is_one_of

# The default window: from before the first cohort began to what comes next.
MARGIN = timedelta(days=31)
LONGEST_WINDOW = timedelta(days=3 * 366)
REVERSED = "The first day is after the last one. Turn them round."
TOO_LONG = "Ask for three years at a time at most."
GONE = "There is no such event to go on from. Start again without it."

# What participants say of themselves is read by them and by the coaches of the cohort alone.
OF_THE_PAIR = (LineKind.GOAL, LineKind.SKILL)
SOURCES: tuple[Source, ...] = (
    line_events_sessions.SESSIONS,
    line_events_sessions.STANDING,
    line_events_goals.GOALS_SET,
    line_events_goals.GOAL_CHANGES,
    line_events_goals.RATINGS,
    line_events_goals.GOALS_DUE,
    line_events_goals.MILESTONES,
    line_events_goals.OBSERVATIONS,
    line_events_actions.AGREEMENTS,
    line_events_actions.ACTION_CHANGES,
    line_events_actions.ACTIONS_DUE,
    line_events_practice.STAGES,
    line_events_practice.CHECK_INS,
    line_events_practice.PRACTICE,
    line_events_practice.SKILLS,
    line_events_notes.NOTES,
)
_PLACES = select(
    Membership.id,
    Membership.public_id,
    Membership.joined_at,
    Cohort.name,
    Cohort.starts_on,
    Cohort.ends_on,
).join(Cohort, Cohort.id == Membership.cohort_id)
_PLACE_OF_MEMBER = _PLACES.where(Membership.id == bindparam("membership_id"))
_PLACES_OF_PERSON = _PLACES.where(
    Membership.person_id == bindparam("person_id"), is_one_of(Membership.status, OPEN_STATUSES)
).order_by(Cohort.starts_on, Membership.id)


class Place(NamedTuple):
    """A cohort on the line: where it begins and ends."""

    number: int
    id: str
    joined_at: datetime
    cohort: str
    starts_on: date
    ends_on: date


class Line(NamedTuple):
    """The events of a window, the newest first. `is_cut` where it had more than are read at once: it begins then on
    the first day that is whole."""

    places: tuple[Place, ...]
    first: date
    last: date
    today: date
    is_cut: bool
    events: tuple[LineEvent, ...]


class LinePart(NamedTuple):
    """Some of a line's events, and the identifier of the last one where more come after it."""

    items: tuple[LineEvent, ...]
    next: str | None


class Wanted(NamedTuple):
    """What of a line is asked for: kinds (none: all), the first and the last day, and the event after which to go on:
    its identifier begins with its day, so that nothing later is read again."""

    kinds: Collection[LineKind] = ()
    first: date | None = None
    last: date | None = None
    after: str = ""


EVERYTHING = Wanted()


def read_line(
    session: Session, membership: Membership, *, actor: Actor, now: datetime, wanted: Wanted = EVERYTHING
) -> Line:
    """The line of one membership, for the member and for those who run the cohort."""
    require(may_view_member(actor, membership), seen=False)
    kinds = seen_kinds(may_view_goals(actor, membership))
    sources = [(source, source.of_member) for source in SOURCES if source.kind in kinds]
    values = {"membership_id": membership.id, **line_events_notes.who_reads(actor, membership)}
    return _read(session.connection(), _PLACE_OF_MEMBER, sources, values, actor=actor, now=now, wanted=wanted)


def read_own_line(session: Session, *, actor: Actor, now: datetime, wanted: Wanted = EVERYTHING) -> Line:
    """The actor's own, over all cohorts that they are in. Nobody else's can be asked for."""
    sources = [(source, source.of_person) for source in SOURCES]
    values = {"person_id": actor.person_id, **line_events_notes.who_reads_own()}
    return _read(session.connection(), _PLACES_OF_PERSON, sources, values, actor=actor, now=now, wanted=wanted)


def seen_kinds(sees_goals: bool) -> tuple[LineKind, ...]:
    """The lanes of a line, for who reads goals and who does not."""
    return tuple(kind for kind in LineKind if sees_goals or kind not in OF_THE_PAIR)


def take_part(line: Line, *, limit: int, after: str = "") -> LinePart:
    """So many events after the one that was seen last."""
    events = line.events
    if after:
        found = next((place for place, event in enumerate(events) if event.id == after), None)
        if found is None:
            raise Invalid.field("after", GONE)
        events = events[found + 1 :]
    items = events[:limit]
    return LinePart(items, items[-1].id if items and (line.is_cut or len(events) > limit) else None)


def _read(
    connection: Connection,
    places: Select[*tuple[Any, ...]],
    sources: Iterable[tuple[Source, Any]],
    values: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    wanted: Wanted,
) -> Line:
    zone = ZoneInfo(actor.timezone)
    reader = Reader(now, now.astimezone(zone).date(), zone)
    found = {row[0]: Place(*row) for row in connection.execute(places, values)}
    first, last = _window(found.values(), reader, wanted)
    whole_from, last = first, min(last, _day_of(wanted.after) if wanted.after else last)
    values = values | {"first": first, "last": last, "start": _start_of(first, zone), "end": _start_of(last, zone, 1)}
    events: dict[str, LineEvent] = {}
    for source, statement in sources:
        if wanted.kinds and source.kind not in wanted.kinds:
            continue
        rows = connection.execute(statement, values).all()
        events |= {event.id: event for event in _events(source, rows, found, reader)}
        if len(rows) == MOST_AT_ONCE:
            whole_from = max(whole_from, _day(rows[-1][1], zone) + timedelta(days=1))
    whole = sorted((event for event in events.values() if event.on >= whole_from), key=_order, reverse=True)
    return Line(tuple(found.values()), whole_from, last, reader.today, whole_from > first, tuple(whole))


def _events(source: Source, rows: Iterable[Any], places: dict[int, Place], reader: Reader) -> Iterator[LineEvent]:
    for number, moment, *row in rows:
        fact, place, on = source.tell(row, reader), places[number], _day(moment, reader.zone)
        yield LineEvent(
            id=f"{on:%Y%m%d}-{source.subject}-{fact.key}",
            kind=source.kind,
            what=fact.what,
            on=on,
            at=moment if isinstance(moment, datetime) else None,
            title=fact.title,
            text=fact.text,
            value=fact.value,
            subject=source.subject,
            subject_id=fact.subject_id,
            membership_id=place.id,
            cohort=place.cohort,
        )


def _window(places: Iterable[Place], reader: Reader, wanted: Wanted) -> tuple[date, date]:
    """The first and the last day: those that are asked for, or from before the first cohort to what comes next."""
    last = wanted.last or reader.today + MARGIN
    days = [min(place.starts_on - MARGIN, _day(place.joined_at, reader.zone)) for place in places]
    begins_on = min(days, default=reader.today - MARGIN)
    first = wanted.first or max(min(begins_on, last - MARGIN), last - LONGEST_WINDOW)
    if first > last:
        raise Invalid.field("from", REVERSED)
    if last - first > LONGEST_WINDOW:
        raise Invalid.field("from", TOO_LONG)
    return first, last


def _day_of(event_id: str) -> date:
    try:
        return date.fromisoformat(event_id[:8])
    except ValueError as error:
        raise Invalid.field("after", GONE) from error


def _day(moment: date | datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


def _start_of(day: date, zone: ZoneInfo, days_later: int = 0) -> datetime:
    return datetime.combine(day + timedelta(days=days_later), time(), zone)


def _order(event: LineEvent) -> tuple[date, float, str]:
    return event.on, event.at.timestamp() if event.at is not None else 0.0, event.id
