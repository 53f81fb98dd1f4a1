"""What the clocks do to a series, or to a change of one, before it is saved: to it and to members, and what is done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import OPEN_STATUSES, Cohort, Membership, Person
from coaching.services.recurrence import Occurrence
from coaching.services.zones import is_repeated

MINUTE = timedelta(minutes=1)


class Planned(NamedTuple):
    """A session that is not saved yet: its number in its series, its time, zone and length."""

    number: int
    occurrence: Occurrence
    timezone: str
    duration_minutes: int


@dataclass(frozen=True, slots=True)
class LocalMove:
    """Members of one zone whose clocks show another time than at the session before."""

    timezone: str
    people: tuple[str, ...]
    before: str
    after: str

    @property
    def note(self) -> str:
        return f"For {_named(self.people)} ({_place(self.timezone)}) it moves from {self.before} to {self.after}."


@dataclass(frozen=True, slots=True)
class PreviewedSession:
    """A session as it would be, and what the clocks have to do with it.

    `offset_minutes` is the zone's distance from UTC, and `offset_moved` by how much that is another than at the session
    before. One that is left out is compared, and nothing is compared with it. `taken` says what its coach holds then.
    """

    number: int
    recurrence_start: datetime
    local_start: datetime
    starts_at: datetime
    ends_at: datetime
    timezone: str
    offset_minutes: int
    offset_moved: int
    is_skipped: bool
    is_repeated: bool
    is_left_out: bool
    moves: tuple[LocalMove, ...]
    taken: str = ""

    @property
    def is_affected(self) -> bool:
        return bool(self.offset_moved or self.is_skipped or self.is_repeated or self.moves)

    @property
    def notes(self) -> list[str]:
        """What happens, and what will be done about it."""
        zone, notes = _place(self.timezone), []
        agreed, held = f"{self.recurrence_start:%H:%M}", f"{self.local_start:%H:%M}"
        if self.offset_moved and not self.is_skipped:
            turn = "forward" if self.offset_moved > 0 else "back"
            span = f"{abs(self.offset_moved)} minutes"
            notes.append(
                f"Since the session before, the clocks in {zone} went {turn} by {span}. It is still at {held}."
            )
        if self.is_skipped:
            notes.append(f"That day the clocks in {zone} skip {agreed}. It will be held at {held}.")
        if self.is_repeated:
            notes.append(f"That day the clocks in {zone} show {agreed} twice. It will be held at the first.")
        return notes + [move.note for move in self.moves]


def count_affected(sessions: Iterable[PreviewedSession]) -> int:
    """How many sessions the clocks have something to do with, those that are left out not counted."""
    return sum(one.is_affected and not one.is_left_out for one in sessions)


def summarise_clocks(sessions: Sequence[PreviewedSession]) -> str:
    """What the clocks do to all of them, in one sentence or two."""
    kept = sum(not one.is_left_out for one in sessions)
    affected = count_affected(sessions)
    if not affected:
        return f"No clock moves within these {kept} sessions: everybody keeps the same time of day."
    return f"Clocks move before or at {affected} of {kept} sessions. Look at what that does to people."


def preview_clocks(planned: Sequence[Planned], members: Mapping[str, Sequence[str]]) -> tuple[PreviewedSession, ...]:
    """Each session against the one before it. `members` are people's names by their zones."""
    previewed: list[PreviewedSession] = []
    before: Occurrence | None = None
    for number, one, zone, minutes in planned:
        offset = _offset(one, zone)
        previewed.append(
            PreviewedSession(
                number=number,
                recurrence_start=one.recurrence_start,
                local_start=one.local_start,
                starts_at=one.starts_at,
                ends_at=one.starts_at + minutes * MINUTE,
                timezone=zone,
                offset_minutes=offset // MINUTE,
                offset_moved=(offset - _offset(before, zone)) // MINUTE if before is not None else 0,
                is_skipped=one.is_skipped,
                is_repeated=is_repeated(one.local_start, zone),
                is_left_out=one.is_left_out,
                moves=tuple(_moves(one, before, zone, members)) if before is not None else (),
            )
        )
        if not one.is_left_out:
            before = one
    return tuple(previewed)


def read_member_zones(session: Session, cohort: Cohort, pair: Membership | None) -> dict[str, list[str]]:
    """The names of those who are to come, by their time zones: everybody who is in, or the pair and the coaches."""
    statement = (
        select(Person.timezone, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.cohort_id == cohort.id, Membership.status.in_(OPEN_STATUSES))
        .order_by(Person.timezone, Person.name, Person.id)
    )
    if pair is not None:
        statement = statement.where(Membership.id == pair.id)
    zones: dict[str, list[str]] = {}
    for zone, name in session.execute(statement):
        zones.setdefault(zone, []).append(name)
    return zones


def _offset(one: Occurrence, zone: str) -> timedelta:
    return one.starts_at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _moves(one: Occurrence, before: Occurrence, own_zone: str, members: Mapping[str, Sequence[str]]) -> list[LocalMove]:
    """Who meets at another time of their day than before; what the rule itself moves by does not count."""
    moves = []
    for zone, people in members.items():
        now_at, then_at = _shown(one, zone), _shown(before, zone)
        apart, was_apart = now_at - one.recurrence_start, then_at - before.recurrence_start
        # Who lives by the clocks of the series is told by the note about the time that they skip.
        if apart == was_apart or (zone == own_zone and one.is_skipped):
            continue
        after = f"{now_at:%H:%M}{_other_day(now_at, one.recurrence_start)}"
        moves.append(
            LocalMove(zone, tuple(people), f"{then_at:%H:%M}{_other_day(then_at, before.recurrence_start)}", after)
        )
    return moves


def _shown(one: Occurrence, zone: str) -> datetime:
    """What the clocks in a zone show when it begins."""
    return one.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _other_day(shown: datetime, agreed: datetime) -> str:
    days = (shown.date() - agreed.date()).days
    return {0: "", 1: " the day after", -1: " the day before"}.get(days, f" {days:+} days")


def _named(people: Sequence[str]) -> str:
    """Ann; Ann and Bo; Ann, Bo and 3 more."""
    if len(people) <= 2:
        return " and ".join(people)
    return f"{people[0]}, {people[1]} and {len(people) - 2} more"


def _place(zone: str) -> str:
    return zone.replace("_", " ")
