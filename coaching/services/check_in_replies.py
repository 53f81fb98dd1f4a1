"""The replies to a step's further questions: kept with the answer, changed with it, and gone where they were taken
back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from coaching.errors import Invalid
from coaching.models import AnswerChoice, CheckInAnswer, CheckInReply, FollowUpStep, QuestionKind

NO_SUCH_QUESTION = "This check-in has no such question. Load it again, and answer what it asks."

Value = AnswerChoice | str | float | date


def keep_replies(session: Session, answer: CheckInAnswer, step: FollowUpStep, replies: Mapping[str, Value]) -> None:
    """Brings the answer's replies into line with these, by the public identifiers of the step's questions.

    What a question's kind admits was checked where the replies came in. Raises Invalid for a question of another step.
    """
    questions = {question.public_id: question for question in step.questions}
    for asked in replies:
        if asked not in questions:
            raise Invalid.field(f"reply-{asked}", NO_SUCH_QUESTION)
    standing = {reply.question_id: reply for reply in answer.replies}
    for asked, question in questions.items():
        reply = standing.get(question.id)
        if asked not in replies:
            if reply is not None:
                answer.replies.remove(reply)
            continue
        if reply is None:
            reply = CheckInReply(question=question)
            answer.replies.append(reply)
        _fill(reply, question.kind, replies[asked])
    # What flows from a reply is tied to rows that refer to the answer by its number.
    session.flush()


def _fill(reply: CheckInReply, kind: QuestionKind, value: Value) -> None:
    """Puts the value into the one column of its kind."""
    reply.choice = AnswerChoice(str(value)) if kind == QuestionKind.THREE_STATE else None
    reply.text = str(value) if kind == QuestionKind.TEXT else ""
    is_number = kind in {QuestionKind.NUMBER, QuestionKind.SCALE}
    reply.number = float(value) if is_number and isinstance(value, int | float) else None
    reply.on = value if kind == QuestionKind.DATE and isinstance(value, date) else None
