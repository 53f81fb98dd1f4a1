"""What else changes hands with a cohort or a pair, each noun by a function of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from coaching.models import Action, ActionState, Handover
from coaching.policies import Actor
from coaching.services.action_reminders import call_off_reminders, plan_reminder
from coaching.services.note_changes import hand_over_pair_notes


def pass_on_actions(session: Session, handover: Handover, _actor: Actor, now: datetime) -> None:
    """What the old coach promised and is open is the new coach's to do; what was done stays who did it."""
    promised = select(Action).where(Action.owner_id == handover.from_membership_id, Action.state == ActionState.OPEN)
    if handover.pair_membership_id is not None:
        promised = promised.where(Action.membership_id == handover.pair_membership_id)
    for action in session.scalars(promised.order_by(Action.id).with_for_update(of=Action)).all():
        call_off_reminders(session, action, now=now)
        action.owner = handover.to_membership
        plan_reminder(session, action, now=now, is_news=True)


def pass_on_pair_notes(session: Session, handover: Handover, actor: Actor, now: datetime) -> None:
    """Participants are asked whether the new coach may read the notes of the old pair."""
    hand_over_pair_notes(
        session,
        handover.from_membership,
        handover.to_membership,
        actor=actor,
        now=now,
        participant=handover.pair_membership,
    )


# In this order; another noun that changes hands adds its own.
PASSED_ON: Sequence[Callable[[Session, Handover, Actor, datetime], None]] = (pass_on_actions, pass_on_pair_notes)
