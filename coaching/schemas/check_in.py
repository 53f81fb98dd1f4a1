"""CheckIn and its answer: what comes in by page, link and API, and what goes out.

What a step asks besides its first question is a plan's own business, so the shape of the replies is made from the
step's questions (`reply_fields`). A form and the API go through the same fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from marshmallow import Schema, fields, validate

from coaching.errors import Invalid
from coaching.models import (
    Anchor,
    AnswerChoice,
    AnswerFlow,
    CheckInState,
    FollowUpQuestion,
    QuestionKind,
)
from coaching.schemas.base import (
    LIST_MESSAGES,
    BaseSchema,
    Day,
    FormValues,
    PublicId,
    Text,
    Whole,
    Word,
    checked,
    load_form,
)

LONGEST_NOTE = 2000
LONGEST_REPLY = 2000
MOST_ENROLMENTS = 100_000_000
MOST_NUMBER = 1_000_000_000
MOST_REPLIES = 50
# What a form calls the reply to a question, in front of the question's identifier.
REPLY = "reply-"
NO_SUCH_QUESTION = "This check-in has no such question. Its questions are listed with it."
TWICE = "This question is answered twice. Send one reply to each."
_FIGURES = frozenset({AnswerFlow.LEARNERS, AnswerFlow.ACTIVE, AnswerFlow.COMPLETED_50, AnswerFlow.COMPLETED_90})


class Number(fields.Float):
    """A number, whole or with decimals, between two bounds, both included. JSON sends a number and not a text."""

    default_error_messages = {  # noqa: RUF012  marshmallow wants a plain mapping here.
        "required": "Fill this in.",
        "null": "Fill this in, or leave it out.",
        **dict.fromkeys(("invalid", "too_large", "special"), "Write a number, such as 12 or 12.5."),
    }

    def __init__(self, least: float, most: float, **options: Any) -> None:
        span = validate.Range(min=least, max=most, error=f"Write a number from {least:,} to {most:,}.")
        super().__init__(validate=span, **options)

    def _validated(self, value: Any) -> Any:
        if isinstance(value, str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class AnswerSchema(BaseSchema):
    """An answer as it comes in, without the replies to further questions."""

    choice = Word(AnswerChoice, required=True)
    note = Text(LONGEST_NOTE)
    enrolments = Whole(0, MOST_ENROLMENTS, load_default=None, allow_none=True)
    run_id = PublicId(
        load_default=None,
        allow_none=True,
        metadata={"description": "The run that the figures are of; left out, it is the only one that they can be of."},
    )


class ReplySchema(BaseSchema):
    """The reply to one further question. What `value` may be depends on the question's kind."""

    question_id = PublicId(required=True)
    value = fields.Raw(
        required=True,
        allow_none=True,
        metadata={
            "type": ["string", "number"],
            "description": "three_state: did_it, not_yet or cannot_say; text: text; number: a number; scale: a whole "
            "number from `lowest` to `highest`; date: YYYY-MM-DD. Null is no reply.",
        },
        error_messages={"required": "Fill this in.", "null": "Fill this in."},
    )


class AnswerBodySchema(AnswerSchema):
    """An answer as a program sends it. It takes the place of the answer before, replies included."""

    replies = fields.List(
        fields.Nested(ReplySchema),
        load_default=list,
        validate=validate.Length(max=MOST_REPLIES, error=f"Send at most {MOST_REPLIES} replies."),
        error_messages=LIST_MESSAGES,
        metadata={"description": "The replies to the questions that the check-in lists, each once, in any order."},
    )


class _Asked(NamedTuple):
    """All of a question that decides what may be replied: what its field is made from, and kept by."""

    public_id: str
    kind: QuestionKind
    is_required: bool
    lowest: int
    highest: int
    is_figure: bool


