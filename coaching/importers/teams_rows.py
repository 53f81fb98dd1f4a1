"""The rows of a Teams report, cell by cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from coaching.importers.names import clean_name
from coaching.importers.presence import whole_minutes
from coaching.importers.rows import NOTHING, Draft, Notes, RowError, is_email, moment_in
from coaching.importers.table import Table
from coaching.importers.teams_layout import Part
from coaching.importers.teams_times import read_length, read_time
from coaching.importers.teams_words import mark_behind
from coaching.importers.times import LONGEST_MEETING

_TOO_WIDE = "This row has more cells than there are headings; perhaps its name has a comma and no quotation marks."


def read_stays(table: Table, part: Part, errors: dict[int, str], notes: Notes, *, outer: bool) -> list[Draft]:
    """A draft for each row of this table that can be read; the others go to `errors`."""
    drafts: list[Draft] = []
    for number, found in cells_of(table, part, errors):
        try:
            drafts.append(_read_stay(number, found, notes, outer=outer))
        except RowError as error:
            errors[number] = str(error)
    return drafts


def cells_of(table: Table, part: Part, errors: dict[int, str]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The rows of this table that are whole, by number, and what stands under each of the headings that are known."""
    first = part.header + 2
    errors.update((number, text) for number, text in table.broken.items() if first <= number <= part.end)
    for number, cells in enumerate(table.rows[part.header + 1 : part.end], start=first):
        if number in errors or not any(map(str.strip, cells)):
            continue
        if any(map(str.strip, cells[part.width :])):
            errors[number] = _TOO_WIDE
            continue
        yield number, {key: cells[place].strip() for key, place in part.columns.items() if place < len(cells)}


def read_name(found: Mapping[str, str], notes: Notes, number: int) -> tuple[str, str, str]:
    """The whole name, the mark behind it, and the address; the account's own (UPN) where the e-mail is blank."""
    name, email, upn = clean_name(found.get("name", "")), found.get("email", ""), found.get("upn", "")
    if not is_email(email):
        if email not in NOTHING and not is_email(upn):
            notes.bad_emails.append(number)
        email = upn if is_email(upn) else ""
    if not name and not email:
        raise RowError("This row has neither a name nor an e-mail address.")
    return name or email, mark_behind(name), email


def _read_stay(number: int, found: Mapping[str, str], notes: Notes, *, outer: bool) -> Draft:
    name, mark, email = read_name(found, notes, number)
    minutes = _read_minutes(found.get("duration", ""))
    joined, left = (moment_in(found, which, f"{which} time", read_time) for which in ("join", "leave"))
    if joined is None and left is not None:
        raise RowError("This row has a leave time but no join time.")
    if joined is None and minutes is None:
        raise RowError("This row does not say how long the person was there.")
    if joined is None:
        notes.untimed.append(number)
    elif left is None:
        if minutes is None:
            raise RowError("This row has a join time, but neither a leave time nor a duration.")
        notes.never_left.append(number)
    return Draft(number, name, email, joined, left, minutes, True if mark else None, mark, outer)


def _read_minutes(text: str) -> int | None:
    if text in NOTHING:
        return None
    length = read_length(text)
    if length is None:
        raise RowError(f"The duration '{text[:40]}' is not a length of time such as 1h 20m 5s.")
    if length > LONGEST_MEETING:
        raise RowError(f"The duration of {text[:40]} is longer than a meeting can be.")
    return whole_minutes(length)


def fill_addresses(stays: Sequence[Draft], people: Sequence[Draft]) -> list[Draft]:
    """The stays, those without an address with that of the one participant of the same name: only the participants'
    table has the accounts."""
    emails: dict[str, set[str]] = defaultdict(set)
    for person in people:
        emails[person.full_name.casefold()].add(person.email)
    filled: list[Draft] = []
    for stay in stays:
        known = emails.get(stay.full_name.casefold(), set()) if not stay.email else set()
        filled.append(replace(stay, email=next(iter(known))) if len(known) == 1 else stay)
    return filled


def without_stays(people: Sequence[Draft], stays: Sequence[Draft]) -> list[Draft]:
    """The participants of whom the activities have no stay."""
    emails = {stay.email.casefold() for stay in stays if stay.email}
    names = {stay.full_name.casefold() for stay in stays}
    return [
        person
        for person in people
        if (person.email.casefold() not in emails if person.email else person.full_name.casefold() not in names)
    ]
