"""Follow-up plans: what is asked after a cohort's end, of whom and when, kept in line with who is in the cohort.

Everything here is set-based: it costs a handful of statements, whether the cohort has 10 members or 10,000.

- A check-in exists once for a step and a participant who is in the cohort (`plan_check_ins`, `resume_check_ins`).
- What lies more than 14 days back when it is made, brought back or moved is `expired` at once, and never asked: who is
  entered years later is not sent a year of mails. The coach sees that it was not asked, which is not silence.
- When the cohort's end moves, what was not asked moves with it (`move_check_ins`); what was, stays.
- Who leaves is asked nothing more (`withdraw_check_ins`). Who is paused is passed over by the timetable, and gets
  back, when they return, what is still recent enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, Select, Table, and_, bindparam, select, update
from sqlalchemy.orm import Session

from coaching.models import (
    OPEN_STATUSES,
    Anchor,
    CheckIn,
    CheckInState,
    Cohort,
    FollowUpStep,
    Held,
    Membership,
    MembershipStatus,
    MessageKind,
    Person,
    Role,
)
from coaching.services.due_moments import Window, window_of
from coaching.services.insertion import insert_rows
from coaching.services.outbox import cancel_messages
from coaching.tokens import new_public_ids

ASKED_STATUSES = tuple(status for status in OPEN_STATUSES if status != MembershipStatus.PAUSED)
MOVED = "The cohort's end moved, and the check-in with it."
LEFT = "The member has left the cohort."

_check_in = cast(Table, CheckIn.__table__)
_RESCHEDULE = (
    update(_check_in)
    .where(_check_in.c.id == bindparam("number"))
    .values(
        state=bindparam("state_now"),
        anchor_on=bindparam("anchor"),
        due_at=bindparam("due"),
        closes_at=bindparam("closes"),
        asked_at=bindparam("asked"),
        wake_at=bindparam("wake"),
    )
)
_MISSING = (
    select(
        FollowUpStep.id,
        FollowUpStep.strand,
        Membership.id,
        Cohort.id,
        Cohort.ends_on,
        FollowUpStep.offset,
        FollowUpStep.window_days,
        Person.timezone,
    )
    .select_from(Membership)
    .join(Person, Person.id == Membership.person_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(FollowUpStep, FollowUpStep.plan_id == Cohort.follow_up_plan_id)
    .outerjoin(
        CheckIn,
        and_(
            CheckIn.membership_id == Membership.id,
            CheckIn.strand == FollowUpStep.strand,
            CheckIn.anchor_id == Cohort.id,
        ),
    )
    .where(
        CheckIn.id.is_(None),
        FollowUpStep.anchor == Anchor.COHORT_END,
        FollowUpStep.retired_at.is_(None),
        Membership.role == Role.PARTICIPANT,
        Membership.status.in_(ASKED_STATUSES),
        Person.erased_at.is_(None),
    )
    .order_by(Membership.id, FollowUpStep.position)
)
_PLANNED: Select[*tuple[Any, ...]] = (
    select(
        CheckIn.id,
        CheckIn.state,
        CheckIn.asked_at,
        CheckIn.due_at,
        CheckIn.closes_at,
        Cohort.ends_on,
        FollowUpStep.offset,
        FollowUpStep.window_days,
        Person.timezone,
    )
    .join(FollowUpStep, FollowUpStep.id == CheckIn.step_id)
    .join(Membership, Membership.id == CheckIn.membership_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(Person, Person.id == Membership.person_id)
    .order_by(CheckIn.id)
    .with_for_update(of=CheckIn)
)


def plan_check_ins(session: Session, cohort: Cohort, *, now: datetime) -> int:
    """Makes the check-ins that the cohort's participants do not have yet, and returns how many."""
    # The statement below reads what the session may still hold: the plan, and who has just come in.
    session.flush()
    return _insert_missing(session, Membership.cohort_id == cohort.id, now=now)


def resume_check_ins(session: Session, membership: Membership, *, now: datetime) -> int:
    """Gives a member who came in, or came back, the check-ins that are theirs; returns how many are open again.

    What was called off while they were away is asked if its moment is recent enough, and otherwise expires.
    """
    # As in `plan_check_ins`; and the statements read the member's new status.
    session.flush()
    if membership.role != Role.PARTICIPANT or membership.status not in ASKED_STATUSES:
        return 0
    made = _insert_missing(session, Membership.id == membership.id, now=now)
    cancelled = _read_planned(session, CheckIn.membership_id == membership.id, (CheckInState.CANCELLED,))
    changes = [_restored(row, now) for row in cancelled]
    _reschedule(session, changes)
    reopened = [change for change in changes if change["state_now"] != CheckInState.EXPIRED]
    return made + len(reopened)


