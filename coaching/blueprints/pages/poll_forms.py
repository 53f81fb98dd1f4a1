"""The form of a new poll: a row with a day and a time for each slot, and a choice for each member.

It works without JavaScript: blank rows are left out, a button brings more of them, and what was typed stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from coaching.blueprints.pages.forms import VERSION, Form, filled, refuse_unknown, sent_again
from coaching.blueprints.pages.session_start import DAY, TIME, wrong_start
from coaching.blueprints.wording import words
from coaching.errors import Invalid, Refusal
from coaching.models import Cohort, Poll, Role
from coaching.schemas.base import load_form
from coaching.schemas.poll import MOST_SLOTS, CreatePollSchema, EditPollSchema
from coaching.services.cohort_progress import CohortOverview, MemberName
from coaching.services.zones import today_in

MORE = "more"
ROWS_AT_ONCE = 8
ASK, DAYS, TIMES = "ask-", "day-", "time-"
CLOSES_DAY, CLOSES_TIME = "closes_day", "closes_time"
PLAIN = ("title", "note", "timezone", "duration_minutes")
ASKED = [("required", "Required"), ("optional", "Optional"), ("no", "Not asked")]
LABELS = {
    "title": "What it is for",
    "note": "Note",
    "duration_minutes": "Length",
    "timezone": "Time zone",
    CLOSES_DAY: "Last day to answer",
    CLOSES_TIME: "Time on that day",
}
ROW_WORDS = {DAYS: "Day", TIMES: "Time"}
USUAL_MINUTES = 60
USUAL_DAYS = 7


def first_form(cohort: Cohort, overview: CohortOverview, now: datetime) -> Form:
    """The form as it begins: an hour, a week to answer, and every participant required."""
    today = today_in(now, cohort.timezone)
    asked = {f"{ASK}{one.id}": "required" if one.role == Role.PARTICIPANT else "no" for one in overview.members}
    values: dict[str, Any] = {CLOSES_DAY: today + timedelta(days=USUAL_DAYS), CLOSES_TIME: "18:00"}
    return filled(None, timezone=cohort.timezone, duration_minutes=USUAL_MINUTES, **values, **asked)


def row_count(form: Form) -> int:
    """How many rows the form shows: those that were there, and more where more were asked for."""
    known = [int(name.removeprefix(DAYS)) for name in form.values if re.fullmatch(rf"{DAYS}[0-9]{{1,2}}", name)]
    rows = max([ROWS_AT_ONCE, *known])
    return min(rows + ROWS_AT_ONCE, MOST_SLOTS) if MORE in form.values else min(rows, MOST_SLOTS)


def row_labels(form: Form) -> dict[str, str]:
    """What a summary of errors calls the fields of the rows."""
    numbers = range(1, row_count(form) + 1)
    return {f"{field}{number}": f"{word} {number}" for number in numbers for field, word in ROW_WORDS.items()}


def member_label(member: MemberName) -> str:
    """Who may be asked: Ann, or Sam, coach."""
    return member.name if member.role == Role.PARTICIPANT else f"{member.name}, {words(member.role).lower()}"


def read_form() -> dict[str, Any]:
    """The form as the service takes it. What is wrong with a row is said under `slots` and the number of the row."""
    refuse_unknown(*PLAIN, CLOSES_DAY, CLOSES_TIME, starting=(ASK, DAYS, TIMES))
    typed: MultiDict[str, str] = MultiDict({name: request.form.get(name, "") for name in PLAIN})
    typed["closes_local"] = _start(request.form.get(CLOSES_DAY, ""), request.form.get(CLOSES_TIME, ""))
    typed.setlist("slots", [_start(*row) for row in _rows().values()])
    for word in ("required", "optional"):
        typed.setlist(word, _asked(word))
    return load_form(CreatePollSchema(), typed)


def standing(poll: Poll) -> Form:
    """What can be edited of a poll, as its row is."""
    closes = poll.closes_local
    return filled(
        poll.version, title=poll.title, note=poll.note, **{CLOSES_DAY: closes.date(), CLOSES_TIME: closes.time()}
    )


def read_edit() -> dict[str, Any]:
    """The form that edits a poll, as the service takes it."""
    refuse_unknown("title", "note", VERSION, CLOSES_DAY, CLOSES_TIME)
    typed: MultiDict[str, str] = MultiDict({name: request.form.get(name, "") for name in ("title", "note")})
    typed["closes_local"] = _start(request.form.get(CLOSES_DAY, ""), request.form.get(CLOSES_TIME, ""))
    return load_form(EditPollSchema(), typed)


def poll_sent_again(refusal: Refusal, now_standing: Callable[[], Form] | None = None) -> Form:
    """The form as it was sent, where what is wrong with a time stands at the field that can mend it."""
    messages = dict(refusal.messages) if isinstance(refusal, Invalid) else {}
    form = sent_again(refusal, now_standing)
    if not messages:
        return form
    errors: dict[str, Sequence[str]] = {}
    rows = list(_rows().items())
    for name, texts in messages.items():
        field, _, place = name.partition(".")
        if field == "slots" and place.isdigit() and int(place) < len(rows):
            number, (day, clock) = rows[int(place)]
            errors |= _at(wrong_start(day, clock, texts), f"{DAYS}{number}", f"{TIMES}{number}")
        elif field == "slots":
            errors[f"{DAYS}1"] = texts
        elif field == "closes_local":
            day, clock = form.values.get(CLOSES_DAY, ""), form.values.get(CLOSES_TIME, "")
            errors |= _at(wrong_start(day, clock, texts), CLOSES_DAY, CLOSES_TIME)
        elif field in {"required", "optional"}:
            first = next((one for one in request.form if one.startswith(ASK)), "")
            errors[first] = texts
        else:
            errors[field] = texts
    return replace(form, errors=errors)


def _at(wrong: Mapping[str, Sequence[str]], day: str, clock: str) -> dict[str, Sequence[str]]:
    return {{DAY: day, TIME: clock}[name]: texts for name, texts in wrong.items()}


def _start(day: str, clock: str) -> str:
    day, clock = day.strip(), clock.strip()
    return f"{day}T{clock}" if day and clock else f"{day}{clock}"


def _rows() -> dict[int, tuple[str, str]]:
    """The rows in which something was typed, by their numbers."""
    found: dict[int, tuple[str, str]] = {}
    # One more than may be proposed, so that too many are refused and not overlooked.
    for number in range(1, MOST_SLOTS + 2):
        row = (request.form.get(f"{DAYS}{number}", ""), request.form.get(f"{TIMES}{number}", ""))
        if any(part.strip() for part in row):
            found[number] = row
    return found


def _asked(word: str) -> list[str]:
    return [name.removeprefix(ASK) for name, value in request.form.items() if name.startswith(ASK) and value == word]
