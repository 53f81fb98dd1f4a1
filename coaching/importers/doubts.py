"""The sentences about a report that a person should read before believing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from coaching.importers.merging import Merged, PresenceRow
from coaching.importers.presence import PresenceMeeting
from coaching.importers.rows import TOLERANCE, Draft, Notes
from coaching.importers.table import CUT_SHORT, Table
from coaching.importers.text import TextFile

_NAMED = 3


def about_file(file: TextFile, errors: Mapping[int, str]) -> Iterator[str]:
    """Doubts about the file as a file."""
    if file.guessed:
        yield f"The file does not say its encoding; it was read as {file.encoding}. Check the names."
    if file.damaged:
        yield "Some characters in the file are damaged and are shown as \ufffd."
    if errors:
        yield f"{_count(len(errors), 'row')} could not be read and {_is(errors)} counted for nobody: {_list(errors)}."


def about_end(
    table: Table, errors: Mapping[int, str], meeting: PresenceMeeting | None, *, listed: int, people: int
) -> Iterator[str]:
    """Signs that the end of the report is missing. Whoever stood there would count as not having come."""
    if CUT_SHORT in errors.values():
        yield "The file is cut off in the middle of a row, so rows after it may be missing. Export the report again."
    elif table.ends_in_a_row:
        yield (
            "The file does not end with a line break, so it may be cut off and rows may be missing. If people are "
            "missing, or the last row looks wrong, export the report again."
        )
    if meeting and meeting.participants is not None and meeting.participants > max(listed, people):
        yield (
            f"The summary says {_count(meeting.participants, 'participant')}; the file has {_count(listed, 'row')}. "
            "If people are missing, export the report again."
        )


def about_times(timezone: str | None, order: str | None, *, dated: bool) -> Iterator[str]:
    """Doubts about what the times in the file are."""
    if dated and timezone is None:
        yield "The file does not name a time zone; its times are shown as they stand."
    elif dated:
        yield f"The file does not name a time zone; its times were read as {timezone}."
    else:
        yield "The file does not say when the meeting was. Check that it is the report of the meeting that you mean."
    if dated and order is None:
        yield "The meeting's date can be read two ways (day or month first), so it is left out."


def about_people(merged: Merged, meeting: PresenceMeeting | None, *, listed: int) -> Iterator[str]:
    """Doubts about who is who, and about how many there are."""
    people = merged.people
    without = sum(not person.email for person in people)
    if without:
        names = _count(len(people), "name")
        yield f"{without} of {names} {_has(without)} no e-mail address and can be matched by name only."
    if meeting and meeting.participants is not None and meeting.participants < min(listed, len(people)):
        yield f"The summary says {_count(meeting.participants, 'participant')}; the file has {_count(listed, 'row')}."
    if merged.joined_by_name:
        yield f"Rows without an address were added to the person of the same name: {_some(merged.joined_by_name)}."
    if merged.names_under_one_email:
        yield f"One address stands under more than one name: {_some(merged.names_under_one_email)}."
    if merged.added_up:
        yield (
            "Without join times, overlaps cannot be seen: the minutes of several rows were added up for "
            f"{_some(merged.added_up)}."
        )
    most = meeting.duration_minutes if meeting else None
    longer = [person.name for person in people if most is not None and person.minutes > most + TOLERANCE]
    if longer:
        yield f"Some were there longer than the summary's {_count(most or 0, 'minute')}: {_some(longer)}."


def about_lengths(merged: Merged, people: Sequence[Draft]) -> Iterator[str]:
    """Doubts about participants whose stays do not come to what the report says of them."""
    said: Counter[tuple[str, str]] = Counter()
    for one in people:
        said[one.names[0], one.email.casefold()] += one.minutes or 0
    known = [(person.minutes, said[person.name, person.email.casefold()], person.name) for person in merged.people]
    other = [name for minutes, length, name in known if length and abs(minutes - length) > TOLERANCE]
    if other:
        yield f"Stays come to another length than the list of participants says; they were believed: {_some(other)}."


def about_rows(
    rows: Sequence[PresenceRow], meeting: PresenceMeeting | None, notes: Notes, *, utc: bool
) -> Iterator[str]:
    """Doubts about single rows, a sentence for each kind."""
    yield from notes.about_meeting
    if outside := _outside(rows, meeting, utc=utc):
        yield f"Times before the meeting's start or after its end: {_list(outside)}."
    for numbers, text in (
        (notes.waiting, "Time in the waiting room is not counted"),
        (notes.bad_emails, "What stands as e-mail address is not one, and was left out"),
        (notes.untimed, "No join time, so the report's own minutes were taken"),
        (notes.never_left, "No leave time, so it was worked out from the duration"),
        (notes.other_length, "Join and leave times do not fit the duration; the times were believed"),
        (notes.repeated, "A clock change made a local time occur twice; the one that fits the duration was taken"),
        (notes.with_gaps, "Away in between, but not said when, so the report's own minutes were taken"),
        (notes.unlisted, "Not among the in-meeting activities, so the row among the participants was taken"),
        (notes.still_there, "No leave time, so they count up to the last line of the report"),
        (notes.orphaned, "A leave time without a join time before it is left out"),
        (notes.skipped, "A clock change skipped a local time; it was read as if the clocks had not changed"),
    ):
        if numbers:
            yield f"{text}: {_list(numbers)}."


def _outside(rows: Sequence[PresenceRow], meeting: PresenceMeeting | None, *, utc: bool) -> list[int]:
    if meeting is None:
        return []
    start, end = (meeting.starts_at, meeting.ends_at) if utc else (meeting.local_start, meeting.local_end)
    if start is None or end is None:
        return []
    early, late = start - timedelta(minutes=TOLERANCE), end + timedelta(minutes=TOLERANCE)
    timed = ((row.number, row.interval) for row in rows if row.interval is not None)
    return [number for number, interval in timed if interval.start < early or interval.end > late]


def _list(numbers: Sequence[int] | Mapping[int, str]) -> str:
    """`row 5` or `rows 5, 7, 9 and 4 more`."""
    ordered = sorted(numbers)
    return f"{'row' if len(ordered) == 1 else 'rows'} {_some([str(number) for number in ordered])}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(name if len(name) <= 60 else name[:59] + "…" for name in names[:_NAMED])
    return shown if len(names) <= _NAMED else f"{shown} and {len(names) - _NAMED} more"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def _is(things: Mapping[int, str]) -> str:
    return "is" if len(things) == 1 else "are"


def _has(number: int) -> str:
    return "has" if number == 1 else "have"
