"""The form of a step of a follow-up plan: what it asks, when, of whom, and a row for each further question.

It works without JavaScript: rows are ordered by their numbers, a box takes one out, a button brings more of them, and
what was typed stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from flask import request

from coaching.blueprints.follow_up_words import UNITS, offset_words, split_offset
from coaching.blueprints.pages.forms import Form, as_typed, filled, refuse_unknown, sent_again
from coaching.blueprints.wording import words
from coaching.errors import Invalid, Refusal
from coaching.models import Anchor, AnswerFlow, FollowUpStep, QuestionKind, Role, Stage
from coaching.schemas.base import checked
from coaching.schemas.follow_up_plan import CHANNELS, MOST_QUESTIONS, EditStepSchema

MORE, PREVIEW = "more", "preview"
NUMBER, UNIT = "offset_number", "offset_unit"
LINES = ("label", "anchor", "role", "question", "channel")
WHOLES = ("window_days", "nudges", "nudge_days", "escalate_days")
BOXES = ("asks_enrolments", "is_alumni")
ROW_LINES = ("kind", "prompt", "lowest_label", "highest_label", "flows_to", "metric_name")
ROW_WHOLES = ("lowest", "highest")
ROW_BOXES = ("is_required", "remove")
PLACE = "place"
_WHOLE = re.compile(r"[+-]?[0-9]{1,9}")
LABELS = {
    "label": "Name",
    "anchor": "Counts from",
    NUMBER: "How long after",
    UNIT: "Unit",
    "role": "Who is asked",
    "stages": "At which stage",
    "question": "Question",
    "asks_enrolments": "Ask for enrolments",
    "channel": "How it reaches people",
    "window_days": "Time to answer",
    "nudges": "Reminders",
    "nudge_days": "Days between reminders",
    "escalate_days": "Tell the coaches after",
    "is_alumni": "Alumni step",
}
ROW_LABELS = {
    "kind": "Kind",
    "prompt": "Question",
    "is_required": "Needs an answer",
    "lowest": "From",
    "highest": "To",
    "lowest_label": "Words at the low end",
    "highest_label": "Words at the high end",
    "flows_to": "Where the answer goes",
    "metric_name": "Which metric",
    PLACE: "Order",
    "remove": "Leave it out",
}
CHOICES: dict[str, Sequence[tuple[str, str]]] = {
    "anchor": [
        (Anchor.COHORT_END.value, "The cohort’s last day"),
        (Anchor.SESSION_END.value, "Each session"),
        (Anchor.LAUNCH.value, "Each launch"),
        (Anchor.GOAL_DUE.value, "The due date of each goal"),
    ],
    "role": [(Role.PARTICIPANT.value, "Participants"), (Role.COACH.value, "Coaches")],
    "stages": [(stage.value, words(stage)) for stage in Stage],
    "channel": [(CHANNELS[0], "Mail"), (CHANNELS[1], "In the app"), (CHANNELS[2], "Chat")],
    "kind": [
        (QuestionKind.THREE_STATE.value, "Did it, not yet, cannot say"),
        (QuestionKind.TEXT.value, "Text"),
        (QuestionKind.NUMBER.value, "A number"),
        (QuestionKind.SCALE.value, "A scale"),
        (QuestionKind.DATE.value, "A date"),
    ],
    "flows_to": [
        (AnswerFlow.NOWHERE.value, "Into the answer alone"),
        (AnswerFlow.LEARNERS.value, "Into the run’s learners"),
        (AnswerFlow.ACTIVE.value, "Into the run’s active learners"),
        (AnswerFlow.COMPLETED_50.value, "Into the run’s completions of half the steps"),
        (AnswerFlow.COMPLETED_90.value, "Into the run’s completions"),
        (AnswerFlow.GOAL_RATING.value, "Into the rating of the goal"),
        (AnswerFlow.METRIC.value, "Into a metric of the goal"),
    ],
}
USUAL: dict[str, Any] = {
    "label": "",
    "anchor": Anchor.COHORT_END,
    "offset": "P1M",
    "role": Role.PARTICIPANT,
    "question": "",
    "channel": CHANNELS[0],
    "window_days": 28,
    "nudges": 1,
    "nudge_days": 7,
    "escalate_days": 7,
    "asks_enrolments": True,
    "is_alumni": False,
}
ROWS = range(1, MOST_QUESTIONS + 1)


def row_name(number: int, field: str) -> str:
    """What a field of a further question is called in the form."""
    return f"q{number}-{field}"


_KNOWN = [row_name(number, field) for number in ROWS for field in (*ROW_LINES, *ROW_WHOLES, *ROW_BOXES, PLACE)]


def first_form(**values: Any) -> Form:
    """The form of a new step, with what it begins with beside the usual."""
    return filled(**_values(FollowUpStep(**USUAL | values)))


def standing(step: FollowUpStep) -> Form:
    """The form as the step is."""
    return filled(step.plan.version, **_values(step))


def _values(step: FollowUpStep) -> dict[str, Any]:
    number, unit = split_offset(step.offset)
    values: dict[str, Any] = {name: getattr(step, name) for name in (*LINES, *WHOLES)} | {NUMBER: number, UNIT: unit}
    values |= {name: "true" for name in BOXES if getattr(step, name)}
    for place, question in enumerate(step.questions, start=1):
        values |= {row_name(place, name): getattr(question, name) for name in (*ROW_LINES, *ROW_WHOLES)}
        values |= {row_name(place, "is_required"): "true"} if question.is_required else {}
        values[row_name(place, PLACE)] = place
    return values


def typed_stages(step: FollowUpStep | None) -> list[str]:
    """The boxes that are ticked: a form has several of one name."""
    if request.method == "POST":
        return request.form.getlist("stages")
    return [as_typed(stage) for stage in step.stages or ()] if step is not None else []


def row_numbers(form: Form) -> range:
    """Which rows the form shows: those in which something stands, one more, and two more where more were asked for."""
    used = [number for number in ROWS if form.values.get(row_name(number, "prompt"))]
    return range(1, min(max(used, default=0) + (3 if MORE in form.values else 1), MOST_QUESTIONS) + 1)


def labels_of(form: Form) -> dict[str, str]:
    """What a summary of errors calls the fields."""
    rows = {
        row_name(number, field): f"Further question {number}, {label.lower()}"
        for number in row_numbers(form)
        for field, label in ROW_LABELS.items()
    }
    return LABELS | rows


def units_of(form: Form) -> list[tuple[str, str]]:
    """The units to choose from; an offset of several parts can be kept as it is."""
    known = [(unit, many) for unit, (_one, many) in UNITS.items()]
    current = form.values.get(UNIT, "")
    return [*known, (current, f"as it is: {offset_words(current)}")] if current.startswith("P") else known


def read_step(*beside: str) -> dict[str, Any]:
    """The form as the service takes it. `beside` names inputs that are the page's own."""
    refuse_unknown(*LINES, *WHOLES, *BOXES, NUMBER, UNIT, "stages", PREVIEW, *_KNOWN, *beside)
    sent = request.form
    plain: dict[str, Any] = {name: sent.get(name, "") for name in LINES}
    plain |= {name: _whole(sent.get(name, "")) for name in WHOLES}
    # Nobody is told where the field is blank.
    plain["escalate_days"] = plain["escalate_days"] or None
    plain |= {name: name in sent for name in BOXES}
    plain |= {"offset": _offset(), "stages": sent.getlist("stages"), "questions": [_row(number) for number in _rows()]}
    return checked(EditStepSchema(), plain)


