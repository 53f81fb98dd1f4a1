"""Zoom reports made to measure: each test changes the one thing that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from coaching.importers.presence import PresenceReport

FIXTURES = Path(__file__).parent / "fixtures"
SHARED_SAMPLE = Path(__file__).parents[3] / "shared" / "samples" / "zoom_participants.csv"

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
