"""When the owner of an action is reminded of it next, and mails that do not hold any more because it changed.

A reminder is written when it is due, from the actions as they are then (`action_reminder_posting`). What is planned
ahead is one moment an action, so that a change has one thing to change.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from coaching.models import (
    Action,
    ActionReminder,
    ActionState,
    ContactPreference,
    Message,
    MessageState,
    Person,
    ReminderChoice,
)
from coaching.services.action_days import remind_moment
from coaching.services.asking_hours import Hours, end_of_day
from coaching.services.outbox import CANCELLABLE, EMPTIED, log_deliveries
from coaching.services.who_is_asked import hours_of

CHANGED = "The action was closed or changed before the mail left."

_reminder = cast(Table, ActionReminder.__table__)
_other = _reminder.alias("other")
_OF_IT = select(_reminder.c.message_id).where(_reminder.c.action_id == bindparam("action_id"))
# What reminds of others as well is looked at once more when it leaves, and goes without this one.
_REMINDS_OF_OTHERS = exists().where(_other.c.message_id == Message.id, _other.c.action_id != bindparam("action_id"))
_WAITS = select(func.count(Message.id)).where(Message.id.in_(_OF_IT), Message.state.in_(CANCELLABLE))
_STOP = (
    update(Message)
    .where(Message.id.in_(_OF_IT), Message.state.in_(CANCELLABLE), ~_REMINDS_OF_OTHERS)
    .values(state=MessageState.CANCELLED, **EMPTIED)
    .returning(Message.id)
    .execution_options(synchronize_session=False)
)


def plan_reminder(session: Session, action: Action, *, now: datetime, is_news: bool = False) -> None:
    """Sets when its owner is reminded of this action next: not at all once it is closed.

    What nobody chose the day of is not sent on the day on which it was agreed: they have just heard of it. Unless it
    `is_news` to them, because it came to them with a hand-over.
    """
    if action.state != ActionState.OPEN or action.remind_on is None:
        action.remind_at = None
        return
    hours = read_hours(session, action.owner.person)
    after = now if is_news or action.reminder == ReminderChoice.ON else end_of_day(now, hours.zone)
    action.remind_at = remind_moment(action.remind_on, action.due_on, hours, now=after)


def call_off_reminders(session: Session, action: Action, *, now: datetime) -> None:
    """Calls off what waits to remind of this action alone, in the transaction that changes it."""
    values = {"action_id": action.id}
    if not session.execute(_WAITS, values).scalar_one():
        return
    stopped = session.execute(_STOP.values(settled_at=now), values).scalars().all()
    log_deliveries(session, [(number, CHANGED) for number in stopped], MessageState.CANCELLED, now=now)


def read_hours(session: Session, person: Person) -> Hours:
    """When somebody may be written to, by the clock where they live."""
    row = session.get(ContactPreference, person.id)
    chosen = (row.from_hour, row.until_hour, row.weekends) if row is not None else (None, None, None)
    return hours_of(person.timezone, *chosen)
