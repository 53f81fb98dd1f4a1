"""What the clocks make of a change of several sessions of a series, before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from coaching.models import CoachingSession, Scope
from coaching.policies import Actor, may_run_cohort, may_view_session, require
from coaching.services.clock_preflight import (
    Planned,
    PreviewedSession,
    count_affected,
    preview_clocks,
    read_member_zones,
    summarise_clocks,
)
from coaching.services.recurrence import Occurrence
from coaching.services.series import list_series_sessions
from coaching.services.session_scope import Move, plan_moves, sessions_in_scope


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """The sessions that a change moves, as they would be."""

    sessions: tuple[PreviewedSession, ...]

    @property
    def affected(self) -> int:
        """How many of them the clocks have something to do with."""
        return count_affected(self.sessions)

    @property
    def summary(self) -> str:
        return summarise_clocks(self.sessions)


def preview_change(
    session: Session,
    coaching_session: CoachingSession,
    *,
    actor: Actor,
    now: datetime,
    local_start: datetime,
    timezone: str,
    duration_minutes: int,
    scope: Scope,
) -> ChangePreview:
    """Each session that the change moves, with what the clocks do; none where no day, time of day or zone changes.

    Writes nothing. Whether the change can be saved is for saving it to say.
    """
    cohort = coaching_session.cohort
    require(may_run_cohort(actor, cohort), seen=may_view_session(actor, coaching_session))
    series = coaching_session.series
    stays = (local_start, timezone) == (coaching_session.local_start, coaching_session.timezone)
    if series is None or scope == Scope.ONE or stays:
        return ChangePreview(())
    changed = sessions_in_scope(session, coaching_session, scope, now=now)
    moves = plan_moves(
        changed, coaching_session, local_start=local_start, timezone=timezone, duration_minutes=duration_minutes
    )
    numbers = {one.id: one.number for one in list_series_sessions(session, series, actor=actor)}
    planned = [_planned(move, numbers[move.moved.public_id]) for move in moves]
    return ChangePreview(preview_clocks(planned, read_member_zones(session, cohort, coaching_session.pair_membership)))


def _planned(move: Move, number: int) -> Planned:
    occurrence = Occurrence(move.agreed, move.local_start, move.starts_at, is_left_out=False)
    return Planned(number, occurrence, move.timezone, move.duration_minutes)
