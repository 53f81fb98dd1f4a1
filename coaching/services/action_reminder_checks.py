"""What a mail reminds of, looked at once more before it leaves: it may have waited for a mail server for long.

What no longer stands is left out of it. Where nothing stands it is called off, and outside of its person's hours it
waits for the next moment within them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.orm import aliased

from coaching.models import (
    UNPAUSED_STATUSES,
    Action,
    ActionReminder,
    ActionState,
    Cohort,
    CohortState,
    ContactPreference,
    Membership,
    MembershipStatus,
    Message,
    Person,
)
from coaching.services.asking_hours import next_open, start_of
from coaching.services.askings import WAS_TRANSMITTED
from coaching.services.reasons import HAS_LEFT, IS_PAUSED
from coaching.services.who_is_asked import hours_of

CLOSED = "The action is closed."
MOVED = "The action has another day now."
OTHER_OWNER = "Somebody else does it now."
ASKED_FOR_QUIET = "They asked not to be asked for a while."
NOT_RUNNING = "The cohort is paused or archived."
OVER = "The day that it was due on is over."

_action = cast(Table, Action.__table__)
_Member = aliased(Membership)
_ITEMS = (
    select(
        ActionReminder.message_id,
        _action.c.public_id,
        _action.c.state,
        _action.c.due_on,
        Membership.person_id == Message.recipient_id,
        _Member.status,
        Membership.status,
        Cohort.state,
        Person.timezone,
        ContactPreference.from_hour,
        ContactPreference.until_hour,
        ContactPreference.weekends,
        ContactPreference.paused_until,
        WAS_TRANSMITTED.correlate(Message),
    )
    .join(Message, Message.id == ActionReminder.message_id)
    .join(_action, _action.c.id == ActionReminder.action_id)
    .join(Membership, Membership.id == _action.c.owner_id)
    .join(_Member, _Member.id == _action.c.membership_id)
    .join(Cohort, Cohort.id == Membership.cohort_id)
    .join(Person, Person.id == Message.recipient_id)
    .outerjoin(ContactPreference, ContactPreference.person_id == Message.recipient_id)
    .where(ActionReminder.message_id.in_(bindparam("messages", expanding=True)))
    .order_by(ActionReminder.id)
)


class RemindedItem(NamedTuple):
    """An action in a claimed mail, with what decides whether it still stands there."""

    message_id: int
    public_id: str
    state: ActionState
    due_on: date | None
    is_theirs: bool
    status: MembershipStatus
    owner_status: MembershipStatus
    cohort_state: CohortState
    timezone: str
    from_hour: int | None
    until_hour: int | None
    weekends: bool | None
    paused_until: date | None
    was_transmitted: bool


class ReminderReview(NamedTuple):
    """What there is to say of a claimed mail: the actions that stand, why the others do not, and until when it waits.

    `is_fixed`: its bytes went out before, and stay as they are.
    """

    standing: frozenset[str]
    reason: str
    waits_until: datetime | None
    is_fixed: bool


def review_reminders(
    connection: Connection, facts: dict[int, dict[str, Any]], *, now: datetime
) -> dict[int, ReminderReview]:
    """The review of every one of these mails, whose facts are told by their numbers. One statement."""
    if not facts:
        return {}
    items: defaultdict[int, list[RemindedItem]] = defaultdict(list)
    for row in connection.execute(_ITEMS, {"messages": list(facts)}):
        items[row.message_id].append(RemindedItem(*row))
    return {number: _review(items[number], told, now) for number, told in facts.items()}


def _review(items: Collection[RemindedItem], facts: dict[str, Any], now: datetime) -> ReminderReview:
    told = {one["id"]: one["due_on"] for one in facts.get("actions", ())}
    reasons = {item: _why_gone(item, told.get(item.public_id, ""), now) for item in items}
    standing = [item for item, reason in reasons.items() if not reason]
    if not standing:
        return ReminderReview(frozenset(), next(iter(reasons.values()), CLOSED), None, is_fixed=False)
    first = standing[0]
    opening = next_open(now, hours_of(first.timezone, first.from_hour, first.until_hour, first.weekends))
    return ReminderReview(
        frozenset(item.public_id for item in standing), "", opening if opening > now else None, first.was_transmitted
    )


def _why_gone(item: RemindedItem, told_day: str, now: datetime) -> str:
    day = item.due_on.isoformat() if item.due_on else ""
    statuses = (item.status, item.owner_status)
    is_away = item.paused_until is not None and start_of(item.paused_until, item.timezone) > now
    reasons = (
        (item.state != ActionState.OPEN, CLOSED),
        (day != told_day, MOVED),
        (not item.is_theirs, OTHER_OWNER),
        (MembershipStatus.PAUSED in statuses, IS_PAUSED),
        (any(status not in UNPAUSED_STATUSES for status in statuses), HAS_LEFT),
        (item.cohort_state != CohortState.RUNNING, NOT_RUNNING),
        (is_away, ASKED_FOR_QUIET),
        (_is_over(item, now), OVER),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _is_over(item: RemindedItem, now: datetime) -> bool:
    """Held up until after its day by a mail server, it would remind of what is overdue: that is another matter."""
    hours = hours_of(item.timezone, item.from_hour, item.until_hour, item.weekends)
    day = next_open(now, hours).astimezone(ZoneInfo(item.timezone)).date()
    return item.due_on is not None and item.due_on < day
