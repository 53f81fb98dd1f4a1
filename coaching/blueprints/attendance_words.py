"""Attendance in words: a number of sessions is never said without what it is of, and what is among these.

A line is whatever counts sessions: a member's progress, a row or a column of the grid.
"""

from __future__ import annotations

from typing import Protocol

from flask import Flask

from coaching.blueprints.formatting import number, plural

SHOWN_IN_A_ROW = 2


def init_attendance_words(app: Flask) -> None:
    """Registers them as filters."""
    for function in (came_to, set_apart, not_recorded, places, in_a_row):
        app.add_template_filter(function)


class Tally(Protocol):
    """Sessions that count for a member, those among them that they came to, and those that are no absences."""

    @property
    def attended(self) -> int: ...

    @property
    def counted(self) -> int: ...

    @property
    def excused(self) -> int: ...

    @property
    def unrecorded(self) -> int: ...


def came_to(tally: Tally) -> str:
    """5 of the 7 sessions held since joining; 1 excused, 1 not recorded yet"""
    if not tally.counted:
        return "No session held since joining"
    held = plural(tally.counted, "session", "sessions")
    said = f"{number(tally.attended)} of the {held} held since joining"
    return "; ".join(part for part in (said, set_apart(tally)) if part)


def set_apart(tally: Tally) -> str:
    """1 excused, 1 not recorded yet: what is among the sessions held and is no absence."""
    excused = f"{number(tally.excused)} excused" if tally.excused else ""
    return ", ".join(part for part in (excused, not_recorded(tally.unrecorded)) if part)


def not_recorded(count: int) -> str:
    """2 not recorded yet, or nothing where everything is recorded."""
    return f"{number(count)} not recorded yet" if count else ""


def places(counted: int) -> str:
    """of the 63 places at sessions held since each joined: what the share of a whole group is of."""
    return f"of the {plural(counted, 'place', 'places')} at sessions held since each joined"


def in_a_row(absences: int) -> str:
    """3 in a row missed; one absence is no row."""
    return f"{absences} in a row missed" if absences >= SHOWN_IN_A_ROW else ""
