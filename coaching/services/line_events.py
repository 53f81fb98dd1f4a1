"""What stands on somebody's line through time: one shape for all kinds of events, and the statements that find them.

A source is one statement, which gives a row for each event, and one small function, which makes the row a fact. A new
kind of event is a new source in the list of person_line.py.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Select, bindparam, literal_column
from sqlalchemy.orm import InstrumentedAttribute

from coaching.models import OPEN_STATUSES, Membership
from coaching.services.words import is_one_of

# A source is read up to so many events at once, so that a line of any length costs a bounded sum.
MOST_AT_ONCE = 500

# What is still to be done, before its day and after it.
DUE, OVERDUE = "due", "overdue"

Moment = InstrumentedAttribute[Any] | ColumnElement[Any]
Statement = Select[*tuple[Any, ...]]


class LineKind(StrEnum):
    """The lanes of the picture, and what the list can be narrowed down to."""

    SESSION = "session"
    GOAL = "goal"
    ACTION = "action"
    PROJECT = "project"
    CHECK_IN = "check_in"
    PRACTICE = "practice"
    SKILL = "skill"
    NOTE = "note"
    STANDING = "standing"


class LineEvent(NamedTuple):
    """One thing that happened, or is to come. `what` is a word for it, such as present, rated or overdue.

    `on` is its day where its reader lives, and `at` the moment where that is known. `value` is the score of a rating,
    the minutes of a presence, the enrolments that were told. `subject` is the noun whose page has the whole of it.
    """

    id: str
    kind: LineKind
    what: str
    on: date
    at: datetime | None
    title: str
    text: str
    value: int | None
    subject: str
    subject_id: str
    membership_id: str
    cohort: str


class Fact(NamedTuple):
    """What a source makes of a row. `key` is the row's own among those of its source."""

    key: str
    what: str
    subject_id: str
    title: str = ""
    text: str = ""
    value: int | None = None


class Reader(NamedTuple):
    """From when and where the line is looked at."""

    now: datetime
    today: date
    zone: ZoneInfo


# Makes a fact of a row, the first two columns of which (the membership's number and the moment) are left out.
Tell = Callable[[Any, Reader], Fact]


class Source(NamedTuple):
    """Where events of one sort come from. `subject` is the noun that they lead to."""

    kind: LineKind
    subject: str
    of_member: Statement
    of_person: Statement
    tell: Tell


def make_source(kind: LineKind, subject: str, statement: Statement, moment: Moment, tell: Tell) -> Source:
    """A source whose statement begins at Membership and selects what `tell` reads; bounded here, the newest first."""
    within: ColumnElement[bool]
    if isinstance(moment.type, Date):
        within = moment.between(bindparam("first"), bindparam("last"))
    else:
        within = (moment >= bindparam("start")) & (moment < bindparam("end"))
    # Which columns come first is for all sources the same: of which membership, and when.
    columns = [Membership.id, moment, *statement.selected_columns]
    bounded = (
        statement.with_only_columns(*columns, maintain_column_froms=True)
        .where(within)
        .order_by(moment.desc())
        .limit(literal_column(str(MOST_AT_ONCE)))
    )
    return Source(
        kind,
        subject,
        bounded.where(Membership.id == bindparam("membership_id")),
        bounded.where(Membership.person_id == bindparam("person_id"), is_one_of(Membership.status, OPEN_STATUSES)),
        tell,
    )
