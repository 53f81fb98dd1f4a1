"""Who is where when: a coach holds one session at a time, and members are shown what clashes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict
from coaching.models import CoachingSession, Person, SessionState
from coaching.policies import Actor, may_view_session
from coaching.services.words import is_word

# No session is longer, so what began earlier than this before a moment is over by then.
LONGEST = timedelta(days=1)
CODE = "double-booked"
# A refusal is read, so it names no more than these and counts the rest.
MOST_NAMED = 10

# Two who lock the same coach wait for each other, as with FOR UPDATE; rows that merely name the coach, such as what a
# request wrote before it came here, do not stand in the way, and cannot lock two requests against each other.
_LOCK = (
    select(Person.id, Person.name)
    .where(Person.id.in_(bindparam("coaches", expanding=True)))
    .order_by(Person.id)
    .with_for_update(key_share=True)
)
_HELD = select(CoachingSession.id, CoachingSession.led_by_id, CoachingSession.starts_at, CoachingSession.ends_at).where(
    CoachingSession.led_by_id.in_(bindparam("coaches", expanding=True)),
    is_word(CoachingSession.state, SessionState.SCHEDULED),
    CoachingSession.starts_at > bindparam("earliest"),
    CoachingSession.starts_at < bindparam("until"),
    CoachingSession.ends_at > bindparam("since"),
)


class Booking(NamedTuple):
    """A stretch of a coach's time. `wanted` is the session that asks for it; what is held already has its number."""

    starts_at: datetime
    ends_at: datetime
    coach_id: int
    number: int | None
    wanted: CoachingSession | None


def check_coach_is_free(
    session: Session, wanted: Sequence[CoachingSession], *, now: datetime, actor: Actor | None = None
) -> None:
    """Refuses sessions to come whose coach holds another at that time. Call it before they are flushed.

    Of any number who ask for the same hour at once one wins: the coach's row is locked until the transaction ends.
    A row that keeps its coach and its time is passed over: that it clashes already is no reason to keep its typing
    errors. `actor` is who hears of it: what is in the way is named to those alone who may see it.
    """
    asked = [held for held in wanted if _asks_for_time(held, now)]
    if not asked:
        return
    coaches = {held.led_by_id for held in asked}
    # Past the session, which would write what it holds before the lock is ours.
    connection = session.connection()
    names = dict(connection.execute(_LOCK, {"coaches": sorted(filter(None, coaches))}).all())
    ours = {held.id for held in wanted}
    rows: Iterable[Any] = connection.execute(_HELD, {"coaches": list(names), **_span(asked, now)})
    taken = [
        Booking(starts_at, ends_at, coach_id, number, None)
        for number, coach_id, starts_at, ends_at in rows
        if number not in ours
    ]
    # Those of the same act that stay where they are hold their time as well.
    staying = (held for held in wanted if held not in asked and _is_to_come(held, now))
    taken += [_booking(held)._replace(wanted=None) for held in staying]
    found = find_overlaps([*taken, *(_booking(held) for held in asked)])
    if found:
        raise Conflict(_refusal(session, found, names=names, actor=actor), code=CODE)


def list_taken(session: Session, planned: Sequence[CoachingSession], *, now: datetime, actor: Actor) -> dict[int, str]:
    """What stands in the way of sessions of one coach that are in no database yet, by their places among them.

    In words for the actor. Locks nothing, so that saving looks again. Few statements, however many sessions there are.
    """
    places = {id(held): place for place, held in enumerate(planned) if _is_to_come(held, now)}
    if not places:
        return {}
    asked = [held for held in planned if id(held) in places]
    rows: Iterable[Any] = session.connection().execute(_HELD, {"coaches": [asked[0].led_by_id], **_span(asked, now)})
    taken = [Booking(starts_at, ends_at, coach, number, None) for number, coach, starts_at, ends_at in rows]
    found = find_overlaps([*taken, *(_booking(held) for held in asked)])
    if not found:
        return {}
    known, coach = _load(session, found), session.get_one(Person, asked[0].led_by_id)
    holds = "You hold" if coach.id == actor.person_id else f"{coach.name} holds"
    return {
        places[id(wanted)]: f"{holds} {_named(known[other.number], actor)} at that time."
        for wanted, other in found
        if other.number is not None
    }


