"""When a session begins, as its form asks for it: a day and a time, which the schema knows as one moment."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, time
from typing import Any

from werkzeug.datastructures import MultiDict

from coaching.blueprints.pages.forms import Form
from coaching.services.recurrence import EARLIEST_YEAR, LATEST_YEAR

DAY, TIME = "local_day", "local_time"
START = "local_start"
FILL_IN = "Fill this in."
DAY_LENGTH = len("2026-05-04")


def with_start(sent: MultiDict[str, str]) -> MultiDict[str, str]:
    """The form with the moment in place of the day and the time."""
    typed = MultiDict(sent)
    day, clock = typed.pop(DAY, "").strip(), typed.pop(TIME, "").strip()
    typed[START] = f"{day}T{clock}" if day and clock else ""
    return typed


def by_day_and_time(form: Form) -> dict[str, Sequence[str]]:
    """What is wrong with the form, where what is wrong with the start stands at the field that can mend it."""
    errors = dict(form.errors)
    said = errors.pop(START, None)
    if said is None:
        return errors
    return wrong_start(form.values.get(DAY, ""), form.values.get(TIME, ""), said) | errors


def wrong_start(day: str, clock: str, said: Sequence[str]) -> dict[str, Sequence[str]]:
    """What is wrong with a start, for the field of its day or of its time; `said` is what was said of them together."""
    day, clock = day.strip(), clock.strip()
    wrong: dict[str, Sequence[str]] = {}
    if len(day) != DAY_LENGTH or not _reads(date.fromisoformat, day):
        wrong[DAY] = ["Write a date as YYYY-MM-DD." if day else FILL_IN]
    if not _reads(time.fromisoformat, clock):
        wrong[TIME] = ["Write a time as HH:MM, from 00:00 to 23:59." if clock else FILL_IN]
    if not wrong:
        # Both can be read, so it is a year that we do not take, or a time that this day does not have.
        is_other_year = not EARLIEST_YEAR <= date.fromisoformat(day).year <= LATEST_YEAR
        wrong[DAY if is_other_year else TIME] = said
    return wrong


def _reads(read: Callable[[str], Any], words: str) -> bool:
    try:
        read(words)
    except ValueError:
        return False
    return True
