"""Presence as every report tells it: people, the stretches of time they were there, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

MINUTE = timedelta(minutes=1)
Status = Literal["present", "late", "partial", "absent"]


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A stretch of presence. Both ends are naive local times, or both are aware."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class PresencePerson:
    """One person of a report, all their rows together.

    `minutes` counts a started minute as a whole one, as Zoom does. `intervals` are naive local times;
    `utc_intervals` are the same stretches in UTC, empty while the zone is unknown. `guest` is None when not said.
    """

    rows: tuple[int, ...]
    name: str
    original_name: str
    email: str
    minutes: int
    intervals: tuple[Interval, ...] = ()
    utc_intervals: tuple[Interval, ...] = ()
    guest: bool | None = None
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PresenceMeeting:
    """What a report says of its meeting. `starts_at` and `ends_at` are UTC, None while the zone is unknown.

    `participants` is the number that the report's summary claims.
    """

    id: str
    topic: str
    host: str
    local_start: datetime | None
    local_end: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None
    duration_minutes: int | None
    participants: int | None


@dataclass(frozen=True, slots=True)
class PresenceReport:
    """A participants report, with what was detected about the file and all that is doubtful in it.

    Where it `may_be_cut` the warnings begin with why: rows may be missing at its end, and nobody can see which.
    A row in `row_errors` (row number, as a spreadsheet counts, to what is wrong) is counted for nobody. `sha256` is of
    what the rows say, so that a copy of the report is known whatever program saved it.
    """

    format: str
    version: str
    encoding: str
    delimiter: str
    date_order: str | None
    timezone: str | None
    meeting: PresenceMeeting | None
    people: tuple[PresencePerson, ...]
    warnings: tuple[str, ...]
    row_errors: dict[int, str] = field(hash=False)
    sha256: str
    may_be_cut: bool = False


def unite_intervals(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The union: sorted, without overlaps. Two devices at once, or a rejoin that overlaps, count once."""
    united: list[Interval] = []
    for interval in sorted(intervals):
        if united and interval.start <= united[-1].end:
            if interval.end > united[-1].end:
                united[-1] = Interval(united[-1].start, interval.end)
        else:
            united.append(interval)
    return tuple(united)


def total_minutes(intervals: Iterable[Interval]) -> int:
    """Minutes in these (disjoint) intervals; a started minute counts as a whole one."""
    return whole_minutes(sum((interval.length for interval in intervals), timedelta()))


def whole_minutes(length: timedelta) -> int:
    """A length in minutes, rounded up."""
    return -(-length // MINUTE)


class Thresholds(NamedTuple):
    """What a cohort counts as present (from this share of a session on), as in part (above this one), and as late.

    Three quarters, because it forgives what is no absence (ten minutes late to an hour, a dropped line, leaving
    for the next meeting) and does not count those who left half-way as having been there. In part starts just above
    nothing: a coach should see that somebody looked in.
    """

    present_percent: int = 75
    partial_percent: int = 0
    late_minutes: int = 10


USUAL = Thresholds()


def attendance_status(
    minutes: int, duration_minutes: int, *, late_by: timedelta | None = None, thresholds: Thresholds = USUAL
) -> Status:
    """What so many minutes of a session come to. `late_by` is how long after its start somebody came, where known.

    Who came late and stayed long enough is late; who did not stay long enough was there in part, however they came.
    """
    share, whole = 100 * minutes, duration_minutes
    if minutes <= 0:
        return "absent"
    if share >= thresholds.present_percent * whole:
        return "late" if is_late(late_by, thresholds) else "present"
    return "partial" if share > thresholds.partial_percent * whole else "absent"


def is_late(late_by: timedelta | None, thresholds: Thresholds) -> bool:
    """Whether somebody who came so long after the start was late. Where nobody knows when they came, they were not."""
    return late_by is not None and late_by > timedelta(minutes=thresholds.late_minutes)
