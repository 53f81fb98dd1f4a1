"""The drop-in code: shown in the room by the coach, and with it each participant marks themselves. Once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from coaching.errors import Conflict, Invalid, NotAllowed
from coaching.importers.presence import is_late
from coaching.models import (
    Attendance,
    AttendanceSource,
    AttendanceStatus,
    CoachingSession,
    Cohort,
    DropInCode,
    SessionState,
    SignInFailure,
)
from coaching.policies import Actor, may_mark_self, may_run_cohort, may_view_session, require, runs_cohort
from coaching.services import audit
from coaching.services.attendance import thresholds_of
from coaching.services.attendance_trail import note_changes
from coaching.services.sign_in import WINDOW, keyed_hash
from coaching.tokens import read_room_code

# The room fills before the session starts.
OPENS_EARLY = timedelta(minutes=15)
# Wrong codes within the window, after which a person has to wait.
MOST_WRONG_CODES = 10
WRONG_CODE = "wrong-code"
WRONG = "No session of yours has this code. Compare it with the one on the screen in the room."


@dataclass(frozen=True, slots=True)
class SelfMark:
    """What came of marking oneself. `is_new` is False where it had been done before."""

    session_id: str
    title: str
    status: AttendanceStatus
    recorded_at: datetime
    is_new: bool


def find_code(session: Session, coaching_session: CoachingSession, *, actor: Actor, now: datetime) -> DropInCode | None:
    """The session's code while it is open, for those who run the cohort."""
    require(runs_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))
    found = session.get(DropInCode, coaching_session.id)
    return found if found is not None and is_open(found, coaching_session, now=now) else None


def open_code(
    session: Session, coaching_session: CoachingSession, *, actor: Actor, now: datetime, code: str
) -> DropInCode:
    """Opens the session for marking oneself, by `code`, until it ends. One that is open already stays as it is."""
    _require_runner(coaching_session, actor=actor)
    _check_can_open(coaching_session, now=now)
    found = session.get(DropInCode, coaching_session.id)
    if found is not None and is_open(found, coaching_session, now=now):
        return found
    if found is None:
        found = DropInCode(session_id=coaching_session.id)
        session.add(found)
    found.code, found.opened_at, found.closes_at = code, now, coaching_session.ends_at
    audit.record(session, "attendance.code_opened", coaching_session, actor=actor, now=now)
    return found


def close_code(session: Session, coaching_session: CoachingSession, *, actor: Actor, now: datetime) -> None:
    """Closes it before its time. A code that is closed already stays so."""
    _require_runner(coaching_session, actor=actor)
    found = session.get(DropInCode, coaching_session.id)
    if found is not None and found.closes_at > now:
        found.closes_at = now
        audit.record(session, "attendance.code_closed", coaching_session, actor=actor, now=now)


def list_open_sessions(session: Session, *, actor: Actor, now: datetime) -> list[CoachingSession]:
    """The sessions at which the actor can mark themselves just now, whatever code they will type."""
    statement = (
        select(CoachingSession)
        .join(DropInCode, DropInCode.session_id == CoachingSession.id)
        .where(DropInCode.closes_at > now, CoachingSession.cohort_id.in_(list(actor.standings)))
        .options(joinedload(CoachingSession.cohort).joinedload(Cohort.programme))
        .order_by(CoachingSession.starts_at, CoachingSession.id)
    )
    found = session.scalars(statement)
    return [held for held in found if may_mark_self(actor, held) and is_on(held, now=now)]


