"""The oldest report of Teams: a line for each coming and going, from which the stays are put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from coaching.importers.rows import Draft, Notes, RowError, moment_in
from coaching.importers.table import Table
from coaching.importers.teams_layout import Part
from coaching.importers.teams_rows import cells_of, read_name
from coaching.importers.teams_times import read_time
from coaching.importers.teams_words import LANGUAGES, Language
from coaching.importers.times import Moment


class Event(NamedTuple):
    """Somebody came or went."""

    number: int
    full_name: str
    mark: str
    email: str
    comes: bool
    moment: Moment


class _Timed(NamedTuple):
    local: datetime
    number: int
    event: Event


def read_events(table: Table, part: Part, language: Language, errors: dict[int, str], notes: Notes) -> list[Event]:
    """An event for each row that can be read; the others go to `errors`."""
    events: list[Event] = []
    for number, found in cells_of(table, part, errors):
        try:
            events.append(_read_event(number, found, language, notes))
        except RowError as error:
            errors[number] = str(error)
    return events


def _read_event(number: int, found: Mapping[str, str], language: Language, notes: Notes) -> Event:
    name, mark, email = read_name(found, notes, number)
    moment = moment_in(found, "stamp", "time", read_time)
    if moment is None:
        raise RowError("This row has no time.")
    return Event(number, name, mark, email, _comes(found.get("action", ""), language), moment)


def _comes(text: str, language: Language) -> bool:
    """Whether this action is a coming. The headings' language goes first; an export may mix it with English."""
    action = " ".join(text.casefold().split())
    for one in (language, LANGUAGES[0]):
        if one.left.search(action):
            return False
        if one.joined.search(action):
            return True
    raise RowError(f"The action '{text[:40]}' is neither a coming nor a going.")


def pair_events(events: Sequence[Event], order: str | None, errors: dict[int, str], notes: Notes) -> list[Draft]:
    """A stay for each coming and the goings after it. Who never went is counted up to the last line of the report."""
    timed: list[_Timed] = []
    for event in events:
        local = event.moment.under(order)
        if local is None:
            errors[event.number] = f"There is no such date as {event.moment.written}."
        else:
            timed.append(_Timed(local, event.number, event))
    timed.sort()
    by_person: dict[str, list[Event]] = defaultdict(list)
    for one in timed:
        by_person[one.event.full_name.casefold()].append(one.event)
    drafts = [draft for own in by_person.values() for draft in _pair(own, timed[-1].event.moment, notes)]
    return sorted(drafts, key=lambda draft: draft.number)


def _pair(events: Sequence[Event], last: Moment, notes: Notes) -> list[Draft]:
    """The stays of one person. Two devices come and go apart: a stay lasts until as many went as came, but a device
    that is never said to have gone adds nothing once another one went."""
    drafts: list[Draft] = []
    began: Event | None = None
    devices, went = 0, False
    for event in events:
        if event.comes:
            devices += 1
            if began is None or went:
                began, went = event, False
        elif began is None or devices == 0:
            notes.orphaned.append(event.number)
        else:
            drafts.append(_stay(began, event.moment))
            devices, went = devices - 1, True
    if began is not None and not went:
        notes.still_there.append(began.number)
        # Whoever came with the last line was there for the minute that had begun.
        drafts.append(_stay(began, last, 1 if began.moment == last else None))
    return drafts


def _stay(began: Event, left: Moment, minutes: int | None = None) -> Draft:
    guest = True if began.mark else None
    return Draft(began.number, began.full_name, began.email, began.moment, left, minutes, guest, began.mark)
