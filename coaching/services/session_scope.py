"""A change of one session or of several of its series: which it is for, and what it makes of the time of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.errors import Conflict, Invalid
from coaching.models import CoachingSession, Scope, SessionState
from coaching.services.calendar_lock import lock_calendar
from coaching.services.recurrence import EARLIEST_YEAR, LATEST_YEAR
from coaching.services.zones import check_zone, settle_on_clock, to_utc


@dataclass(frozen=True, slots=True)
class Move:
    """A session's new time before it has it: what was agreed, what the clocks show then, and the moment (UTC)."""

    moved: CoachingSession
    agreed: datetime
    local_start: datetime
    starts_at: datetime
    timezone: str
    duration_minutes: int


CHANGED_MEANWHILE = "Somebody changed this session in the meantime. Load it again, and make your change once more."


def sessions_in_scope(
    session: Session, coaching_session: CoachingSession, scope: Scope, *, now: datetime
) -> list[CoachingSession]:
    """The sessions that a change is for, locked, in the order of their series. The cohort's calendar is locked first.

    Beyond the one itself those that have begun or were cancelled stay as they are: attendance hangs on when it was.
    """
    lock_calendar(session.connection(), coaching_session.cohort_id)
    _hold_unchanged(session, coaching_session)
    if scope == Scope.ONE:
        return [coaching_session]
    if coaching_session.series_id is None:
        raise Invalid.field("scope", "This session belongs to no series. Change it alone.")
    statement = (
        select(CoachingSession)
        .where(
            CoachingSession.series_id == coaching_session.series_id,
            CoachingSession.state == SessionState.SCHEDULED,
            CoachingSession.starts_at > now,
        )
        .order_by(CoachingSession.recurrence_start)
        .with_for_update(of=CoachingSession)
        .execution_options(populate_existing=True)
    )
    if scope == Scope.FOLLOWING:
        statement = statement.where(CoachingSession.recurrence_start >= coaching_session.recurrence_start)
    found = list(session.scalars(statement))
    if not found:
        raise Conflict("All sessions that this would change have begun. Change this one alone.")
    return found


def _hold_unchanged(session: Session, coaching_session: CoachingSession) -> None:
    """Locks the session, and refuses a change of what somebody else has changed since it was read: what was sent says
    how that was to be, and reading it anew now would overwrite what it has become."""
    statement = select(CoachingSession.version).where(CoachingSession.id == coaching_session.id).with_for_update()
    version = session.scalars(statement).one()
    if version != coaching_session.version:
        raise Conflict(CHANGED_MEANWHILE, code="changed-meanwhile")


def set_time(coaching_session: CoachingSession, local_start: datetime, timezone: str, duration_minutes: int) -> None:
    """Gives a session the time that somebody typed; one that does not exist is refused."""
    check_year(local_start)
    _hold(coaching_session, local_start, to_utc(local_start, timezone), timezone, duration_minutes)


def move_sessions(
    moved: Sequence[CoachingSession],
    anchor: CoachingSession,
    *,
    local_start: datetime,
    timezone: str,
    duration_minutes: int,
) -> None:
    """Moves sessions as one of them, the anchor, is moved."""
    for move in plan_moves(
        moved, anchor, local_start=local_start, timezone=timezone, duration_minutes=duration_minutes
    ):
        _hold(move.moved, move.local_start, move.starts_at, move.timezone, move.duration_minutes)


def plan_moves(
    moved: Sequence[CoachingSession],
    anchor: CoachingSession,
    *,
    local_start: datetime,
    timezone: str,
    duration_minutes: int,
) -> list[Move]:
    """Where sessions go as one of them, the anchor, goes: by as many days, to the same time of day, zone and length.

    What does not change of the anchor's time stays with each as it is. Each is worked out on its own day's clocks.
    """
    check_zone(timezone)
    days = local_start.date() - anchor.local_start.date()
    clock = local_start.time() if local_start.time() != anchor.local_start.time() else None
    other_zone = timezone if timezone != anchor.timezone else None
    other_length = duration_minutes if duration_minutes != anchor.duration_minutes else None
    if not days and clock is None and other_zone is None and other_length is None:
        return []
    moves = []
    for one in moved:
        if one is anchor:
            check_year(local_start)
            # Of the one that somebody typed a time for, a time that does not exist is refused.
            starts_at = to_utc(local_start, timezone)
            moves.append(Move(one, local_start, local_start, starts_at, timezone, duration_minutes))
            continue
        agreed = _agreed(one) + days
        if clock is not None:
            agreed = datetime.combine(agreed.date(), clock)
        check_year(agreed)
        zone = other_zone or one.timezone
        moves.append(Move(one, agreed, *settle_on_clock(agreed, zone), zone, other_length or one.duration_minutes))
    return moves


def check_year(local_start: datetime) -> None:
    """Refuses a year that nobody can mean."""
    if not EARLIEST_YEAR <= local_start.year <= LATEST_YEAR:
        raise Invalid.field("local_start", f"Choose a year from {EARLIEST_YEAR} to {LATEST_YEAR}.")


def _agreed(coaching_session: CoachingSession) -> datetime:
    """The time that was agreed: the rule's where the clocks alone made it another, for they need not on another day."""
    given = coaching_session.recurrence_start
    if given is not None and settle_on_clock(given, coaching_session.timezone)[0] == coaching_session.local_start:
        return given
    return coaching_session.local_start


def _hold(
    coaching_session: CoachingSession, local_start: datetime, starts_at: datetime, timezone: str, duration_minutes: int
) -> None:
    coaching_session.local_start, coaching_session.timezone = local_start, timezone
    coaching_session.duration_minutes = duration_minutes
    coaching_session.starts_at = starts_at
    coaching_session.ends_at = starts_at + timedelta(minutes=duration_minutes)


def put_values(changed: Sequence[CoachingSession], like: CoachingSession, values: Mapping[str, object]) -> None:
    """Gives all of them what is to be another than it is of one; what is as it was stays each one's own."""
    differing = {name: value for name, value in values.items() if getattr(like, name) != value}
    for one, (name, value) in product(changed, differing.items()):
        setattr(one, name, value)
