"""Check-ins are kept in line with the plans, with who is in a cohort, and with the days that steps count from.

Everything here is set-based: it costs a handful of statements, whether the cohort has 10 members or 10,000.

- A check-in exists once for a member, a strand and what its step counts from: the cohort's end, a session, a launch, a
  goal. Whoever changes one of these, or who is in, calls the act below in the same transaction.
- What fell due before somebody joined is not theirs: nothing is made of it.
- What lies more than 14 days back when it is made, brought back or moved is `expired` at once, and never asked: who is
  entered years later is not sent a year of mails. The coach sees that it was not asked, which is not silence.
- What was not asked moves; what was asked stays with what was asked, unless its message has not left yet.
- Who leaves is asked nothing more (`withdraw_check_ins`). Who is paused is passed over by the timetable, and gets
  back, when they return, what is still recent enough.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from coaching.models import (
    UNPAUSED_STATUSES,
    Anchor,
    CheckIn,
    CheckInState,
    CoachingSession,
    Cohort,
    FollowUpPlan,
    Held,
    Membership,
    MessageKind,
    Person,
)
from coaching.services.follow_up_changes import Effect, compare, list_uncertain, want, withdraw
from coaching.services.follow_up_rows import (
    Part,
    lock_check_ins,
    lock_plans,
    of_cohort,
    of_members,
    of_plan,
    read_anchored,
    read_steps,
)
from coaching.services.insertion import insert_rows
from coaching.services.outbox import cancel_messages
from coaching.services.reasons import COHORT_ARCHIVED, HAS_LEFT
from coaching.tokens import new_public_ids

MOVED = "The cohort's end moved, and the check-in with it."
REPLANNED = "The plan was changed, and the check-in with it."
SESSION_MOVED = "The session was moved or cancelled, and the check-in with it."
LAUNCH_MOVED = "The launch was corrected, and the check-in with it."
GOAL_MOVED = "The goal has another due date, and the check-in with it."
ZONE_MOVED = "The member lives in another time zone now, and the check-in moved with it."

_check_in = cast(Table, CheckIn.__table__)
_RESCHEDULE = (
    update(_check_in)
    .where(_check_in.c.id == bindparam("number"))
    .values(
        step_id=bindparam("step"),
        state=bindparam("state_now"),
        anchor_on=bindparam("anchor"),
        due_at=bindparam("due"),
        closes_at=bindparam("closes"),
        asked_at=bindparam("asked"),
        wake_at=bindparam("wake"),
        held=bindparam("held_by"),
        nudged=bindparam("nudges"),
    )
)
_NEW = (
    "step_id", "membership_id", "strand", "anchor_id", "anchor_on", "state", "due_at", "closes_at", "wake_at",
    "public_id",
)  # fmt: skip


def plan_check_ins(session: Session, cohort: Cohort, *, now: datetime) -> int:
    """Makes the check-ins that the cohort's members do not have yet, and returns how many."""
    effect = _settle(session, of_cohort(cohort.id), now=now, reason=REPLANNED)
    return effect.made + effect.too_late


def resume_check_ins(session: Session, membership: Membership, *, now: datetime) -> int:
    """Gives a member who came in, or came back, the check-ins that are theirs; returns how many are to be asked.

    What was called off while they were away is asked if its moment is recent enough, and otherwise expires.
    """
    if membership.status not in UNPAUSED_STATUSES:
        return 0
    part = of_members(Membership.id == membership.id)
    effect = _settle(session, part, now=now, reason=REPLANNED, is_back=True)
    return effect.made + effect.reopened


def resume_cohort_check_ins(session: Session, cohort: Cohort, *, now: datetime) -> None:
    """Makes what came up in a cohort while it was paused, where its moment is recent enough or to come."""
    _settle(session, of_cohort(cohort.id), now=now, reason=REPLANNED)


def withdraw_cohort_check_ins(session: Session, cohort: Cohort, *, now: datetime) -> int:
    """Ends what nobody in a cohort that is archived has answered, as for somebody who leaves."""
    return _withdraw(session, of_cohort(cohort.id), now=now, reason=COHORT_ARCHIVED)


def withdraw_check_ins(session: Session, membership: Membership, *, now: datetime, reason: str = HAS_LEFT) -> int:
    """Ends what a member has not answered: nothing more is asked, nothing unsent leaves, links close."""
    return _withdraw(session, of_members(Membership.id == membership.id), now=now, reason=reason)


def _withdraw(session: Session, part: Part, *, now: datetime, reason: str) -> int:
    # The statements below read what the session may still hold.
    session.flush()
    rows = lock_check_ins(session.connection(), part)
    standing = [row for row in rows if row.state in (CheckInState.DUE, CheckInState.ASKED)]
    stopped = _call_off(session, [row.id for row in standing], now=now, reason=reason)
    _reschedule(session, [withdraw(row, row.id in stopped) for row in standing])
    return len(standing)


