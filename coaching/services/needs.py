"""Who needs their coach: every signal over all the cohorts that somebody coaches, by person, the most pressing first.

Signals are computed and never kept, so what was mended is gone at once. What a coach said to one is a NeedMark: it
takes it off their own list, and the cohort's other coaches are told who saw to it. Seven statements, whatever there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from coaching.models import Membership, NeedMark, NeedMarkState, Person, Signal
from coaching.policies import Actor
from coaching.services.cohort_cards import COACHED
from coaching.services.need_reasons import reason_of
from coaching.services.needs_signals import Lines, NeedRow, values_of
from coaching.services.needs_signals_doing import IDLE_GOALS, NO_PRACTICE, OVERDUE_ACTIONS
from coaching.services.needs_signals_meeting import ABSENCES, SILENT_CHECK_INS, UNBOOKED
from coaching.services.zones import today_in

# The most pressing first.
STATEMENTS: Mapping[Signal, Lines] = {
    Signal.ABSENCES: ABSENCES,
    Signal.SILENT_CHECK_IN: SILENT_CHECK_INS,
    Signal.OVERDUE_ACTION: OVERDUE_ACTIONS,
    Signal.UNBOOKED: UNBOOKED,
    Signal.IDLE_GOAL: IDLE_GOALS,
    Signal.NO_PRACTICE: NO_PRACTICE,
}
_RANKS = {signal: rank for rank, signal in enumerate(STATEMENTS)}
_MARKS: Lines = (
    select(
        NeedMark.membership_id,
        NeedMark.signal,
        NeedMark.occurrence,
        NeedMark.person_id,
        Person.name,
        NeedMark.state,
        NeedMark.until,
        NeedMark.note,
        NeedMark.at,
    )
    .join_from(NeedMark, Membership, Membership.id == NeedMark.membership_id)
    .join(Person, Person.id == NeedMark.person_id)
    .where(Membership.cohort_id.in_(COACHED))
    .order_by(NeedMark.at, NeedMark.id)
)


class NextAct(StrEnum):
    """What to do next: write to them, or book a session."""

    WRITE = "write"
    BOOK = "book"


class Said(NamedTuple):
    """What one coach said to an occurrence: snoozed until a day, or done, with a note where they wrote one."""

    name: str
    state: NeedMarkState
    until: date | None
    note: str
    at: datetime


class Need(NamedTuple):
    """One occurrence of a signal: why somebody needs their coach, in words with the days that it goes by.

    `since` is the day from which on it is counted. `mark` is what the coach who asks said to it, None while nothing
    holds; `seen_to` are the other coaches who said that it is done.
    """

    signal: Signal
    occurrence: str
    membership_id: str
    cohort_id: str
    cohort: str
    since: date | None
    reason: str
    next_act: NextAct
    mark: Said | None
    seen_to: tuple[Said, ...]


class PersonInNeed(NamedTuple):
    """A person with all the reasons for which they need their coach, the most pressing first."""

    id: str
    name: str
    needs: tuple[Need, ...]


class NeedList(NamedTuple):
    """Who needs their coach now, and what the coach has put aside, which is listed apart."""

    people: tuple[PersonInNeed, ...]
    aside: tuple[PersonInNeed, ...]


Marks = Mapping[tuple[int, Signal, str], Sequence[tuple[int, Said]]]


def list_needs(session: Session, *, actor: Actor, now: datetime) -> NeedList:
    """Who needs the actor, in all the cohorts that they coach. Who coaches none has an empty list."""
    return read_needs(session.connection(), actor=actor, now=now)


def read_needs(connection: Connection, *, actor: Actor, now: datetime) -> NeedList:
    """The same for who has a connection."""
    today = today_in(now, actor.timezone)
    values = values_of(actor.person_id, now=now, today=today)
    marks = _read_marks(connection, values)
    found: dict[str, list[tuple[str, Need]]] = {}
    aside: dict[str, list[tuple[str, Need]]] = {}
    for signal, statement in STATEMENTS.items():
        for row in map(NeedRow._make, connection.execute(statement, values)):
            need = _need(signal, row, marks, actor=actor, today=today)
            (found if need.mark is None else aside).setdefault(row.person_id, []).append((row.name, need))
    return NeedList(_by_person(found), _by_person(aside))


def narrowed(
    people: Iterable[PersonInNeed], *, cohort_id: str | None = None, signal: Signal | None = None
) -> tuple[PersonInNeed, ...]:
    """These people, with only what is of this cohort and of this signal; all of it where neither is given."""
    kept = (one._replace(needs=tuple(need for need in one.needs if _is_in(need, cohort_id, signal))) for one in people)
    return tuple(one for one in kept if one.needs)


def _is_in(need: Need, cohort_id: str | None, signal: Signal | None) -> bool:
    return cohort_id in {None, need.cohort_id} and signal in {None, need.signal}


def find_need(
    session: Session, membership: Membership, signal: Signal, occurrence: str, *, actor: Actor, now: datetime
) -> NeedRow | None:
    """This occurrence, as long as it stands; None where it was mended since. One statement."""
    today = today_in(now, actor.timezone)
    statement = STATEMENTS[signal].where(Membership.id == bindparam("membership_id"))
    values = values_of(actor.person_id, now=now, today=today) | {"membership_id": membership.id}
    rows = map(NeedRow._make, session.connection().execute(statement, values))
    return next((row for row in rows if occurrence_of(row) == occurrence), None)


def occurrence_of(row: NeedRow) -> str:
    """What tells this occurrence from the next: the day or moment that it goes by, and what it is about.

    An action that was moved and a goal that moved are told anew when they are late or rest again.
    """
    key = row.key
    if isinstance(key, str):
        return key if isinstance(row.first, datetime) else f"{key}.{row.first}"
    return key.isoformat() if key is not None else "never"


def _read_marks(connection: Connection, values: Mapping[str, Any]) -> Marks:
    marks: dict[tuple[int, Signal, str], list[tuple[int, Said]]] = {}
    for member, signal, occurrence, person, *said in connection.execute(_MARKS, values):
        marks.setdefault((member, signal, occurrence), []).append((person, Said(*said)))
    return marks


def _need(signal: Signal, row: NeedRow, marks: Marks, *, actor: Actor, today: date) -> Need:
    occurrence = occurrence_of(row)
    said = marks.get((row.member, signal, occurrence), ())
    own = next((one for person, one in said if person == actor.person_id), None)
    since = row.first.astimezone(ZoneInfo(actor.timezone)).date() if isinstance(row.first, datetime) else row.first
    return Need(
        signal,
        occurrence,
        row.membership_id,
        row.cohort_id,
        row.cohort,
        since,
        reason_of(signal, row, today=today, zone=actor.timezone),
        NextAct.BOOK if signal == Signal.UNBOOKED else NextAct.WRITE,
        own if own is not None and holds(own, today) else None,
        tuple(one for person, one in said if person != actor.person_id and one.state == NeedMarkState.DONE),
    )


def holds(said: Said, today: date) -> bool:
    """Whether what was said to it still keeps it off the list."""
    return said.until is None or said.until > today


def _by_person(found: Mapping[str, Sequence[tuple[str, Need]]]) -> tuple[PersonInNeed, ...]:
    people = [PersonInNeed(number, those[0][0], tuple(need for _, need in those)) for number, those in found.items()]
    return tuple(sorted(people, key=_pressing))


def _pressing(one: PersonInNeed) -> tuple[int, int, date, str, str]:
    """First who has the most pressing signal, then the most of them, then for the longest time."""
    first = one.needs[0]
    return _RANKS[first.signal], -len(one.needs), first.since or date.min, one.name, one.id