def step_sent_again(refusal: Refusal, now_standing: Callable[[], Form] | None = None) -> Form:
    """The form as it was sent, where what is wrong stands at the field that can mend it."""
    rows = _rows()
    form = sent_again(refusal, now_standing)
    if not isinstance(refusal, Invalid) or not refusal.messages:
        return form
    errors: dict[str, Sequence[str]] = {}
    for name, texts in refusal.messages.items():
        field, _, rest = name.partition(".")
        place, _, part = rest.partition(".")
        if field == "questions":
            known = place.isdigit() and int(place) < len(rows)
            errors[row_name(rows[int(place)] if known else 1, part or "prompt")] = texts
        else:
            errors[{"offset": NUMBER}.get(field, field)] = texts
    return replace(form, errors=errors)


def _offset() -> str:
    number, unit = request.form.get(NUMBER, "").strip(), request.form.get(UNIT, "").strip()
    if unit.startswith("P"):
        return unit
    if not number.isascii() or not number.isdigit():
        raise Invalid.field(NUMBER, "Write a whole number, and choose days, weeks, months or years.")
    return f"P{int(number)}{unit}"


def _rows() -> list[int]:
    """The rows in which something was asked, in the order of their numbers."""
    sent = request.form
    used = [
        number
        for number in ROWS
        if sent.get(row_name(number, "prompt"), "").strip() and row_name(number, "remove") not in sent
    ]
    places = {number: _whole(sent.get(row_name(number, PLACE), "")) for number in used}
    return sorted(used, key=lambda number: (_as_place(places[number], number), number))


def _as_place(place: int | str, number: int) -> int:
    return place if isinstance(place, int) else number


def _row(number: int) -> dict[str, Any]:
    sent = request.form
    row: dict[str, Any] = {name: sent.get(row_name(number, name), "") for name in ROW_LINES}
    row |= {name: _whole(sent.get(row_name(number, name), "")) for name in ROW_WHOLES}
    row["flows_to"] = row["flows_to"] or AnswerFlow.NOWHERE.value
    return row | {"is_required": row_name(number, "is_required") in sent}


def _whole(text: str) -> int | str:
    """A number where it is one; what is none stays as it was typed, for the schema to refuse."""
    text = text.strip()
    return int(text) if _WHOLE.fullmatch(text) else text
