"""Presence as every report tells it: people, the stretches of time they were there, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

MINUTE = timedelta(minutes=1)
Status = Literal["present", "partial", "absent"]


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

    A row in `row_errors` (row number, as a spreadsheet counts, to what is wrong) is counted for nobody. `sha256` is of
    what the rows say, so that a copy of the report is known whatever program saved it.
    """

    format: str
    variant: str
    encoding: str
    delimiter: str
    date_order: str | None
    timezone: str | None
    meeting: PresenceMeeting | None
    people: tuple[PresencePerson, ...]
    warnings: tuple[str, ...]
    row_errors: dict[int, str] = field(hash=False)
    sha256: str


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


def attendance_status(
    minutes: int, duration_minutes: int, *, present_share: float = 0.75, partial_share: float = 0.0
) -> Status:
    """Present from three quarters of the session on, partial when there at all, absent otherwise.

    Three quarters, because it forgives what is no absence (ten minutes late to an hour, a dropped line, leaving
    for the next meeting) and does not count those who left half-way as having been there. Partial starts just
    above `partial_share` of the session, which is nothing: a coach should see that somebody looked in.
    """
    if minutes <= 0:
        return "absent"
    # The small allowance keeps shares such as 0.8 of 55 minutes exact, where floating point is not.
    allowance = 1e-9
    if minutes >= present_share * duration_minutes - allowance:
        return "present"
    return "partial" if minutes > partial_share * duration_minutes + allowance else "absent"
