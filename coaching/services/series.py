"""Series: looked at before they are saved, saved with all their sessions, and read again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import NotFound
from coaching.models import (
    CoachingSession,
    Cohort,
    Frequency,
    Membership,
    Series,
    SessionState,
)
from coaching.policies import Actor, may_run_cohort, may_view_cohort, may_view_session, require
from coaching.services import audit, session_effects
from coaching.services.bookings import check_coach_is_free, list_taken
from coaching.services.calendar_lock import lock_calendar
from coaching.services.clock_preflight import (
    Planned,
    PreviewedSession,
    count_affected,
    preview_clocks,
    read_member_zones,
    summarise_clocks,
)
from coaching.services.coaching_sessions import Texts, find_leader, find_pair, known_texts
from coaching.services.recurrence import Occurrence, Repeat, Rule, plan_series, read_rule


@dataclass(frozen=True, slots=True)
class SeriesPreview:
    """A series as it would be saved."""

    rule: str
    sentence: str
    timezone: str
    sessions: tuple[PreviewedSession, ...]
    warnings: tuple[str, ...]

    @property
    def affected(self) -> int:
        """How many sessions the clocks have something to do with, those that are left out not counted."""
        return count_affected(self.sessions)

    @property
    def taken(self) -> int:
        """How many sessions are at a time at which their coach holds another, those that are left out not counted."""
        return sum(bool(one.taken) and not one.is_left_out for one in self.sessions)

    @property
    def summary(self) -> str:
        return summarise_clocks(self.sessions)


@dataclass(frozen=True, slots=True)
class SeriesSession:
    """A session of a series as it stands: what the rule gave it, and what became of it."""

    id: str
    number: int
    title: str
    recurrence_start: datetime
    local_start: datetime
    timezone: str
    starts_at: datetime
    ends_at: datetime
    state: SessionState


@dataclass(frozen=True, slots=True)
class SeriesReport:
    """A series with its sessions. `exceptions` are the days that it left out from the start."""

    id: str
    cohort_id: str
    pair_with: str | None
    title: str
    local_start: datetime
    timezone: str
    duration_minutes: int
    rule: str
    frequency: Frequency
    sentence: str
    exceptions: list[date]
    sessions: list[SeriesSession]


def preview_series(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    local_start: datetime,
    timezone: str,
    duration_minutes: int,
    repeat: Repeat,
    pair_with: str | None = None,
    led_by: str | None = None,
    **texts: Unpack[Texts],
) -> SeriesPreview:
    """What saving the series would make, what the clocks have to do with it and where its coach is taken.

    Writes nothing.
    """
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    pair = find_pair(session, cohort, pair_with)
    leader = find_leader(session, cohort, led_by, actor=actor)
    plan = plan_series(local_start, timezone, repeat)
    shared: dict[str, object] = {
        "cohort": cohort,
        "title": title,
        "created_at": now,
        "led_by_id": leader,
        **known_texts(texts),
    }
    planned = plan_sessions(plan.occurrences, timezone, duration_minutes, **shared)
    kept = [made for made, one in zip(planned, plan.occurrences, strict=True) if not one.is_left_out]
    ends = {"The first session": kept[0], "The last session": kept[-1]}
    warnings = tuple(text.replace("This session", which) for which, one in ends.items() for text in one.warnings)
    taken = list_taken(session, planned, now=now, actor=actor)
    times = [Planned(number, one, timezone, duration_minutes) for number, one in enumerate(plan.occurrences, start=1)]
    previewed = preview_clocks(times, read_member_zones(session, cohort, pair))
    sessions = tuple(replace(one, taken=taken.get(place, "")) for place, one in enumerate(previewed))
    return SeriesPreview(plan.rule.text, plan.rule.sentence, timezone, sessions, warnings)


def schedule_series(
    session: Session,
    cohort: Cohort,
    *,
    actor: Actor,
    now: datetime,
    title: str,
    local_start: datetime,
    timezone: str,
    duration_minutes: int,
    repeat: Repeat,
    pair_with: str | None = None,
    led_by: str | None = None,
    **texts: Unpack[Texts],
) -> Series:
    """A new series with all its sessions, save those on the days that it leaves out."""
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    lock_calendar(session.connection(), cohort.id)
    plan = plan_series(local_start, timezone, repeat)
    series = Series(
        cohort=cohort,
        pair_membership=find_pair(session, cohort, pair_with),
        title=title,
        local_start=local_start,
        timezone=timezone,
        duration_minutes=duration_minutes,
        rule=plan.rule.text,
        exceptions=plan.exceptions,
        created_at=now,
    )
    shared = {"cohort": cohort, "series": series, "title": title, "pair_membership": series.pair_membership}
    shared |= {"led_by_id": find_leader(session, cohort, led_by, actor=actor), "created_at": now} | known_texts(texts)
    sessions = plan_sessions(plan.kept, timezone, duration_minutes, **shared)
    check_coach_is_free(session, sessions, now=now, actor=actor)
    session.add_all([series, *sessions])
    # Invites refer to the sessions by their numbers.
    session.flush()
    session_effects.follow_scheduled(session, sessions, now=now)
    audit.record(session, "series.scheduled", series, actor=actor, now=now)
    return series


def get_series(session: Session, public_id: str, *, actor: Actor) -> Series:
    """A series of a cohort that the actor may look at; one of one-to-ones is for its pair and those who run it."""
    statement = (
        select(Series)
        .where(Series.public_id == public_id)
        .options(
            joinedload(Series.cohort).joinedload(Cohort.programme),
            joinedload(Series.pair_membership).joinedload(Membership.person),
        )
    )
    found = session.scalars(statement).one_or_none()
    if found is None or not may_view_session(actor, found):
        raise NotFound
    return found


def read_series(session: Session, series: Series, *, actor: Actor) -> SeriesReport:
    """The rule as it was agreed, and every session as it stands now."""
    require(may_view_session(actor, series), seen=False)
    rule = rule_of(series)
    return SeriesReport(
        id=series.public_id,
        cohort_id=series.cohort.public_id,
        pair_with=series.pair_membership.public_id if series.pair_membership is not None else None,
        title=series.title,
        local_start=series.local_start,
        timezone=series.timezone,
        duration_minutes=series.duration_minutes,
        rule=series.rule,
        frequency=rule.frequency,
        sentence=rule.sentence,
        exceptions=[datetime.fromisoformat(one).date() for one in series.exceptions],
        sessions=list_series_sessions(session, series, actor=actor),
    )


def list_series_sessions(session: Session, series: Series, *, actor: Actor) -> list[SeriesSession]:
    """The sessions of a series in its order, whenever they are now."""
    require(may_view_session(actor, series), seen=False)
    statement = (
        select(
            CoachingSession.public_id,
            CoachingSession.title,
            CoachingSession.recurrence_start,
            CoachingSession.local_start,
            CoachingSession.timezone,
            CoachingSession.starts_at,
            CoachingSession.ends_at,
            CoachingSession.state,
        )
        .where(CoachingSession.series_id == series.id)
        .order_by(CoachingSession.recurrence_start)
    )
    return [
        SeriesSession(public_id, number, title, given or local, local, zone, starts_at, ends_at, state)
        for number, (public_id, title, given, local, zone, starts_at, ends_at, state) in enumerate(
            session.execute(statement), start=1
        )
    ]


def rule_of(series: Series) -> Rule:
    """The rule of a series that was saved."""
    return read_rule(series.rule, series.local_start)


def plan_sessions(
    occurrences: Iterable[Occurrence], timezone: str, duration_minutes: int, **shared: object
) -> list[CoachingSession]:
    """The sessions at these times, in no database session yet."""
    return [
        CoachingSession(
            recurrence_start=one.recurrence_start,
            local_start=one.local_start,
            timezone=timezone,
            duration_minutes=duration_minutes,
            starts_at=one.starts_at,
            ends_at=one.starts_at + timedelta(minutes=duration_minutes),
            state=SessionState.SCHEDULED,
            **shared,
        )
        for one in occurrences
    ]
