"""What the pages of a check-in share, in the app and by link: its words, its fields, and the question of consent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from coaching.blueprints.formatting import in_zone
from coaching.blueprints.pages.forms import Form, as_typed, filled
from coaching.models import AnswerChoice, CheckIn
from coaching.schemas.check_in import REPLY

CHOICES = [
    (AnswerChoice.DID_IT.value, "Yes, I did it"),
    (AnswerChoice.NOT_YET.value, "Not yet"),
    (AnswerChoice.CANNOT_SAY.value, "I cannot say"),
]
_NAMES = {"choice": "Your answer", "note": "Anything to add", "enrolments": "Enrolments so far", "run_id": "Which run"}


def names_of(check_in: CheckIn) -> dict[str, str]:
    """What a summary of errors calls the fields: each further question by its own words."""
    return _NAMES | {f"{REPLY}{one.public_id}": one.prompt for one in check_in.step.questions}


def answer_form(check_in: CheckIn) -> Form:
    """The form with what was answered before, if anything."""
    given = check_in.answer
    if given is None:
        return filled()
    standing: dict[str, object] = {"choice": given.choice, "note": given.note, "enrolments": given.enrolments}
    standing |= {f"{REPLY}{one.question.public_id}": one.value for one in given.replies}
    return Form({name: as_typed(value) for name, value in standing.items()})


def unused_reasons(check_in: CheckIn) -> list[str]:
    """What of the answer could not be used where it was meant to count, and why."""
    given = check_in.answer
    if given is None:
        return []
    reasons = [(_NAMES["enrolments"], given.unused_because)]
    reasons += [(one.question.prompt, one.unused_because) for one in given.replies]
    return [f"{name.rstrip('?')}: {reason}" for name, reason in reasons if reason]


def months_of(moments: Sequence[datetime], zone: str) -> list[str]:
    """The months in which somebody is asked: "December 2026"."""
    return list(dict.fromkeys(f"in {in_zone(moment, zone):%B %Y}" for moment in moments))