def move_check_ins(session: Session, cohort: Cohort, *, now: datetime) -> int:
    """Moves what was not asked yet to where it belongs after the cohort's last day, and returns how many rows moved.

    A message that has not left is called off where the new moment is still to come, and its check-in waits again.
    A check-in that had expired unasked opens again where its new moment is recent enough or to come.
    """
    part = of_cohort(cohort.id, anchors=(Anchor.COHORT_END,))
    return _settle(session, part, now=now, reason=MOVED).changed


def follow_sessions(session: Session, cohort_id: int, changed: Sequence[CoachingSession], *, now: datetime) -> Effect:
    """Sessions of a cohort are new, at another time, of somebody else or cancelled. The caller holds the calendar."""
    numbers = tuple(held.id for held in changed)
    part = of_cohort(cohort_id, anchors=(Anchor.SESSION_END,), session_ids=numbers)
    return _settle(session, part, now=now, reason=SESSION_MOVED)


def follow_launches(session: Session, membership_ids: Collection[int], *, now: datetime) -> Effect:
    """A launch of these members' course is new or of another day, or somebody was added to its team or taken off."""
    part = of_members(Membership.id.in_(sorted(membership_ids)), anchors=(Anchor.LAUNCH,))
    return _settle(session, part, now=now, reason=LAUNCH_MOVED) if membership_ids else Effect()


def follow_goals(session: Session, membership: Membership, *, now: datetime) -> Effect:
    """A member has a new goal, or the due date of one is another or none."""
    part = of_members(Membership.id == membership.id, anchors=(Anchor.GOAL_DUE,))
    return _settle(session, part, now=now, reason=GOAL_MOVED)


def follow_zone(session: Session, person: Person, *, now: datetime) -> Effect:
    """Somebody lives in another time zone: nine in the morning is at another moment, in all of their cohorts."""
    return _settle(session, of_members(Membership.person_id == person.id), now=now, reason=ZONE_MOVED)


def follow_plan(session: Session, plan: FollowUpPlan, strands: Sequence[str], *, now: datetime) -> Effect:
    """Some steps of a plan are new, others or gone, for all cohorts that follow it. The caller has locked the plan."""
    return _settle(session, of_plan(plan.id, strands), now=now, reason=REPLANNED)


def follow_other_plan(session: Session, cohort: Cohort, *, now: datetime) -> Effect:
    """The cohort follows another plan now, or none. The caller has locked both."""
    return _settle(session, of_cohort(cohort.id), now=now, reason=REPLANNED)


def _settle(session: Session, part: Part, *, now: datetime, reason: str, is_back: bool = False) -> Effect:
    """Makes the check-ins of this part what they should be, and says what that changed."""
    # The statements below read what the session may still hold: the plan, a day, who has just come in.
    session.flush()
    connection = session.connection()
    lock_plans(connection, part)
    steps = read_steps(connection, part)
    if not steps and part.strands is None and part.anchors != tuple(Anchor):
        # Nothing counts from this, and what did was called off when its step went.
        return Effect()
    kept = lock_check_ins(connection, part)
    anchors = sorted({step.anchor for step in steps})
    wanted = want(steps, {anchor: read_anchored(connection, part, anchor) for anchor in anchors})
    uncertain = list_uncertain(kept, wanted, now=now)
    stopped = _call_off(session, uncertain, now=now, reason=reason)
    changes = compare(kept, wanted, stopped, now=now, is_back=is_back)
    _reschedule(session, changes.updates)
    identifiers = new_public_ids(len(changes.missing))
    rows = [(*row, identifier) for row, identifier in zip(changes.missing, identifiers, strict=True)]
    insert_rows(connection, _check_in, {"held": Held.NOT_HELD, "nudged": 0}, _NEW, rows, only_missing=True)
    return changes.effect


def _call_off(session: Session, check_in_ids: Sequence[int], *, now: datetime, reason: str) -> set[int]:
    """Calls off the mails of check-ins that have not left, and returns the check-ins that so were not asked."""
    return set(cancel_messages(session, MessageKind.CHECK_IN, check_in_ids, now=now, reason=reason))


def _reschedule(session: Session, updates: Sequence[dict[str, Any]]) -> None:
    if not updates:
        return
    session.connection().execute(_RESCHEDULE, list(updates))
    # These rows were changed behind the session's back: what it holds of them is read again.
    for held in session.identity_map.values():
        if isinstance(held, CheckIn):
            session.expire(held)
