"""Series: looked at before they are saved, saved with all their sessions, and read again."""

from __future__ import annotations

from dataclasses import dataclass
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
from coaching.services.bookings import check_coach_is_free
from coaching.services.calendar_lock import lock_calendar
from coaching.services.clock_preflight import PreviewedSession, preview_clocks, read_member_zones
from coaching.services.coaching_sessions import Texts, find_leader, find_pair, known_texts
from coaching.services.recurrence import Plan, Repeat, Rule, plan_series, read_rule


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
        return sum(one.is_affected and not one.is_left_out for one in self.sessions)

    @property
    def summary(self) -> str:
        kept = sum(not one.is_left_out for one in self.sessions)
        if not self.affected:
            return f"No clock moves within these {kept} sessions: everybody keeps the same time of day."
        return f"Clocks move before or at {self.affected} of {kept} sessions. Look at what that does to people."


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
    """What saving the series would make, and what the clocks have to do with it. Writes nothing."""
    require(may_run_cohort(actor, cohort), seen=may_view_cohort(actor, cohort))
    pair = find_pair(session, cohort, pair_with)
    leader = find_leader(session, cohort, led_by, actor=actor)
    plan = plan_series(local_start, timezone, repeat)
    planned = plan_sessions(
        plan, duration_minutes, cohort=cohort, title=title, created_at=now, led_by_id=leader, **known_texts(texts)
    )
    ends = {"The first session": planned[0], "The last session": planned[-1]}
    warnings = tuple(text.replace("This session", which) for which, one in ends.items() for text in one.warnings)
    sessions = preview_clocks(plan, duration_minutes, read_member_zones(session, cohort, pair))
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
    leader = find_leader(session, cohort, led_by, actor=actor)
    shared = {"cohort": cohort, "series": series, "pair_membership": series.pair_membership, "led_by_id": leader}
    sessions = plan_sessions(plan, duration_minutes, title=title, created_at=now, **shared, **known_texts(texts))
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


def plan_sessions(plan: Plan, duration_minutes: int, **shared: object) -> list[CoachingSession]:
    """The sessions of a plan, in no database session yet."""
    return [
        CoachingSession(
            recurrence_start=one.recurrence_start,
            local_start=one.local_start,
            timezone=plan.timezone,
            duration_minutes=duration_minutes,
            starts_at=one.starts_at,
            ends_at=one.starts_at + timedelta(minutes=duration_minutes),
            state=SessionState.SCHEDULED,
            **shared,
        )
        for one in plan.kept
    ]