def find_overlaps(bookings: Iterable[Booking]) -> list[tuple[CoachingSession, Booking]]:
    """Each wanted session that overlaps another of its coach, in the order of time, with the first in its way.

    A session that begins when another ends does not overlap it.
    """
    latest: dict[int, Booking] = {}
    found: dict[int, tuple[CoachingSession, Booking]] = {}
    for booking in sorted(bookings, key=attrgetter("starts_at", "ends_at")):
        before = latest.get(booking.coach_id)
        if before is not None and before.ends_at > booking.starts_at:
            if booking.wanted is not None:
                found.setdefault(id(booking.wanted), (booking.wanted, before))
            elif before.wanted is not None:
                found.setdefault(id(before.wanted), (before.wanted, booking))
        if before is None or booking.ends_at > before.ends_at:
            latest[booking.coach_id] = booking
    return list(found.values())


def may_be_told(actor: Actor | None, held: CoachingSession) -> bool:
    """Whether a session may be named to somebody whom it stands in the way of: they hold it, or may look at it."""
    return actor is not None and (held.led_by_id == actor.person_id or may_view_session(actor, held))


def when(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Tuesday 14 July 2026, 10:00 to 11:00 (Europe/London)"""
    first, last = (moment.astimezone(ZoneInfo(zone)) for moment in (starts_at, ends_at))
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%A} {last.day} {last:%B}, {last:%H:%M}"
    return f"{first:%A} {first.day} {first:%B %Y}, {first:%H:%M} to {until} ({zone.replace('_', ' ')})"


def _booking(held: CoachingSession) -> Booking:
    return Booking(held.starts_at, held.ends_at, held.led_by_id or 0, held.id, held)


def _is_to_come(held: CoachingSession, now: datetime) -> bool:
    # A new row has no state before it is written, unless it was given one.
    is_off = held.state == SessionState.CANCELLED
    return held.led_by_id is not None and not is_off and held.ends_at > now


def _asks_for_time(held: CoachingSession, now: datetime) -> bool:
    row: Any = inspect(held)
    is_moved = row.transient or row.pending
    is_moved = is_moved or any(row.attrs[name].history.has_changes() for name in ("starts_at", "ends_at", "led_by_id"))
    return is_moved and _is_to_come(held, now)


def _span(asked: Sequence[CoachingSession], now: datetime) -> dict[str, datetime]:
    first = min(held.starts_at for held in asked)
    return {"earliest": first - LONGEST, "since": max(now, first), "until": max(held.ends_at for held in asked)}


def _refusal(
    session: Session,
    found: Sequence[tuple[CoachingSession, Booking]],
    *,
    names: dict[int, str],
    actor: Actor | None,
) -> str:
    """What is asked for and by what it is taken, as far as the actor may know: of each session, up to ten."""
    known = _load(session, found)
    said = [_clash(wanted, other, known, names=names, actor=actor) for wanted, other in found[:MOST_NAMED]]
    if len(found) > MOST_NAMED:
        said.append(f"{len(found) - MOST_NAMED} more of these sessions are at times that are taken.")
    is_one = len(found) == 1 and found[0][1].wanted is None
    return " ".join([*said, "Choose another time." if is_one else "Choose other times."])


def _clash(
    wanted: CoachingSession,
    other: Booking,
    known: dict[int, CoachingSession],
    *,
    names: dict[int, str],
    actor: Actor | None,
) -> str:
    name = names[other.coach_id]
    asked = when(wanted.starts_at, wanted.ends_at, wanted.timezone)
    if other.wanted is not None or other.number is None:
        return f"Two of these sessions overlap: {name} would hold another on {asked}."
    held = known[other.number]
    its_time = f", {when(held.starts_at, held.ends_at, held.timezone)}" if may_be_told(actor, held) else ""
    return f"On {asked} {name} holds {_named(held, actor)}{its_time}."


def _named(held: CoachingSession, actor: Actor | None) -> str:
    """A session that is in the way, named where the actor may see it."""
    if not may_be_told(actor, held):
        return "another session"
    return f"“{held.title}” of {held.cohort.name}"


def _load(session: Session, found: Sequence[tuple[CoachingSession, Booking]]) -> dict[int, CoachingSession]:
    """The sessions that are in the way, those apart that are asked for in the same act."""
    numbers = [other.number for _wanted, other in found if other.wanted is None and other.number is not None]
    if not numbers:
        return {}
    statement = (
        select(CoachingSession)
        .where(CoachingSession.id.in_(numbers))
        .options(joinedload(CoachingSession.cohort))
        .execution_options(autoflush=False)
    )
    return {held.id: held for held in session.scalars(statement)}
