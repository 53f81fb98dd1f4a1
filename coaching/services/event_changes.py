"""What one person has to be told of one event: what they were told, beside what holds. Pure.

Nothing here asks what an act was meant to change: the mail follows from the difference alone. So whatever was missed,
because somebody was paused, a mail was called off or a server refused it, is in the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from coaching.services.calendar_events import Meeting

Snapshot = dict[str, Any]
WORDS = ("title", "place", "text")


class Fate(StrEnum):
    """What became of the mail by which somebody was told of a session."""

    LEFT = "left"
    WAITING = "waiting"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Told:
    """What the newest mail says of a session (None: that it is off), what they had before it, and its fate."""

    told: Snapshot | None
    had: Snapshot | None
    fate: Fate = Fate.LEFT


class Act(StrEnum):
    """What a mail does to the event in a calendar."""

    WHOLE = "whole"
    PART = "part"
    CANCEL = "cancel"
    END = "end"


@dataclass(frozen=True, slots=True)
class Change:
    """What is new of one session. `was` is what the person has; `words` name what else differs."""

    session_id: int
    act: str
    was: Snapshot | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """One mail: what it does, and of which sessions it tells what. `kept` are those that a whole one holds besides."""

    act: Act
    changes: tuple[Change, ...]
    kept: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody's calendar should have of an event. Without `is_in` they are to be out of it altogether."""

    meetings: Mapping[int, Meeting] = field(default_factory=dict)
    is_in: bool = True


def snapshot(meeting: Meeting) -> Snapshot:
    """A session as it was told. Of words only digests are kept: what a one-to-one is about is not stored twice."""
    digests = {name: _digest(value) for name, value in zip(WORDS, meeting.words, strict=True)}
    return {
        "starts_at": meeting.starts_at.isoformat(),
        "ends_at": meeting.ends_at.isoformat(),
        "zone": meeting.zone,
        **digests,
    }


def says(rows: Mapping[int, Told]) -> dict[int, Snapshot]:
    """What a calendar will have when the mails that wait have come."""
    newest = {number: row.had if row.fate is Fate.LOST else row.told for number, row in rows.items()}
    return {number: found for number, found in newest.items() if found is not None}


def holds(rows: Mapping[int, Told]) -> dict[int, Snapshot]:
    """What a calendar has by the mails that have left."""
    newest = {number: row.told if row.fate is Fate.LEFT else row.had for number, row in rows.items()}
    return {number: found for number, found in newest.items() if found is not None}


def differences(held: Mapping[int, Snapshot], wanted: Wanted, *, now: datetime) -> tuple[Change, ...]:
    """What somebody who has `held` has to hear. Nobody is told of what has begun, unless they have it still to come."""
    found = []
    for number, meeting in wanted.meetings.items():
        known = held.get(number)
        to_come = meeting.starts_at > now
        if known is None and to_come:
            found.append(Change(number, "new"))
        elif known is not None and (to_come or _starts(known) > now):
            change = _compared(number, known, meeting)
            found += [change] if change else []
    for number, known in held.items():
        if number not in wanted.meetings and _starts(known) > now:
            found.append(Change(number, "cancelled", known))
    return tuple(found)


def make_plan(held: Mapping[int, Snapshot], wanted: Wanted, *, now: datetime) -> Plan | None:
    """The mail that makes good what differs; None where nothing does."""
    changes = differences(held, wanted, now=now)
    if not changes:
        return None
    acts = {change.act for change in changes}
    staying = tuple(number for number in wanted.meetings if number in held or wanted.meetings[number].starts_at > now)
    past = [number for number in held if number not in staying and _starts(held[number]) <= now]
    if not wanted.is_in or (acts == {"cancelled"} and not staying and not past):
        return Plan(Act.END, changes)
    if acts == {"cancelled"}:
        return Plan(Act.CANCEL, changes)
    if not held or acts & {"new", "cancelled"}:
        # One mail has one method, and what was never there or taken out can only come with the whole of it.
        return Plan(Act.WHOLE, changes, staying)
    return Plan(Act.PART, changes)


def after(rows: Mapping[int, Told], plan: Plan | None, wanted: Wanted) -> dict[int, Told | None]:
    """The rows that change with this mail, or without one where what waited is called off; None for one that goes."""
    held = holds(rows)
    if plan is None:
        undone = {number: row for number, row in rows.items() if row.fate is not Fate.LEFT}
        return {number: Told(row.had, row.had) if row.had else None for number, row in undone.items()}
    fresh: dict[int, Told | None] = {}
    for number in {change.session_id for change in plan.changes} | set(plan.kept):
        meeting = wanted.meetings.get(number)
        fresh[number] = Told(snapshot(meeting) if meeting else None, held.get(number), Fate.WAITING)
    for number, row in rows.items():
        if number not in fresh and row.fate is not Fate.LEFT:
            fresh[number] = Told(row.had, row.had) if row.had else None
    return fresh


def _compared(number: int, known: Snapshot, meeting: Meeting) -> Change | None:
    now_is = snapshot(meeting)
    if known == now_is:
        return None
    words = [name for name in WORDS if known[name] != now_is[name]]
    if _length(known) != _length(now_is):
        words.append("length")
    is_moved = known["starts_at"] != now_is["starts_at"]
    return Change(number, "moved" if is_moved else "changed", known, tuple(words))


def _starts(known: Snapshot) -> datetime:
    return datetime.fromisoformat(known["starts_at"])


def _length(known: Snapshot) -> float:
    return (datetime.fromisoformat(known["ends_at"]) - _starts(known)).total_seconds()


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:16]
