"""The replies to a step's further questions: one shape for a form and for JSON, made from the questions."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from coaching.errors import Invalid
from coaching.models import AnswerChoice, AnswerFlow, FollowUpQuestion, QuestionKind
from coaching.schemas.check_in import NO_SUCH_QUESTION, TWICE, check_replies, load_answer_form
from coaching.tokens import new_public_id


def question(kind: QuestionKind, **values: Any) -> FollowUpQuestion:
    usual = {"prompt": "How so?", "is_required": False, "lowest": 1, "highest": 5, "flows_to": AnswerFlow.NOWHERE}
    return FollowUpQuestion(kind=kind, public_id=new_public_id(), **(usual | values))


KINDS = {kind: question(kind) for kind in QuestionKind}
SCALE = question(QuestionKind.SCALE, lowest=-2, highest=2)
FIGURE = question(QuestionKind.NUMBER, flows_to=AnswerFlow.LEARNERS)


def by_json(asked: FollowUpQuestion, value: Any) -> Any:
    return check_replies([asked], [{"question_id": asked.public_id, "value": value}]).get(asked.public_id)


def by_form(asked: FollowUpQuestion, typed: str) -> Any:
    form = MultiDict({"choice": "did_it", f"reply-{asked.public_id}": typed})
    return load_answer_form([asked], form)["replies"].get(asked.public_id)


@pytest.mark.parametrize(
    ("asked", "sent", "typed", "kept"),
    [
        (KINDS[QuestionKind.TEXT], " We met.\r\nTwice. ", " We met.\r\nTwice. ", "We met.\nTwice."),
        (KINDS[QuestionKind.THREE_STATE], "not_yet", "not_yet", AnswerChoice.NOT_YET),
        (KINDS[QuestionKind.NUMBER], 12.5, "12.5", 12.5),
        (KINDS[QuestionKind.NUMBER], -1250, "-1,250", -1250.0),
        (KINDS[QuestionKind.SCALE], 5, "5", 5),
        (SCALE, -2, "-2", -2),
        (KINDS[QuestionKind.DATE], "2026-02-28", "2026-02-28", date(2026, 2, 28)),
        (FIGURE, 1200, "1 200", 1200),
        *((asked, None, "", None) for asked in KINDS.values()),
    ],
)
def test_a_form_and_json_come_to_the_same(asked: FollowUpQuestion, sent: Any, typed: str, kept: Any) -> None:
    assert by_json(asked, sent) == by_form(asked, typed) == kept


@pytest.mark.parametrize(
    ("asked", "sent", "typed"),
    [
        (KINDS[QuestionKind.TEXT], "x" * 2001, "x" * 2001),
        (KINDS[QuestionKind.THREE_STATE], "perhaps", "perhaps"),
        (KINDS[QuestionKind.NUMBER], "12", "twelve"),
        (KINDS[QuestionKind.NUMBER], True, "1,5"),
        (KINDS[QuestionKind.NUMBER], 1e10, "nan"),
        (KINDS[QuestionKind.NUMBER], float("inf"), "10000000000"),
        (KINDS[QuestionKind.SCALE], 0, "6"),
        (KINDS[QuestionKind.SCALE], 2.5, "2.5"),
        (SCALE, 3, "-3"),
        (KINDS[QuestionKind.DATE], "28.02.2026", "28.02.2026"),
        (KINDS[QuestionKind.DATE], "2026-02-30", "0026-02-28"),
        (FIGURE, -1, "1.5"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(asked: FollowUpQuestion, sent: Any, typed: str) -> None:
    with pytest.raises(Invalid) as by_program:
        by_json(asked, sent)
    assert list(by_program.value.messages) == ["replies.0.value"]
    with pytest.raises(Invalid) as by_page:
        by_form(asked, typed)
    assert list(by_page.value.messages) == [f"reply-{asked.public_id}"]


@pytest.mark.parametrize("kind", QuestionKind)
def test_what_is_required_is_asked_for(kind: QuestionKind) -> None:
    asked = question(kind, is_required=True, prompt="How many?")
    with pytest.raises(Invalid) as refusal:
        by_form(asked, " ")
    assert refusal.value.messages == {f"reply-{asked.public_id}": ["Fill this in."]}
    with pytest.raises(Invalid) as refusal:
        check_replies([asked], [])
    assert refusal.value.messages == {"replies": [f"Reply to “How many?” ({asked.public_id})."]}
    with pytest.raises(Invalid):
        by_json(asked, None)


def test_a_reply_is_to_a_question_of_the_check_in_and_to_each_once() -> None:
    asked = KINDS[QuestionKind.SCALE]
    good = {"question_id": asked.public_id, "value": 2}
    with pytest.raises(Invalid) as refusal:
        check_replies([asked], [good, good | {"question_id": new_public_id()}, good])
    assert refusal.value.messages == {
        "replies.1.question_id": [NO_SUCH_QUESTION],
        "replies.2.question_id": [TWICE],
    }