def mark_self(session: Session, typed: str, *, actor: Actor, now: datetime, key: str) -> SelfMark:
    """Marks the actor as there, present or late by the clock, at the session whose code this is.

    Raises Invalid with the code `wrong-code` where it is no code of theirs: that leaves a trace, which is to be kept,
    and after some of them NotAllowed with `too-many`. `key` keys the hash in that trace.
    """
    account_hash = keyed_hash(key, f"drop-in {actor.public_id}")
    _refuse_while_throttled(session, account_hash, now=now)
    found = _find(session, typed, actor=actor)
    if found is None:
        session.add(SignInFailure(account_hash=account_hash, address_hash=account_hash, at=now))
        raise Invalid(WRONG, {"code": [WRONG]}, code=WRONG_CODE)
    held = found.session
    require(
        may_mark_self(actor, held),
        seen=True,
        message="Only those who are expected at this session mark themselves. You are not on its list.",
    )
    if not is_open(found, held, now=now):
        raise Conflict("This code is closed. Ask your coach to mark you, or to open it again.", code="code-closed")
    status = AttendanceStatus.LATE if is_late(now - held.starts_at, thresholds_of(held.cohort)) else None
    return _record(session, held, status or AttendanceStatus.PRESENT, actor=actor, now=now)


def is_open(code: DropInCode, coaching_session: CoachingSession, *, now: datetime) -> bool:
    """Whether one can mark oneself with it: until it is closed, and only around the session, should that have moved."""
    return code.closes_at > now and is_on(coaching_session, now=now)


def is_on(coaching_session: CoachingSession, *, now: datetime) -> bool:
    """Whether it is the time for a code: from a quarter of an hour before the session until it ends."""
    is_time = coaching_session.starts_at - OPENS_EARLY <= now < coaching_session.ends_at
    return is_time and coaching_session.state == SessionState.SCHEDULED


def _require_runner(coaching_session: CoachingSession, *, actor: Actor) -> None:
    require(may_run_cohort(actor, coaching_session.cohort), seen=may_view_session(actor, coaching_session))


def _check_can_open(coaching_session: CoachingSession, *, now: datetime) -> None:
    if coaching_session.state == SessionState.CANCELLED:
        raise Conflict("This session was cancelled, so nobody attends it.")
    if now < coaching_session.starts_at - OPENS_EARLY:
        raise Conflict("The code can be opened from a quarter of an hour before the session starts.")
    if now >= coaching_session.ends_at:
        raise Conflict("This session is over. Mark who came by hand.")


def _refuse_while_throttled(session: Session, account_hash: str, *, now: datetime) -> None:
    recent = select(func.count()).where(SignInFailure.account_hash == account_hash, SignInFailure.at > now - WINDOW)
    if session.scalars(recent).one() >= MOST_WRONG_CODES:
        raise NotAllowed(
            "Too many wrong codes. Wait a quarter of an hour, or ask your coach to mark you.", code="too-many"
        )


def _find(session: Session, typed: str, *, actor: Actor) -> DropInCode | None:
    """The code, if its session is one that the actor may know of: to others it is as wrong as any."""
    statement = (
        select(DropInCode)
        .where(DropInCode.code == read_room_code(typed))
        .options(joinedload(DropInCode.session).joinedload(CoachingSession.cohort).joinedload(Cohort.programme))
    )
    found = session.scalars(statement).one_or_none()
    return found if found is not None and may_view_session(actor, found.session) else None


def _record(
    session: Session, held: CoachingSession, status: AttendanceStatus, *, actor: Actor, now: datetime
) -> SelfMark:
    membership_id = actor.standings[held.cohort_id].membership_id
    line = session.scalars(
        select(Attendance).where(Attendance.session_id == held.id, Attendance.membership_id == membership_id)
    ).one_or_none()
    if line is None:
        said: dict[str, Any] = {"status": status, "minutes": None, "source": AttendanceSource.SELF, "batch_id": None}
        said |= {"membership_id": membership_id}
        line = Attendance(session_id=held.id, recorded_at=now, recorded_by_id=actor.person_id, **said)
        session.add(line)
        note_changes(session, held, [said], actor=actor, now=now)
        audit.record(session, "attendance.marked_self", held, actor=actor, now=now)
        return SelfMark(held.public_id, held.title, status, now, True)
    if line.source == AttendanceSource.COACH:
        raise Conflict("Your coach has marked you already. If that is wrong, tell them.", code="already-marked")
    if line.source != AttendanceSource.SELF:
        raise Conflict(
            "You are recorded already, from the meeting’s report. If that is wrong, tell your coach.",
            code="already-marked",
        )
    return SelfMark(held.public_id, held.title, line.status, line.recorded_at, False)
