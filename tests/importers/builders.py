"""Reports of Zoom and Teams made to measure: each test changes the one thing that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coaching.importers.presence import PresenceReport

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
SHARED_SAMPLE = SAMPLES / "zoom_participants.csv"
TEAMS_SAMPLE = SAMPLES / "teams_attendance_utf16be.csv"

UNIQUE = "Name (Original Name),User Email,Total Duration (Minutes),Guest"
JOINS = "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest"
WAITING = f"{JOINS},In Waiting Room"
SUMMARY = "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants,"


def lines(*rows: str, end: str = "\r\n", encoding: str = "utf-8-sig") -> bytes:
    """These rows as a file."""
    return "".join(row + end for row in rows).encode(encoding)


def unique(*rows: str, **how: str) -> bytes:
    """A report without join times."""
    return lines(UNIQUE, *rows, **how)


def joins(*rows: str, **how: str) -> bytes:
    """A report with a row for each join."""
    return lines(JOINS, *rows, **how)


def join(name: str, email: str, start: str, end: str, minutes: int | str, guest: str = "Yes") -> str:
    """A row of a joins report; times without a date are on 14 March 2024."""
    start, end = (
        f"03/14/2024 {time}" if time and "/" not in time and "-" not in time else time for time in (start, end)
    )
    return f"{name},{email},{start},{end},{minutes},{guest}"


def summary(start: str, end: str, minutes: int | str, participants: int | str) -> Sequence[str]:
    """The three lines above the people."""
    return (SUMMARY, f"81200000001,Coaching circle,{start},{end},host@example.org,{minutes},{participants},", "")


def told(report: PresenceReport, text: str) -> bool:
    """Whether a warning says this."""
    return any(text in warning for warning in report.warnings)


def minutes(report: PresenceReport) -> dict[str, int]:
    """Everybody's minutes by name."""
    return {person.name: person.minutes for person in report.people}


STAYS = "Name\tJoin time\tLeave time\tDuration\tEmail\tRole"
PEOPLE = "Name\tFirst join\tLast leave\tIn-meeting duration\tEmail\tParticipant ID (UPN)\tRole"
EVENTS = "Full Name\tUser Action\tTimestamp"


def teams(people: Sequence[str], stays: Sequence[str] = (), *, count: int = 1, **how: str) -> bytes:
    """A Teams report in sections; the third one only where there are stays."""
    third = ("", "3. In-Meeting activities", STAYS, *stays) if stays else ()
    return lines(
        "1. Summary", "Meeting title\tCoaching circle", f"Attended participants\t{count}",
        "Start time\t14/03/24, 14:00:00", "End time\t14/03/24, 15:00:00", "Meeting duration\t1h",
        "Average attendance time\t40m", "", "2. Participants", PEOPLE, *people, *third, **how,
    )  # fmt: skip


def full_names(*rows: str, **how: str) -> bytes:
    """A Teams report of 2021, without its summary."""
    return lines("Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole", *rows, **how)


def stay(name: str, start: str, end: str, length: str, email: str = "") -> str:
    """A row of the in-meeting activities; times without a date are on 14 March 2024."""
    start, end = (f"14/03/24, {time}" if len(time) == len("14:00:00") else time for time in (start, end))
    return f"{name}\t{start}\t{end}\t{length}\t{email}\tAttendee"


def person(name: str, start: str, end: str, length: str, email: str = "", upn: str = "") -> str:
    """A row of the participants."""
    return f"{stay(name, start, end, length, email).removesuffix('Attendee')}{upn}\tAttendee"


def event(name: str, action: str, time: str) -> str:
    """A coming or a going on 14 March 2021."""
    return f"{name}\t{action}\t14/03/2021, {time}"