def move_check_ins(session: Session, cohort: Cohort, *, now: datetime) -> int:
    """Moves what was not asked yet to where it belongs after the cohort's last day, and returns how many rows moved.

    A message that has not left is called off where the new moment is still to come, and its check-in waits again.
    A check-in that had expired unasked opens again where its new moment is recent enough or to come.
    """
    # The statements read the cohort's new last day.
    session.flush()
    states = (CheckInState.DUE, CheckInState.ASKED, CheckInState.EXPIRED, CheckInState.CANCELLED)
    rows = _read_planned(session, Membership.cohort_id == cohort.id, states)
    # What was asked and expired in silence stays, and so does what was asked of somebody who then left.
    movable = [row for row in rows if row.asked_at is None or row.state == CheckInState.ASKED]
    windows = {row.id: window_of(row.ends_on, row.offset, row.timezone, row.window_days) for row in movable}
    later = [row.id for row in movable if row.state == CheckInState.ASKED and windows[row.id].due_at > now]
    stopped = set(cancel_messages(session, MessageKind.CHECK_IN, later, now=now, reason=MOVED))
    moved = [row for row in movable if row.state != CheckInState.ASKED or row.id in stopped]
    _reschedule(session, [_moved(row, windows[row.id], now) for row in moved])
    return len(moved)


def withdraw_check_ins(session: Session, membership: Membership, *, now: datetime) -> int:
    """Ends what a member who left has not answered: nothing more is asked, nothing unsent leaves, links close."""
    # As in `resume_check_ins`.
    session.flush()
    rows = _read_planned(session, CheckIn.membership_id == membership.id, (CheckInState.DUE, CheckInState.ASKED))
    stopped = set(cancel_messages(session, MessageKind.CHECK_IN, [row.id for row in rows], now=now, reason=LEFT))
    # Who was not asked after all is asked should they come back in time; who was, can answer then.
    _reschedule(session, [_withdrawn(row, None if row.id in stopped else row.asked_at) for row in rows])
    return len(rows)


def _insert_missing(session: Session, whose: ColumnElement[bool], *, now: datetime) -> int:
    missing = session.execute(_MISSING.where(whose)).all()
    rows = []
    for public_id, row in zip(new_public_ids(len(missing)), missing, strict=True):
        step_id, strand, membership_id, cohort_id, ends_on, offset, days, zone = row
        window = window_of(ends_on, offset, zone, days)
        state, wake_at = (CheckInState.EXPIRED, None) if window.is_too_late(now) else (CheckInState.DUE, window.due_at)
        rows.append(
            (
                public_id, step_id, strand, membership_id, cohort_id, ends_on, state,
                window.due_at, window.closes_at, wake_at,
            )
        )  # fmt: skip
    columns = (
        "public_id", "step_id", "strand", "membership_id", "anchor_id", "anchor_on", "state",
        "due_at", "closes_at", "wake_at",
    )  # fmt: skip
    shared = {"held": Held.NOT_HELD, "nudged": 0}
    insert_rows(session.connection(), _check_in, shared, columns, rows, only_missing=True)
    return len(rows)


def _read_planned(
    session: Session, whose: ColumnElement[bool], states: Sequence[CheckInState]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """The check-ins, locked before any of their messages, as everyone does who changes both."""
    return session.execute(_PLANNED.where(whose, CheckIn.state.in_(states))).all()


def _moved(row: Row[*tuple[Any, ...]], window: Window, now: datetime) -> dict[str, Any]:
    if row.state == CheckInState.CANCELLED:
        return _change_to(row, CheckInState.CANCELLED, window, None)
    return _change_to(row, CheckInState.EXPIRED if window.is_too_late(now) else CheckInState.DUE, window, None)


def _restored(row: Row[*tuple[Any, ...]], now: datetime) -> dict[str, Any]:
    """A called-off check-in of somebody who is back: as it was if its mail had gone out, else as if newly made."""
    if row.asked_at is not None:
        state = CheckInState.ASKED if row.closes_at > now else CheckInState.EXPIRED
        return _change_to(row, state, Window(row.due_at, row.closes_at), row.asked_at)
    window = window_of(row.ends_on, row.offset, row.timezone, row.window_days)
    return _change_to(row, CheckInState.EXPIRED if window.is_too_late(now) else CheckInState.DUE, window, None)


def _withdrawn(row: Row[*tuple[Any, ...]], asked_at: datetime | None) -> dict[str, Any]:
    return _change_to(row, CheckInState.CANCELLED, Window(row.due_at, row.closes_at), asked_at)


def _change_to(
    row: Row[*tuple[Any, ...]], state: CheckInState, window: Window, asked_at: datetime | None
) -> dict[str, Any]:
    return {
        "number": row.id,
        "state_now": state,
        "anchor": row.ends_on,
        "due": window.due_at,
        "closes": window.closes_at,
        "asked": asked_at,
        "wake": window.due_at if state == CheckInState.DUE else None,
    }


def _reschedule(session: Session, changes: Sequence[dict[str, Any]]) -> None:
    if not changes:
        return
    session.connection().execute(_RESCHEDULE, list(changes))
    # These rows were changed behind the session's back: what it holds of them is read again.
    for held in session.identity_map.values():
        if isinstance(held, CheckIn):
            session.expire(held)
