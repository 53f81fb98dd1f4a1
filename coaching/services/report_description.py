"""A participants report in words and in JSON, and what has to be said beside the file to read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from coaching.importers.presence import PresencePerson, PresenceReport

if TYPE_CHECKING:
    from coaching.importers.reports import Service
    from coaching.importers.times import DateOrder


@dataclass(frozen=True)
class Reading:
    """What the importer cannot know from the file: the report's zone, its date order, and whether it is meant as it is.

    With `anyway` a report is taken that is of another day, or has rows that cannot be read. Where a `service` is named,
    a report of another one is refused.
    """

    timezone: str | None = None
    date_order: DateOrder | None = None
    anyway: bool = False
    service: Service | None = None


def describe_report(data: bytes, reading: Reading) -> dict[str, Any]:
    """What a report says by itself, without a session: format, times, people with merged minutes, warnings."""
    return describe(read_for(data, reading))


def read_for(
    data: bytes, reading: Reading, *, timezone: str | None = None, expected_day: date | None = None
) -> PresenceReport:
    """The report, read as was said; in `timezone` where no other was named."""
    # Imported with the first report: the readers and their languages take a fortieth of a start.
    from coaching.importers.reports import read_report  # noqa: PLC0415

    return read_report(
        data,
        service=reading.service,
        timezone=reading.timezone or timezone,
        date_order=reading.date_order,
        expected_day=expected_day,
    )


def describe(report: PresenceReport) -> dict[str, Any]:
    """A report as JSON holds it."""
    meeting = report.meeting
    return {
        "format": report.format,
        "version": report.version,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "date_order": report.date_order,
        "timezone": report.timezone,
        "sha256": report.sha256,
        "meeting": meeting
        and {
            "id": meeting.id,
            "topic": meeting.topic,
            "local_start": meeting.local_start,
            "local_end": meeting.local_end,
            "starts_at": meeting.starts_at,
            "ends_at": meeting.ends_at,
            "duration_minutes": meeting.duration_minutes,
            "participants": meeting.participants,
        },
        "people": [_describe_person(person) for person in report.people],
        "may_be_cut": report.may_be_cut,
        "warnings": list(report.warnings),
        "row_errors": {str(number): text for number, text in report.row_errors.items()},
    }


def _describe_person(person: PresencePerson) -> dict[str, Any]:
    return {
        "rows": list(person.rows),
        "name": person.name,
        "original_name": person.original_name,
        "email": person.email,
        "minutes": person.minutes,
        "intervals": [{"start": i.start, "end": i.end} for i in person.intervals],
    }


def describe_in_words(answer: dict[str, Any]) -> str:
    """A described report, or a preview's JSON, as lines for a terminal."""
    meeting = answer["meeting"]
    lines = [
        f"{answer['format']} report, {answer['version']}; {answer['encoding']}, separated by {answer['delimiter']!r}"
    ]
    if meeting:
        times = (
            f"{meeting['local_start']} to {meeting['local_end']}" if meeting["local_start"] else "at an unknown time"
        )
        lines.append(f"Meeting {meeting['topic']!r}, {times}")
    for row in answer.get("rows", answer["people"]):
        outcome = f"  {row['outcome']}: {row['reason']}" if "outcome" in row else ""
        lines.append(f"  {row['minutes']:>4} min  {row['name']}{outcome}")
    if answer["may_be_cut"]:
        lines.insert(0, "This file may be cut off: see the notes below.")
    recorded = answer.get("recorded_already", ())
    lines += [
        f"Not in the report: {name}{', recorded already, which stays' if name in recorded else ''}"
        for name in answer.get("not_in_report", ())
    ]
    lines += [f"Note: {text}" for text in answer["warnings"]]
    lines += [f"Row {number}: {text}" for number, text in answer["row_errors"].items()]
    lines += [f"Problem: {text}" for texts in answer.get("problems", {}).values() for text in texts]
    if answer.get("import"):
        lines.append(f"Recorded as import {answer['import']}.")
    return "\n".join(lines)