def check_replies(questions: Sequence[FollowUpQuestion], sent: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The replies of a program by question, as their kinds have them. Errors stand at `replies.N`, as they were sent;
    a required question that was left out is named under `replies`."""
    wrong: dict[str, list[str]] = {}
    known, places = {question.public_id: question for question in questions}, dict[str, int]()
    for place, reply in enumerate(sent):
        asked = reply["question_id"]
        if asked not in known or asked in places:
            wrong[f"replies.{place}.question_id"] = [NO_SUCH_QUESTION if asked not in known else TWICE]
        places.setdefault(asked, place)
    values = {f"{REPLY}{asked}": sent[place]["value"] for asked, place in places.items() if asked in known}
    loaded: dict[str, Any] = {}
    try:
        loaded = checked(_replies_schema(_asked(questions)), values)
    except Invalid as refusal:
        for name, texts in refusal.messages.items():
            asked = name.partition(".")[0].removeprefix(REPLY)
            if asked in places:
                wrong[f"replies.{places[asked]}.value"] = list(texts)
            else:
                missing = f"Reply to “{known[asked].prompt}” ({asked})."
                wrong["replies"] = [*wrong.get("replies", []), missing]
    if wrong:
        raise Invalid("Some of the replies cannot be used. Each says what to do.", wrong)
    return _by_question(loaded)


def load_answer_form(questions: Sequence[FollowUpQuestion], form: FormValues) -> dict[str, Any]:
    """What a form says: the answer's own fields, and under `replies` what was replied, by question."""
    values = load_form(_answer_schema(_asked(questions)), form)
    own = {name: value for name, value in values.items() if not name.startswith(REPLY)}
    return own | {"replies": _by_question(values)}


def _by_question(values: Mapping[str, Any]) -> dict[str, Any]:
    replies = {name.removeprefix(REPLY): value for name, value in values.items() if name.startswith(REPLY)}
    return {asked: value for asked, value in replies.items() if value not in (None, "")}


def _asked(questions: Sequence[FollowUpQuestion]) -> tuple[_Asked, ...]:
    return tuple(
        _Asked(one.public_id, one.kind, one.is_required, one.lowest, one.highest, one.flows_to in _FIGURES)
        for one in questions
    )


# Plans have few steps that are asked at a time, and making a schema takes longer than checking by it.
@lru_cache(maxsize=64)
def _replies_schema(asked: tuple[_Asked, ...]) -> Schema:
    return BaseSchema.from_dict(reply_fields(asked), name="Replies")()


@lru_cache(maxsize=64)
def _answer_schema(asked: tuple[_Asked, ...]) -> Schema:
    return AnswerSchema.from_dict(reply_fields(asked), name="Answer")()


def reply_fields(asked: Sequence[_Asked]) -> dict[str, Any]:
    """A field for each question, by the name that it has in a form."""
    return {f"{REPLY}{one.public_id}": _field(one) for one in asked}


def _field(asked: _Asked) -> Any:
    options: dict[str, Any] = {"required": True} if asked.is_required else {"load_default": None, "allow_none": True}
    if asked.kind == QuestionKind.TEXT:
        return Text(LONGEST_REPLY, required=True) if asked.is_required else Text(LONGEST_REPLY, allow_none=True)
    if asked.kind == QuestionKind.THREE_STATE:
        return Word(AnswerChoice, **options)
    if asked.kind == QuestionKind.SCALE:
        return Whole(asked.lowest, asked.highest, **options)
    if asked.kind == QuestionKind.DATE:
        return Day(**options)
    if asked.is_figure:
        return Whole(0, MOST_ENROLMENTS, **options)
    return Number(-MOST_NUMBER, MOST_NUMBER, **options)


class AskedQuestionSchema(BaseSchema):
    """A further question as it goes out. `lowest` and `highest` are the ends of a scale."""

    id = PublicId(attribute="public_id", dump_only=True)
    kind = Word(QuestionKind, dump_only=True)
    prompt = fields.String(dump_only=True)
    is_required = fields.Boolean(dump_only=True)
    lowest = fields.Integer(dump_only=True)
    highest = fields.Integer(dump_only=True)
    lowest_label = fields.String(dump_only=True)
    highest_label = fields.String(dump_only=True)
    flows_to = Word(AnswerFlow, dump_only=True)


class ReplyGivenSchema(BaseSchema):
    """A reply as it goes out. `unused_because` says why it counts nowhere where it was meant to; else it is empty."""

    question_id = fields.String(attribute="question.public_id", dump_only=True)
    prompt = fields.String(attribute="question.prompt", dump_only=True)
    kind = Word(QuestionKind, attribute="question.kind", dump_only=True)
    value = fields.Function(lambda reply: _as_sent(reply.value), metadata={"type": ["string", "number"]})
    unused_because = fields.String(dump_only=True)


def _as_sent(value: Any) -> str | float:
    """A reply's value as JSON has it, and as it could be sent again."""
    return value.isoformat() if isinstance(value, date) else value


class CheckInAnswerSchema(BaseSchema):
    """An answer as it goes out, with when it was given and last changed."""

    choice = Word(AnswerChoice, dump_only=True)
    note = fields.String(dump_only=True)
    enrolments = fields.Integer(dump_only=True, allow_none=True)
    unused_because = fields.String(
        dump_only=True, metadata={"description": "Why the enrolments count for no run (yet); empty where they do."}
    )
    replies = fields.List(fields.Nested(ReplyGivenSchema), dump_only=True)
    answered_at = fields.AwareDateTime(dump_only=True)
    changed_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    via = fields.String(dump_only=True)


class CheckInSchema(BaseSchema):
    """A check-in with its questions, and its answer where there is one.

    While `needs_consent` it is answered only after its person has said that they may be asked so long after the end.
    """

    id = PublicId(attribute="public_id", dump_only=True)
    membership_id = fields.String(attribute="membership.public_id", dump_only=True)
    cohort_id = fields.String(attribute="membership.cohort.public_id", dump_only=True)
    step = fields.String(attribute="step.label", dump_only=True)
    question = fields.String(attribute="step.question", dump_only=True)
    asks_enrolments = fields.Boolean(attribute="step.asks_enrolments", dump_only=True)
    questions = fields.List(fields.Nested(AskedQuestionSchema), attribute="step.questions", dump_only=True)
    anchor = Word(Anchor, attribute="step.anchor", dump_only=True)
    anchor_on = fields.Date(dump_only=True)
    state = Word(CheckInState, dump_only=True)
    needs_consent = fields.Boolean(dump_only=True)
    due_at = fields.AwareDateTime(dump_only=True)
    asked_at = fields.AwareDateTime(dump_only=True, allow_none=True)
    closes_at = fields.AwareDateTime(dump_only=True)
    answer = fields.Nested(CheckInAnswerSchema, dump_only=True, allow_none=True)
