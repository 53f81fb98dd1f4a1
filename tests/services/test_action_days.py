"""The days of an action, and the moment at which its owner is reminded."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from coaching.errors import Invalid
from coaching.models import ReminderChoice
from coaching.services.action_days import (
    check_due_on,
    check_moved_to,
    remind_day,
    remind_moment,
    reminder_after_move,
)
from coaching.services.asking_hours import Hours

TODAY = date(2026, 6, 17)  # A Wednesday.
NOON = datetime(2026, 6, 17, 11, tzinfo=UTC)
LONDON = Hours("Europe/London", 8, 18, weekends=False)
DAY = timedelta(days=1)


def wrong(act: object, *given: object, **more: object) -> str:
    with pytest.raises(Invalid) as refusal:
        act(*given, **more)  # type: ignore[operator]
    (field,) = refusal.value.messages
    return field


def test_a_day_that_nobody_can_mean_is_refused_at_its_field() -> None:
    for days in (-366, 0, 3 * 366):
        check_due_on(TODAY + timedelta(days=days), today=TODAY)
    far = (TODAY - timedelta(days=367), TODAY + timedelta(days=3 * 366 + 1))
    assert [wrong(check_due_on, day, today=TODAY) for day in far] == ["due_on", "due_on"]
    # What stands is nobody's mistake of now.
    check_due_on(far[0], today=TODAY, standing=far[0])
    check_moved_to(TODAY, today=TODAY, standing=TODAY - DAY)
    for day, standing in ((TODAY - DAY, None), (TODAY, TODAY), (far[1], None)):
        assert wrong(check_moved_to, day, today=TODAY, standing=standing) == "due_on"


def test_the_day_of_a_reminder() -> None:
    due, on = TODAY + 5 * DAY, ReminderChoice.ON
    assert remind_day(ReminderChoice.DAY_BEFORE, None, due, today=TODAY) == due - DAY
    assert remind_day(ReminderChoice.NONE, None, due, today=TODAY) is None
    assert remind_day(ReminderChoice.DAY_BEFORE, None, None, today=TODAY) is None
    assert remind_day(on, due, due, today=TODAY) == due
    # None at all, after the action is due, and over. One that is over and stands already may stay.
    for day in (None, due + DAY, TODAY - DAY):
        assert wrong(remind_day, on, day, due, today=TODAY) == "remind_on"
    assert remind_day(on, TODAY - DAY, due, today=TODAY, standing=TODAY - DAY) == TODAY - DAY
    later = due + 7 * DAY
    moved = [
        reminder_after_move(ReminderChoice.DAY_BEFORE, due - DAY, later, today=TODAY),
        reminder_after_move(ReminderChoice.NONE, None, later, today=TODAY),
        reminder_after_move(on, TODAY + DAY, later, today=TODAY),
        reminder_after_move(on, TODAY - DAY, later, today=TODAY),
    ]
    assert moved == [later - DAY, None, TODAY + DAY, later - DAY]


def test_a_reminder_leaves_in_the_hours_of_its_owner_and_never_too_late() -> None:
    monday = date(2026, 6, 22)
    at = [
        remind_moment(TODAY + DAY, TODAY + 2 * DAY, LONDON, now=NOON),
        # The day before a Monday is on a weekend, so it is the Friday.
        remind_moment(monday - DAY, monday, LONDON, now=NOON),
        remind_moment(monday - DAY, monday, LONDON._replace(weekends=True), now=NOON),
        # On the Saturday the Friday is over: the Monday is still in time, and after it nothing is.
        remind_moment(monday - DAY, monday, LONDON, now=NOON + 3 * DAY),
        remind_moment(monday - DAY, monday - DAY, LONDON, now=NOON + 3 * DAY),
        # On its own day: at once within the hours, after them only while it is not due yet.
        remind_moment(TODAY, TODAY + DAY, LONDON, now=NOON),
        remind_moment(TODAY, TODAY, LONDON, now=NOON + timedelta(hours=9)),
        remind_moment(TODAY - DAY, TODAY, LONDON, now=NOON),
        remind_moment(None, TODAY, LONDON, now=NOON),
    ]
    eight = datetime(2026, 6, 18, 7, tzinfo=UTC)
    friday, sunday, after = eight + DAY, eight + 3 * DAY, eight + 4 * DAY
    assert at == [eight, friday, sunday, after, None, NOON, None, None, None]
