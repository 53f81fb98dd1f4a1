"""The days of an action: which ones it may be due on, and on which its owner is reminded of it. No database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from coaching.errors import Invalid
from coaching.models import ReminderChoice
from coaching.models.action import DAY
from coaching.services.asking_hours import Hours, next_open, start_of

# Actions are written down late, too: of a session that was logged after it was held.
FURTHEST_BACK = timedelta(days=366)
FURTHEST_AHEAD = timedelta(days=3 * 366)
# The longest run of days on which somebody may not be written to, with one that clocks skip.
DAYS_SHUT = 4


def check_due_on(due_on: date | None, *, today: date, standing: date | None = None) -> None:
    """Refuses a day that nobody can mean. One that stands already is left as it is."""
    if due_on is None or due_on == standing:
        return
    if not today - FURTHEST_BACK <= due_on <= today + FURTHEST_AHEAD:
        raise Invalid.field("due_on", "Choose a day within a year back or three years ahead.")


def check_moved_to(due_on: date, *, today: date, standing: date | None) -> None:
    """What is moved is moved to a day that is still to come, and to another one."""
    if due_on < today:
        raise Invalid.field("due_on", "Choose today or a later day: it is still to be done.")
    check_due_on(due_on, today=today)
    if due_on == standing:
        raise Invalid.field("due_on", "It is due on this day already. Choose another one.")


def remind_day(
    choice: ReminderChoice,
    on: date | None,
    due_on: date | None,
    *,
    today: date,
    standing: date | None = None,
) -> date | None:
    """The day on which the owner is reminded. Raises Invalid for one of their own that is over or comes too late."""
    if choice == ReminderChoice.NONE:
        return None
    if choice == ReminderChoice.DAY_BEFORE:
        return due_on - DAY if due_on is not None else None
    if on is None:
        raise Invalid.field("remind_on", "Choose the day of the reminder, or another kind of reminder.")
    if due_on is not None and on > due_on:
        raise Invalid.field("remind_on", "Choose a day that is not after the one it is due on.")
    if on != standing and not today <= on <= today + FURTHEST_AHEAD:
        raise Invalid.field("remind_on", "Choose a day from today on, within three years.")
    return on


def reminder_after_move(choice: ReminderChoice, on: date | None, due_on: date, *, today: date) -> date | None:
    """Where a reminder goes with its action: the day before follows it, a day of its own stays while it makes sense."""
    if choice == ReminderChoice.ON and on is not None and today <= on <= due_on:
        return on
    return None if choice == ReminderChoice.NONE else due_on - DAY


def remind_moment(remind_on: date | None, due_on: date | None, hours: Hours, *, now: datetime) -> datetime | None:
    """When a reminder of this day leaves: in the owner's hours, and never after the day that the action is due on.

    Where the day has no hours, as at a weekend, it is the last day before that has some: on the Monday itself it would
    come too late for who had the weekend in mind. What has passed is made up for while its own day is still to come.
    """
    if remind_on is None:
        return None
    for back in range(DAYS_SHUT):
        day = remind_on - back * DAY
        opening = start_of(day, hours.zone, hours.from_hour)
        if opening > now and hours.are_open(opening):
            return opening
    local = now.astimezone(ZoneInfo(hours.zone)).date()
    if remind_on < local:
        return None
    opening = next_open(now, hours)
    is_late = due_on is not None and opening.astimezone(ZoneInfo(hours.zone)).date() > due_on
    return None if is_late else opening
