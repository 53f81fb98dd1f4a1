"""From rows to people: a rejoin is another row, and so is a second device; both belong to one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coaching.importers.names import cap_name
from coaching.importers.presence import Interval, PresencePerson, total_minutes, unite_intervals
from coaching.importers.times import local_time


@dataclass(frozen=True, slots=True)
class PresenceRow:
    """One row of a report. `interval` is in UTC when the zone is known, in naive local time otherwise.

    `minutes` is the report's own figure. `full_name` is the whole cell, which is what rejoins have in common:
    rows merge by it as it stands (but for case), because two spellings in one file may be two people.
    """

    number: int
    full_name: str
    name: str
    original_name: str
    email: str
    minutes: int | None
    interval: Interval | None
    guest: bool | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The people of a report, and which of them could be merged only with a doubt."""

    people: list[PresencePerson]
    joined_by_name: list[str]
    names_under_one_email: list[str]
    added_up: list[str]


def merge_rows(rows: Sequence[PresenceRow], *, zone: ZoneInfo | None, most_minutes: int | None) -> Merged:
    """One person for each e-mail address, else for each name. `most_minutes` is the length of the meeting."""
    groups, joined_by_name = _group(rows)
    people: list[PresencePerson] = []
    several_names: list[str] = []
    added_up: list[str] = []
    for group in groups:
        person = _person(group, zone, most_minutes)
        people.append(person)
        if person.other_names:
            several_names.append(person.email or person.name)
        if sum(row.interval is None for row in group) > 1:
            added_up.append(person.name)
    return Merged(people, joined_by_name, several_names, added_up)


def _group(rows: Sequence[PresenceRow]) -> tuple[list[list[PresenceRow]], list[str]]:
    """Rows by person, in the order in which people first appear.

    A row without an address belongs to the one address that has the same name. With two such addresses nobody
    can say whose it is, so it stays a person of its own.
    """
    emails_of: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.email:
            emails_of[row.full_name.casefold()].add(row.email.casefold())
    groups: dict[tuple[str, str], list[PresenceRow]] = {}
    joined_by_name: dict[str, None] = {}
    for row in rows:
        name = row.full_name.casefold()
        key = ("email", row.email.casefold()) if row.email else ("name", name)
        if not row.email and len(emails_of.get(name, ())) == 1:
            key = ("email", next(iter(emails_of[name])))
            joined_by_name[row.name] = None
        groups.setdefault(key, []).append(row)
    return list(groups.values()), list(joined_by_name)


def _person(group: list[PresenceRow], zone: ZoneInfo | None, most_minutes: int | None) -> PresencePerson:
    first = group[0]
    united = unite_intervals(row.interval for row in group if row.interval is not None)
    names: dict[str, str] = {}
    for row in group:
        names.setdefault(row.full_name.casefold(), cap_name(row.full_name))
    return PresencePerson(
        rows=tuple(row.number for row in group),
        name=first.name,
        original_name=first.original_name,
        email=next((row.email for row in group if row.email), ""),
        minutes=_minutes(group, united, most_minutes),
        intervals=united if zone is None else _in_local_time(united, zone),
        utc_intervals=() if zone is None else united,
        guest=next((row.guest for row in group if row.guest is not None), None),
        other_names=tuple(names.values())[1:],
    )


def _minutes(group: list[PresenceRow], united: tuple[Interval, ...], most_minutes: int | None) -> int:
    """The union where times are known, the report's figure where they are not.

    Somebody whose times are equal to the second, or lost their seconds in a spreadsheet, was still there for the
    minute that the report gives them. Figures of several rows are added up, but nobody exceeds the meeting.
    """
    untimed = [row.minutes or 0 for row in group if row.interval is None]
    timed = total_minutes(united)
    if timed == 0 and any(row.minutes for row in group if row.interval is not None):
        timed = 1
    minutes = timed + sum(untimed)
    return min(minutes, max(most_minutes or minutes, timed, *untimed))


def _in_local_time(intervals: Iterable[Interval], zone: ZoneInfo) -> tuple[Interval, ...]:
    return tuple(Interval(local_time(one.start, zone), local_time(one.end, zone)) for one in intervals)
