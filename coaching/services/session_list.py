"""A cohort's sessions as lines of a page: one statement, with how many members were recorded and there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from coaching.models import (
    THERE,
    Attendance,
    CoachingSession,
    Cohort,
    Frequency,
    Series,
    SessionMode,
    SessionState,
    mode_of,
)
from coaching.policies import Actor, may_view_cohort_progress, runs_cohort
from coaching.services.recurrence import frequency_of
from coaching.services.words import is_one_of

WAS_THERE = is_one_of(Attendance.status, THERE)

_SESSIONS = (
    select(
        CoachingSession.public_id,
        CoachingSession.title,
        CoachingSession.starts_at,
        CoachingSession.ends_at,
        CoachingSession.timezone,
        CoachingSession.location,
        CoachingSession.join_url,
        CoachingSession.state,
        CoachingSession.pair_membership_id,
        CoachingSession.recurrence_start,
        Series.public_id,
        Series.rule,
        func.count(Attendance.id),
        func.count(Attendance.id).filter(WAS_THERE),
    )
    .outerjoin(Series, Series.id == CoachingSession.series_id)
    .outerjoin(Attendance, Attendance.session_id == CoachingSession.id)
    .where(CoachingSession.cohort_id == bindparam("cohort_id"))
    .group_by(CoachingSession.id, Series.id)
    .order_by(CoachingSession.starts_at, CoachingSession.id)
)


# No named tuple, because a tuple's `count` is something else.
@dataclass(frozen=True, slots=True)
class SeriesPlace:
    """Where a session stands in its series: the third of eight, those that were cancelled counted."""

    series_id: str
    frequency: Frequency
    number: int
    count: int


Places = dict[tuple[str, datetime], SeriesPlace]


class SessionLine(NamedTuple):
    """A session; `recorded` members have an attendance, `present` of them were there, wholly or partly.

    Both are None for those who do not see everybody's progress: in a small cohort a count is a name.
    """

    id: str
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str
    location: str
    join_url: str
    state: SessionState
    is_pair: bool
    series: SeriesPlace | None
    recorded: int | None
    present: int | None

    @property
    def mode(self) -> SessionMode | None:
        """How people meet, as far as anybody has said."""
        return mode_of(self.location, self.join_url)


def read_sessions(connection: Connection, cohort: Cohort, *, actor: Actor) -> tuple[SessionLine, ...]:
    """The cohort's sessions by time. A one-to-one is for its pair and for those who run the cohort."""
    runs, counts = runs_cohort(actor, cohort), may_view_cohort_progress(actor, cohort)
    standing = actor.standings.get(cohort.id)
    own = standing.membership_id if standing is not None else None
    rows = connection.execute(_SESSIONS, {"cohort_id": cohort.id}).all()
    places = _places(rows)
    return tuple(
        _line(row, places, counts=counts)
        for row in rows
        if runs or row.pair_membership_id is None or row.pair_membership_id == own
    )


def _line(row: Any, places: Places, *, counts: bool) -> SessionLine:
    public_id, title, starts_at, ends_at, zone, place, link, state, pair, given, series, _rule, recorded, there = row
    in_series = places.get((series, given)) if series else None
    if not counts:
        recorded = there = None
    return SessionLine(
        public_id, title, starts_at, ends_at, zone, place, link, state, pair is not None, in_series, recorded, there
    )


def _places(rows: Iterable[Any]) -> Places:
    """The place of each session that is of a series, by the series and the time that its rule gave."""
    series: dict[str, list[tuple[datetime, str]]] = {}
    for *_, given, name, rule, _recorded, _present in rows:
        if name:
            series.setdefault(name, []).append((given, rule))
    return {
        (name, start): SeriesPlace(name, frequency_of(rule), number, len(found))
        for name, found in series.items()
        for number, (start, rule) in enumerate(sorted(found), start=1)
    }


def next_session(lines: Iterable[SessionLine], *, now: datetime) -> SessionLine | None:
    """The first session that has not ended, one that goes on just now included."""
    return next((line for line in lines if line.state == SessionState.SCHEDULED and line.ends_at > now), None)


def last_session(lines: Sequence[SessionLine], *, now: datetime) -> SessionLine | None:
    """The latest session that was held."""
    return next(
        (line for line in reversed(lines) if line.state == SessionState.SCHEDULED and line.ends_at <= now), None
    )
