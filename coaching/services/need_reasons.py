"""Why somebody needs their coach, in a sentence with the days that it goes by. No database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from coaching.models import Signal
from coaching.services.needs_signals import NeedRow

Days = Callable[[datetime], str]


def reason_of(signal: Signal, row: NeedRow, *, today: date, zone: str) -> str:
    """The reason, with days as they are where the coach lives."""
    return _REASONS[signal](row, today, partial(_day_of_moment, zone=ZoneInfo(zone)))


def day_in_words(day: date) -> str:
    """A day as people write it."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


# Faster than strftime, and there are hundreds of them in a list.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _day_of_moment(moment: datetime, *, zone: ZoneInfo) -> str:
    return day_in_words(moment.astimezone(zone))


def _span(days: int) -> str:
    """So many days, in weeks from two weeks on."""
    if days >= 14:
        return f"{days // 7} weeks"
    return "1 day" if days == 1 else f"{days} days"


def _absences(row: NeedRow, _today: date, day: Days) -> str:
    if row.count == 1:
        return f"Missed the latest session, on {day(row.last)}."
    return f"Missed {row.count} sessions in a row, from {day(row.first)} to {day(row.last)}."


def _silent_check_in(row: NeedRow, _today: date, day: Days) -> str:
    reminded = {0: "", 1: " and reminded once", 2: " and reminded twice"}
    times = reminded.get(row.count, f" and reminded {row.count} times")
    return f"No answer to “{row.what}”, asked on {day(row.first)}{times}. Open until {day(row.last)}."


def _overdue_action(row: NeedRow, today: date, _day: Days) -> str:
    whose = "Yours to do: " if row.count else ""
    return f"{whose}“{row.what}” was due on {day_in_words(row.first)}, {_span((today - row.first).days)} ago."


def _unbooked(row: NeedRow, _today: date, day: Days) -> str:
    met = f"Last session on {day(row.first)}" if row.first is not None else "No session so far"
    if row.last is None:
        return f"{met}, and nothing is booked."
    return f"{met}, and nothing is booked before {day(row.last)}."


def _idle_goal(row: NeedRow, today: date, _day: Days) -> str:
    return f"“{row.what}” has not moved since {day_in_words(row.first)}, {_span((today - row.first).days)} ago."


def _no_practice(row: NeedRow, today: date, _day: Days) -> str:
    event = "they began" if row.count else "the cohort ended"
    ago = _span((today - row.first).days)
    return f"Nothing put into practice yet, {ago} after {event} on {day_in_words(row.first)}."


_REASONS: Mapping[Signal, Callable[[NeedRow, date, Days], str]] = {
    Signal.ABSENCES: _absences,
    Signal.SILENT_CHECK_IN: _silent_check_in,
    Signal.OVERDUE_ACTION: _overdue_action,
    Signal.UNBOOKED: _unbooked,
    Signal.IDLE_GOAL: _idle_goal,
    Signal.NO_PRACTICE: _no_practice,
}
